"""Makes the report of a system from its templates, and from whatever else was asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.status.part import Standing
from report.system.alarms import alarms
from report.system.components.listing import components, items
from report.system.components.making import Maker
from report.system.costs import cost_of
from report.system.facts import WORDS, State
from report.system.invariants import invariants
from report.system.issues import issues
from report.system.measures import measures
from report.system.migrations import migrations
from report.system.model import Gap, Report, Source, Subject
from report.system.observed import Observed
from report.system.packages import deployment, packages
from report.system.places import commands, files, links
from report.system.states import Seen, worst
from report.system.steps import step_groups
from report.system.telling import Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cfn import Deployment
    from cost import Estimate
    from report.system.facts import Component
    from report.system.migrations import File
    from report.system.model import Invariants, Issues, Migrations

PROJECT: Final = "Miyabi Society Backend"
STATES: Final = "States"


@dataclass(frozen=True, slots=True)
class Given:
    """What a report is made of.

    Attributes:
        name: What the report is of, as the operator names it.
        deployment: The templates.
        at: Of which day or moment, in UTC.
        manifest: What `synth` writes beside templates; None of a template alone.
        estimate: The bill; None leaves it out.
        unpriced: Why there is no bill, in a sentence.
        judgement: Which rules are kept, as plain data.
        migrations: The schema's files.
        built: `package.json` of the package's folder.
        diagnosis: As `miyabi doctor --json` tells it.
        suspicions: What a document suspects, with what speaks against it; then `diagnosis` is of its facts.
        observed: What was seen of the account or the twin.
        source: Which of them was asked.
        drawing: The diagram as SVG for a page.

    """

    name: str
    deployment: Deployment
    at: str
    manifest: Mapping[str, Any] | None = None
    estimate: Estimate | None = None
    unpriced: str = ""
    judgement: Mapping[str, Any] | None = None
    migrations: Sequence[File] = ()
    built: Mapping[str, Any] | None = None
    diagnosis: Mapping[str, Any] | None = None
    suspicions: Sequence[Mapping[str, Any]] = ()
    observed: Observed | None = None
    source: Source = Source.TEMPLATES
    drawing: str = ""


def report_of(given: Given) -> Report:
    """The whole report."""
    maker = Maker(_told(given), _seen(given))
    told, parts = maker.told, dict(maker.seen.parts)
    found = components(maker)
    rules = None if given.judgement is None else invariants(given.judgement)
    trouble = issues(
        told, given.diagnosis, rules, suspicions=given.suspicions, is_offline=given.source is Source.TEMPLATES
    )
    history = migrations(given.migrations, parts.get("migrations"), _migrate(maker))
    zips = packages(maker, given.built)
    price = None if given.estimate is None else cost_of(given.estimate)
    groups = step_groups(maker)
    return Report(
        subject=_subject(given),
        state=_state(given, trouble, rules),
        measures=tuple(measures(maker, trouble, rules, history, price, groups)),
        components=found,
        items=items(told),
        packages=zips,
        deployment=tuple(deployment(maker, given.manifest, zips, parts)),
        issues=trouble,
        cost=price,
        migrations=history,
        alarms=alarms(told, parts.get("alarms")),
        invariants=rules,
        steps=groups,
        files=tuple(files(maker, _entered(given))),
        links=tuple(links(maker)),
        commands=tuple(commands(maker)),
        gaps=tuple(
            _gaps(
                maker,
                found,
                history,
                is_built=bool(zips),
                refused=given.observed.refused if given.observed else (),
            )
        ),
        unpriced=given.unpriced,
        drawing=given.drawing,
    )


def _migrate(maker: Maker) -> str:
    """What tells which migrations are applied; without a migrator, a laptop that reaches the database."""
    has_migrator = any("Migrator" in one.logical_id for one in maker.of("AWS::Lambda::Function"))
    return maker.told.command("migrate status") if has_migrator else "DATABASE_URL=… miyabi migrate status"


def _told(given: Given) -> Told:
    observed = given.observed or Observed()
    environment = given.manifest["environment"] if given.manifest else ""
    return Told(
        given.deployment, observed.ids, observed.attributes, environment, is_live=given.observed is not None
    )


def _seen(given: Given) -> Seen:
    observed = given.observed or Observed()
    findings: list[Mapping[str, Any]] = []
    if given.diagnosis:
        risks = set(given.diagnosis["risks"])
        candidates = set(given.diagnosis["may_be"])
        findings = [
            {**one, "is_risk": one["id"] in risks, "may_be": one["id"] in candidates}
            for one in given.diagnosis["findings"]
        ]
    return Seen(
        {part.name: part for part in observed.parts},
        findings,
        is_live=given.observed is not None,
        looked=given.observed is not None and given.diagnosis is not None,
        statuses=observed.statuses,
    )


def _subject(given: Given) -> Subject:
    observed = given.observed or Observed()
    return Subject(
        name=given.name,
        environment=given.manifest["environment"] if given.manifest else "",
        project=PROJECT if given.manifest else "CloudFormation",
        region=given.deployment.region,
        account=observed.account or given.deployment.account or "",
        source=given.source,
        at=given.at,
    )


def _entered(given: Given) -> tuple[str, ...]:
    return tuple(one["name"] for one in given.manifest["entered_secrets"]) if given.manifest else ()


def _state(given: Given, trouble: Issues, rules: Invariants | None) -> State:
    """How all of it is, in one word."""
    if rules is not None and rules.broken:
        return rules.state
    if given.observed is None:
        if given.diagnosis is not None:
            return trouble.state
        return State(
            Standing.UNASKED,
            "as described",
            "This is what the templates describe; nobody was asked how the system is.",
        )
    told = [
        State(part.standing, WORDS[part.standing], finding.sentence)
        for part in given.observed.parts
        for finding in part.findings
        if finding.standing is part.standing
    ]
    states = [trouble.state, *told] if given.diagnosis is not None else told
    gravest = worst(states) if states else State.unknown()
    if gravest.standing is Standing.NOTICE:
        return State(Standing.NOTICE, "well, with notes", gravest.sentence)
    if gravest.standing is Standing.WELL:
        return State(Standing.WELL, "well", "All parts were asked, and all is well.")
    return gravest


def _gaps(
    maker: Maker,
    found: tuple[Component, ...],
    history: Migrations,
    *,
    is_built: bool,
    refused: Sequence[str],
) -> Iterator[Gap]:
    """What is not known, in the order of the page."""
    for component in found:
        missing = [fact for fact in component.facts if any(value.source for value in fact.values)]
        if missing:
            source = next(value.source for value in missing[0].values if value.source)
            yield Gap(f"{component.kind} {component.name}", ", ".join(fact.name for fact in missing), source)
    unseen = [one for one in found if one.state.standing is Standing.UNASKED]
    if unseen and not maker.seen.is_live:
        yield Gap(STATES, f"how each of {len(found)} components is", maker.told.command("status"))
    if history.rows and history.state.standing is Standing.UNASKED:
        yield Gap("Migrations", "which are applied", _migrate(maker))
    if maker.told.environment and not is_built:
        yield Gap("Package", "its size, packed and unpacked", "miyabi package build, then this report again")
    for sentence in refused:
        yield Gap("Account", sentence, "whoever may give that right")
    if maker.seen.parts.get("alarms") is None and maker.of("AWS::CloudWatch::Alarm"):
        yield Gap("Alarms", "whether one rings", maker.told.command("status"))
