"""Remembers, until the API was seen to be well, how the service stack was before a deployment changed it.

A run that is stopped after the functions have changed leaves new versions that nobody has asked for health;
for the next run these would be the ones "before". So what there was is kept beside the lock, under the same
rights, and goes when the smoke test has passed, or the functions are back. No secret is in it: CloudFormation
tells none of a parameter's, and templates name where secrets are.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ops.artifacts import PARAMETERS, Published, published
from ops.deploying.aliases import Alias
from ops.deploying.going_back import Before
from ops.errors import NotDeployed
from ops.locking import LOCKS
from ops.stack import describe
from ops.wanted import Declared, WantedStack
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ops.live import Live

    Document = dict[str, Any]

FORM: Final = 1
"""Of the object; one of another form is left aside."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A deployment that was begun: `before` is None where there was no service stack.

    `came_from` and `goes_to` are the packages before and after, `given` the values that were given to the
    service stack's parameters.
    """

    before: Before | None
    came_from: Published
    goes_to: Published
    given: Mapping[str, str] = field(default_factory=dict)


def read(live: Live, bucket: str) -> Unfinished | None:
    """The deployment that was not seen to its end; None where there is none.

    Nor is there one where the system has become another one meanwhile, by somebody who deploys without this
    program, by a rotation, or because its stack is gone: going back to what was before would undo that.
    """
    found = _stored(live, bucket)
    return found if found is not None and _still_holds(live, found) else None


def keep(live: Live, bucket: str, begun: Unfinished) -> None:
    """Remember a deployment that begins, or goes on."""
    document = {
        "form": FORM,
        "before": asdict(begun.before) if begun.before else None,
        "came_from": asdict(begun.came_from),
        "goes_to": asdict(begun.goes_to),
        "given": dict(begun.given),
    }
    live.call(
        "s3:PutObject",
        _thing(live, bucket),
        **_where(live, bucket),
        Body=json.dumps(document).encode(),
        ContentType="application/json",
    )


def forget(live: Live, bucket: str, say: Callable[[str], None]) -> None:
    """The API is well, or as it was before; where S3 can't be asked, the next run asks the API again."""
    try:
        live.call("s3:DeleteObject", _thing(live, bucket), **_where(live, bucket))
    except AccessError as error:
        say(f"that this deployment has come to its end could not be written: {error}")


def _stored(live: Live, bucket: str) -> Unfinished | None:
    try:
        answer = live.call("s3:GetObject", _thing(live, bucket), **_where(live, bucket))
    except NotDeployed:
        return None
    try:
        return _of(json.loads(answer["Body"].read()))
    except (ValueError, TypeError, KeyError):
        # of another release, or nobody's: a deployment begins as if there were none
        return None


def _of(document: Document) -> Unfinished | None:
    if document["form"] != FORM:
        return None
    before = document["before"]
    return Unfinished(
        _before(before) if before else None,
        Published(**document["came_from"]),
        Published(**document["goes_to"]),
        document["given"],
    )


def _before(document: Document) -> Before:
    stack = document["stack"]
    declared = tuple(Declared(**one) for one in stack["parameters"])
    return Before(
        WantedStack(**stack | {"parameters": declared, "capabilities": tuple(stack["capabilities"])}),
        document["parameters"],
        Published(**document["published"]),
        tuple(Alias(**one) for one in document["aliases"]),
    )


def _still_holds(live: Live, found: Unfinished) -> bool:
    now = published(live)
    if any(
        getattr(now, name) not in (getattr(found.came_from, name), getattr(found.goes_to, name))
        for name in PARAMETERS
    ):
        return False
    if found.before is None:
        return True
    service = describe(live, found.before.stack.name)
    return service is not None and all(
        service.parameters.get(name, value) in (value, found.given.get(name))
        for name, value in found.before.parameters.items()
    )


def _thing(live: Live, bucket: str) -> str:
    """What errors call it."""
    return f"object {_key(live)} of bucket {bucket}"


def _key(live: Live) -> str:
    return f"{LOCKS}{live.system}-unfinished.json"


def _where(live: Live, bucket: str) -> dict[str, str]:
    return {"Bucket": bucket, "Key": _key(live), "ExpectedBucketOwner": live.require_account()}
