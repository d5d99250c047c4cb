"""A usage file, in TOML or YAML: tables of figures under a logical id, a type, or a wildcard of either.

    [traffic]                    # what a month brings to the API, divided over its resources
    requests_per_month = 1_000_000

    [ApiFunction]                # one resource; with several stacks also "service.ApiFunction"
    monthly_requests = 1_000_000
    request_duration_ms = 120

    ["AWS::Logs::LogGroup"]      # every resource of a type
    monthly_data_ingested_gb = 2

    ["*Queue"]                   # every resource whose logical id matches
    monthly_requests = [100_000, 500_000]   # a range, from low to high

The nearest wins: a logical id before a wildcard, a wildcard before a type, a type before a wildcard of types.
Files of the form `resource_usage:` and `resource_type_default_usage:` are read as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from cost.errors import UsageRefused
from cost.free_of_charge import is_free
from cost.registry import priced_types, pricing_of
from cost.usage.traffic import MOST

if TYPE_CHECKING:
    from pathlib import Path

    from cfn.template import Resource
    from cost.usage.key import Key

Figure = Decimal | str
Given = Figure | tuple[Decimal, Decimal]

WRAPPERS = ("resource_type_default_usage", "resource_usage")
"""Tables whose entries are sections themselves, in files written for other estimators."""
IGNORED = ("version",)
RESERVED = ("traffic", *WRAPPERS, *IGNORED)
"""Names that are never those of a resource; one that is called so is written with its stack's name."""
ENDS = 2
WILD = "*?["
SHARE = "share"
"""Unit of a figure that is a part of something, 0 to 1."""
MOST_NAMES = 10
"""Names that a refusal lists before it says how many others there are."""


@dataclass(frozen=True)
class UsageFile:
    """Sections of figures by what they are about, and the traffic of the month, if the file gives one."""

    name: str
    sections: Mapping[str, Mapping[str, Given]]
    traffic: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> UsageFile:
        """Read a file; raises UsageRefused when it can't be read, or holds what no usage can be."""
        return cls.of(_parsed(path), str(path))

    @classmethod
    def of(cls, document: Mapping[str, Any], name: str = "usage") -> UsageFile:
        """Take a file's content; raises UsageRefused."""
        found: dict[str, Mapping[str, Given]] = {}
        for section, content in _sections(document, name):
            _section_is_table(name, section, content)
            figures = {key: _given(name, section, key, value) for key, value in _flat(content)}
            found[section] = {**found.get(section, {}), **figures}
        traffic = document.get("traffic", {})
        _section_is_table(name, "traffic", traffic)
        return cls(name, found, traffic)

    @property
    def has_ranges(self) -> bool:
        """Whether any figure is a range, so that the total is one too."""
        return any(isinstance(value, tuple) for table in self.sections.values() for value in table.values())

    def look_up(self, resource: Resource, key: str) -> Given | None:
        """The figure that stands nearest to a resource; None where none does."""
        section = self.section_for(resource, key)
        return None if section is None else self.sections[section][key]

    def section_for(self, resource: Resource, key: str) -> str | None:
        """The section in which that figure stands."""
        return next((section for section in self._about(resource) if key in self.sections[section]), None)

    def check(self, resources: Iterable[Resource]) -> None:
        """Hold every section and key against what is there; raises UsageRefused with the nearest name."""
        resources = list(resources)
        for section, figures in self.sections.items():
            about = [resource.type for resource in resources if _rank(section, resource) is not None]
            if not about and not any(mark in section for mark in WILD):
                about = [self._known_type(section, resources)]
            for key, value in figures.items():
                self._check_key(section, key, value, dict.fromkeys(about))

    def _about(self, resource: Resource) -> list[str]:
        ranked = [(rank, section) for section in self.sections if (rank := _rank(section, resource))]
        return [section for _, section in sorted(ranked, key=lambda each: (each[0], -len(each[1]), each[1]))]

    def _known_type(self, section: str, resources: Iterable[Resource]) -> str:
        if "::" in section:
            return self._type(section)
        names = sorted({resource.logical_id for resource in resources})
        raise UsageRefused(self.name, section, "there is no such resource", _nearest(section, names))

    def _type(self, section: str) -> str:
        """A type that no resource has, unless it is a priced one written wrong."""
        if pricing_of(section) is None and not is_free(section):
            near = get_close_matches(section, priced_types(), n=1, cutoff=0.9)
            if near:
                raise UsageRefused(self.name, section, "there is no such type", f"did you mean {near[0]}?")
        return section

    def _check_key(self, section: str, key: str, value: Given, types: Iterable[str]) -> None:
        known: dict[str, Key] = {}
        for kind in types:
            pricing = pricing_of(kind)
            if pricing is None:
                return  # nothing of this type is priced, so nothing is known of its usage either
            known |= {each.name: each for each in pricing.USAGE}
        if not known and not types:
            return
        place = f"{section}, {key}"
        if key not in known:
            raise UsageRefused(self.name, place, "there is no such usage key", _nearest(key, list(known)))
        choices = known[key].choices
        if choices and not (isinstance(value, str) and known[key].choice(value)):
            raise UsageRefused(
                self.name, place, f"found {_shown(value)}", f"write one of {', '.join(choices)}"
            )
        if not choices and isinstance(value, str):
            raise UsageRefused(self.name, place, f"found {value!r}", f"write a number of {known[key].unit}")
        if known[key].unit == SHARE and not _is_share(value):
            raise UsageRefused(self.name, place, f"found {_shown(value)}", "write a share, from 0 to 1")


