"""Renders pages that are one file each: styles and scripts stand in them, and nothing is fetched.

Every value is escaped where it is put in; what is `Markup` is taken to be HTML already.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Environment

HERE: Final = Path(__file__).parent
BASE: Final = "base.html.j2"
STYLES: Final = tuple(HERE / f"{name}.css" for name in ("tokens", "style", "parts", "print"))
"""Colours and sizes, text and layout, what pages are made of, and paper; in this order."""
TITLE: Final = 70
"""Characters of a title that tabs and search results still show."""
OPEN: Final = ("{", ";", ",")
"""How a line of CSS ends that the next one may follow at once."""
COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
IN_SCRIPTS: Final = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
"""What could end a script or a line of it, and how JSON writes it otherwise."""


class NotInline(ValueError):
    """A style or a script would end the element that it stands in."""

    def __init__(self, element: str) -> None:
        self.element = element
        super().__init__(
            f"a {element} holds '</{element}', which would end it on the page; write it otherwise"
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: the id of a section, its title, and how it stands, if that is told.

    `standing` is a class name of parts.css without `is-`, such as `wrong`; `word` says the same in words.
    """

    anchor: str
    title: str
    standing: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page.

    Attributes:
        title: In the tab, and of a bookmark; longer ones are cut.
        header: What stands above everything, with the page's only `<h1>`.
        main: Its sections, headings from `<h2>` on.
        contents: The sections, for the table of contents.
        footer: When and by what it was made.
        styles: CSS beyond the shell's own, in order.
        scripts: JavaScript at the end; a page must be readable without any.

    """

    title: str
    header: Markup
    main: Markup
    contents: tuple[Entry, ...] = ()
    footer: Markup = Markup("")  # noqa: RUF009  (text that nothing changes)
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


def render(page: Page) -> str:
    """The whole page as text; raises `NotInline`."""
    title = page.title if len(page.title) <= TITLE else f"{page.title[: TITLE - 1]}…"
    return (
        templates()
        .get_template(BASE)
        .render(
            page=page,
            title=title,
            style=_inline("style", map(compact, (*_own_styles(), *page.styles))),
            script=_inline("script", page.scripts),
        )
    )


def _own_styles() -> Iterator[str]:
    return (path.read_text(encoding="utf-8") for path in STYLES)


def prose(text: str) -> Markup:
    """A sentence with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    shown = (
        Markup("<code>{}</code>").format(visible(part)) if place % 2 else escape(visible(part))
        for place, part in enumerate(parts)
    )
    return Markup("").join(shown)


def visible(value: object) -> object:
    """A text in which whatever could steer a reader's eye is written out; everything else as it is.

    Letters of all scripts stay; controls, and what turns the direction of a line, do not.
    """
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "".join(letter if letter.isprintable() or letter == "\n" else _written(letter) for letter in value)


def _written(letter: str) -> str:
    return letter.encode("unicode_escape", "surrogatepass").decode()


@cache
def templates(*folders: Path) -> Environment:
    """Templates of these folders, and the shell's own, by their file names."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader([*folders, HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=visible,
    )
    found.filters["prose"] = prose
    return found


def compact(css: str) -> str:
    """The same rules without comments and indentation, a rule a line."""
    lines = filter(None, map(str.strip, COMMENT.sub("", css).splitlines()))
    return "".join(line + _after(line) for line in lines)


def _after(line: str) -> str:
    """What must stand between a line of CSS and the next."""
    if line.endswith("}"):
        return "\n"
    return "" if line.endswith(OPEN) else " "


def script_json(data: Any) -> Markup:
    """Data as JSON that may stand in `<script type="application/json">`, whatever is in it."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character, written in IN_SCRIPTS.items():
        text = text.replace(character, written)
    return Markup(text)  # noqa: S704  (what could end the element was replaced above)


def _inline(element: str, texts: Iterable[str]) -> Markup:
    text = "\n".join(one.strip() for one in texts if one.strip())
    if f"</{element}" in text.lower():
        raise NotInline(element)
    return Markup(text)  # noqa: S704  (our own files, and they don't end the element)
