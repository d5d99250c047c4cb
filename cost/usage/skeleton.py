"""A usage file to start from: every figure that a deployment's prices ask for, commented out.

As written it changes nothing. Prose begins with `##` and a figure with one `#`, so that the file can
still be read once that mark is taken away from every line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from cost.money import plain
from cost.registry import pricing_of
from cost.usage.file import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.usage.key import Key

BOOLEANS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""What YAML does not take for text, in any case of its letters."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a file format writes a section and a figure in it."""

    suffix: str
    section: str
    figure: str
    bare: re.Pattern[str]
    """Names of sections that need no quotes."""
    wildcard: str
    """An example of a section about many resources."""


FORMS = {
    "toml": Form("toml", "[{}]  # {}", "# {} = {}", re.compile(r"[A-Za-z][A-Za-z0-9]*"), '["*Function"]'),
    "yaml": Form("yaml", "{}:  # {}", "#  {}: {}", re.compile(r"[A-Za-z][A-Za-z0-9.-]*"), '"*Function":'),
}


def skeleton(context: Context, word: str, form: str = "toml") -> str:
    """A usage file for a deployment.

    Args:
        context: The deployment, with what is known of its month already.
        word: What to give `miyabi cost` for it.
        form: `toml` or `yaml`.

    """
    sections = ["\n".join(_section(resource, context, FORMS[form])) for resource in _asking(context)]
    head = "\n".join(_head(word, FORMS[form], empty=not sections))
    return "\n\n".join([head, *sections])


def _head(word: str, form: Form, *, empty: bool) -> Iterator[str]:
    yield f"## What {word} uses in a month of 730 hours."
    yield "##"
    if empty:
        yield "## Nothing in it has a price that hangs on its use, so there is nothing to say here."
        return
    yield "## Each figure shows what is taken while it is commented out. Take the # away from those that"
    yield "## you know and write yours: a number, or [low, high] for a range. Then the bill is:"
    yield "##"
    yield f"##     miyabi cost {quote(word)} --usage usage.{form.suffix}"
    yield "##"
    yield f"## A section can also be about a whole type, or a wildcard such as {form.wildcard}."


def _asking(context: Context) -> Iterator[Resource]:
    """Resources whose price hangs on their use."""
    for resource in context.resources():
        pricing = pricing_of(resource.type)
        if pricing is not None and pricing.USAGE:
            yield resource


def _section(resource: Resource, context: Context, form: Form) -> Iterator[str]:
    yield form.section.format(_name(resource, context, form), resource.type)
    pricing = pricing_of(resource.type)
    keys = pricing.USAGE if pricing else ()
    figures = [form.figure.format(key.name, _taken(key, resource, context)) for key in keys]
    width = max(map(len, figures))
    for key, figure in zip(keys, figures, strict=True):
        yield f"{figure:<{width}}  # {_meaning(key, resource, context)}"


def _name(resource: Resource, context: Context, form: Form) -> str:
    """The section's name: with the stack's where there are several, quoted where it has to be."""
    several = len(context.deployment.templates) > 1
    name = str(resource) if several or resource.logical_id in RESERVED else resource.logical_id
    return name if form.bare.fullmatch(name) and name.lower() not in BOOLEANS else json.dumps(name)


def _taken(key: Key, resource: Resource, context: Context) -> str:
    """What is taken where the file says nothing."""
    if key.choices:
        return json.dumps(key.initial)
    return plain(context.usage(resource, key.name))


def _meaning(key: Key, resource: Resource, context: Context) -> str:
    implied = context.figures.implied(resource, key.name)
    unit = f"one of {', '.join(key.choices)}" if key.choices else key.unit
    return f"{unit}: {key.about}{' (from traffic)' if implied and implied.value else ''}"
