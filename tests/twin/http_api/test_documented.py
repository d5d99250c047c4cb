"""What AWS documents of HTTP APIs, case by case, each with its page."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.twin.http_api.deploying import ask, deploy

if TYPE_CHECKING:
    from tests.twin.http_api.deploying import StandIn
    from twin.aws.clients import Aws
    from twin.http_api import HttpApis

GUIDE: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
ROUTES: Final = GUIDE + "http-api-develop-routes.html"
LAMBDA: Final = GUIDE + "http-api-develop-integrations-lambda.html"
CORS: Final = GUIDE + "http-api-cors.html"
QUOTAS: Final = GUIDE + "http-api-quotas.html"
STAGES: Final = GUIDE + "http-api-stages.html"
ACCESS: Final = GUIDE + "http-api-access-control.html"
PETS: Final = ("GET /pets/{id}", "GET /pets/dog/1", "ANY /pets/{proxy+}", "GET /pets/dog/{name}", "$default")
BROWSERS: Final = {
    "AllowOrigins": ["https://www.example.com", "http://*"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["authorization"],
    "ExposeHeaders": ["x-api-id"],
    "AllowCredentials": True,
    "MaxAge": 300,
}
EXAMPLE: Final = "https://www.example.com"


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and what comes of it.

    Attributes:
        event: What the function must get, by the path of keys within the event.
        returned: What the function returns; its event, if nothing is given.
        headers: What the client must get; None is a header that must not be there.
    """

    page: str
    status: int
    method: str = "GET"
    target: str = "/"
    sent: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    routes: tuple[str, ...] = ("$default",)
    cors: dict[str, Any] | None = None
    stage: dict[str, Any] = field(default_factory=dict)
    route: dict[str, Any] = field(default_factory=dict)
    event: dict[str, Any] = field(default_factory=dict)
    returned: Any = None
    headers: dict[str, str | None] = field(default_factory=dict)
    body: bytes | None = None


def message(text: str) -> bytes:
    """The gateway's own body."""
    return json.dumps({"message": text}, separators=(",", ":")).encode()


