"""Errors say in one sentence what is wrong and what to do, and keep their data."""

from __future__ import annotations

from pathlib import Path

import pytest

import cfn
from cfn import (
    ArnInvalid,
    CfnError,
    CircularReference,
    TemplateAbsent,
    TemplateInvalid,
    TemplateUnreadable,
    ValueUnknown,
)

ERRORS = [
    ArnInvalid("nonsense"),
    CircularReference(["A", "B", "A"], "service"),
    TemplateAbsent("staging", "edge", ["network", "service"]),
    TemplateInvalid("service", "Resources/Api", "Ref names Nobody", "name somebody"),
    TemplateUnreadable(Path("service.json"), "there is no such file"),
    ValueUnknown("service.Role", "nobody gave it"),
]


def test_every_error_of_the_tree_is_shown_here() -> None:
    offered = {name for name in cfn.__all__ if issubclass_of_cfn_error(getattr(cfn, name))}

    assert {type(error).__name__ for error in ERRORS} == offered - {"CfnError"}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_names_what_is_wrong_and_what_to_do(error: CfnError) -> None:
    sentence = str(error)

    assert any(mark in sentence for mark in ("; ", ": "))
    assert not sentence.endswith(".")


def test_a_circle_shows_the_whole_way_round() -> None:
    assert str(CircularReference(["A", "B", "A"], "service")) == (
        "service: A -> B -> A is a circle; cut one of these links"
    )


def test_an_invalid_template_keeps_its_parts() -> None:
    error = TemplateInvalid("service", "Resources/Api", "Ref names Nobody", "name somebody")

    assert ("service", "Resources/Api", "Ref names Nobody", "name somebody") == (
        error.name,
        error.where,
        error.found,
        error.remedy,
    )
    assert str(error) == "template service, Resources/Api: Ref names Nobody; name somebody"


def issubclass_of_cfn_error(offered: object) -> bool:
    return isinstance(offered, type) and issubclass(offered, CfnError)
