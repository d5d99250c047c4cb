"""Writes a zip whose bytes depend on nothing but what is in it."""

from __future__ import annotations

import base64
import stat
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Final

from ops.package.entries import mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.package.entries import Entry

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""
UNIX: Final = 3
BEST: Final = 9


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a part of a package: in the zip, without the zip's own records, and unpacked."""

    zipped: int
    unzipped: int


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip, and how much of it each part is."""

    content: bytes
    parts: Mapping[str, Size]

    @property
    def sha256(self) -> str:
        """Its hash, in hexadecimal digits."""
        return sha256(self.content).hexdigest()

    @property
    def code_sha256(self) -> str:
        """Its hash as Lambda tells it, as CodeSha256: in base64."""
        return base64.b64encode(sha256(self.content).digest()).decode()

    @property
    def unzipped(self) -> int:
        """Bytes of what is in it."""
        return sum(size.unzipped for size in self.parts.values())


def zipped(entries: Mapping[str, Entry]) -> Archive:
    """A zip of the entries, in order of their names, all of one time, deflated as far as zlib can."""
    sizes: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    page = BytesIO()
    with zipfile.ZipFile(page, "w") as archive:
        for name in sorted(entries):
            entry = entries[name]
            record = zipfile.ZipInfo(name, EPOCH)
            record.create_system = UNIX
            record.external_attr = (stat.S_IFREG | mode(name)) << 16
            archive.writestr(record, entry.content, zipfile.ZIP_DEFLATED, BEST)
            sizes[entry.part].append((record.compress_size, record.file_size))
    parts = {part: Size(*map(sum, zip(*each, strict=True))) for part, each in sizes.items()}
    return Archive(page.getvalue(), parts)
