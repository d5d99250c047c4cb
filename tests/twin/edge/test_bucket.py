"""A bucket behind a distribution is read by its policy, cached, and never written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.edge.deploying import BUCKET, deploy, host_of
from tests.twin.http_api.deploying import ask

if TYPE_CHECKING:
    from tests.twin.edge.deploying import Deployed
    from tests.twin.http_api.deploying import Api
    from twin.aws.clients import Aws
    from twin.edge import Edge


def test_the_bucket_is_read_by_its_policy_alone(address: str, distribution: Deployed) -> None:
    distribution.put("index.html", b"<p>", ContentType="text/html")
    refused = ask(address, target="/index.html")
    distribution.let_read("s3:GetObject")
    distribution.invalidate("/*")
    answer = ask(address)

    assert (403, True) == (refused.status, b"AccessDenied" in refused.body)
    assert (200, b"<p>", "text/html") == (answer.status, answer.body, answer.headers["content-type"])


@pytest.mark.parametrize(
    ("rights", "status"), [(("s3:GetObject",), 403), (("s3:GetObject", "s3:ListBucket"), 404)]
)
def test_the_bucket_tells_what_is_missing_only_to_who_may_list(
    address: str, distribution: Deployed, rights: tuple[str, ...], status: int
) -> None:
    distribution.let_read(*rights)

    assert status == ask(address, target="/nothing.css").status


def test_the_bucket_is_cached_until_it_is_invalidated(address: str, distribution: Deployed) -> None:
    distribution.let_read("s3:GetObject")
    found = []
    for content in (b"1", b"2"):
        distribution.put("a.txt", content)
        found.append(ask(address, target="/a.txt?anything"))
    distribution.invalidate("/a*")
    found.append(ask(address, target="/a.txt"))

    assert [b"1", b"1", b"2"] == [each.body for each in found]
    caches = [each.headers["x-cache"].split()[0] for each in found]
    assert ["Miss", "Hit", "Miss"] == caches
    assert "0" == found[1].headers["age"]


def test_the_bucket_shows_a_page_in_place_of_an_error(address: str, distribution: Deployed) -> None:
    page = {"ErrorCode": 403, "ResponseCode": "200", "ResponsePagePath": "/index.html"}

    def change(config: dict[str, Any]) -> None:
        config["CustomErrorResponses"] = {"Quantity": 1, "Items": [page]}

    distribution.let_read("s3:GetObject")
    distribution.put("index.html", b"the app")
    distribution.change(change)
    answer = ask(address, target="/some/page")

    assert (200, b"the app") == (answer.status, answer.body)


def test_a_page_that_can_not_be_had_shows_its_own_error(address: str, distribution: Deployed) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html."""
    page = {"ErrorCode": 403, "ResponseCode": "200", "ResponsePagePath": "/gone.html"}

    def change(config: dict[str, Any]) -> None:
        config["CustomErrorResponses"] = {"Quantity": 1, "Items": [page]}

    distribution.change(change)
    refused = ask(address, target="/some/page")
    distribution.let_read("s3:GetObject", "s3:ListBucket")
    missing = page | {"ErrorCode": 404, "ResponsePagePath": "/index.html"}
    distribution.change(lambda config: config["CustomErrorResponses"].update(Items=[missing]))

    assert (403, True) == (refused.status, b"AccessDenied" in refused.body)
    assert 404 == ask(address, target="/another/page").status


def test_the_bucket_of_a_distribution_is_read_by_no_other(aws: Aws, api: Api, edge: Edge) -> None:
    first = deploy(aws, host_of(api))
    first.let_read("s3:GetObject")
    first.put("index.html", b"mine")
    address = edge.address(first.distribution_id)
    policy = aws.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"]
    aws.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=policy.replace(first.distribution_id, "E2"))

    assert 403 == ask(address).status