def _is_share(value: Given) -> bool:
    return all(Decimal(end) <= 1 for end in (value if isinstance(value, tuple) else (value,)))


def _rank(section: str, resource: Resource) -> int | None:
    """How near a section stands to a resource, 1 being nearest; None where it is about others."""
    names = (str(resource), resource.logical_id)
    if section in names:
        return 1
    if section == resource.type:
        return 3
    if not any(mark in section for mark in WILD):
        return None
    if "::" in section:
        return 4 if fnmatchcase(resource.type, section) else None
    return 2 if any(fnmatchcase(name, section) for name in names) else None


def _sections(document: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    for section, content in document.items():
        if section in WRAPPERS:
            _section_is_table(name, section, content)
            yield from (content or {}).items()
        elif section != "traffic" and section not in IGNORED:
            yield section, content


def _section_is_table(name: str, section: str, content: Any) -> None:
    if not isinstance(content, Mapping) and content is not None:
        raise UsageRefused(name, section, f"found {content!r}", "write a table of usage keys under it")


def _flat(content: Mapping[str, Any] | None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in (content or {}).items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _given(name: str, section: str, key: str, value: Any) -> Given:
    place = f"{section}, {key}"
    if isinstance(value, list):
        if len(value) != ENDS:
            raise UsageRefused(
                name, place, f"found a list of {len(value)}", "write [low, high], or one figure"
            )
        low, high = (_number(name, place, end) for end in value)
        if low > high:
            raise UsageRefused(name, place, f"found [{low}, {high}]", "write the lower end first")
        return low, high
    if isinstance(value, str) and not _is_number(value):
        return value
    return _number(name, place, value)


def _number(name: str, place: str, value: Any) -> Decimal:
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise UsageRefused(name, place, f"found {value!r}", "write a number")
    if number < 0:
        raise UsageRefused(name, place, f"found {value}", "write 0 or more")
    if number > MOST:
        raise UsageRefused(name, place, f"found {value}", "write at most 1e18")
    return number


def _is_number(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def _shown(value: Given) -> str:
    return f"[{value[0]}, {value[1]}]" if isinstance(value, tuple) else repr(str(value))


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1) or get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    others = f" and {len(known) - MOST_NAMES} others" if len(known) > MOST_NAMES + 1 else ""
    return f"known are {', '.join(known[:MOST_NAMES] if others else known) or 'none'}{others}"


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageRefused(str(path), "the file", "there is none", "name a TOML or YAML file") from None
    except OSError as error:
        found = f"it can't be read ({error.strerror})"
        raise UsageRefused(str(path), "the file", found, "name a TOML or YAML file") from None
    except UnicodeDecodeError as error:
        found = f"it is not UTF-8 text from byte {error.start}"
        raise UsageRefused(str(path), "the file", found, "save it as UTF-8") from None
    document = _from_yaml(path, text) if path.suffix.lower() in (".yaml", ".yml") else _from_toml(path, text)
    if not isinstance(document, Mapping):
        raise UsageRefused(str(path), "the file", "it is no mapping", "write tables of usage keys")
    return document


def _from_toml(path: Path, text: str) -> Any:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UsageRefused(str(path), "the file", f"it is not TOML ({error})", "correct it there") from None


def _from_yaml(path: Path, text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "unreadable"
        where = f"{problem} (at line {mark.line + 1}, column {mark.column + 1})" if mark else problem
        raise UsageRefused(str(path), "the file", f"it is not YAML ({where})", "correct it there") from None
