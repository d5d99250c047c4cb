"""The phases from `reported` to `production`: each keeps the rules, and in none is the API locked out."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from cfn.diff import Effect
from cfn.reach import Addresses, Workload, sources
from ops.adopting.phases import GOAL, MADE, NoSuchPhase, phase_of
from ops.adopting.way import (
    PhaseBehind,
    PhaseSkipped,
    Step,
    StillByHand,
    refuse_leaping,
    refuse_skipping,
    steps,
)
from ops.artifact_bucket import ensure_bucket
from ops.deploying.flow import Deployment, Options
from ops.live import Live
from ops.migrating import ask_migrator
from ops.planning import Verdict
from ops.wanted import Wanted
from stacks.build import files
from stacks.invariants.catalogue import check
from stacks.invariants.rule import System
from stacks.loading import load_environment
from stacks.synthesis import Synthesis, synthesise, with_lint_waivers
from stacks.waivers import judge, load_waivers
from tests.aws_cli import forked
from tests.ops.adopting.test_adopt import ACCOUNT, VARIABLES, adopt, set_variables
from tests.ops.deploying.conftest import zipped
from tests.ops.deploying.test_whole import client
from tests.ops.running import ask_by_invoking, run_here
from tests.runtime.migrator.reported import FILES, migrate_as_reported
from tests.twin.aws.cloudformation.test_adopting import DATABASE, FUNCTION, make_by_hand
from twin.aws.invoking import run_functions
from twin.aws.local import LocalAws
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.deploying.flow import Result
    from tests.ops.running import Functions
    from twin.aws.clients import Aws

TODAY = date(2026, 11, 26)
NUMBERS = [1, 2, 3, 4]
PORT = 5432
GOLDEN = Path(__file__).parents[2] / "golden" / GOAL
DOCUMENT = Path(__file__).parents[3] / "docs" / "adopting.md"
KEPT = ("CodeSha256", "Environment", "Handler", "MemorySize", "Role", "Runtime", "Timeout")
"""What the former function's version keeps."""


@pytest.fixture(scope="module")
def way() -> tuple[Step, ...]:
    """How each phase comes about."""
    return steps(as_of=TODAY)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_phase_breaks_the_rules_that_it_names_and_no_others(number: int) -> None:
    phase = phase_of(GOAL, number)
    synthesis = synthesise(phase.environment)
    known = load_waivers()
    judgement = judge(check(System(phase.environment, synthesis.deployment, TODAY)), known, GOAL, TODAY)
    waived = judge(
        check(System(phase.environment, synthesis.deployment, TODAY)), phase.waivers(known), GOAL, TODAY
    )
    named = {(rule, place) for place, rules in phase.broken.items() for rule in rules}

    assert named == {(one.rule, one.logical_id) for one in judgement.standing}
    assert ((), ()) == (waived.standing, waived.unused)


def test_until_the_functions_come_little_more_is_broken(way: tuple[Step, ...]) -> None:
    """The service stack, which the first phase leaves alone, is judged as a part of `reported`."""
    step, known = way[0], load_waivers()
    as_made = {(one.logical_id, one.rule) for one in known if one.environment == MADE}
    system = System(step.phase.environment, step.after.deployment, TODAY)
    found = judge(check(system), known, GOAL, TODAY).standing
    broken = {(one.logical_id, one.rule) for one in found if one.stack in step.phase.stacks}

    assert {("ApiSecurityGroup", "MIYABI.NET.5"), ("MigratorFunction", "MIYABI.ALARM.5")} == broken - as_made


def test_the_last_phase_is_production_byte_for_byte(way: tuple[Step, ...]) -> None:
    last = way[-1]
    found = files(with_lint_waivers(last.after, load_waivers()))

    assert load_environment(GOAL) == last.phase.environment
    assert {} == last.phase.broken
    for path in GOLDEN.glob("*.json"):
        assert path.read_text(encoding="utf-8") == found[path.name], path.name


def test_nothing_that_holds_data_is_replaced_or_removed(way: tuple[Step, ...]) -> None:
    for step in way:
        assert Verdict.CHANGES == step.plan.verdict, step.phase.name
        assert () == step.plan.risks, step.phase.name


def test_the_first_phase_interrupts_nothing_that_serves(way: tuple[Step, ...]) -> None:
    changed = {one.logical_id: one for one in way[0].plan.resources}

    assert way[0].before.templates["service"] == way[0].after.templates["service"]
    assert {Effect.IN_PLACE, Effect.NOTHING} >= {one.effect for one in changed["Database"].changes}


def test_the_functions_change_in_one_phase_alone(way: tuple[Step, ...]) -> None:
    services = [step.after.templates["service"] for step in way]

    assert services[1] == services[2] == services[3]
    assert services[0] != services[1]


