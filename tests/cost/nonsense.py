"""Values that make no sense, put in place of one value of a template after another."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from cfn import Deployment, Template
from cfn.errors import CfnError
from cost import CostError, Estimate, UsageFile, estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Path = tuple[Any, ...]

NONSENSE: list[Any] = [
    {"Fn::ImportValue": "elsewhere"},
    {"Fn::Sub": "${AWS::StackName}-1"},
    {"Fn::GetAZs": ""},
    {"Ref": "AWS::NoValue"},
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


def paths(value: Any, so_far: Path = ()) -> Iterator[Path]:
    """Where something stands within a value, at every depth."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in below:
        yield (*so_far, key)
        yield from paths(inside, (*so_far, key))


def replaced(value: Any, path: Path, nonsense: Any) -> Any:
    """A copy of a value, with nonsense at a path of it."""
    changed = copy.deepcopy(value)
    *outer, last = path
    holder = changed
    for step in outer:
        holder = holder[step]
    holder[last] = nonsense
    return changed


def spoiled(resource: dict[str, Any], nonsense: Sequence[Any] = NONSENSE) -> Iterator[dict[str, Any]]:
    """A resource with nonsense in place of each of its properties, and of everything within them."""
    for path in paths(resource["Properties"]):
        for value in nonsense:
            yield replaced(resource, ("Properties", *path), value)


@st.composite
def spoiled_bills(draw: st.DrawFn, bills: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One of several bills, with nonsense in place of one value of its resources."""
    bill = draw(st.sampled_from(bills))
    places = [path for path in paths(bill["resources"]) if len(path) > 2 and path[1] == "Properties"]
    resources = bill["resources"]
    if places:
        resources = replaced(resources, draw(st.sampled_from(places)), draw(st.sampled_from(NONSENSE)))
    return {**bill, "resources": resources}


def priced(bill: dict[str, Any]) -> Estimate:
    """The estimate of a bill."""
    template = Template("bill", {"Resources": bill["resources"]})
    deployment = Deployment("bill", [template], bill["region"], "123456789012")
    return estimate(deployment, usage=UsageFile.of(bill["usage"]))


def assert_refused_in_a_sentence_or_priced(find: Callable[[], Estimate]) -> None:
    """Either end is a right one; anything else, such as a TypeError, is not."""
    try:
        found = find()
    except (CostError, CfnError) as error:
        assert str(error)  # noqa: PT017 - a sentence is one of the ends
    else:
        assert found.total() >= 0
