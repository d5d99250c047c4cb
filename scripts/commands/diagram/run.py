"""`miyabi diagram`: finds templates, has them drawn, and writes the pictures."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from report.architecture import (
    NO_MARKS,
    MarksUnreadable,
    PictureRefused,
    architecture_of,
    draw,
    marked_by_document,
    to_drawio,
    to_png,
    to_svg,
)
from scripts.commands.cost.targets import find
from scripts.ending import ended
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.architecture.drawing import Drawing

FOLDER: Final = Path("build/diagram")
NAME: Final = "infrastructure-diagram"
STANDARD_INPUT: Final = "-"


class MarksRefused(ProgramError):
    """What should be marked can't be read."""


class PictureMissing(ProgramError):
    """A PNG is asked for, and nothing here makes one."""


@dataclass(frozen=True, slots=True)
class Written:
    """A drawing and the files that it stands in."""

    drawing: Drawing
    files: tuple[Path, ...]


def run(
    what: str,
    *,
    output: Path | None = None,
    png: bool = False,
    marks_from: str | None = None,
    region: str | None = None,
    parameters: Sequence[str] = (),
    as_json: bool = False,
) -> int:
    """Write the pictures of what a word means; returns the exit code."""

    def work() -> int:
        written = drawn(what, output, png=png, marks_from=marks_from, region=region, parameters=parameters)
        show(json.dumps(_document(written), indent=2) if as_json else "\n".join(map(str, written.files)))
        return Exit.DONE

    return ended(work, as_json=as_json)


def drawn(
    what: str,
    output: Path | None = None,
    *,
    png: bool = False,
    marks_from: str | None = None,
    region: str | None = None,
    parameters: Sequence[str] = (),
) -> Written:
    """Draw it and write the files, each whole or not at all.

    Raises TargetRefused, CfnError or StackError for what can't be read, MarksRefused and PictureMissing.
    """
    target = find(what, region=region, parameters=parameters)
    architecture = architecture_of(target.deployment)
    marks = NO_MARKS
    if marks_from is not None:
        document = _read(marks_from)
        try:
            architecture, marks = marked_by_document(architecture, document, marks_from)
        except MarksUnreadable as error:
            raise MarksRefused(str(error)) from None
    drawing = draw(architecture, marks)
    contents = {"drawio": to_drawio(drawing).encode(), "svg": to_svg(drawing).encode()}
    if png:
        try:
            contents["png"] = to_png(contents["svg"].decode())
        except PictureRefused as error:
            raise PictureMissing(str(error)) from None
    return Written(drawing, _written(output or FOLDER / _folder(target.name), contents))


def _read(marks_from: str) -> Any:
    """The document of a file, or of standard input."""
    try:
        if marks_from == STANDARD_INPUT:
            return json.loads(sys.stdin.read())
        return json.loads(Path(marks_from).read_bytes())
    except OSError as error:
        raise MarksRefused(f"{marks_from} can't be read: {error.strerror}; name a file of JSON") from None
    except (ValueError, RecursionError) as error:
        raise MarksRefused(
            f"{marks_from} is no JSON ({error}); give what `miyabi doctor --json` or "
            "`miyabi plan --json` has printed"
        ) from None


def _folder(name: str) -> str:
    """A name as one folder's: `HEAD:production` and `a/b.yaml` hold what file systems refuse."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "diagram"


def _written(folder: Path, contents: dict[str, bytes]) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for suffix, content in contents.items():
        path = folder / f"{NAME}.{suffix}"
        part = path.with_suffix(f".{suffix}.part")
        part.write_bytes(content)
        part.replace(path)
        files.append(path)
    return tuple(files)


def _document(written: Written) -> dict[str, Any]:
    drawing = written.drawing
    return {
        "name": drawing.name,
        "files": [str(path) for path in written.files],
        "width": drawing.width,
        "height": drawing.height,
        "tiles": [
            {"id": each.tile.id, "title": each.tile.title, "resources": list(each.tile.resources)}
            for each in drawing.tiles
        ],
        "arrows": [
            {"from": each.arrow.source, "to": each.arrow.target, "label": each.arrow.label}
            for each in drawing.arrows
        ],
        "marked": {each.tile.id: each.badge.text for each in drawing.tiles if each.badge},
    }