def is_served(system: Synthesis) -> bool:
    """Whether the api function of these templates can reach the database of these templates.

    Outside the VPC it comes from anywhere on the internet, to a public address.
    """
    deployment = system.deployment
    [database] = deployment.resources("AWS::RDS::DBInstance")
    [api] = [one for one in deployment.resources("AWS::Lambda::Function") if one.logical_id == "ApiFunction"]
    found = sources(deployment, database, PORT)
    if deployment.get(api, "VpcConfig") is None:
        return any(isinstance(one, Addresses) and one.public and one.cidr == "0.0.0.0/0" for one in found)
    return api in [one.resource for one in found if isinstance(one, Workload)]


def under_way(step: Step) -> Iterator[tuple[str, Synthesis]]:
    """All that may serve until a phase is there: while the service stack is brought, the function of both."""
    for stack, system in step.between():
        yield f"before {stack}", system
        if stack == "service":
            both = system.templates | {"service": step.after.templates["service"]}
            yield "in service", Synthesis(system.environment, both)
    yield "after", step.after


def test_whatever_serves_reaches_the_database_at_every_moment(way: tuple[Step, ...]) -> None:
    for step in way:
        for moment, system in under_way(step):
            assert is_served(system), f"{step.phase.name}, {moment}"


def test_closing_at_once_would_lock_the_function_out_that_serves(way: tuple[Step, ...]) -> None:
    at_once = Step(way[-1].phase, way[0].before, way[-1].after, way[-1].plan)
    found = {moment: is_served(system) for moment, system in under_way(at_once)}

    assert found["before network"]
    assert not found["before database"]
    assert found["in service"]


def test_a_month_of_each_phase_has_its_price(way: tuple[Step, ...]) -> None:
    prices = [way[0].monthly_before, *(step.monthly for step in way)]

    assert prices[1:-1] == [step.monthly_before for step in way[1:]]
    assert [36, 38, 71, 100, 96] == [round(price) for price in prices if price is not None]


@pytest.mark.parametrize(
    ("environment", "number", "found"),
    [
        (GOAL, 5, "has phases 1 to 4, and no 5"),
        (GOAL, 0, "has phases 1 to 4, and no 0"),
        ("staging", 1, "is not led to in phases"),
    ],
)
def test_a_phase_that_there_is_not_is_refused(environment: str, number: int, found: str) -> None:
    with pytest.raises(NoSuchPhase, match=f"environment {environment} {found}"):
        phase_of(environment, number)


def test_a_variable_of_the_process_goes_before_a_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIYABI_DATABASE__ENGINE_VERSION", "15.19")
    found = phase_of(GOAL, 2).environment.database

    assert ("15.19", False, True) == (found.engine_version, found.multi_az, found.publicly_accessible)


def test_the_document_has_each_phase_with_its_price_and_what_it_interrupts(way: tuple[Step, ...]) -> None:
    rows = [row for row in DOCUMENT.read_text(encoding="utf-8").splitlines() if row.startswith("| Phase")]

    assert len(rows) == len(way)
    for row, step in zip(rows, way, strict=True):
        assert step.monthly is not None
        assert row.startswith(f"| Phase {step.phase.number} [`{step.phase.name}`](#")
        assert f"| ${round(step.monthly)} |" in row


@pytest.fixture
def local() -> Iterator[LocalAws]:
    """The report's account, with what it reports and the secret of GitHub's."""
    with LocalAws(ACCOUNT, "us-east-1") as local:
        make_by_hand(local.aws)
        set_variables(local.aws, VARIABLES)
        local.aws.client("secretsmanager").create_secret(
            Name="miyabi/production/github", SecretString='{"client_id": "any", "client_secret": "any"}'
        )
        yield local


@pytest.fixture
def functions(local: LocalAws) -> Iterator[Functions]:
    """Its functions, on a database as the reported tool migrated it."""
    with start() as server:
        running = run_here(local.aws, server)
        migrate_as_reported(server.url(running.database))
        yield running
        running.close()
    run_functions(ACCOUNT, None)


