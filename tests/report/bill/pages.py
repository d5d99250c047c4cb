"""The cost page of an environment, made once, and what a reader of HTML finds in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from cost import estimate
from report.bill import Bill, section
from scripts.commands.cost.targets import Target, every_environment, find

VOID = {"input", "br", "meta", "link", "rect", "line", "circle", "polyline", "path"}
target = cache(find)


@cache
def bill(name: str) -> Bill:
    """An environment's bill beside the others."""
    found = target(name)
    others = [estimate(each.deployment, each.traffic, name=each.name) for each in _all()]
    return Bill.of(found.deployment, found.traffic, name=name, others=others)


@cache
def _all() -> tuple[Target, ...]:
    return tuple(every_environment())


@cache
def html(name: str) -> str:
    """Its sections."""
    return str(section(bill(name)))


@dataclass
class Element:
    """An element with what it holds."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that is written within, blanks put together."""
        return " ".join(" ".join(self.texts).split())

    def all(self, name: str = "", **attributes: str) -> list[Element]:
        """Elements within of a name, whose attributes have these values; `class_` has one of the classes."""
        found = [self] if self._fits(name, attributes) else []
        return found + [each for child in self.children for each in child.all(name, **attributes)]

    def _fits(self, name: str, attributes: dict[str, str]) -> bool:
        classes = self.attributes.get("class", "").split()
        return (not name or self.name == name) and all(
            value in classes if key == "class_" else self.attributes.get(key.replace("_", "-")) == value
            for key, value in attributes.items()
        )


class Reader(HTMLParser):
    """Reads HTML of which every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        element = Element(tag, {key: value or "" for key, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close the one that is open."""
        if tag not in VOID:
            assert tag == self._open.pop().name

    def handle_data(self, data: str) -> None:
        """Text belongs to all elements that it is in."""
        for element in self._open:
            element.texts.append(data)

    def close(self) -> None:
        """Nothing is left open."""
        super().close()
        assert [self.root] == self._open


def read(text: str) -> Element:
    """A fragment as elements."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader.root
