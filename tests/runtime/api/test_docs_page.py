"""The page that shows the document: it needs nothing but the API, and a newcomer gets through it."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from runtime.api.openapi import PLACE
from runtime.contract import ROUTES
from tests.runtime.api.browser import browse, is_installed
from tests.runtime.api.serving import over_http

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Client
    from tests.runtime.api.browser import Browser

PAGE = PLACE.with_name("docs.html").read_text(encoding="utf-8")
SCRIPT = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)
STYLE = re.findall(r"<style>(.*?)</style>", PAGE, re.DOTALL)
WALK = (
    "post_organizations",
    "post_auth_switch_organization",
    "post_organizations_org_id_teams",
    "post_tasks",
    "post_tasks_task_id_start",
)


class Elements(HTMLParser):
    """Every element of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(PAGE)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))


ELEMENTS = Elements().found


def digest(part: str) -> str:
    """The hash of a script or a style, as a policy names it."""
    return f"'sha256-{b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"


def test_the_policy_of_the_page_allows_its_own_parts_and_nothing_else(api: Client) -> None:
    headers = api.get("/docs").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))

    assert "text/html; charset=utf-8" == headers["content-type"]
    assert {
        "default-src": "'none'",
        "connect-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "script-src": " ".join(map(digest, SCRIPT)),
        "style-src": " ".join(map(digest, STYLE)),
    } == policy


def test_the_page_holds_nothing_that_its_policy_forbids() -> None:
    names = {name for _, attributes in ELEMENTS for name in attributes}
    sources = [
        each for _, attributes in ELEMENTS for each in (attributes.get("src"), attributes.get("href")) if each
    ]

    assert [1, 1] == [len(SCRIPT), len(STYLE)]
    assert not {name for name in names if name == "style" or name.startswith("on")}
    assert [] == [source for source in sources if re.match(r"(?!data:)[a-z]+:|//", source)]
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(|@import|\burl\(", PAGE)


def test_what_the_script_looks_for_is_there_and_everything_to_fill_in_is_labelled() -> None:
    ids = {attributes.get("id") for _, attributes in ELEMENTS}
    labelled = {attributes["for"] for tag, attributes in ELEMENTS if tag == "label"}
    inputs = {attributes["id"] for tag, attributes in ELEMENTS if tag == "input"}

    assert set(re.findall(r'\$\("([\w-]+)"\)', SCRIPT[0])) <= ids
    assert inputs == labelled
    assert "en-GB" == dict(ELEMENTS)["html"]["lang"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser, where there is one."""
    if not is_installed():
        pytest.skip("no Chromium is installed; apt-get install chromium-driver brings one")
    with browse() as found:
        yield found


def send(browser: Browser, name: str) -> Any:
    """Send what stands in an operation that was gone to, and return the status of the answer."""
    browser.until("return document.querySelector(`#${arguments[0]} .try .send`)", name)
    browser.click(f"#{name} .try .send")
    return browser.until("return document.querySelector(`#${arguments[0]} .outcome b`)?.textContent", name)


def test_a_newcomer_makes_an_organization_a_team_and_a_task(api: Client, browser: Browser) -> None:
    caller = api.sign_in()
    with over_http(caller) as url:
        browser.visit(f"{url}/api/v1/docs")
        browser.until("return document.body.dataset.ready")
        browser.type("#token", str(caller.token))
        browser.click("#steps a")
        statuses, links = [], []
        for name in WALK:
            statuses.append(send(browser, name))
            if name == "post_auth_switch_organization":
                browser.click(f"#{name} .outcome .send")
            links.append(browser.run(f"return document.querySelector('#{name} .next a')?.textContent"))
            if name != WALK[-1]:
                browser.click(f"#{name} .next a")
        browser.run("location.hash = 'post_tasks_task_id_complete'")
        statuses.append(send(browser, "post_tasks_task_id_complete"))
        shown = browser.run("return [document.querySelectorAll('.operation').length, document.title]")
        complaints = browser.complaints()

    organization = caller.get("/organizations")["organizations"][0]
    assert ["201", "200", "201", "201", "200", "200"] == statuses
    assert ["Next: Work in it", "Next: Make a team", "Next: Make a task", "Next: Start it", None] == links
    assert [len(ROUTES), "Miyabi Society API"] == shown
    assert "owner" == organization["role"]
    assert ["completed"] == [
        task["status"] for task in caller.working_in(organization["id"]).get("/tasks")["tasks"]
    ]
    assert [] == complaints


def test_a_word_finds_its_routes(api: Client, browser: Browser) -> None:
    with over_http(api) as url:
        browser.visit(f"{url}/api/v1/docs")
        browser.until("return document.body.dataset.ready")
        browser.type("#find", "teams.create")
        found = browser.run(
            "return [...document.querySelectorAll('.operation:not([hidden])')].map((each) => each.id)"
        )

    assert ["post_organizations_org_id_teams"] == found


def test_what_was_refused_leads_nowhere(api: Client, browser: Browser) -> None:
    with over_http(api) as url:
        browser.visit(f"{url}/api/v1/docs#post_organizations")
        browser.until("return document.body.dataset.ready")
        status = send(browser, "post_organizations")
        links = browser.run("return document.querySelectorAll('.next').length")

    assert ("401", 0) == (status, links)


def test_on_a_phone_both_folds_show_that_they_open(api: Client, browser: Browser) -> None:
    with over_http(api) as url:
        browser.resize(390, 800)
        browser.visit(f"{url}/api/v1/docs")
        browser.until("return document.body.dataset.ready")
        displays = browser.run(
            "return ['#contents', '.more'].map((fold) => "
            "getComputedStyle(document.querySelector(`${fold} > summary`)).display)"
        )

    assert ["list-item", "list-item"] == displays


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_page_is_no_wider_than_the_screen(api: Client, browser: Browser, width: int) -> None:
    with over_http(api) as url:
        browser.resize(width, 800)
        browser.visit(f"{url}/api/v1/docs#patch_organizations_org_id_members_user_id")
        browser.until("return document.querySelector('.inside')")
        content, screen = browser.run("return [document.documentElement.scrollWidth, innerWidth]")

    assert width == screen
    assert content <= screen