@pytest.fixture
def shell(local: LocalAws, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """What runs lines of a shell that has the AWS CLI; gives what they print."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "AWS_PAGER": ""}

    def run(lines: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{lines}"],
            env=inherited | nowhere | path | local.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout

    with forked(tmp_path):
        yield run


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one phase."""

    result: Result

    @property
    def is_well(self) -> bool:
        """Whether the API was well afterwards."""
        return self.result.health is not None and self.result.health.is_well

    @property
    def migrations(self) -> dict[str, Any]:
        """What was migrated."""
        return self.result.migrations or {}


class Walk:
    """Goes the way on the local AWS, phase by phase."""

    def __init__(self, aws: Aws, package: Path) -> None:
        self.aws, self.package = aws, package
        self.ask = ask_by_invoking(aws, FUNCTION)

    def live(self, number: int) -> Live:
        """The system, with the settings of a phase."""
        return Live(phase_of(GOAL, number).environment, self.aws.client)

    def go(self, number: int, parameters: dict[str, str] | None = None) -> Done:
        """Deploy one phase; gives what was done."""
        phase, live = phase_of(GOAL, number), self.live(number)
        options = Options(
            self.package,
            only=phase.stacks,
            parameters={"network": parameters} if parameters else {},
            migrations=phase.migrates,
        )
        wanted = Wanted.of(files(synthesise(phase.environment)))
        deployment = Deployment(live, wanted, options, ask=self.ask, pause=lambda _: None)
        return Done(deployment.run(ensure_bucket(live)))

    def function(self, qualifier: str = "$LATEST") -> dict[str, Any]:
        """The configuration of the api function."""
        found: dict[str, Any] = self.aws.client("lambda").get_function_configuration(
            FunctionName=FUNCTION, Qualifier=qualifier
        )
        found.pop("ResponseMetadata")
        return found

    def called(self) -> str:
        """What of the function the API calls: a version, an alias, or nothing of the kind."""
        gateway = self.aws.client("apigatewayv2")
        [api] = gateway.get_apis()["Items"]
        found = gateway.get_integrations(ApiId=api["ApiId"])["Items"]
        [uri] = [one["IntegrationUri"] for one in found if FUNCTION in one["IntegrationUri"]]
        return str(uri).rpartition(FUNCTION)[2]

    def instance(self) -> dict[str, Any]:
        """The database's instance."""
        [found] = self.aws.client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"]
        return dict(found)

    def is_open(self) -> tuple[bool, bool]:
        """Whether the instance has a public address, and whether its group admits addresses."""
        found = self.instance()
        [group] = [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]]
        [rules] = self.aws.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
        return found["PubliclyAccessible"], any(rule["IpRanges"] for rule in rules["IpPermissions"])


def function_subnets(aws: Aws) -> str:
    """Two subnets for the functions, as a parameter takes them."""
    found = aws.client("ec2").describe_subnets()["Subnets"]
    return ",".join(sorted(subnet["SubnetId"] for subnet in found)[:2])


def test_the_whole_way_from_what_was_made_by_hand(
    local: LocalAws,
    functions: Functions,
    shell: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """The function that was made by hand can't run here: of it only what Lambda keeps is compared."""
    walk = Walk(local.aws, zipped(tmp_path / "package.zip", "package"))
    keep, call, back, forget = re.findall(
        r"^```sh\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    made = walk.instance()["DbiResourceId"]
    with pytest.raises(PhaseSkipped, match="do `miyabi adopt reported` first"):
        refuse_skipping(walk.live(1), phase_of(GOAL, 1))
    assert 0 == adopt(local.aws)
    by_hand = walk.function()
    with pytest.raises(
        StillByHand, match=r"go in phases, beginning with `miyabi deploy production --phase 1`"
    ):
        refuse_leaping(walk.live(4), synthesise(load_environment(GOAL)))
    with pytest.raises(PhaseSkipped, match=r"phase 2 \(functions\) builds on what is not there: network\."):
        refuse_skipping(walk.live(2), phase_of(GOAL, 2))

    walk.go(1, {"AdoptedFunctionSubnetIds": function_subnets(local.aws)})
    adopted = ask_migrator(walk.live(1), {"action": "adopt"})
    assert (by_hand, "") == (walk.function(), walk.called()), "the first phase leaves it alone"
    assert 7 == len(adopted["changes"])
    refuse_skipping(walk.live(2), phase_of(GOAL, 2))

    former = shell(f"{keep}{call}echo $former").split()[-1]
    assert f":{former}" == walk.called()
    second = walk.go(2)
    refuse_leaping(walk.live(4), synthesise(load_environment(GOAL)))
    assert second.is_well
    assert ":live" == walk.called()
    assert ["adopt", "plan", "up", "roles"] == [one for one in functions.actions() if one != "status"]
    assert (len(FILES.up) - 7, True) == (
        len(second.migrations["applied"]),
        bool(second.migrations["snapshot"]),
    )

    variables = f"function={FUNCTION} former={former}\n"
    shell(variables + back)
    gone_back = walk.function("live")
    assert [by_hand[key] for key in KEPT] == [gone_back[key] for key in KEPT]
    assert "VpcConfig" not in gone_back or not gone_back["VpcConfig"]["SubnetIds"]
    again = walk.go(2)
    assert [f"alias live of {FUNCTION}"] == [one.partition(":")[0] for one in again.result.aliases]
    assert (True, True) == walk.is_open()

    with client(walk.ask) as answers:
        third = walk.go(3)
        refuse_skipping(walk.live(4), phase_of(GOAL, 4))
        fourth = walk.go(4)

    assert [True, True] == [third.is_well, fourth.is_well]
    assert {200} == set(answers), "who calls meanwhile is answered"
    assert ((False, False), made) == (walk.is_open(), walk.instance()["DbiResourceId"])
    with pytest.raises(PhaseBehind, match=r"take away what a later one has brought: database\.Database"):
        refuse_skipping(walk.live(2), phase_of(GOAL, 2))
    refuse_skipping(walk.live(3), phase_of(GOAL, 3))
    assert walk.go(3).is_well
    assert (True, True) == walk.is_open(), "the last phase is gone back from"
    shell(variables + forget)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        walk.function(former)
