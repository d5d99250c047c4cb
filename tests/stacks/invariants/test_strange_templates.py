"""No rule falls over a template that is broken in ways nobody has thought of."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfn import CfnError
from stacks.invariants.catalogue import rules
from tests.sampling import examples
from tests.stacks.systems import system, templates

if TYPE_CHECKING:
    from tests.stacks.systems import Templates

REMOVED = object()
STRANGE: tuple[Any, ...] = (
    REMOVED,
    None,
    True,
    0,
    -1.5,
    "",
    "*",
    "{",
    "arn:aws:iam::",
    "${Nothing",
    [],
    [[]],
    [{}],
    [None],
    {},
    {"": {}},
    {"Ref": "AWS::NoValue"},
    {"Ref": "AWS::StackName"},
    {"Fn::GetAtt": ["HttpApi", "ApiId"]},
    {"Fn::Sub": "a ${AWS::StackId} b"},
    [{"Fn::GetAZs": ""}, 7, {"Key": ["Value"]}],
)


@st.composite
def strange_templates(draw: st.DrawFn) -> tuple[str, Templates]:
    """Real templates of an environment in which a few properties are gone, or are something else."""
    environment = draw(st.sampled_from(["staging", "production", "reported"]))
    bodies = templates(environment)
    for _ in range(draw(st.integers(1, 4))):
        resources = bodies[draw(st.sampled_from(sorted(bodies)))]["Resources"]
        body = resources[draw(st.sampled_from(sorted(resources)))]
        if "Properties" in body:
            place, key = _somewhere(draw, body, "Properties")
            _put(place, key, draw(st.sampled_from(STRANGE)))
    return environment, bodies


def _somewhere(draw: st.DrawFn, place: Any, key: Any) -> tuple[Any, Any]:
    """A place within a value, and a key or index there."""
    inside = place[key]
    if not isinstance(inside, dict | list) or not inside or draw(st.integers(0, 4)) == 0:
        return place, key
    keys = sorted(inside) if isinstance(inside, dict) else range(len(inside))
    return _somewhere(draw, inside, draw(st.sampled_from(keys)))


def _put(place: Any, key: Any, value: Any) -> None:
    if value is REMOVED:
        del place[key]
    else:
        place[key] = copy.deepcopy(value)


@given(strange_templates())
@settings(max_examples=examples(100, soak=20_000))
def test_no_rule_falls_over_a_strange_template(drawn: tuple[str, Templates]) -> None:
    """A rule finds something, finds nothing, or says that the template can't be read."""
    broken = system(*drawn)

    for each in rules():
        with suppress(CfnError):
            list(each.findings(broken))
