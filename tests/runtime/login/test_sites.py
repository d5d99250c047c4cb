"""The site's address is given, or read from a parameter when it is needed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from runtime.login import sites
from runtime.login.errors import ApiFailed, LoginRefused, Misconfigured
from runtime.login.sites import KEPT, Site
from tests.runtime.login.browsers import aws_client

if TYPE_CHECKING:
    from collections.abc import Iterator

PARAMETER = "/miyabi/staging/edge/public-address"


@pytest.fixture(scope="module")
def ssm() -> Any:
    """Made once: it takes longer than a test."""
    return aws_client("ssm")


@contextmanager
def holding(ssm: Any, *values: str) -> Iterator[Site]:
    """A site whose parameter holds these, each read once."""
    with Stubber(ssm) as stub:
        for value in values:
            answer = {"Parameter": {"Name": PARAMETER, "Value": value}}
            stub.add_response("get_parameter", answer, {"Name": PARAMETER})
        yield Site(None, PARAMETER, lambda: ssm)
        stub.assert_no_pending_responses()


def test_a_given_address_is_taken() -> None:
    assert "https://miyabi.example" == Site("https://miyabi.example/", None, lambda: None).address()


def test_a_parameter_is_read_once_in_five_minutes(ssm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(sites, "monotonic", lambda: clock[0])
    with holding(ssm, "https://a.cloudfront.net", "https://b.cloudfront.net") as site:
        found = [site.address(), site.address()]
        clock[0] += KEPT
        found.append(site.address())

    assert ["https://a.cloudfront.net"] * 2 + ["https://b.cloudfront.net"] == found


@pytest.mark.parametrize(
    "value", ["", "a.cloudfront.net", "http://a.cloudfront.net", "https://a/b", "https://u@a"]
)
def test_what_is_no_address_of_a_site_is_refused(value: str, ssm: Any) -> None:
    with holding(ssm, value) as site, pytest.raises(Misconfigured) as error:
        site.address()

    assert f"the parameter {PARAMETER} holds no address of a site" == error.value.reason


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("ParameterNotFound", Misconfigured),
        ("AccessDeniedException", Misconfigured),
        ("ThrottlingException", ApiFailed),
    ],
)
def test_a_parameter_that_can_not_be_read_is_named(code: str, raised: type[LoginRefused], ssm: Any) -> None:
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", code)

        with pytest.raises(raised) as error:
            Site(None, PARAMETER, lambda: ssm).address()

    assert f"the parameter {PARAMETER} can't be read ({code})" in error.value.reason
