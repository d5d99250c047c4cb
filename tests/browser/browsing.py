"""Opens a page as somebody would, and writes down whatever it asks for, complains of or shows unasked."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

    Theme = Literal["light", "dark"]
    Size = tuple[int, int]

DESKTOP: Final = (1280, 900)
TABLET: Final = (768, 1024)
PHONE: Final = (360, 740)
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
PATIENCE: Final = 5000
"""Milliseconds that something may take to appear."""
COMPLAINTS: Final = ("error", "warning")
"""Levels of console messages that a page of ours never writes."""


@dataclass(slots=True)
class Events:
    """What happened since a page was opened."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Console messages of the levels above, and errors that nothing caught."""
    dialogs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that is open, and what has happened in it."""

    page: Page
    events: Events


class Windows:
    """A window with scripts and one without, offline both.

    They stay open, for a new one takes ten times as long as a page; nothing of a page outlives it.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._pages: dict[bool, Page] = {}

    def window(self, *, scripts: bool) -> Page:
        """The one that runs scripts, or the other; empty."""
        if scripts not in self._pages:
            context = self._browser.new_context(
                java_script_enabled=scripts, reduced_motion="reduce", locale="en-GB", offline=True
            )
            context.set_default_timeout(PATIENCE)
            self._pages[scripts] = context.new_page()
        return self._pages[scripts]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a browser: how large the window is, by day or by night, and whether scripts run."""

    windows: Windows
    size: Size = DESKTOP
    theme: Theme = "light"
    scripts: bool = True

    @contextmanager
    def opens(self, path: Path) -> Iterator[Visit]:
        """A file, read from its beginning; what it changes is gone when it is left."""
        page, events = self.windows.window(scripts=self.scripts), Events()
        page.set_viewport_size({"width": self.size[0], "height": self.size[1]})
        page.emulate_media(color_scheme=self.theme, media="screen")
        listeners = _listeners(events)
        for event, listener in listeners.items():
            page.on(event, listener)  # type: ignore[call-overload, unused-ignore]  # one overload an event
        try:
            page.goto(path.as_uri())
            yield Visit(page, events)
        finally:
            for event, listener in listeners.items():
                page.remove_listener(event, listener)
            page.goto("about:blank")


def _listeners(events: Events) -> Mapping[str, Callable[[Any], None]]:
    def asked(request: Request) -> None:
        events.requests.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type in COMPLAINTS:
            events.complaints.append(f"{message.type}: {message.text}")

    def failed(error: Any) -> None:
        events.complaints.append(f"uncaught: {error}")

    def shown(dialog: Dialog) -> None:
        events.dialogs.append(dialog.message)
        dialog.dismiss()

    return {"request": asked, "console": said, "pageerror": failed, "dialog": shown}
