"""Makes the document of the API, OpenAPI 3.1, out of the contract and of what the routes take and give.

Powertools tells the forms; the rest follows from the contract: who may ask, and every answer that a route can
give. `make docs` writes it to openapi.json: it is made before the package is, never while a request waits.
https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from runtime.api import errors
from runtime.api.errors import Fault, MethodNotAllowed, Refusal, Unauthenticated, Unavailable
from runtime.api.problems import Problem
from runtime.api.resolver import make_resolver
from runtime.api.routing import REFUSES, operation_id
from runtime.api.schemas import PREFIX, needed, plain, without_null
from runtime.api.version import VERSION
from runtime.api.wording import (
    DESCRIPTIONS,
    EXAMPLES,
    HEADERS,
    INTRODUCTION,
    OMITTED,
    PARAMETERS,
    TAGS,
    TITLE,
)
from runtime.contract import API_PREFIX, ROUTES, Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    from runtime.contract import Route

Document = dict[str, Any]

PLACE: Final = Path(__file__).with_name("openapi.json")
"""Where the document is kept: the package carries it, and the API answers with it."""
CREATED: Final = 201
NO_CONTENT: Final = 204
LOGIN_ANSWERS: Final = {
    "/auth/github": ("Send the browser to GitHub, to sign in there", (400, 403)),
    "/auth/github/callback": ("Take the browser back from GitHub, and begin a session", (401, 403, 502, 503)),
}
"""The login's routes: what each does, and how it can end otherwise than well (docs/login.md)."""
LOGIN_PARAMETERS: Final = {
    "/auth/github": {"redirect": "A path of the site to end at."},
    "/auth/github/callback": {
        "code": "GitHub's.",
        "state": "As it was given to GitHub.",
        "error": "Why GitHub has no code.",
    },
}
UNTOLD: Final = (Fault, MethodNotAllowed)
"""Refusals that are no answer of an operation: a mistake of ours, and a method that is no route."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of refusal; `types` are what its `error` can be."""

    name: str
    status: int
    about: str
    types: tuple[str, ...]


ELSEWHERE: Final = Kind(
    "Elsewhere",
    502,
    "GitHub, or AWS on the way to the API, failed or was too slow; sign in again.",
    ("external_api_error",),
)
"""The login's alone."""


def make_document() -> Document:
    """The whole document, as JSON knows it."""
    resolver = make_resolver()
    raw: Document = json.loads(resolver.get_openapi_json_schema(title=TITLE, version=VERSION))
    paths: dict[str, Document] = {}
    for route in ROUTES:
        made = _asked_at_login(route) if route.function is Function.LOGIN else _asked(route, raw, resolver)
        if made:
            paths.setdefault(API_PREFIX + route.path, {})[route.method.lower()] = made
    schemas = {name: plain(schema) for name, schema in raw["components"]["schemas"].items()}
    schemas["Problem"] = plain(Problem.model_json_schema())
    document: Document = {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": {kind.name: _refusal(kind) for kind in _kinds()},
        },
    }
    document["components"]["schemas"] = needed(document, schemas)
    return document


def text(document: Document) -> str:
    """A document as it is kept: the same bytes for the same API."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _asked(route: Route, raw: Document, resolver: APIGatewayHttpResolver) -> Document | None:
    """An operation of the API's, or None of a route that nothing answers."""
    told = raw["paths"].get(API_PREFIX + route.path, {}).get(route.method.lower())
    if told is None:
        return None
    status = min(int(status) for status in told["responses"])
    parameters = [
        each | {"schema": plain(each["schema"])}
        for each in told.get("parameters", [])
        if each["in"] == "path"
    ]
    parameters += _query_parameters(route, resolver)
    operation: Document = {
        "operationId": told["operationId"],
        "summary": told["summary"],
        "tags": [_tag(route)],
        "security": [{"bearer": []}] if route.token else [],
        "parameters": [*parameters, _reference("parameters", "CorrelationId")],
        "responses": _answers(route, told, status),
    }
    if route.permission:
        operation["x-permission"] = route.permission
    if status == CREATED:
        operation["parameters"].append(_reference("parameters", "IdempotencyKey"))
    if _tag(route) == "documents":
        operation["parameters"].append(_reference("parameters", "IfNoneMatch"))
    if body := told.get("requestBody"):
        operation["requestBody"] = _body(body, raw["components"]["schemas"])
    return operation


def _asked_at_login(route: Route) -> Document:
    """An operation of the login's, which has no forms of Powertools."""
    summary, refused = LOGIN_ANSWERS[route.path]
    parameters = [
        {"name": name, "in": "query", "required": False, "description": about, "schema": {"type": "string"}}
        for name, about in LOGIN_PARAMETERS[route.path].items()
    ]
    gone = {"description": DESCRIPTIONS[302], "headers": {"Location": _reference("headers", "Location")}}
    return {
        "operationId": operation_id(route),
        "summary": summary,
        "tags": [_tag(route)],
        "security": [],
        "parameters": [*parameters, _reference("parameters", "CorrelationId")],
        "responses": {"302": gone} | _refusals(refused),
    }


