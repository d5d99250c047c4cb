"""An environment's templates as they were synthesised last, while nothing that makes them has changed.

Synthesis loads troposphere and pydantic, which takes longer than all pricing. What it came to is kept
under a hash of everything it hangs on: the environment's file, MIYABI_* variables, the sources that
make templates, and the libraries as they are installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cfn
import runtime
import stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

CACHE = Path(".cache/cost")
ENVIRONMENTS = Path(stacks.__path__[0]) / "environments"
SOURCES: tuple[ModuleType, ...] = (cfn, runtime, stacks)
"""Packages of ours that make templates."""
LIBRARIES = ("awacs", "pydantic", "pydantic_core", "pydantic_settings", "troposphere")
KINDS = {".json", ".py", ".toml"}


@dataclass(frozen=True, slots=True)
class Synthesised:
    """What is asked of an environment: its templates by stack, in order, its traffic, and its manifest."""

    name: str
    region: str
    account: str | None
    templates: dict[str, dict[str, Any]]
    traffic: dict[str, str | None]
    manifest: dict[str, Any]


def environments() -> list[str]:
    """Names of all environments, sorted."""
    return sorted(path.stem for path in ENVIRONMENTS.glob("*.toml"))


def synthesised(name: str, cache: Path = CACHE) -> Synthesised:
    """Synthesise an environment, or take what is kept of the last time; raises StackError.

    Args:
        name: Its name, or the path of a TOML file.
        cache: Where results are kept, one of each environment; where it can't be written, nothing is.

    """
    path = Path(name) if name.endswith(".toml") else ENVIRONMENTS / f"{name}.toml"
    if not path.is_file():
        return _synthesise(name)
    key, kept = _key(path), cache / f"{hashlib.sha256(str(path.resolve()).encode()).hexdigest()}.json"
    return _read(kept, key) or _keep(kept, key, _synthesise(name))


def _synthesise(name: str) -> Synthesised:
    # Imported late: this is what keeping saves.
    from stacks.loading import load_environment
    from stacks.manifest import manifest
    from stacks.synthesis import synthesise, with_lint_waivers
    from stacks.waivers import load_waivers

    synthesis = with_lint_waivers(synthesise(load_environment(name)), load_waivers())
    environment = synthesis.environment
    figures = environment.traffic.model_dump().items()
    return Synthesised(
        environment.name,
        environment.region,
        environment.account,
        synthesis.templates,
        {key: None if value is None else str(value) for key, value in figures},
        manifest(synthesis),
    )


def _key(path: Path) -> str:
    """A hash of everything that decides what synthesis comes to."""
    digest = hashlib.sha256(sys.version.encode())
    for part in (*_settings(path), *_sources(), *_libraries()):
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def _settings(path: Path) -> Iterator[bytes]:
    yield path.stem.encode()
    yield path.read_bytes()
    for name, value in sorted(os.environ.items()):
        if name.upper().startswith("MIYABI_"):
            yield f"{name}={value}".encode()


def _sources() -> Iterator[bytes]:
    for package in SOURCES:
        for path in sorted(Path(package.__path__[0]).rglob("*")):
            if path.suffix in KINDS:
                yield str(path).encode()
                yield path.read_bytes()


def _libraries() -> Iterator[bytes]:
    for name in LIBRARIES:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            yield f"{spec.origin} {Path(spec.origin).stat().st_mtime_ns}".encode()


def _read(kept: Path, key: str) -> Synthesised | None:
    """What is kept under that key; a file that is missing, older or damaged is as good as none."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        content = json.loads(kept.read_bytes())
        if content["key"] == key:
            return Synthesised(**content["synthesised"])
    return None


def _keep(kept: Path, key: str, found: Synthesised) -> Synthesised:
    """Keep it; where the folder can't be written, synthesising again is no harm."""
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps({"key": key, "synthesised": asdict(found)}), encoding="utf-8")
        part.replace(kept)
    return found
