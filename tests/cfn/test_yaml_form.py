"""YAML means what its JSON means: short forms, text kept as written, aliases and their limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cfn import Template
from cfn.errors import Unparsable
from cfn.yaml_form import parse_yaml
from tests.cfn.resolving import resolve
from tests.cfn.test_resolve_properties import VALUES, sound
from tests.cfn.yaml_writing import short

GOLDEN = sorted(
    path for path in (Path(__file__).parent.parent / "golden").glob("*/*.json") if path.stem != "manifest"
)


def parse(text: str) -> Any:
    return parse_yaml(text, 100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Stage", {"Ref": "Stage"}),
        ("!Ref 123", {"Ref": "123"}),
        ("!Condition Live", {"Condition": "Live"}),
        ("!GetAtt Database.Endpoint.Address", {"Fn::GetAtt": ["Database", "Endpoint.Address"]}),
        ("!GetAtt [Database, Endpoint.Address]", {"Fn::GetAtt": ["Database", "Endpoint.Address"]}),
        ("!GetAtt Database", {"Fn::GetAtt": "Database"}),
        ('!Sub "${Stage}-x"', {"Fn::Sub": "${Stage}-x"}),
        ('!Sub ["${a}", {a: !Ref Stage}]', {"Fn::Sub": ["${a}", {"a": {"Ref": "Stage"}}]}),
        ("!Join ['-', [a, !Ref Stage]]", {"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}),
        ("!Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        ("!Split [',', a]", {"Fn::Split": [",", "a"]}),
        ("!If [Live, 1, !Ref AWS::NoValue]", {"Fn::If": ["Live", 1, {"Ref": "AWS::NoValue"}]}),
        ("!Equals [!Ref Stage, live]", {"Fn::Equals": [{"Ref": "Stage"}, "live"]}),
        ("!And [!Condition A, !Condition B]", {"Fn::And": [{"Condition": "A"}, {"Condition": "B"}]}),
        ("!Or [!Condition A, !Condition B]", {"Fn::Or": [{"Condition": "A"}, {"Condition": "B"}]}),
        ("!Not [!Condition A]", {"Fn::Not": [{"Condition": "A"}]}),
        ("!FindInMap [Sizes, live, Memory]", {"Fn::FindInMap": ["Sizes", "live", "Memory"]}),
        (
            "!FindInMap [Sizes, x, Memory, DefaultValue: 1]",
            {"Fn::FindInMap": ["Sizes", "x", "Memory", {"DefaultValue": 1}]},
        ),
        ("!ImportValue vpc", {"Fn::ImportValue": "vpc"}),
        ("!Base64 text", {"Fn::Base64": "text"}),
        ("Fn::Base64: !Sub text", {"Fn::Base64": {"Fn::Sub": "text"}}),
        ("!Cidr [10.0.0.0/16, 2, 8]", {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}),
        ("!GetAZs", {"Fn::GetAZs": ""}),
        (
            "!Transform {Name: AWS::Include, Parameters: {Location: x}}",
            {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "x"}}},
        ),
        ("!Length [a, b]", {"Fn::Length": ["a", "b"]}),
        ("!ToJsonString {a: 1}", {"Fn::ToJsonString": {"a": 1}}),
        ("!GetStackOutput {StackName: a}", {"Fn::GetStackOutput": {"StackName": "a"}}),
        ("!Contains [[a], !Ref Stage]", {"Fn::Contains": [["a"], {"Ref": "Stage"}]}),
        (
            "Fn::ForEach::Topics: [Name, [a, b], {'${Name}': !Ref Name}]",
            {"Fn::ForEach::Topics": ["Name", ["a", "b"], {"${Name}": {"Ref": "Name"}}]},
        ),
    ],
)
def test_a_short_form_stands_for(text: str, expected: Any) -> None:
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2012-10-17", "2012-10-17"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("012345678901", "012345678901"),
        ("123456789012", 123456789012),
        ("1" * 40, "1" * 40),
        ("22:22", "22:22"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("-7", -7),
        ("+7", "+7"),
        ("-0", "-0"),
        ("1.5", 1.5),
        ("1.10", "1.10"),
        ("1e3", "1e3"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("true", True),
        ("No", False),
        ("'true'", "true"),
        ('"5"', "5"),
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("!!int 5", 5),
        ("!!timestamp 2012-10-17", "2012-10-17"),
        ("~", None),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
        ("{2012-10-17: 1, 012: 2, true: 3, 5: 4}", {"2012-10-17": 1, "012": 2, "true": 3, "5": 4}),
        ("!!map {a: !!seq [1]}", {"a": [1]}),
    ],
)
def test_a_scalar_is_a_number_only_where_it_shows_the_same_text(text: str, expected: Any) -> None:
    found = parse(text)

    assert expected == found
    assert type(expected) is type(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x {k: 1}\nb: {<<: *x, l: 2}", {"a": {"k": 1}, "b": {"k": 1, "l": 2}}),
        ("a: &x {k: 1}\nb: {k: 2, <<: *x}", {"a": {"k": 1}, "b": {"k": 2}}),
        ("a: [&x {k: 1, l: 1}, &y {k: 2, m: 2}]\nb: {<<: [*x, *y]}", {"k": 1, "l": 1, "m": 2}),
        ("a: {'<<': 1}", {"a": {"<<": 1}}),
        ("&x a: 1\nb: *x", {"a": 1, "b": "a"}),
        ("a: &x b\n*x : 1", {"a": "b", "b": 1}),
        ("a: &x !Ref Stage\nb: *x", {"a": {"Ref": "Stage"}, "b": {"Ref": "Stage"}}),
    ],
)
def test_aliases_and_merges_bring_in_what_they_name(text: str, expected: Any) -> None:
    found = parse(text)

    assert expected in (found, found.get("b"))


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (BOMB, (6, 20), "it comes to more than 300000 values, aliases spelt out"),
        ("a: &x [*x]", (1, 8), "*x stands within what it names"),
        ("a: *x", (1, 4), "nothing before it is called &x"),
        ("a: {<<: 1}", (1, 5), "<< merges something that is not a mapping"),
        ("a: {<<: [1]}", (1, 5), "<< merges something that is not a mapping"),
        ("a: 1\nb: 2\na: 3", (3, 1), "key 'a' is there twice, first in line 1"),
        ("x: {b: 1, b: 2}", (1, 11), "key 'b' is there twice, first in line 1"),
        ("? [a]\n: 1", (1, 3), "a key is not text"),
        ("!Ref a : 1", (1, 1), "a key is not text"),
        ("a: !Reff x", (1, 4), "!Reff is not a function (did you mean !Ref?)"),
        ("a: !Zzz x", (1, 4), "!Zzz is not a function"),
        ("a: !!binary x", (1, 4), "CloudFormation takes no !!binary"),
        ("a: !!set {x}", (1, 4), "CloudFormation takes no !!set"),
        ("a: 1\n---\nb: 2", (2, 1), "a second document begins"),
        ("[" * 200, (1, 102), "it is nested deeper than 100 levels"),
        ("a: [", (2, 1), "it is not YAML: did not find expected node content"),
    ],
)
def test_a_mistake_is_named_with_line_and_column(text: str, place: tuple[int, int], reason: str) -> None:
    with pytest.raises(Unparsable) as refused:
        parse(text)

    assert refused.value.reason.startswith(reason)
    assert place == (refused.value.line, refused.value.column)


@given(VALUES)
def test_yaml_with_short_forms_comes_to_the_same(value: Any) -> None:
    assert sound(value) == sound(parse(short({"a": value}))["a"])


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**15), 10**15),
        st.text(st.characters(exclude_categories=["C"])),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text("abc.:-1 ", min_size=1), inner)),
)


@given(st.dictionaries(st.sampled_from("abc"), JSON))
def test_json_written_as_yaml_comes_back(value: Any) -> None:
    assert value == parse(yaml.safe_dump(value, allow_unicode=True))
    assert value == parse(json.dumps(value, ensure_ascii=False))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_our_own_templates_come_back_from_yaml(path: Path, tmp_path: Path) -> None:
    written = tmp_path / f"{path.stem}.yaml"
    written.write_text(short(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")

    assert Template.load(path).body == Template.load(written).body


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)

    test_a_short_form_stands_for(
        "!Sub ['${a}', {a: !Ref Stage}]", {"Fn::Sub": ["${a}", {"a": {"Ref": "Stage"}}]}
    )
    test_a_scalar_is_a_number_only_where_it_shows_the_same_text("! 5", "5")
    assert resolve(parse("!Sub '${Stage}'")) == "live"
