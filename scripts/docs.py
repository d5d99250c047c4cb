"""Keeps the generated parts of the documents true: each stands between two comments that name it.

    <!-- generated: settings -->
    ...
    <!-- end -->

`make docs` writes them anew; a test fails while any of them is out of date.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from cost import Estimate, FreeTier, PriceBook, Traffic, estimate
from cost.free_of_charge import BY_SERVICE
from cost.free_tier import allowances
from cost.grouping import subtotal
from cost.money import cents
from cost.pricebook import regions
from cost.registry import priced_types, pricing_of
from cost.units import called
from runtime.contract import ROUTES, VARIABLES
from scripts.event_docs import actions_table
from scripts.exit_codes import Exit
from scripts.migration_docs import cases_table, hazards_table
from scripts.talk import talk
from stacks.invariants.catalogue import rules
from stacks.loading import environment_names, load_environment
from stacks.settings import Environment
from stacks.synthesis import synthesise
from stacks.waivers import load_waivers
from twin.aws.handlers import handler_of, supported_types
from twin.faults.catalogue import rows as fault_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from decimal import Decimal

    from pydantic.fields import FieldInfo

    from cost.usage import Key

ROOT = Path(__file__).parent.parent
LINTED = ROOT / ".cache" / "cfn-lint"
"""Where findings of cfn-lint are kept, for the commands that run in a folder of their own."""
WORDS = {"array": "list", "string": "text", "boolean": "true or false", "integer": "whole number"}
PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write every document anew, or with --check exit with 4 if one is out of date."""
    stale = {path: made for path, made in _made() if _kept(path) != made}
    if "--check" in sys.argv[1:]:
        for path in stale:
            talk(f"{path.relative_to(ROOT)} is out of date; `make docs` writes it anew")
        sys.exit(Exit.RULE_BROKEN if stale else Exit.DONE)
    for path, made in stale.items():
        path.write_text(made, encoding="utf-8")
        talk(f"{path.relative_to(ROOT)} written anew")


def _made() -> Iterator[tuple[Path, str]]:
    """Everything that is generated, as it should be: parts of documents, and the API's own document."""
    from runtime.api import openapi

    yield openapi.PLACE, openapi.text(openapi.make_document())
    yield from ((path, renewed(path)) for path in documents())


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def documents() -> list[Path]:
    """Every document of the project."""
    return sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def renewed(path: Path) -> str:
    """A document with its generated parts as they should be."""
    return PART.sub(lambda part: f"{part[1]}{_part(part[2])}\n{part[4]}", path.read_text(encoding="utf-8"))


@cache
def _part(name: str) -> str:
    return PARTS[name]()


def _table(header: str, rows: Iterable[tuple[object, ...]]) -> str:
    columns = header.count("|") + 1
    lines = [f"| {header} |", "|" + "---|" * columns]
    return "\n".join([*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])


def settings_tables() -> str:
    """Every setting: its key, what it takes, its default and what it is for."""
    fields = Environment.model_fields
    general = {name: field for name, field in fields.items() if _section(field) is None and name != "name"}
    parts = ["### At the top\n\n" + _fields(general)]
    for name, field in fields.items():
        if section := _section(field):
            about = (section.__doc__ or "").strip().splitlines()[0]
            absent = f" {field.description}" if field.description and field.default is None else ""
            parts.append(f"### [{name}]\n\n{about}{absent}\n\n{_fields(section.model_fields)}")
    return "\n\n".join(parts)


def _fields(fields: dict[str, FieldInfo]) -> str:
    return _table(
        "key | takes | default | meaning",
        ((f"`{n}`", _kind(f), _default(f), f.description) for n, f in fields.items()),
    )


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _kind(field: FieldInfo) -> str:
    schema = _schema(field)
    return " or ".join(
        _describe(option) for option in schema.get("anyOf", [schema]) if option.get("type") != "null"
    )


def _schema(field: FieldInfo) -> dict[str, Any]:
    from pydantic import TypeAdapter

    annotation: Any = field.rebuild_annotation()
    return TypeAdapter(annotation).json_schema(mode="validation")


