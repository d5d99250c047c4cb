"""One browser, one html-validate and one set of pages for all tests here, or a reason why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.browsing import Reader, Windows
from tests.browser.making import Made, Press
from tests.browser.tools import Missing, Tools, find, required
from tests.browser.validating import Validator, validating

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody insist on these tests."""
    parser.addoption("--require", action="store_true", help="fail where no browser is installed, as CI does")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once why tests were skipped."""
    if terminalreporter.stats.get("skipped"):
        try:
            find()
        except Missing as missing:
            terminalreporter.write_line(f"nothing was opened: {missing}")


@pytest.fixture(scope="session")
def tools(request: pytest.FixtureRequest) -> Tools:
    """The programs; without them every test here is skipped, or fails where it is required."""
    try:
        return find()
    except Missing as missing:
        if required(option=request.config.getoption("--require")):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def browser(tools: Tools) -> Iterator[Browser]:
    """The machine's own Chromium, without a window.

    It runs without its sandbox, which root can't set up: the pages are our own files, and it is offline.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=tools.chromium)
        yield started
        started.close()


@pytest.fixture(scope="session")
def reader(browser: Browser) -> Reader:
    """Somebody at a desk, by day, with scripts."""
    return Reader(Windows(browser))


@pytest.fixture(scope="session")
def validator(tools: Tools) -> Iterator[Validator]:
    """The process of html-validate."""
    with validating(tools.node) as started:
        yield started


@pytest.fixture(scope="session")
def press(request: pytest.FixtureRequest, tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Press:
    """What makes the pages, once for all workers; without a browser none is made."""
    del tools
    own = tmp_path_factory.getbasetemp()
    return Press((own.parent if hasattr(request.config, "workerinput") else own) / "pages")


@pytest.fixture
def made(request: pytest.FixtureRequest, press: Press) -> Made:
    """The page that a test's parameter names."""
    return press.make(request.param)
