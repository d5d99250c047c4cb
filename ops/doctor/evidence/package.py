"""The function's package: downloaded, inspected, and gone again before anybody judges by it."""

from __future__ import annotations

import tempfile
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.errors import NotThere
from ops.doctor.evidence.imports import missing_modules
from ops.errors import Unreached
from ops.package.inspect.archive import open_archive
from ops.package.inspect.check import Outcome
from ops.package.inspect.errors import InspectError
from ops.package.inspect.inspecting import inspect
from ops.package.inspect.target import BOOTSTRAP
from runtime.contract import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.evidence.fetching import Fetch
    from ops.doctor.reading import Reading
    from ops.package.inspect.inspecting import Inspection, Result

LARGEST_PROGRAM: Final = 100_000_000
"""Bytes of a bootstrap that is looked through for names."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a package.

    Attributes:
        inspection: What `miyabi package inspect` would say; None where it is no zip, and `unfit` says why.
        named: Variables of the contract whose names stand in the bootstrap.
        files: Their names in it.
        missing: Modules that the handler's own code imports and that are nowhere, by the file that does.
    """

    inspection: Inspection | None
    unfit: str = ""
    named: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    missing: tuple[tuple[str, str], ...] = ()


class Package:
    """The package of one version; each attribute raises `NotThere` or `AccessError`."""

    def __init__(self, reading: Reading, configuration: Mapping[str, Any], fetch: Fetch) -> None:
        self._reading, self._configuration, self._fetch = reading, configuration, fetch

    @property
    def has_layers(self) -> bool:
        """Whether more is unpacked beside it, which is not looked at."""
        return bool(self._configuration.get("Layers"))

    @property
    def version(self) -> str:
        """The version whose package it is."""
        return str(self._configuration.get("Version", "$LATEST"))

    def result(self, check: str) -> Result:
        """What a check of the inspection has found, such as `bootstrap.format`."""
        inspection = self.seen.inspection
        if inspection is None:
            raise NotThere(f"package that can be read: it is {self.seen.unfit}")
        return next(each for each in inspection.results if each.check.id == check)

    def found(self, check: str) -> tuple[str, ...]:
        """What is wrong by a check of the inspection; nothing where it passes, or can't tell."""
        verdict = self.result(check).verdict
        return verdict.evidence if verdict.outcome is Outcome.FAILED else ()

    def doubt(self, check: str) -> str:
        """Why a check of the inspection can't tell; empty where it can."""
        verdict = self.result(check).verdict
        return verdict.evidence[0] if verdict.outcome is Outcome.UNKNOWN else ""

    @property
    def seen(self) -> Seen:
        """What is in it, downloaded and looked at by one thread for all."""
        return self._reading.once(f"the package of version {self.version}", self._opened)

    def _opened(self) -> Seen:
        """The zip lies on the disk for as long as it is looked at."""
        content = self._content()
        with tempfile.TemporaryDirectory(prefix="miyabi-doctor-") as folder:
            path = Path(folder, "package.zip")
            path.write_bytes(content)
            return self._look(path)

    def _look(self, path: Path) -> Seen:
        configuration = self._configuration
        runtime, handler = str(configuration.get("Runtime", "")), str(configuration.get("Handler", ""))
        try:
            inspection = inspect(
                path,
                as_of=datetime.now(UTC).date(),
                runtime=runtime or None,
                architecture=next(iter(configuration.get("Architectures") or ["x86_64"])),
                handler=handler or None,
            )
        except InspectError as error:
            return Seen(None, str(error).replace(str(path), "it"))
        with open_archive(path) as archive:
            program = archive.read(BOOTSTRAP, LARGEST_PROGRAM) if runtime.startswith("provided") else None
            files = frozenset(each.name for each in archive.entries)
            is_python = runtime.startswith("python")
            missing = tuple(missing_modules(archive, handler, runtime)) if is_python else ()
        named = frozenset(each.name for each in VARIABLES if program and each.name.encode() in program)
        return Seen(inspection, named=named, files=files, missing=missing)

    def _content(self) -> bytes:
        name, version = self._configuration["FunctionName"], self.version
        if self._configuration.get("PackageType", "Zip") != "Zip":
            raise NotThere(f"zip of function {name}: it is a container image, which is not looked into")
        code = self._reading.call(
            "lambda:GetFunction", f"function {name}", FunctionName=name, Qualifier=version
        )["Code"]
        if "Location" not in code:
            raise NotThere(f"address of the package of function {name}")
        content = self._fetch(str(code["Location"]))
        if b64encode(sha256(content).digest()).decode() != self._configuration["CodeSha256"]:
            raise Unreached("s3", f"what came is not the package of version {version} (its hash is another)")
        return content
