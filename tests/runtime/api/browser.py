"""Drives a real Chromium, where one is installed, by the WebDriver protocol.

https://www.w3.org/TR/webdriver2/
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
"""Key of an element's reference (section 12)."""
PATIENCE: Final = 10.0
"""Seconds within which a page gets where it was sent."""
OPTIONS: Final = {
    "args": [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-breakpad",
        "--force-prefers-reduced-motion",  # a page that still scrolls can't be clicked at
    ]
}


def is_installed() -> bool:
    """Whether there is a browser to drive."""
    return bool(shutil.which("chromedriver") and shutil.which("chromium"))


@dataclass(frozen=True, slots=True)
class Browser:
    """A window; `session` is its address at the driver."""

    session: str

    def visit(self, url: str) -> None:
        """Go to a page."""
        _send("POST", f"{self.session}/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function's body returns in the page, a promise's value too; arguments are `arguments`."""
        return _send("POST", f"{self.session}/execute/sync", {"script": script, "args": arguments})

    def until(self, script: str, *arguments: Any) -> Any:
        """Wait until it returns something that is true in the page, and return that."""
        end = time.monotonic() + PATIENCE
        while not (found := self.run(script, *arguments)):
            assert time.monotonic() < end, f"never came true: {script}"
            time.sleep(0.02)
        return found

    def click(self, selector: str) -> None:
        """Click what a user would see there, once nothing moves or covers it any more."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                _send("POST", f"{self.session}/element/{self._find(selector)}/click", {})
            except HTTPError as refused:
                refused.close()
                assert time.monotonic() < end, f"could not be clicked: {selector}"
                time.sleep(0.02)
            else:
                return

    def type(self, selector: str, text: str) -> None:
        """Type into a field, in place of what it holds."""
        element = self._find(selector)
        _send("POST", f"{self.session}/element/{element}/clear", {})
        _send("POST", f"{self.session}/element/{element}/value", {"text": text})

    def resize(self, width: int, height: int) -> None:
        """Show the page as a screen of this size in pixels does."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < height}
        self.ask("Emulation.setDeviceMetricsOverride", metrics)

    def ask(self, command: str, parameters: dict[str, Any]) -> Any:
        """Give a command of the DevTools protocol."""
        body = {"cmd": command, "params": parameters}
        return _send("POST", f"{self.session}/goog/cdp/execute", body)

    def picture(self) -> bytes:
        """What is seen, as PNG."""
        return b64decode(_send("GET", f"{self.session}/screenshot"))

    def complaints(self) -> list[str]:
        """What the browser wrote to its console since it was last asked."""
        return [line["message"] for line in _send("POST", f"{self.session}/se/log", {"type": "browser"})]

    def _find(self, selector: str) -> str:
        found = _send("POST", f"{self.session}/element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])


@contextmanager
def browse() -> Iterator[Browser]:
    """A browser with nothing in it."""
    with subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        try:
            port = next(
                line.rstrip(".\n").rpartition(" ")[2]
                for line in driver.stdout
                if "successfully on port" in line
            )
            address = f"http://127.0.0.1:{port}/session"
            wanted = {"goog:chromeOptions": OPTIONS, "goog:loggingPrefs": {"browser": "ALL"}}
            made = _send("POST", address, {"capabilities": {"alwaysMatch": wanted}})
            session = f"{address}/{made['sessionId']}"
            try:
                yield Browser(session)
            finally:
                _send("DELETE", session)  # ends the browser, which outlives its driver
        finally:
            driver.terminate()


def _send(method: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310 - loopback
    with urlopen(request, timeout=60) as answer:  # noqa: S310 - likewise
        return json.load(answer)["value"]
