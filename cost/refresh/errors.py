"""What can stop a refresh of the price books; then nothing is written.

    CostError
    └── RefreshError
        ├── ListUnreachable  no credentials, no right, no network: exit code 3
        ├── ListMalformed    an answer or a file that is not in the price list's format
        ├── FolderEmpty      a folder without a single file of the price list
        ├── BookBroken       the new book would break a rule of price books: exit code 4
        └── BookChanged      a file of the books changed while AWS was asked

`NotTaken` stands outside the tree: a price that is left as it was, and told with its reason.
"""

from __future__ import annotations

from cost.errors import CostError


class RefreshError(CostError):
    """Something that stops a refresh; nothing was written."""


class ListUnreachable(RefreshError):
    """AWS's price list can't be asked."""

    def __init__(self, found: str, remedy: str) -> None:
        self.found, self.remedy = found, remedy
        super().__init__(f"AWS's price list can't be asked: {found}; {remedy}")


class ListMalformed(RefreshError):
    """An answer or a file that is not in the price list's format."""

    def __init__(self, where: str, found: str) -> None:
        self.where, self.found = where, found
        super().__init__(f"{where}: {found}; nothing was written, ask again or look at the answer")


class FolderEmpty(RefreshError):
    """A folder without a single file of the price list that is needed."""

    def __init__(self, folder: str, example: str) -> None:
        self.folder, self.example = folder, example
        super().__init__(f"{folder} holds no file of the price list that is needed, such as {example}")


class BookBroken(RefreshError):
    """The new book would break a rule of price books."""

    def __init__(self, region: str, broken: str) -> None:
        self.region, self.broken = region, broken
        super().__init__(f"the new book of {region} would break a rule: {broken}; nothing was written")


class BookChanged(RefreshError):
    """A file of the books changed while AWS was asked."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path} changed while AWS was asked; nothing was written, run it again")


class NotTaken(Exception):
    """A price that AWS lists and the book doesn't take; the reason is half a sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
