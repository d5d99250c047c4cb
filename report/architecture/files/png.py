"""A picture as PNG, by whatever program on this machine can draw SVG."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CONVERTERS: Final = ("rsvg-convert", "resvg", "inkscape")
SCALE: Final = 2
"""Pixels for each unit of the picture."""
SECONDS: Final = 60
_SIZE: Final = re.compile(r'<svg [^>]*\bwidth="([0-9]+)" height="([0-9]+)"')


class PictureRefused(RuntimeError):
    """No PNG can be made, or the program that should make it did not."""


def to_png(svg: str, find: Callable[[str], str | None] = shutil.which) -> bytes:
    """The PNG of a standalone SVG, twice as large; raises PictureRefused.

    Args:
        svg: What `to_svg` returns.
        find: Where a program is, None where it is not installed.

    """
    names = (*CONVERTERS, *BROWSERS)
    program = next((path for name in names if (path := find(name))), None)
    if program is None:
        raise PictureRefused(
            f"no program here draws SVG as PNG; install one of {', '.join(CONVERTERS)} or chromium"
        )
    size = _SIZE.search(svg)
    width, height = (size[1], size[2]) if size else ("1200", "800")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "diagram.svg", Path(folder) / "diagram.png"
        source.write_text(svg, encoding="utf-8")
        _run(program, _arguments(program, source, target, width, height), folder)
        if not target.is_file():
            raise PictureRefused(f"{program} has written no PNG; try another of {', '.join(names)}")
        return target.read_bytes()


def _arguments(program: str, source: Path, target: Path, width: str, height: str) -> list[str]:
    name = Path(program).name
    if name == "rsvg-convert":
        return [f"--zoom={SCALE}", f"--output={target}", str(source)]
    if name == "resvg":
        return [f"--zoom={SCALE}", str(source), str(target)]
    if name == "inkscape":
        return [f"--export-width={int(width) * SCALE}", f"--export-filename={target}", str(source)]
    return [
        "--headless=new",
        "--no-sandbox",  # it draws our own file, and containers have no namespaces to give
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={source.parent / 'profile'}",
        f"--force-device-scale-factor={SCALE}",
        f"--window-size={width},{height}",
        f"--screenshot={target}",
        source.as_uri(),
    ]


def _run(program: str, arguments: list[str], folder: str) -> None:
    try:
        done = subprocess.run(
            [program, *arguments], capture_output=True, timeout=SECONDS, check=False, cwd=folder
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PictureRefused(f"{program} does not draw the picture: {error}") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise PictureRefused(
            f"{program} ended with {done.returncode}: {words[-1] if words else 'it says nothing'}"
        )
