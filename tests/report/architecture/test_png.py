"""A PNG is made by what is installed, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from report.architecture import PictureRefused, to_png

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SVG = '<svg xmlns="http://www.w3.org/2000/svg" class="diagram" width="30" height="20"></svg>'


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Callable[[str], str | None]]:
    """Installs a program that does something, and finds it."""

    def install(name: str, does: str) -> Callable[[str], str | None]:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        path.chmod(0o755)
        return lambda asked: str(path) if asked == name else None

    return install


def test_rsvg_convert_is_asked_for_twice_the_size(
    program: Callable[[str, str], Callable[[str], str | None]],
) -> None:
    find = program(
        "rsvg-convert",
        'for each; do case "$each" in --output=*) echo "$*" > "${each#--output=}";; esac; done',
    )

    assert b"--zoom=2" in to_png(SVG, find)


def test_chromium_is_asked_with_the_size_of_the_picture(
    program: Callable[[str, str], Callable[[str], str | None]],
) -> None:
    does = 'for each; do case "$each" in --screenshot=*) echo "$*" > "${each#--screenshot=}";; esac; done'
    asked = to_png(SVG, program("chromium", does)).decode()

    assert "--window-size=30,20" in asked
    assert "--force-device-scale-factor=2" in asked


def test_where_nothing_draws_that_is_said() -> None:
    with pytest.raises(PictureRefused, match="install one of rsvg-convert, resvg, inkscape or chromium"):
        to_png(SVG, lambda _: None)


@pytest.mark.parametrize(
    ("does", "said"),
    [("echo no font >&2; exit 3", "ended with 3: no font"), ("exit 0", "has written no PNG")],
    ids=["fails", "writes nothing"],
)
def test_a_program_that_does_not_draw_is_named(
    program: Callable[[str, str], Callable[[str], str | None]], does: str, said: str
) -> None:
    with pytest.raises(PictureRefused, match=said):
        to_png(SVG, program("resvg", does))
