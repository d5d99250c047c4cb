"""Templates that make no sense are refused in a sentence, or priced: machines, networks, containers."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cfn import Deployment, Template
from cfn.errors import CfnError
from cost import CostError, UsageFile, estimate

FOLDER = Path(__file__).parents[1] / "worked_bills"
BILLS = json.loads((FOLDER / "compute.json").read_text("utf-8"))
NONSENSE = st.sampled_from(
    [
        {"Fn::ImportValue": "elsewhere"},
        {"Fn::Sub": "${AWS::StackName}-1"},
        {"Fn::GetAZs": ""},
        {},
        {"Ebs": "large"},
        [],
        [{"Fn::ImportValue": "elsewhere"}],
        [[1]],
        [{}],
        "",
        "NaN",
        "-1",
        "1e400",
        True,
        0,
        "host",
    ]
)


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a template, at every depth."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(path for key, inside in below for path in paths(inside, (*so_far, key)))]


@st.composite
def templates(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A bill and its resources with nonsense in place of one of their values."""
    bill = draw(st.sampled_from(BILLS))
    resources = copy.deepcopy(bill["resources"])
    places = [path for path in paths(resources) if len(path) > 2 and path[1] == "Properties"]
    if places:
        *outer, last = draw(st.sampled_from(places))
        holder = resources
        for step in outer:
            holder = holder[step]
        holder[last] = draw(NONSENSE)
    return bill, resources


@given(templates())
def test_nonsense_is_refused_in_a_sentence_or_priced(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    bill, resources = drawn
    deployment = Deployment(
        "bill", [Template("bill", {"Resources": resources})], bill["region"], "123456789012"
    )
    try:
        found = estimate(deployment, usage=UsageFile.of(bill["usage"]))
    except (CostError, CfnError) as error:
        assert str(error)  # noqa: PT017 - either end is a right one
    else:
        assert found.total() >= 0
