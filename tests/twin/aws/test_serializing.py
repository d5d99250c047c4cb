"""What our writer of XML and our finder of members say is what moto's own say."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core import serialize
from moto.core.utils import get_service_model

from tests.sampling import examples
from twin.aws.mends import mend
from twin.aws.mends.serializing import _value_getter, _writer

xmltodict: Any = import_module("xmltodict")
"""Imported so, since it has no annotations."""

NAMES = st.sampled_from(["Name", "member", "Id-2", "item"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])) | st.sampled_from(
    ["", " a ", "<&>\"'", "]]>"]
)
LEAVES = TEXTS | st.integers() | st.booleans() | st.none() | st.binary(max_size=3) | st.floats()
ATTRIBUTES = st.fixed_dictionaries(
    {}, optional={"@xmlns": TEXTS, "@kind": LEAVES, "#text": LEAVES, "@none": st.none()}
)


def _element(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(NAMES, inside | st.lists(inside, max_size=3), max_size=3)
    return st.builds(lambda attributes, held: attributes | held, ATTRIBUTES, members)


DOCUMENTS = st.dictionaries(
    NAMES, st.recursive(LEAVES | ATTRIBUTES, _element, max_leaves=8), min_size=1, max_size=1
)


@pytest.mark.parametrize("short", [True, False])
@pytest.mark.parametrize("full", [True, False])
@given(document=DOCUMENTS)
@settings(max_examples=examples(40, soak=5000))
def test_xml_is_written_byte_for_byte_as_xmltodict_writes_it(
    document: dict[str, Any], *, full: bool, short: bool
) -> None:
    style = {"full_document": full, "pretty": False, "short_empty_elements": short}

    assert xmltodict.unparse(document, **style) == _writer(_never)(document, **style)


def _never(*_: Any, **__: Any) -> str:
    raise AssertionError("this document needs no other writer")


class Instance:
    """Holds members as moto's models do: in snake case, without the prefix, or under an alias."""

    class Meta:
        """What moto looks up first."""

        serialization_aliases: ClassVar = {"Engine": "kind_of_engine"}

    kind_of_engine = "postgres"
    db_instance_arn = "arn"
    identifier = "by-the-short-name"
    MultiAZ = False


HELD: dict[str, Any] = {
    "an object": Instance(),
    "names of the model": {"DBInstanceIdentifier": "a", "engine": "b", "MultiAZ": None, "Tags": []},
    "names of moto": {"db_instance_identifier": "a", "DBInstanceArn": "b", "TagList": [{"Key": "k"}]},
    "nothing": {},
}


@pytest.mark.parametrize("held", HELD.values(), ids=HELD.keys())
@pytest.mark.parametrize(
    "transformers", [{}, {"DBInstance.Engine": "<{}>".format}], ids=["as is", "transformed"]
)
def test_every_member_is_found_where_moto_finds_it(held: Any, transformers: dict[str, Any]) -> None:
    mend()
    operation = get_service_model("rds").operation_model("DescribeDBInstances")
    told: Any = operation.output_shape
    shape = told.members["DBInstances"].member
    serializer = serialize.QuerySerializer(
        operation,
        value_picker=serialize.XFormedAttributePicker(response_transformers=transformers),
    )
    serializer.path = ["DescribeDBInstances", "DBInstance"]
    ours = _value_getter(_never)
    for key, member in shape.members.items():
        member.parent = shape
        context = serialize.AttributePickerContext(
            obj=held, key=key, shape=member, key_path=".".join(serializer.path)
        )

        assert serializer._value_picker(context) == ours(serializer, held, key, member)
