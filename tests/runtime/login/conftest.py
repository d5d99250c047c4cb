"""A GitHub and an api function for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.runtime.login.browsers import Browser, aws_client, make_login, stubbed
from tests.runtime.login.github_fake import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.login.browsers import Api
    from tests.runtime.login.github_fake import FakeGitHub


@pytest.fixture(scope="session")
def lambda_client() -> Any:
    """Made once: it takes longer than most tests."""
    return aws_client("lambda")


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    """A GitHub with one user."""
    with serving() as state:
        yield state


@pytest.fixture
def api(lambda_client: Any) -> Iterator[Api]:
    """The api function, which expects nothing yet."""
    with stubbed(lambda_client) as state:
        yield state


@pytest.fixture
def browser(github: FakeGitHub, api: Api) -> Browser:
    """A browser that has not logged in."""
    return Browser(make_login(github, api))
