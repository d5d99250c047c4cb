"""The layout of the JSON we write: sorted, short lines, and nothing lost."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stacks.writing import WIDTH, dumps

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(JSON)
def test_what_is_written_reads_back_the_same(value: Any) -> None:
    assert value == json.loads(dumps(value))


@given(JSON)
def test_the_order_of_keys_does_not_matter(value: Any) -> None:
    assert dumps(value) == dumps(turned_round(value))


def turned_round(value: Any) -> Any:
    """The same with the keys in the other order, at every depth."""
    if isinstance(value, dict):
        return {key: turned_round(inside) for key, inside in reversed(value.items())}
    return [turned_round(inside) for inside in value] if isinstance(value, list) else value


def test_what_fits_on_a_line_stands_on_one() -> None:
    assert dumps({"b": {"Ref": "A"}, "a": 1}) == '{"a": 1, "b": {"Ref": "A"}}\n'


def test_a_list_that_does_not_fit_has_a_line_for_each_item() -> None:
    assert dumps(["x" * WIDTH, {"Ref": "A"}]) == f'[\n "{"x" * WIDTH}",\n {{"Ref": "A"}}\n]\n'
