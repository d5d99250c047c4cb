"""The document of the API: complete, valid, as the code makes it, and true of every route."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import schemathesis

from runtime.api.openapi import PLACE, make_document, text
from runtime.contract import ROUTES, Function, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Client

DOCUMENT: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
BODIES = {"POST", "PATCH"}


def operation(route: Route) -> dict[str, Any]:
    """What the document tells of a route."""
    found: dict[str, Any] = DOCUMENT["paths"][route.key.partition(" ")[2]][route.method.lower()]
    return found


def operations() -> Iterator[dict[str, Any]]:
    """Every operation of the document."""
    for item in DOCUMENT["paths"].values():
        yield from item.values()


def references(part: Any) -> Iterator[str]:
    """Every reference in a part of the document."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_committed_document_is_what_the_code_makes() -> None:
    made = text(make_document())

    assert PLACE.read_text(encoding="utf-8") == made, "`make docs` writes it anew"


def test_another_process_makes_the_same_bytes_and_serving_makes_none() -> None:
    """With another order of what has none; whoever answers requests does not import what makes it."""
    script = """
import sys, runtime.api.application
assert "runtime.api.openapi" not in sys.modules, "the function imports what makes the document"
from runtime.api.openapi import make_document, text
sys.stdout.buffer.write(text(make_document()).encode())
"""
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)

    assert PLACE.read_bytes() == done.stdout


def test_it_is_valid() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema)

    assert "3.1.0" == DOCUMENT["openapi"]


def test_every_reference_leads_somewhere_and_everything_is_referred_to() -> None:
    components = {
        f"#/components/{kind}/{name}"
        for kind, named in DOCUMENT["components"].items()
        for name in named
        if kind != "securitySchemes"
    }

    assert components == set(references(DOCUMENT))


def test_it_has_the_routes_of_the_contract_and_no_other() -> None:
    assert {route.key for route in ROUTES} == {
        f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items() for method in item
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_a_route_is_told_as_the_contract_has_it(route: Route) -> None:
    told = operation(route)
    answers = set(told["responses"])

    assert ([{"bearer": []}] if route.token else []) == told["security"]
    assert route.permission == told.get("x-permission")
    assert set(re.findall(r"\{(\w+)\}", route.path)) == {
        parameter["name"] for parameter in told["parameters"] if parameter.get("in") == "path"
    }
    assert (not route.token) or "401" in answers
    assert (not route.permission) or "403" in answers
    assert ("{" not in route.path) or "404" in answers
    assert ("requestBody" in told) <= (answers >= {"400", "413", "415"})
    assert ("201" in answers) <= (answers >= {"409", "422"})
    assert not answers & {"500", "405"}
    assert route.function is Function.LOGIN or "400" in answers


def test_each_operation_has_a_name_of_its_own_and_a_tag_that_is_told_of() -> None:
    names = [told["operationId"] for told in operations()]
    tags = {tag["name"] for tag in DOCUMENT["tags"]}

    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", name) for name in names)
    assert tags == {tag for told in operations() for tag in told["tags"]}
    assert all(told["summary"] for told in operations())


def test_every_refusal_has_the_one_shape() -> None:
    for told in operations():
        for status, answer in told["responses"].items():
            if int(status) >= 400:
                content = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]["content"]
                assert "#/components/schemas/Problem" == content["application/json"]["schema"]["$ref"]


def test_what_has_nothing_to_tell_has_no_body() -> None:
    told = [each["responses"]["204"] for each in operations() if "204" in each["responses"]]

    assert told
    assert [] == [answer for answer in told if "content" in answer]


def test_the_bounds_of_a_query_are_told() -> None:
    parameters = {
        each["name"]: each["schema"] for each in operation(Route("GET", "/tasks"))["parameters"][:6]
    }

    assert {"default": 20, "maximum": 100, "minimum": 1, "type": "integer"} == parameters["limit"]
    assert ["P0", "P1", "P2"] == parameters["priority"]["enum"]
    assert "uuid" == parameters["repository_id"]["format"]


def test_an_example_has_the_form_that_it_is_an_example_of() -> None:
    seen = 0
    for told in operations():
        content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" in content:
            schema = content["schema"] | {"components": DOCUMENT["components"]}
            jsonschema_rs.validate(schema, content["example"])
            seen += 1

    assert seen > 10


def test_a_route_answers_with_the_document(api: Client) -> None:
    answer = api.get("/openapi.json")

    assert PLACE.read_text(encoding="utf-8") == answer.text
    assert (200, "application/json") == (answer.status, answer.headers["content-type"])
    assert "public, max-age=300" == answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_who_has_the_current_copy_is_not_sent_another(api: Client, path: str) -> None:
    etag = api.get(path).headers["etag"]

    kept = api.get(path, headers={"if-none-match": f'"older", W/{etag}'})
    changed = api.get(path, headers={"if-none-match": '"older"'})

    assert (304, "", etag) == (kept.status, kept.text, kept.headers["etag"])
    assert 200 == changed.status


def test_a_route_whose_types_are_texts_is_refused() -> None:
    """They would be compiled at the start, one by one."""
    from runtime.api.routing import answers

    def live() -> str:
        return ""

    live.__annotations__["return"] = "str"

    with pytest.raises(TypeError, match="leave `annotations` of __future__ out"):
        answers("GET /health/live", "Twice", database=False)(live)
