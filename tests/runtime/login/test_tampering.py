"""Whatever is changed of what comes back, nobody is logged in by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.contract import REFRESH_COOKIE
from tests.runtime.login.browsers import Browser, make_login, query_of, stubbed
from tests.runtime.login.github_fake import serving
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tests.runtime.login.browsers import Response
    from tests.runtime.login.github_fake import FakeGitHub


@pytest.fixture(scope="module")
def github() -> Iterator[FakeGitHub]:
    """One for all examples: its codes are never the same."""
    with serving() as state:
        yield state


def texts(of: str) -> st.SearchStrategy[str]:
    """Other texts than this one: with a character changed, more or less, in other case, or any."""
    place = st.integers(0, len(of) - 1)
    character = st.sampled_from("aA0-_.=%+ \x00é\ud800")
    return st.one_of(
        st.builds(lambda at, new: of[:at] + new + of[at + 1 :], place, character),
        st.builds(lambda at, new: of[:at] + new + of[at:], place, character),
        place.map(lambda at: of[:at] + of[at + 1 :]),
        place.map(lambda at: of[:at]),
        st.sampled_from([of.upper(), of.lower(), f"{of},{of}", f"{of} ", f" {of}"]),
        st.text(max_size=60),
    ).filter(lambda text: text != of)


@st.composite
def tampered(
    draw: st.DrawFn, query: dict[str, str], kept: dict[str, str], other: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The query and the cookies, with one of them changed, lost, or taken from another attempt."""
    query, kept = dict(query), dict(kept)
    where = draw(st.sampled_from(["state", "code", "cookie"]))
    if where == "cookie":
        (name,) = kept
        (foreign,) = other.values()
        # blanks around a cookie's value are no part of it
        changes = texts(kept[name]).filter(lambda text: text.strip() != kept[name])
        values = st.one_of(changes, st.just(foreign), st.none())
        target, key = kept, name
    else:
        values = st.one_of(texts(query[where]), st.just("x" * len(query[where])), st.none())
        target, key = query, where
    value = draw(values)
    if value is None:
        del target[key]
    else:
        target[key] = value
    return query, kept


def check(end: Response) -> None:
    """It is the caller's mistake, and gives nothing away."""
    assert (401, "authentication_error") == (end.status, end.error)
    assert not [cookie for cookie in end.cookies if cookie.startswith(REFRESH_COOKIE)]


@settings(max_examples=examples(60, 3_000))
@given(st.data())
def test_no_change_is_taken(github: FakeGitHub, lambda_client: Any, data: st.DataObject) -> None:
    with stubbed(lambda_client) as api:
        browser, other = (Browser(make_login(github, api)) for _ in range(2))
        other.begin()
        query = github.consent(browser.begin().location)
        changed, browser.cookies = data.draw(tampered(query, browser.cookies, other.cookies))
        check(browser.come_back(changed))


def test_a_state_that_only_begins_alike_is_not_taken(github: FakeGitHub, lambda_client: Any) -> None:
    """The cookie's name holds the beginning; the rest must be the same too."""
    with stubbed(lambda_client) as api:
        browser = Browser(make_login(github, api))
        query = github.consent(browser.begin().location)
        state = query_of(browser.begin().location)["state"]
        check(browser.come_back(query | {"state": query["state"][:8] + state[8:]}))


def test_a_code_of_another_login_is_not_taken(github: FakeGitHub, lambda_client: Any) -> None:
    """Code injection: state and cookie are the attacker's own, so only the verifier tells."""
    with stubbed(lambda_client) as api:
        attacker, victim = (Browser(make_login(github, api)) for _ in range(2))
        stolen = github.consent(victim.begin().location)["code"]
        check(attacker.come_back(github.consent(attacker.begin().location) | {"code": stolen}))


def test_a_cookie_that_another_secret_signed_is_not_taken(github: FakeGitHub, lambda_client: Any) -> None:
    with stubbed(lambda_client) as api:
        browser = Browser(make_login(github, api))
        query = github.consent(browser.begin().location)
        (name,) = browser.cookies
        payload = browser.cookies[name].split(".")[0]
        browser.cookies[name] = f"{payload}.{'0' * 64}"
        check(browser.come_back(query))