def _answers(route: Route, told: Document, status: int) -> Document:
    """Every answer of an operation, by status."""
    answer: Document = {"description": DESCRIPTIONS[status], "headers": _headers()}
    if status == CREATED:
        answer["headers"]["Idempotency-Replayed"] = _reference("headers", "IdempotencyReplayed")
    if status != NO_CONTENT:
        answer["content"] = plain(told["responses"][str(status)]["content"])
    answers = {str(status): answer} | _refusals(_refused(route, told, status))
    if _tag(route) == "documents":
        kind = "text/html" if route.path == "/docs" else "application/json"
        form = "string" if route.path == "/docs" else "object"
        answer["content"] = {kind: {"schema": {"type": form}}}
        answer["headers"]["ETag"] = _reference("headers", "ETag")
        answers["304"] = {"description": DESCRIPTIONS[304], "headers": _headers()}
    return answers


def _refused(route: Route, told: Document, status: int) -> set[int]:
    """The statuses by which a route can refuse: what follows from the contract, and what it says itself."""
    refused = {400, *told[REFUSES]}
    refused |= {401} if route.token else set()
    refused |= {403} if route.permission else set()
    refused |= {404} if "{" in route.path else set()
    refused |= {413, 415} if "requestBody" in told else set()
    # what a creation refers to may go while it is made
    return refused | ({409, 422} if status == CREATED else set())


def _refusals(statuses: set[int] | tuple[int, ...]) -> Document:
    names = {kind.status: kind.name for kind in _kinds()}
    return {str(status): _reference("responses", names[status]) for status in sorted(statuses)}


def _kinds() -> Iterator[Kind]:
    """The refusals that operations tell of: one for a status."""
    known = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Refusal)]
    for refusal in known:
        if Refusal in refusal.__bases__ and refusal not in UNTOLD:
            about = (refusal.__doc__ or "").partition("\n")[0]
            types = {each.kind for each in known if issubclass(each, refusal)}
            yield Kind(refusal.__name__, refusal.status, about, tuple(sorted(types)))
    yield ELSEWHERE


def _refusal(kind: Kind) -> Document:
    headers = _headers()
    if kind.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = _reference("headers", "WwwAuthenticate")
    if kind.status in (ELSEWHERE.status, Unavailable.status):
        headers["Retry-After"] = _reference("headers", "RetryAfter")
    schema = _reference("schemas", "Problem") | {"properties": {"error": {"enum": list(kind.types)}}}
    return {
        "description": kind.about,
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    }


def _headers() -> Document:
    """What every answer has."""
    return {
        "X-Request-Id": _reference("headers", "RequestId"),
        "X-Correlation-Id": _reference("headers", "CorrelationId"),
    }


def _query_parameters(route: Route, resolver: APIGatewayHttpResolver) -> Iterator[Document]:
    """A route's query parameters, with the bounds of their model: Powertools tells only their types."""
    known = [*resolver._dynamic_routes, *resolver._static_routes]  # noqa: SLF001  (they have no other name)
    wanted = (API_PREFIX + route.path, route.method)
    found = next(each for each in known if (each.openapi_path, each.method) == wanted)
    for field in found.dependant.query_params:
        model = field.type_.model_json_schema()
        for name, schema in model["properties"].items():
            yield {
                "name": name,
                "in": "query",
                "required": name in model.get("required", ()),
                "schema": plain(without_null(schema)),
            }


def _body(body: Document, schemas: Document) -> Document:
    """A request's body, with an example where one can be given that is right as it stands."""
    schema = plain(body["content"]["application/json"]["schema"])
    [reference] = [option["$ref"] for option in schema.get("anyOf", [schema]) if "$ref" in option]
    name = reference.removeprefix(PREFIX)
    form, example = schemas[name], _example(name, schemas[name])
    content = {"schema": schema}
    if set(form.get("required", ())) <= set(example):
        content["example"] = example
    return {"required": bool(body.get("required")), "content": {"application/json": content}}


def _example(name: str, form: Document) -> Document:
    """What a form may hold: a field's own example, or that of fields of its name."""
    given = {}
    for field in form["properties"]:
        key = f"{name}.{field}" if f"{name}.{field}" in EXAMPLES else field
        if key in EXAMPLES and (name, field) not in OMITTED:
            given[field] = EXAMPLES[key]
    return given


def _tag(route: Route) -> str:
    """What a route is about: a part of its organization where it names one."""
    words = route.path.split("/")
    if words[1] in ("docs", "openapi.json"):
        return "documents"
    return next((part for part in ("teams", "members") if part in words), words[1])


def _reference(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}
