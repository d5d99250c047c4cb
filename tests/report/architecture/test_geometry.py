"""Nothing lies on anything else, in any picture; and the check for that can fail."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn import Deployment, Template
from report.architecture import architecture_of, draw
from report.architecture.drawing import Box
from report.architecture.layout.geometry import overlaps
from report.architecture.marks import Mark, Marked, Marks
from stacks.synthesis import synthesise
from tests.report.architecture.drawings import ENVIRONMENTS, architecture, drawing
from tests.report.architecture.strategies import HOSTILE, deployment, renamed, systems
from tests.sampling import examples
from tests.stacks.strategies import valid

if TYPE_CHECKING:
    from collections.abc import Callable

    from report.architecture.drawing import Drawing
    from report.architecture.model import Architecture
    from stacks.settings import Environment


def all_marked(found: Architecture, word: str) -> Marks:
    """Every tile, group and arrow with a mark of a word."""
    marks = [Marked(mark, word, word) for mark in Mark]
    return Marks(
        {tile.id: marks[number % len(marks)] for number, tile in enumerate(found.tiles)},
        {group.id: marks[number % len(marks)] for number, group in enumerate(found.groups)},
        {(arrow.source, arrow.target): marks[0] for arrow in found.arrows},
        "a title " * 40,
        ("a note " * 60, "another"),
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_picture_of_ours_can_be_read(environment: str) -> None:
    assert overlaps(drawing(environment)) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_marks_take_no_room_from_anything(environment: str) -> None:
    marks = all_marked(architecture(environment), "fault API-001 and 12 more of them")

    assert overlaps(drawing(environment, marks)) == []


@given(valid())
@settings(max_examples=examples(4, soak=1500))
def test_any_valid_environment_gives_a_picture_that_can_be_read(drawn: Environment) -> None:
    synthesis = synthesise(drawn)
    templates = [Template(stack, content) for stack, content in synthesis.templates.items()]

    assert overlaps(draw(architecture_of(Deployment("drawn", templates, drawn.region)))) == []


@given(systems())
@settings(max_examples=examples(20, soak=5000))
def test_any_system_gives_a_picture_that_can_be_read(resources: dict[str, Any]) -> None:
    assert overlaps(draw(architecture_of(deployment(resources)))) == []


@given(renamed(), st.sampled_from(HOSTILE))
@settings(max_examples=examples(6, soak=3000))
def test_hostile_names_break_no_layout(resources: dict[str, Any], name: str) -> None:
    found = architecture_of(deployment(resources, name))

    assert overlaps(draw(found)) == []
    assert overlaps(draw(found, all_marked(found, name))) == []


def moved(box: Box, to: Box) -> Box:
    """A box at the place of another."""
    return Box(to.x, to.y, box.width, box.height)


def tile_on_tile(found: Drawing) -> Drawing:
    """The first tile lies where the second is."""
    first, second, *others = found.tiles
    return replace(found, tiles=(replace(first, box=moved(first.box, second.box)), second, *others))


def label_on_tile(found: Drawing) -> Drawing:
    """An arrow's label lies on a tile."""
    [first, *others] = found.arrows
    assert first.label is not None
    label = replace(first.label, box=moved(first.label.box, found.tiles[-1].box))
    return replace(found, arrows=(replace(first, label=label), *others))


def label_on_label(found: Drawing) -> Drawing:
    """Two labels lie on each other."""
    first, second, *others = found.arrows
    assert first.label is not None
    return replace(found, arrows=(first, replace(second, label=first.label), *others))


def arrow_through_tile(found: Drawing) -> Drawing:
    """An arrow takes the short way."""
    [first, *others] = found.arrows
    middle = found.tiles[-1].box.middle
    points = ((middle[0] - 500, middle[1]), (middle[0] + 50, middle[1]))
    return replace(found, arrows=(replace(first, points=points), *others))


def arrow_through_caption(found: Drawing) -> Drawing:
    """An arrow goes through what a group is called."""
    [first, *others] = found.arrows
    box = found.groups[0].caption.box
    y = box.y + box.height // 2
    return replace(found, arrows=(replace(first, points=((box.x, y), (box.right, y))), *others))


def arrow_on_arrow(found: Drawing) -> Drawing:
    """Two arrows to different tiles take the same way."""
    first = found.arrows[0]
    second = next(each for each in found.arrows if each.arrow.target != first.arrow.target)
    others = [each for each in found.arrows if each is not second]
    return replace(found, arrows=(*others, replace(second, points=first.points)))


def tile_out_of_group(found: Drawing) -> Drawing:
    """A tile of a group stands outside of it."""
    inside = next(each for each in found.tiles if each.tile.group == "region")
    others = [each for each in found.tiles if each is not inside]
    box = Box(0, 0, inside.box.width, inside.box.height)
    return replace(found, tiles=(*others, replace(inside, box=box)))


def group_on_group(found: Drawing) -> Drawing:
    """Two groups that are not within each other share room."""
    first, second = [each for each in found.groups if each.group.parent.startswith("vpc")][:2]
    others = [each for each in found.groups if each is not second]
    return replace(found, groups=(*others, replace(second, box=first.box)))


def text_too_wide(found: Drawing) -> Drawing:
    """A heading is longer than its room."""
    [first, *others] = found.lines
    return replace(found, lines=(replace(first, text=first.text * 50), *others))


def out_of_the_picture(found: Drawing) -> Drawing:
    """The paper is too small."""
    return replace(found, width=found.width // 2)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (tile_on_tile, "lies on tile"),
        (label_on_tile, "lies on tile"),
        (label_on_label, "lies on text"),
        (arrow_through_tile, "goes through tile"),
        (arrow_through_tile, "does not touch"),
        (arrow_through_caption, "goes through text"),
        (arrow_on_arrow, "arrows run on each other"),
        (tile_out_of_group, "is not within region"),
        (group_on_group, "lies on"),
        (text_too_wide, "is wider than its room"),
        (out_of_the_picture, "outside of the picture"),
    ],
)
def test_what_can_not_be_read_is_found(spoil: Callable[[Drawing], Drawing], said: str) -> None:
    found = overlaps(spoil(drawing("staging")))

    assert any(said in sentence for sentence in found)


def test_the_same_templates_give_the_same_drawing() -> None:
    assert drawing("production") == draw(architecture_of(_again()))


def _again() -> Deployment:
    from tests.report.architecture.drawings import deployment_of

    return deployment_of.__wrapped__("production")


def test_the_path_of_a_request_is_one_straight_line() -> None:
    """From the users to the database: what a reader's eye follows first."""
    found = {(each.arrow.source, each.arrow.target): each.points for each in drawing("production").arrows}
    path = [
        "outside:users",
        "edge.Distribution",
        "service.HttpApi",
        "service.ApiFunction",
        "database.Database",
    ]
    steps = [found[ends] for ends in pairwise(path)]

    assert [len(points) for points in steps] == [2, 2, 2, 2]
    assert len({y for points in steps for _, y in points}) == 1
