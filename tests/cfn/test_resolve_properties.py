"""What is true of every value that is resolved, whatever it is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cfn import Resolver, Template, TemplateInvalid
from tests.cfn.resolving import BODY, host, ref, resolve

PLAIN = st.text(alphabet="ab,/-", max_size=4)
ATOMS = st.one_of(
    PLAIN,
    st.integers(-9, 9),
    st.booleans(),
    st.sampled_from(
        ["Stage", "Size", "Zones", "Nobody", "Nothings", "Database", "AWS::Region", "AWS::NoValue"]
    ).map(lambda name: {"Ref": name}),
    st.just(host),
    st.sampled_from(["${Stage}${Database}", "${!x}", "${Nobody}", "x${Api.Id}y"]).map(
        lambda text: {"Fn::Sub": text}
    ),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        st.tuples(st.sampled_from(["Live", "Quiet", "Open"]), inner, inner).map(
            lambda parts: {"Fn::If": [*parts]}
        ),
        inner.map(lambda value: {"Fn::ToJsonString": value}),
    ),
    max_leaves=8,
)


def sound(value: Any) -> Any:
    """The resolved value, or None where the drawn value makes no sense."""
    try:
        return resolve(value)
    except TemplateInvalid:
        return None


@given(VALUES)
def test_resolving_twice_changes_nothing(value: Any) -> None:
    once = sound(value)

    assert once == resolve(once)


@given(VALUES)
def test_nothing_of_a_function_is_left_over(value: Any) -> None:
    def leftovers(resolved: Any) -> bool:
        if isinstance(resolved, dict):
            return any(
                key == "Ref" or key.startswith("Fn::") or leftovers(item) for key, item in resolved.items()
            )
        return isinstance(resolved, list) and any(map(leftovers, resolved))

    assert not leftovers(sound(value))


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_in_which_a_template_is_written_makes_no_difference(value: Any, random: Any) -> None:
    def shuffled(section: Any) -> Any:
        if not isinstance(section, dict):
            return section
        items = list(section.items())
        random.shuffle(items)
        return {key: shuffled(item) for key, item in items}

    permuted = Resolver(Template("service", shuffled(BODY)), region="eu-west-1")

    assert sound(value) == sound_by(permuted, value)


def sound_by(other: Resolver, value: Any) -> Any:
    try:
        return other.resolve(value)
    except TemplateInvalid:
        return None


@given(
    st.lists(st.one_of(PLAIN.filter(lambda text: "," not in text), st.just(ref), st.just(host)), min_size=1)
)
def test_splitting_what_was_joined_gives_it_back(items: list[Any]) -> None:
    expected = resolve(items)

    assert expected == resolve({"Fn::Split": [",", {"Fn::Join": [",", items]}]}) or len(items) == 1