def _describe(schema: dict[str, Any]) -> str:
    """A JSON schema in a word or two."""
    name = str(schema.get("type", "number"))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = WORDS.get(name, name)
    bounds = [schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")]
    if any(bound is not None for bound in bounds):
        low, high = (f"{bound:,.0f}" if bound is not None else "" for bound in bounds)
        return f"{kind}, {low} to {high}" if high else f"{kind} from {low}"
    return kind


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "must be given"
    if field.default is None:
        return "none"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"`{field.default}`" if field.default != () else "none"


def rules_table() -> str:
    """Every rule of ours: id, sentence, remedy, and what other tools call it."""
    return _table(
        "rule | what holds | if not | elsewhere",
        ((f"`{rule.id}`", rule.sentence, rule.remedy, ", ".join(rule.also)) for rule in rules()),
    )


def waivers_table() -> str:
    """What each environment breaks, where, why, and until when that was looked at."""
    waivers = sorted(load_waivers(), key=lambda w: (w.environment, w.logical_id, w.rule))
    return _table(
        "environment | resource | rule | why | look again by",
        ((w.environment, f"`{w.logical_id}`", f"`{w.rule}`", w.reason, w.review_by) for w in waivers),
    )


def routes_table() -> str:
    """The contract's routes."""
    return _table(
        "route | function | token | permission",
        (
            (
                f"`{route.key}`",
                route.function,
                "yes" if route.token else "public",
                f"`{route.permission}`" if route.permission else "",
            )
            for route in ROUTES
        ),
    )


def variables_table() -> str:
    """The contract's environment variables."""
    return _table(
        "variable | required by | optional for | secret | what it is",
        (
            (
                f"`{v.name}`",
                ", ".join(sorted(v.required_by)),
                ", ".join(sorted(v.optional_for)),
                "yes" if v.secret else "",
                v.why,
            )
            for v in VARIABLES
        ),
    )


def resources_table() -> str:
    """How many resources of which type each environment has."""
    counts = {name: _count(name) for name in environment_names()}
    types = sorted({kind for found in counts.values() for kind in found})
    return _table(
        "type | " + " | ".join(counts),
        ((f"`{kind}`", *(found.get(kind, "") for found in counts.values())) for kind in types),
    )


def _count(name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for resource in synthesise(load_environment(name)).deployment.resources():
        found[resource.type] = found.get(resource.type, 0) + 1
    return found


def exit_codes_table() -> str:
    """Exit codes of the program."""
    return _table("code | meaning", ((code.value, code.meaning) for code in Exit))


def priced_types_table() -> str:
    """Every type that is priced, and for what."""
    return _table("type | charged for", ((f"`{kind}`", _about(kind)) for kind in priced_types()))


def _about(kind: str) -> str:
    """The first sentence of a pricing's module, as the end of a row."""
    sentence = (sys.modules[_pricing(kind).__name__].__doc__ or "").strip().splitlines()[0]
    return sentence.removesuffix(".")


def _pricing(kind: str) -> Any:
    return pricing_of(kind)


def usage_keys_table() -> str:
    """Every usage key, by type."""
    return _table(
        "type | key | takes | default | meaning",
        (
            (f"`{kind}`", f"`{key.name}`", _takes(key), key.default or "", key.about)
            for kind in priced_types()
            for key in _pricing(kind).USAGE
        ),
    )


def _takes(key: Key) -> str:
    return ", ".join(f"`{word}`" for word in key.choices) or key.unit


def free_types_table() -> str:
    """Every type that costs nothing itself."""
    return _table(
        "service | types",
        ((service, names.replace(" ", ", ")) for service, names in sorted(BY_SERVICE.items())),
    )


def cost_by_service_table() -> str:
    """What each service costs in each environment, as it is billed with the always-free tier."""
    bills = [_bill(name) for name in ENVIRONMENTS]
    services = dict.fromkeys(line.price.service for bill in reversed(bills) for line in bill.lines)
    costs = {service: [_of_service(bill, service) for bill in bills] for service in services}
    ranked = sorted(services, key=lambda service: costs[service][-1], reverse=True)
    rows = [
        *((service, *map(cents, costs[service])) for service in ranked),
        ("**with the always-free tier**", *(f"**{cents(bill.total(ALWAYS))}**" for bill in bills)),
        ("at list price", *(cents(bill.total()) for bill in bills)),
    ]
    return _table("USD a month | " + " | ".join(ENVIRONMENTS), iter(rows))


def _bill(name: str) -> Estimate:
    environment = load_environment(name)
    traffic = Traffic.of(environment.traffic.model_dump())
    return estimate(synthesise(environment).deployment, traffic, as_of=date.fromisoformat(AS_OF[1]))


def _of_service(bill: Estimate, service: str) -> Decimal:
    return subtotal([line for line in bill.lines if line.price.service == service], ALWAYS)


def allowances_table() -> str:
    """What is free each month, by mode."""
    legacy = set(allowances(FreeTier.LEGACY)) - set(allowances(FreeTier.ALWAYS))
    return _table(
        "what | a month | unit | free | remark",
        (
            (
                each.name,
                f"{each.quantity:,}",
                called(each.unit, each.quantity),
                "first 12 months" if each in legacy else "always",
                each.notes,
            )
            for each in allowances(FreeTier.LEGACY)
        ),
    )


def price_books_table() -> str:
    """The regions that have prices, and how sure these are."""
    return _table("region | prices | high | medium | low | kinds that are missing", map(_book, regions()))


def _book(region: str) -> tuple[object, ...]:
    book = PriceBook.of(region)
    confidence = Counter(price.confidence for price in book.prices())
    return (
        f"`{region}`",
        f"{confidence.total():,}",
        *(f"{confidence[word]:,}" for word in ("high", "medium", "low")),
        len(book.missing),
    )


def output_of(*arguments: str, unseen: tuple[str, ...] = ()) -> Callable[[], str]:
    """What a command prints, as a block of text; `unseen` arguments change nothing that is printed."""

    def run() -> str:
        program = Path(sys.executable).parent / "miyabi"
        with TemporaryDirectory() as folder:
            LINTED.mkdir(parents=True, exist_ok=True)
            (Path(folder) / ".cache").mkdir()
            (Path(folder) / ".cache" / "cfn-lint").symlink_to(LINTED)
            done = subprocess.run(
                [program, *arguments, *unseen], cwd=folder, capture_output=True, text=True, check=True
            )
        lines = "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())
        return f"```console\n$ miyabi {' '.join(arguments)}\n{lines}\n```"

    return run


def make_help() -> str:
    """What `make` lists."""
    command = ["make", "--no-print-directory", "help"]
    plain = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=True)
    return f"```console\n$ make\n{done.stdout.rstrip()}\n```"


ALWAYS = FreeTier.ALWAYS
ENVIRONMENTS = ("reported", "staging", "production")
MIGRATE_COMMANDS = (
    "status",
    "plan",
    "up",
    "verify",
    "adopt",
    "repair",
    "revert",
    "rehearse",
    "snapshot",
    "roles",
    "probe",
)
LIVING_COMMANDS = (
    "plan",
    "deploy",
    "adopt",
    "status",
    "outputs",
    "logs",
    "drift",
    "invoke",
    "secret",
    "frontend",
    "rotate",
    "debug",
    "restore",
    "destroy",
)
COST_COMMANDS = ("estimate", "diff", "sweep", "explain", "usage")
AS_OF = ("--as-of", "2026-11-22")
"""A day on which every environment keeps the rules, lest a document went stale by the calendar."""


def local_types_table() -> str:
    """The resource types that the local AWS makes, by service."""
    services: dict[str, list[str]] = {}
    for kind in supported_types():
        _, service, name = kind.split("::")
        services.setdefault(service, []).append(f"`{name}`")
    return _table("service | types", ((service, ", ".join(names)) for service, names in services.items()))


def local_untold_table() -> str:
    """Properties that can't be read back, and why."""
    rows = []
    for kind in supported_types():
        handler = handler_of(kind)
        assert handler is not None, kind  # noqa: S101  (it was listed for having one)
        rows += [(f"`{kind}`", f"`{name}`", why) for name, why in handler.not_held.items()]
    return _table("type | property | why", rows)


def faults_table() -> str:
    """Every fault that a rehearsal can be given, or why it can't."""
    return _table("fault | what it is | what is changed | what is seen", fault_rows())


PARTS: dict[str, Callable[[], str]] = {
    "settings": settings_tables,
    "rules": rules_table,
    "waivers": waivers_table,
    "routes": routes_table,
    "variables": variables_table,
    "resources": resources_table,
    "exit-codes": exit_codes_table,
    "local-types": local_types_table,
    "local-untold": local_untold_table,
    "help-local": output_of("local", "--help"),
    **{f"help-local-{name}": output_of("local", name, "--help") for name in ("up", "down", "status")},
    "synth": output_of("synth", unseen=AS_OF),
    "cost-by-service": cost_by_service_table,
    "cost-reported": output_of("cost", "reported", unseen=AS_OF),
    "cost-production": output_of("cost", "production", unseen=AS_OF),
    "cost-staging": output_of("cost", "staging", unseen=AS_OF),
    "priced-types": priced_types_table,
    "usage-keys": usage_keys_table,
    "free-types": free_types_table,
    "allowances": allowances_table,
    "price-books": price_books_table,
    "help-synth": output_of("synth", "--help"),
    "help-cost": output_of("cost", "--help"),
    **{f"help-cost-{name}": output_of("cost", name, "--help") for name in COST_COMMANDS},
    "help-cost-prices-refresh": output_of("cost", "prices", "refresh", "--help"),
    **{f"help-{name}": output_of(name, "--help") for name in LIVING_COMMANDS},
    **{f"help-secret-{name}": output_of("secret", name, "--help") for name in ("list", "set")},
    "help-migrate": output_of("migrate", "--help"),
    **{f"help-migrate-{name}": output_of("migrate", name, "--help") for name in MIGRATE_COMMANDS},
    "help-serve": output_of("serve", "--help"),
    "help-rehearse": output_of("rehearse", "--help"),
    "faults": faults_table,
    "help-package": output_of("package", "--help"),
    **{f"help-package-{name}": output_of("package", name, "--help") for name in ("build", "inspect")},
    "actions": actions_table,
    "hazards": hazards_table,
    "failure-cases": cases_table,
    "cost-diff": output_of("cost", "diff", "reported", "production", unseen=AS_OF),
    "cost-explain": output_of("cost", "explain", "ApiFunction/compute", "production", unseen=AS_OF),
    "cost-sweep": output_of("cost", "sweep", "production", unseen=AS_OF),
    "make-help": make_help,
}

if __name__ == "__main__":
    main()
