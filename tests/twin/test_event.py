"""A request becomes the event that AWS documents, and a function's document the answer that AWS gives."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from hypothesis import given
from hypothesis import strategies as st

from runtime.contract import ROUTES
from twin.answer import FAILED, Answer, read_answer
from twin.cors import Cors
from twin.event import Api, Request, make_event
from twin.routing import Match, RouteTable

TABLE = RouteTable(
    ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"]
)
MATCH = Match("POST /notes/{note_id}", {"note_id": "7"})


def event_of(request: Request, match: Match = MATCH) -> dict[str, Any]:
    """The event, which must be what JSON can carry."""
    event = make_event(request, match, Api(api_id="a1b2c3", region="eu-west-1"))
    assert event == json.loads(json.dumps(event))
    return event


# Routes.


@pytest.mark.parametrize(
    ("request_line", "taken"),
    [
        ("GET /pets/dog/1", Match("GET /pets/dog/1", {})),
        ("GET /pets/dog/2", Match("GET /pets/dog/{id}", {"id": "2"})),
        ("GET /pets/cat/1", Match("GET /pets/{proxy+}", {"proxy": "cat/1"})),
        ("POST /pets/dog/1", Match("ANY /{proxy+}", {"proxy": "pets/dog/1"})),
        ("GET /pets/dog/", Match("GET /pets/{proxy+}", {"proxy": "dog/"})),
        ("GET /", Match("$default", {})),
    ],
)
def test_the_most_specific_route_is_taken(request_line: str, taken: Match) -> None:
    """The first four are the example on AWS's page about routes."""
    method, _, path = request_line.partition(" ")

    assert taken == TABLE.match(method, path)


def test_a_method_of_its_own_is_taken_before_any() -> None:
    match = RouteTable(["ANY /pets", "GET /pets"]).match("GET", "/pets")

    assert match == Match("GET /pets", {})


@pytest.mark.parametrize(
    "request_line", ["PUT /pets", "GET /pet", "GET /pets/", "GET /pets/1/2", "GET /pets//x"]
)
def test_without_a_default_route_there_may_be_none(request_line: str) -> None:
    method, _, path = request_line.partition(" ")

    assert RouteTable(["GET /pets", "GET /pets/{id}", "GET /pets/{id}/x"]).match(method, path) is None


@given(st.sampled_from(ROUTES), st.text(st.characters(exclude_characters="/", codec="utf-8"), min_size=20))
def test_every_route_of_the_contract_takes_its_own_requests(route: Any, value: str) -> None:
    table = RouteTable(each.key for each in ROUTES)
    template = route.key.partition(" ")[2]
    names = [part[1:-1] for part in template.split("/") if part.startswith("{")]
    path = template.format_map(dict.fromkeys(names, value))

    assert Match(route.key, dict.fromkeys(names, value)) == table.match(route.method, path)


# Events.


def test_an_event_has_all_that_the_format_names() -> None:
    request = Request(
        "POST",
        "/notes/7?tag=b%20c&tag=d&empty",
        (
            ("Host", "api.example.com"),
            ("Content-Type", "application/json; charset=utf-8"),
            ("Cookie", "theme=dark; __Secure-token=a=b"),
            ("User-Agent", "tester/1"),
            ("X-Twice", "one"),
            ("x-twice", "two"),
            ("Connection", "keep-alive"),
            ("X-Forwarded-For", "203.0.113.9"),
            ("X-Amzn-Trace-Id", "Root=1-0-0"),
        ),
        '{"title": "é"}'.encode(),
        request_id="QQCtFipSIAMEPNQ=",
        received=datetime(2026, 4, 8, 7, 31, 5, 999000, UTC),
    )

    assert {
        "version": "2.0",
        "routeKey": "POST /notes/{note_id}",
        "rawPath": "/notes/7",
        "rawQueryString": "tag=b%20c&tag=d&empty",
        "cookies": ["theme=dark", "__Secure-token=a=b"],
        "headers": {
            "host": "api.example.com",
            "content-type": "application/json; charset=utf-8",
            "content-length": "15",
            "user-agent": "tester/1",
            "x-twice": "one,two",
            "x-forwarded-for": "203.0.113.9, 127.0.0.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-amzn-trace-id": "Root=1-0-0",
        },
        "queryStringParameters": {"tag": "b c,d", "empty": ""},
        "pathParameters": {"note_id": "7"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3",
            "domainName": "a1b2c3.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "a1b2c3",
            "http": {
                "method": "POST",
                "path": "/notes/7",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "tester/1",
            },
            "requestId": "QQCtFipSIAMEPNQ=",
            "routeKey": "POST /notes/{note_id}",
            "stage": "$default",
            "time": "08/Apr/2026:07:31:05 +0000",
            "timeEpoch": 1775633465999,
        },
        "body": '{"title": "é"}',
        "isBase64Encoded": False,
    } == event_of(request)


def test_what_a_request_has_not_is_left_out() -> None:
    event = event_of(Request("GET", "/"), Match("$default", {}))

    assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & set(event)
    assert ("", False) == (event["rawQueryString"], event["isBase64Encoded"])
    assert "0" == event["headers"]["content-length"]


