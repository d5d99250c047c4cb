"""Whatever is sent to the API, it answers as its document says: asked by schemathesis, over HTTP.

https://schemathesis.readthedocs.io/en/stable/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import schemathesis
from schemathesis.engine import events, from_schema

from runtime.api.openapi import PLACE
from tests.runtime.api.asking import serve
from tests.runtime.api.serving import over_http
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED: Final = 20261125
METHODS: Final = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH")
"""What is tried at paths that do not know it; TRACE never gets past the gateway."""
FITTING: Final = ("2xx", "304", "401", "403", "404", "409", "422")
"""How a request of the documented form may be answered: 422 if its idempotency key is that of another."""
UNTOLD: Final = (
    "POST /api/v1/organizations",
    "POST /api/v1/organizations/{org_id}/teams",
    "POST /api/v1/repositories",
)
"""Forms with a rule that no schema tells: a name without a slug in it, GitHub's rules for names."""
SHADOWED: Final = (
    "/api/v1/tasks/stats",
    "/api/v1/organizations/{org_id}/members/accept",
)
"""Paths that are, to another method, an id of the path beside them."""
FEW: Final = ("/api/v1/tasks", "/api/v1/organizations/{org_id}/members/{user_id}")
"""Paths at which every bound is tried in `make test`; in `make soak` it is all of them."""


def configuration(token: str, url: str, phases: dict[str, dict[str, Any]]) -> schemathesis.Config:
    """How to ask; the same seed asks the same."""
    fitting = {"positive_data_acceptance": {"expected-statuses": list(FITTING)}}
    loose = {"positive_data_acceptance": {"expected-statuses": ["400", *FITTING]}}
    off = {"enabled": False}
    unlisted = {"unsupported_method": off, "allow_header_conformance": off}
    return schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "base-url": url,
            "headers": {"Authorization": f"Bearer {token}"},
            "checks": fitting,
            "operations": [
                *({"include-name": name, "checks": loose} for name in UNTOLD),
                *({"include-path": path, "checks": unlisted} for path in SHADOWED),
            ],
            "generation": {"allow-x00": False, "database": "none"},
            "phases": {"enabled": False} | phases,
        }
    )


def wrong(finished: events.ScenarioFinished) -> Iterator[str]:
    """What was wrong with the answers of an operation, each with a command that shows it."""
    for nodes in finished.recorder.checks.values():
        for node in nodes:
            if node.failure_info is not None:
                failure = node.failure_info.failure
                yield f"{finished.label}: {failure.title}\n{failure.message}\n{node.failure_info.code_sample}"


def ask(config: schemathesis.Config, paths: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Ask what the paths offer, or all there are; how many answers came, and what was wrong with them."""
    document = json.loads(PLACE.read_text(encoding="utf-8"))
    for path in list(document["paths"]):
        if "/auth/github" in path or (paths and path not in paths):  # the former are another function's
            del document["paths"][path]
    schema = schemathesis.openapi.from_dict(document, config=config)
    answers, found = 0, list[str]()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            answers += len(event.recorder.interactions)
            found += wrong(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(getattr(event, "value", None) or getattr(event, "exception", "")))
    return answers, found


def test_every_answer_is_documented(own_url: str) -> None:
    """In `make soak` requests also follow one another: what one made, the next is about."""
    api = serve(own_url).sign_in()
    phases: dict[str, dict[str, Any]] = {
        "fuzzing": {"enabled": True, "generation": {"max-examples": examples(3, 100)}},
        "stateful": {"enabled": examples(0, 1) > 0, "generation": {"max-examples": 50}},
    }
    with over_http(api) as url:
        answers, found = ask(configuration(str(api.token), url, phases))

    assert [] == found
    assert answers > 100


def test_every_bound_of_a_form_is_kept(own_url: str) -> None:
    api = serve(own_url).sign_in()
    bounds: dict[str, dict[str, Any]] = {
        "coverage": {"enabled": True, "unexpected-methods": list(METHODS)},
        "examples": {"enabled": True},
    }
    with over_http(api) as url:
        answers, found = ask(configuration(str(api.token), url, bounds), FEW[: examples(len(FEW), 0)])

    assert [] == found
    assert answers > 50
