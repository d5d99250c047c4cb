"""A distribution answers viewers as CloudFront would, from its bucket and from the API behind it."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from stacks.edge import PAGE_ROUTER
from tests.twin.edge.deploying import ALL_VIEWER, deploy, host_of, total
from tests.twin.http_api.deploying import ask
from twin.edge.configuration import Behaviour
from twin.edge.errors import DistributionUnknown
from twin.edge.managed import NO_CACHE, NOTHING

if TYPE_CHECKING:
    from tests.twin.edge.deploying import Deployed
    from tests.twin.http_api.deploying import Api, StandIn
    from twin.aws.clients import Aws
    from twin.edge import Edge
    from twin.recording import Recorder


def test_a_path_of_the_api_reaches_it_with_the_hosts_and_headers_of_the_origin(
    address: str, api: Api
) -> None:
    sent = {"Accept": "text/html", "Cookie": "a=1", "X-Origin": "from a viewer", "Authorization": "Bearer t"}
    answer = ask(address, "POST", "/api/notes?b=2", b"{}", **sent)
    event = answer.document

    assert (200, "Miss from cloudfront") == (answer.status, answer.headers["x-cache"])
    assert ("/api/notes", "b=2", "{}") == (event["rawPath"], event["rawQueryString"], bytes_of(event))
    assert ["a=1"] == event["cookies"]
    told = event["headers"]
    assert (host_of(api), "from the edge") == (told["host"], told["x-origin"])
    assert ("text/html", "Bearer t") == (told["accept"], told["authorization"])
    assert "(CloudFront)" in told["via"]
    assert told["x-forwarded-for"].startswith("127.0.0.1")


def test_an_origin_gets_nothing_of_a_viewer_that_no_policy_forwards(
    address: str, distribution: Deployed
) -> None:
    distribution.change(lambda config: config["CacheBehaviors"]["Items"][0].pop("OriginRequestPolicyId"))
    event = ask(address, target="/api/notes?a=1", Cookie="a=1", X_Own="b", User_Agent="me").document

    assert ("", None) == (event["rawQueryString"], event.get("cookies"))
    assert "x-own" not in event["headers"]
    assert "Amazon CloudFront" == event["headers"]["user-agent"]


@pytest.mark.parametrize(
    ("pattern", "path", "takes"),
    [
        ("/a.b", "/a.b", True),
        ("/a.b", "/axb", False),
        ("*.jpg", "/x/y.jpg", True),
        ("a?c", "/abc", True),
        ("a?c", "/ac", False),
        ("/api/*", "/api", False),
        (None, "/anything", True),
    ],
)
def test_a_pattern_takes_paths_by_its_wildcards_alone(pattern: str | None, path: str, takes: bool) -> None:  # noqa: FBT001  (a column of the table)
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html."""
    behaviour = Behaviour(pattern, "", frozenset(), NO_CACHE, NOTHING, None, None)

    assert takes == behaviour.takes(path)


def bytes_of(event: dict[str, Any]) -> str:
    """The body of an event, which is base64 for types that are not text."""
    return b64decode(event["body"]).decode() if event["isBase64Encoded"] else str(event["body"])


def test_every_answer_has_the_headers_of_its_policy(address: str, functions: StandIn) -> None:
    """One that the origin has stays, where the policy says so."""
    functions.handler = lambda _: {
        "statusCode": 200,
        "headers": {"x-frame-options": "SAMEORIGIN", "strict-transport-security": "max-age=1"},
    }
    answer = ask(address, target="/api/notes")

    assert ["SAMEORIGIN"] == answer.headers.get_all("x-frame-options")
    assert ["max-age=10; includeSubDomains"] == answer.headers.get_all("strict-transport-security")


def test_the_viewers_host_is_not_one_that_an_api_knows(address: str, distribution: Deployed) -> None:
    """The behaviour's policy forwards it: an API answers 403 to a name that is not its own."""

    def change(config: dict[str, Any]) -> None:
        config["CacheBehaviors"]["Items"][0]["OriginRequestPolicyId"] = ALL_VIEWER

    distribution.change(change)
    answer = ask(address, target="/api/notes")

    assert (403, {"message": "Forbidden"}) == (answer.status, answer.document)
    assert "Error from cloudfront" == answer.headers["x-cache"]


def test_an_origin_that_is_not_there_is_told_as_502(edge: Edge, distribution: Deployed, api: Api) -> None:
    api.gateway.delete_api(ApiId=api.api_id)
    answer = ask(edge.address(distribution.distribution_id), target="/api/notes")

    assert (502, True) == (answer.status, b"502 ERROR" in answer.body)


@pytest.mark.parametrize(("method", "body"), [("POST", b"a"), ("GET", b"a"), ("DELETE", None)])
def test_a_bucket_takes_no_more_than_reading(address: str, method: str, body: bytes | None) -> None:
    answer = ask(address, method, "/index.html", body)

    assert (403, True) == (answer.status, b"The request could not be satisfied" in answer.body)


