"""Templates that make no sense are refused in a sentence, or priced: functions, APIs, messages, logs."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cfn import Deployment, Template
from cfn.errors import CfnError
from cost import CostError, UsageFile, estimate
from tests.cost.pricings.test_nonsense_of_compute import FOLDER, NONSENSE, paths
from tests.cost.pricings.test_usage_of_serverless import PROPERTIES

BILLS = json.loads((FOLDER / "serverless.json").read_text("utf-8"))
MORE = [
    {
        "resources": {"It": {"Type": type_, "Properties": properties}},
        "usage": {},
        "region": "us-east-1",
    }
    for type_, several in PROPERTIES.items()
    for properties in several
    if properties
]


@st.composite
def templates(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A bill and its resources with nonsense in place of one of their values."""
    bill = draw(st.sampled_from([*BILLS, *MORE]))
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
    template = Template("bill", {"Resources": resources})
    try:
        found = estimate(
            Deployment("bill", [template], bill["region"], "123456789012"), usage=UsageFile.of(bill["usage"])
        )
    except (CostError, CfnError) as error:
        assert str(error)  # noqa: PT017 - either end is a right one
    else:
        assert found.total() >= 0
