"""Whatever stands in a template, reading it ends in an answer or in an error that someone can act on."""

from __future__ import annotations

import copy
import json
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cfn import CfnError, Deployment, Template
from cfn.errors import Unparsable
from cfn.functions import FUNCTIONS
from cfn.yaml_form import parse_yaml
from tests.cfn.making import resource
from tests.cfn.yaml_writing import short
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOLDEN = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent.parent / "golden").glob("*/*.json"))
    if path.stem != "manifest"
}
TRANSFORMS = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", ["AWS::LanguageExtensions", "X"], 5)
WORDS = (
    *("", "A", "B", "${A}", "${A.Arn}", "${}", "a,b", "10.0.0.0/16", "::/0", "AWS::NoValue", "AWS::Region"),
    *("AWS::SSM::Parameter", "CommaDelimitedList", "Number", "9" * 5000, "\ud800", "²", "1e999999", "live"),
)
KEYS = (
    *FUNCTIONS,
    *("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Fn::ForEach::X", "Condition", "A", "B", "${A}", "Type"),
    *("Properties", "DependsOn", "DeletionPolicy", "Value", "Export", "Name", "Default", "DefaultValue"),
    *("NoEcho", "AllowedValues", "Transform", "Metadata", "CidrBlock"),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 300),
        st.floats(allow_nan=False),
        st.sampled_from(WORDS),
        st.text(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(st.sampled_from(KEYS), inner).map(lambda pair: dict([pair])),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    ),
    max_leaves=15,
)
SOUND_RESOURCES = st.fixed_dictionaries(
    {
        "Type": st.sampled_from(["AWS::EC2::VPC", "AWS::SSM::Parameter", "AWS::Serverless::Api"]),
        "Properties": st.dictionaries(st.sampled_from(["CidrBlock", "Value", "Name", "Type"]), VALUES),
    },
    optional=dict.fromkeys(("Condition", "DeletionPolicy", "DependsOn"), VALUES),
)
BODIES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(["A", "B", "Fn::ForEach::X"]), SOUND_RESOURCES | VALUES)},
    optional={
        "Transform": st.sampled_from(TRANSFORMS),
        **{
            key: st.dictionaries(st.sampled_from(["A", "B", "Fn::ForEach::X", "Fn::Transform"]), VALUES)
            | VALUES
            for key in ("Conditions", "Mappings", "Outputs", "Parameters")
        },
    },
)


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """A real template in which a few values are something else."""
    body: dict[str, Any] = copy.deepcopy(GOLDEN[draw(st.sampled_from(sorted(GOLDEN)))])
    if draw(st.booleans()):
        body["Transform"] = copy.deepcopy(draw(st.sampled_from(TRANSFORMS)))
    for _ in range(draw(st.integers(1, 4))):
        place: Any = body
        key = drawn_key(draw, body)
        while isinstance(place[key], dict | list) and place[key] and draw(st.integers(0, 5)):
            place = place[key]
            key = drawn_key(draw, place)
        place[key] = draw(VALUES)
    return body


def drawn_key(draw: st.DrawFn, place: Any) -> Any:
    keys = sorted(place) if isinstance(place, dict) else range(len(place))
    return keys[draw(st.integers(0, len(keys) - 1))]


def questions(body: Any) -> Iterator[Callable[[], object]]:
    """Everything that can be asked about a template."""
    template = Template("tried", body)
    system = Deployment("tried", [template], "eu-west-1", stack_prefix="x-")
    resolver = system.resolver("tried")
    yield system.check
    yield partial(getattr, system, "links")
    yield partial(system.outputs, "tried")
    yield partial(resolver.resolve, {"Fn::ImportValue": "A"})
    for each in system.resources():
        yield partial(system.get, each, "Value.A.0")
        for attribute in ("depends_on", "deletion_policy", "update_replace_policy", "metadata"):
            yield partial(getattr, each, attribute)
    for condition in resolver.template.conditions:
        yield partial(resolver.holds, condition)


def ask_everything(body: Any) -> None:
    with suppress(CfnError):
        for question in questions(body):
            with suppress(CfnError):
                question()


@given(st.one_of(VALUES, BODIES))
@example({"Resources": {}, "Outputs": {"Fn::ForEach::X": []}})
@settings(max_examples=examples(300, soak=20_000))
def test_any_json_is_read_or_refused(body: Any) -> None:
    ask_everything(body)


@given(mutations())
@settings(max_examples=examples(100, soak=10_000))
def test_any_broken_template_of_ours_is_read_or_refused(body: Any) -> None:
    ask_everything(body)


FRAGMENTS = (
    *(
        "*a",
        "&a ",
        "<<: ",
        "!Ref ",
        "!Foo ",
        "!!binary ",
        "- ",
        "? ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "\t",
        "\n",
        "  ",
    ),
    *(
        "'",
        '"',
        "|",
        "---\n",
        "%YAML 1.1\n",
        "\0",
        "\x85",
        "~",
        "#",
        "!",
        "!<tag:x> ",
        "\n    Fn::ForEach::X: ",
    ),
)
TEXT = short(GOLDEN["staging/service"])[:3000]


EDITS = st.tuples(st.integers(0, len(TEXT)), st.integers(0, 9), st.sampled_from(FRAGMENTS))


@given(st.lists(EDITS, max_size=5))
@settings(max_examples=examples(100, soak=10_000))
def test_any_broken_yaml_is_read_or_refused(edits: list[tuple[int, int, str]]) -> None:
    text = TEXT
    for start, length, fragment in edits:
        text = text[:start] + fragment + text[start + length :]

    with suppress(Unparsable):
        ask_everything(parse_yaml(text, 100))


def many(count: int) -> dict[str, Any]:
    """A template of so many resources, each needing the one before it."""
    return {
        "Parameters": {"Stage": {"Type": "String", "Default": "live"}},
        "Conditions": {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
        "Resources": {
            f"R{number}": resource(
                "Lambda::Function",
                Name={"Fn::Sub": f"${{Stage}}-{number}"},
                Role={"Fn::GetAtt": [f"R{max(number - 1, 1)}", "Arn"]} if number > 1 else "x",
                Tags=[{"Fn::If": ["Live", {"Key": "a", "Value": {"Ref": "Stage"}}, {"Ref": "AWS::NoValue"}]}],
            )
            for number in range(1, count + 1)
        },
        "Outputs": {f"O{number}": {"Value": {"Ref": f"R{number}"}} for number in range(1, count + 1)},
    }


def calls(body: dict[str, Any]) -> int:
    """How many Python functions run while everything in a template is resolved."""
    count = 0

    def counted(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counted)
    try:
        Deployment("large", [Template("large", body)], "eu-west-1").check()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "transform", [{}, {"Transform": "AWS::LanguageExtensions"}], ids=["plain", "extended"]
)
def test_work_grows_with_the_template_and_no_faster(transform: dict[str, Any]) -> None:
    assert calls(many(400) | transform) < 4.4 * calls(many(100) | transform)