def test_errors_are_kept_for_ten_seconds_unless_it_is_configured(address: str, functions: StandIn) -> None:
    """Whatever the cache policy says: 500 is configured not to be kept, 503 is not configured."""
    asked: list[int] = []

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        asked.append(int(event["rawPath"].rpartition("/")[2]))
        return {"statusCode": asked[-1]}

    functions.handler = answer
    for status in (500, 500, 503, 503):
        assert status == ask(address, target=f"/api/{status}").status
    for method in ("POST", "GET", "POST", "GET"):
        assert 502 == ask(address, method, "/api/502").status

    assert [500, 500, 503] + [502] * 3 == asked


def test_an_error_of_a_path_is_kept_whatever_is_asked_of_it(address: str, functions: StandIn) -> None:
    """No policy of CloudFront's own has the query in its key."""
    asked: list[str] = []

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        asked.append(event["rawQueryString"])
        return {"statusCode": 404}

    functions.handler = answer
    for number in range(2):
        assert 404 == ask(address, target=f"/api/notes?number={number}").status

    assert ["number=0"] == asked


def test_a_refusal_is_not_kept_unless_the_origin_says_for_how_long(address: str, functions: StandIn) -> None:
    answers = iter(({"statusCode": 403}, {"statusCode": 403, "headers": {"cache-control": "max-age=60"}}))
    functions.handler = lambda _: next(answers)
    results = [ask(address, target="/api/notes").headers for _ in range(3)]

    assert [None, None, "0"] == [each["age"] for each in results]


def test_the_page_for_an_error_is_read_whatever_was_asked(
    address: str, distribution: Deployed, functions: StandIn
) -> None:
    page = {"ErrorCode": 418, "ResponseCode": "200", "ResponsePagePath": "/index.html"}
    functions.handler = lambda _: {"statusCode": 404}
    distribution.let_read("s3:GetObject")
    distribution.put("index.html", b"the app")
    distribution.change(
        lambda config: config["CustomErrorResponses"].update(Items=[page | {"ErrorCode": 404}])
    )
    answers = [ask(address, method, "/api/notes", body) for method, body in (("POST", b"a"), ("HEAD", None))]

    assert [(200, b"the app"), (200, b"")] == [(each.status, each.body) for each in answers]


def test_what_a_viewer_asked_for_is_no_part_of_a_page(address: str, aws: Aws, distribution: Deployed) -> None:
    distribution.let_read("s3:GetObject")
    distribution.put("<b>.txt", b"a", ServerSideEncryption="aws:kms", SSEKMSKeyId="k")
    answer = ask(address, target="/%3Cb%3E.txt")
    del aws

    assert (501, False, True) == (answer.status, b"<b>" in answer.body, b"&lt;b&gt;" in answer.body)


def test_a_page_of_the_frontend_is_led_to_its_file(aws: Aws, api: Api, edge: Edge) -> None:
    """By the very function of our templates."""
    distribution = deploy(aws, host_of(api), function=PAGE_ROUTER.encode())
    distribution.let_read("s3:GetObject")
    distribution.put("index.html", b"the app")
    distribution.put("a.css", b"the style")
    address = edge.address(distribution.distribution_id)

    assert b"the app" == ask(address, target="/tasks/7").body
    assert b"the style" == ask(address, target="/a.css").body


def test_a_function_of_another_text_is_refused_by_name(aws: Aws, api: Api, edge: Edge) -> None:
    code = b"function handler(event) { return { statusCode: 302 }; }"
    distribution = deploy(aws, host_of(api), function=code)
    answer = ask(edge.address(distribution.distribution_id))

    assert (501, True) == (answer.status, b"the CloudFront function pages" in answer.body)
    assert any("the CloudFront function pages" in each for each in edge.unchecked)


def test_a_distribution_knows_its_own_names_alone(aws: Aws, address: str, distribution: Deployed) -> None:
    found = aws.client("cloudfront").get_distribution(Id=distribution.distribution_id)["Distribution"]
    statuses = [ask(address, target="/api/", Host=host).status for host in (found["DomainName"], "a.example")]

    assert [200, 403] == statuses


def test_one_that_is_disabled_serves_nothing(address: str, distribution: Deployed) -> None:
    distribution.change(lambda config: config.update(Enabled=False))

    assert 403 == ask(address, target="/api/").status


def test_what_is_not_there_has_no_address(edge: Edge, aws: Aws) -> None:
    del aws
    with pytest.raises(DistributionUnknown, match="there is no distribution E1"):
        edge.address("E1")


def test_what_is_not_tried_is_told(edge: Edge, distribution: Deployed) -> None:
    told = edge.unchecked

    assert any("plain HTTP" in each for each in told)
    assert ["(all other paths)"] == [each[-17:] for each in told if "gets all of it" in each]
    assert all(distribution.distribution_id in each for each in told)


def test_requests_and_errors_are_counted(
    aws: Aws, address: str, distribution: Deployed, recorder: Recorder, functions: StandIn
) -> None:
    statuses = iter((200, 500, 404, 404))
    functions.handler = lambda _: {"statusCode": next(statuses)}
    for number in range(4):
        ask(address, target=f"/api/{number}")
    recorder.flush()

    dimensions = {"DistributionId": distribution.distribution_id, "Region": "Global"}
    assert 4 == total(aws, "AWS/CloudFront", "Requests", dimensions)
    assert 100 == total(aws, "AWS/CloudFront", "5xxErrorRate", dimensions)
    assert 200 == total(aws, "AWS/CloudFront", "4xxErrorRate", dimensions)