@given(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))),
)
def test_path_and_query_arrive_decoded(segment: str, query: dict[str, str]) -> None:
    event = event_of(Request("GET", f"/notes/{quote(segment, safe='')}?{urlencode(query)}"))

    assert f"/notes/{segment}" == event["rawPath"] == APIGatewayProxyEventV2(event).path
    assert query == event.get("queryStringParameters", {})
    assert urlencode(query) == event["rawQueryString"]


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("text/csv", True),
        ("application/json", True),
        ("APPLICATION/JSON;charset=utf-8", True),
        ("application/xml", True),
        ("application/x-www-form-urlencoded", False),
        ("application/problem+json", False),
        ("multipart/form-data; boundary=x", False),
        (None, False),
    ],
)
def test_only_text_passes_as_it_is(content_type: str | None, *, is_text: bool) -> None:
    headers = (("content-type", content_type),) if content_type else ()
    event = event_of(Request("POST", "/", headers, b"a=1"))

    assert is_text is not event["isBase64Encoded"]
    assert b"a=1" == (event["body"].encode() if is_text else b64decode(event["body"]))


# Answers.


def test_an_answer_in_parts_is_put_together() -> None:
    document = {
        "statusCode": 201,
        "headers": {"Content-Type": "image/png", "X-Count": 3, "X-New": True, "Content-Length": "999"},
        "cookies": ["a=1; Secure", "b=2"],
        "body": b64encode(b"\x89PNG").decode(),
        "isBase64Encoded": True,
    }
    headers = [("content-type", "image/png"), ("x-count", "3"), ("x-new", "true")]
    cookies = [("set-cookie", "a=1; Secure"), ("set-cookie", "b=2")]

    assert Answer(201, (*headers, *cookies), b"\x89PNG") == read_answer(document)


def test_a_body_without_a_type_is_plain_text() -> None:
    expected = Answer(404, (("content-type", "text/plain; charset=utf-8"),), b"no")

    assert expected == read_answer({"statusCode": 404, "body": "no"})


@pytest.mark.parametrize(
    ("document", "body"),
    [
        ({"a": "é"}, '{"a": "é"}'),
        ([1, 2], "[1, 2]"),
        ("hello", "hello"),
        (42, "42"),
        (None, "null"),
        ({}, "{}"),
    ],
)
def test_what_has_no_status_is_the_body_of_a_200(document: Any, body: str) -> None:
    assert Answer(200, (("content-type", "application/json"),), body.encode()) == read_answer(document)


@pytest.mark.parametrize(
    "wrong",
    [
        {"statusCode": 200.5},
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": None},
        {"statusCode": 199},
        {"statusCode": 600},
        {"body": {"a": 1}},
        {"headers": {"x": {}}},
        {"headers": {"x": "a\r\nset-cookie: b"}},
        {"headers": {"x": "日本"}},
        {"headers": {"x": "a\0b"}},
        {"headers": {"x\r\nset-cookie": "b"}},
        {"headers": {"x y": "b"}},
        {"headers": {"": "b"}},
        {"headers": {"é": "b"}},
        {"headers": ["x"]},
        {"cookies": [None]},
        {"cookies": 7},
        {"cookies": "a=1"},
        {"cookies": {"a": "1"}},
        {"body": "no base64!", "isBase64Encoded": True},
    ],
)
def test_a_malformed_answer_is_a_500(wrong: dict[str, Any]) -> None:
    assert FAILED == read_answer({"statusCode": 200} | wrong)


def test_cookies_may_come_in_several_headers() -> None:
    request = Request("GET", "/", (("Cookie", "a=1; b=2"), ("cookie", "c=3,4;")))

    assert ["a=1", "b=2", "c=3,4"] == make_event(request, Match("$default", {}), Api())["cookies"]


# Origins.

CORS = Cors(("https://a.example", "http://*"), ("GET", "POST"), ("authorization",), ("x-id",), 300)


def asking(origin: str, method: str = "OPTIONS") -> Request:
    """A browser's request from another origin."""
    return Request(method, "/", (("Origin", origin), ("Access-Control-Request-Method", "POST")))


@pytest.mark.parametrize("origin", ["https://a.example", "http://localhost:3000"])
def test_a_preflight_from_an_allowed_origin_hears_what_it_may(origin: str) -> None:
    expected = (
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", "GET,POST"),
        ("access-control-allow-headers", "authorization"),
        ("access-control-max-age", "300"),
    )

    assert Answer(204, expected) == CORS.preflight(asking(origin))


def test_a_preflight_from_elsewhere_hears_nothing() -> None:
    assert Answer(204) == CORS.preflight(asking("https://b.example"))
    assert CORS.preflight(asking("https://a.example", "POST")) is None
    assert CORS.preflight(Request("OPTIONS", "/")) is None


def test_the_gateways_word_replaces_the_functions() -> None:
    answer = Answer(200, (("access-control-allow-origin", "*"), ("x-id", "7")), b"ok")
    mine = (("access-control-allow-origin", "https://a.example"), ("access-control-expose-headers", "x-id"))

    assert (("x-id", "7"), *mine) == CORS.amend(asking("https://a.example", "GET"), answer).headers
    assert (("x-id", "7"),) == CORS.amend(asking("https://b.example", "GET"), answer).headers


def test_an_api_for_everybody_names_no_origin() -> None:
    cors = Cors(("*",), allow_credentials=True)
    expected = (("access-control-allow-origin", "*"), ("access-control-allow-credentials", "true"))

    assert expected == cors.amend(asking("https://b.example", "GET"), Answer(200)).headers