CASES: Final[dict[str, Case]] = {
    # Routes: the most specific one takes a request.
    "a full match is before parameters": Case(
        ROUTES, 200, target="/pets/dog/1", routes=PETS, event={"routeKey": "GET /pets/dog/1"}
    ),
    "a parameter is before the rest of a path": Case(
        ROUTES,
        200,
        target="/pets/dog/2",
        routes=PETS,
        event={"routeKey": "GET /pets/dog/{name}", "pathParameters": {"name": "2"}},
    ),
    "the rest of a path takes what is deeper": Case(
        ROUTES,
        200,
        target="/pets/cat/tom/1",
        routes=PETS,
        event={"routeKey": "ANY /pets/{proxy+}", "pathParameters": {"proxy": "cat/tom/1"}},
    ),
    "a method is before any method": Case(
        ROUTES, 200, target="/pets/5", routes=PETS, event={"routeKey": "GET /pets/{id}"}
    ),
    "any method takes the others": Case(
        ROUTES, 200, "POST", "/pets/5", routes=PETS, event={"routeKey": "ANY /pets/{proxy+}"}
    ),
    "$default takes what no other does": Case(
        ROUTES, 200, "DELETE", "/owners", routes=PETS, event={"routeKey": "$default"}
    ),
    "no route is 404": Case(ROUTES, 404, "POST", "/pets", routes=("GET /pets",), body=message("Not Found")),
    "a route without an integration is 404": Case(
        ROUTES, 404, route={"Target": ""}, body=message("Not Found")
    ),
    # The event, payload format 2.0.
    "names of headers are small, and several are joined": Case(
        LAMBDA, 200, sent={"X-Two": "1,2"}, event={"headers.x-two": "1,2", "version": "2.0"}
    ),
    "values of a query are joined": Case(
        LAMBDA,
        200,
        target="/?a=1&a=2&b=3",
        event={"rawQueryString": "a=1&a=2&b=3", "queryStringParameters": {"a": "1,2", "b": "3"}},
    ),
    "cookies are a list, and no header": Case(
        LAMBDA, 200, sent={"Cookie": "a=1; b=2"}, event={"cookies": ["a=1", "b=2"], "headers.cookie": None}
    ),
    "a body of text passes as it is": Case(
        LAMBDA,
        200,
        "POST",
        content=b"Hello",
        sent={"Content-Type": "text/plain"},
        event={"body": "Hello", "isBase64Encoded": False},
    ),
    "any other body is base64": Case(
        LAMBDA,
        200,
        "POST",
        content=b"\x00\xff",
        sent={"Content-Type": "application/octet-stream"},
        event={"body": "AP8=", "isBase64Encoded": True},
    ),
    "stage variables are told": Case(
        STAGES, 200, stage={"StageVariables": {"size": "7"}}, event={"stageVariables": {"size": "7"}}
    ),
    # The function's answer.
    "text without a status is the body of a 200": Case(
        LAMBDA, 200, returned="Hello", body=b"Hello", headers={"content-type": "application/json"}
    ),
    "an object without a status is one as well": Case(
        LAMBDA, 200, returned={"message": "Hello"}, body=b'{"message": "Hello"}'
    ),
    "an answer in parts is taken as it says": Case(
        LAMBDA,
        201,
        returned={"statusCode": 201, "headers": {"X-A": "b"}, "body": "aGk=", "isBase64Encoded": True},
        headers={"x-a": "b"},
        body=b"hi",
    ),
    "cookies become headers": Case(
        LAMBDA,
        200,
        returned={"statusCode": 200, "cookies": ["a=1", "b=2"]},
        headers={"set-cookie": "a=1|b=2"},
    ),
    "an answer without sense is 500": Case(
        LAMBDA, 500, returned={"statusCode": "yes"}, body=message("Internal Server Error")
    ),
    # CORS.
    "a preflight is answered without a route": Case(
        CORS,
        204,
        "OPTIONS",
        "/anything",
        routes=("GET /",),
        cors=BROWSERS,
        sent={"Origin": EXAMPLE, "Access-Control-Request-Method": "GET"},
        headers={
            "access-control-allow-origin": EXAMPLE,
            "access-control-allow-methods": "GET,POST",
            "access-control-allow-headers": "authorization",
            "access-control-allow-credentials": "true",
            "access-control-max-age": "300",
        },
    ),
    "the function's own headers of CORS are ignored": Case(
        CORS,
        200,
        cors=BROWSERS,
        sent={"Origin": EXAMPLE},
        returned={"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}},
        headers={"access-control-allow-origin": EXAMPLE, "access-control-expose-headers": "x-api-id"},
    ),
    "another origin gets none": Case(
        CORS,
        200,
        cors=BROWSERS,
        sent={"Origin": "https://other.example"},
        headers={"access-control-allow-origin": None},
    ),
    "without a configuration the function's own stay": Case(
        CORS,
        200,
        sent={"Origin": EXAMPLE},
        returned={"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}},
        headers={"access-control-allow-origin": "*"},
    ),
    # Quotas.
    "a body of more than 10 MB is 413": Case(
        QUOTAS, 413, "POST", content=b" " * ((10 << 20) + 1), body=message("Request Entity Too Large")
    ),
    "headers of more than 10,240 bytes are refused": Case(QUOTAS, 431, sent={"X-Long": "a" * 10_240}),
    # Authorization.
    "an unsigned request to a route of AWS_IAM is 403": Case(
        ACCESS, 403, route={"AuthorizationType": "AWS_IAM"}, body=message("Forbidden")
    ),
    "a request without a token to a route of JWT is 401": Case(
        ACCESS, 401, route={"AuthorizationType": "JWT"}, body=message("Unauthorized")
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_front_answers_as_documented(name: str, aws: Aws, apis: HttpApis, functions: StandIn) -> None:
    case = CASES[name]
    if case.returned is not None:
        functions.handler = lambda _: case.returned
    api = deploy(aws)
    for key in case.routes:
        api.route(key, **case.route)
    if case.cors:
        api.gateway.update_api(ApiId=api.api_id, CorsConfiguration=case.cors)
    if case.stage:
        api.stage(**case.stage)
    answer = ask(apis.address(api.api_id), case.method, case.target, case.content, **case.sent)

    assert case.status == answer.status
    assert case.body in {None, answer.body}
    found = {each: "|".join(answer.headers.get_all(each) or ()) or None for each in case.headers}
    assert case.headers == found
    assert case.event == {path: _within(answer.document, path) for path in case.event}


def _within(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document.get(key)
    return document
