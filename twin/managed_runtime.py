"""What Lambda's Python runtime has besides the standard library: AWS's runtime client, and boto3.

Nothing else that is installed here may be seen by a function, or a dependency missing from its package
would go unnoticed. So these alone are linked into a folder of their own.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.errors import TwinError

if TYPE_CHECKING:
    from importlib.metadata import Distribution

CLIENT: Final = "awslambdaric"
"""https://github.com/aws/aws-lambda-python-runtime-interface-client: there is no wheel of it for macOS."""
SDK: Final = "boto3"
"""In every Python runtime, by
https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included."""


class RuntimeClientMissing(TwinError):
    """AWS's runtime client is not installed, so that no function can run under it."""

    def __init__(self) -> None:
        super().__init__(
            f"the Python package {CLIENT} is not installed, which has wheels for Linux only; "
            "install it, or name a folder that has it"
        )


def link_runtime(folder: Path) -> None:
    """Make a folder with links to the runtime's packages, of those that are installed for ourselves.

    Raises:
        RuntimeClientMissing: The client is not among them.
    """
    try:
        found = _module_files(CLIENT)
    except PackageNotFoundError:
        raise RuntimeClientMissing from None
    folder.mkdir()
    for path in found | _module_files(SDK):
        (folder / path.name).symlink_to(path)


@cache
def _module_files(name: str) -> frozenset[Path]:
    """The modules and packages of a distribution and of all that it requires."""
    found = distribution(name)
    modules = {
        Path(str(found.locate_file(file.parts[0])))
        for file in found.files or ()
        if not file.parts[0].endswith(".dist-info") and file.parts[0] not in {"..", "__pycache__"}
    }
    return frozenset(modules.union(*map(_module_files, _required(found))))


def _required(found: Distribution) -> set[str]:
    """The names of what a distribution requires; its extras are left out."""
    wanted = [each for each in found.requires or () if "extra ==" not in each]
    return {name[0] for each in wanted if (name := re.match(r"[\w.-]+", each))}
