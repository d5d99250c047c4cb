"""docs/adopting.md is followed from the system that was made by hand to production."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.rds.models import rds_backends

from ops.adopting.phases import GOAL, phase_of
from ops.adopting.way import PhaseBehind, PhaseSkipped, StillByHand, refuse_leaping, refuse_skipping
from ops.live import Live
from stacks.loading import load_environment
from stacks.synthesis import synthesise
from tests.ops.adopting.test_adopt import ACCOUNT, set_variables
from tests.ops.deploying.test_whole import client
from tests.ops.following.documents import Document
from tests.ops.following.reader import Reader
from tests.ops.running import ask_by_invoking, run_here
from tests.runtime.migrator.reported import FILES, migrate_as_reported
from tests.twin.aws.cloudformation.test_adopting import DATABASE, FUNCTION, make_by_hand
from twin.aws.local import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ops.following.conftest import Begin
    from tests.ops.running import Functions
    from twin.aws.clients import Aws
    from twin.postgres import Server

EXAMPLES = {
    r"sg-065ba77c858a02964": r"sg-[0-9a-f]+",
    r"subnet-[0-9a-f,subnet-]+": r"[0-9a-f,subnet-]+",
    r"2zdtm81iyl": r"[0-9a-z]+",
    r"jafupfbm|icmzcrga": r"[0-9a-z]+",
}


KEPT = ("CodeSha256", "Environment", "Handler", "MemorySize", "Role", "Runtime", "Timeout")
"""What the former function's version keeps."""


class System:
    """What becomes of the system."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws

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


def refused(system: System, number: int | None, kind: type[Exception] | None, why: str) -> None:
    """A phase, or a deployment without one, is refused as things stand; or with no kind it is not."""
    environment = load_environment(GOAL) if number is None else phase_of(GOAL, number).environment
    live = Live(environment, system.aws.client)
    with pytest.raises(kind, match=why) if kind else nullcontext():
        if number is None:
            refuse_leaping(live, synthesise(environment))
        else:
            refuse_skipping(live, phase_of(GOAL, number))


@pytest.fixture
def local() -> Iterator[LocalAws]:
    """The report's account, with what it reports."""
    with LocalAws(ACCOUNT, "us-east-1") as local:
        make_by_hand(local.aws)
        set_variables(local.aws)
        yield local


@pytest.fixture
def functions(local: LocalAws, server: Server) -> Iterator[Functions]:
    """Its functions, on a database as the reported tool migrated it."""
    with run_here(local.aws, server) as running:
        migrate_as_reported(server.url(running.database))
        yield running


def test_the_whole_way_from_what_was_made_by_hand(  # noqa: PLR0915  (a way of many steps, each after the other)
    local: LocalAws, functions: Functions, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function that was made by hand can't run here: of it only what Lambda keeps is compared."""
    system, document = System(local.aws), Document.read("adopting")
    made = system.instance()["DbiResourceId"]
    refused(system, 1, PhaseSkipped, "do `miyabi adopt reported` first")

    with begin(local, "production") as terminal:
        reader = Reader(document, terminal, EXAMPLES)
        looked = reader.follow("miyabi adopt reported --dry-run")
        assert "nothing was changed" in looked.err
        adopted = reader.follow("miyabi adopt reported")
        released = reader.follow_sentence("miyabi adopt reported --release")
        assert "10 resources are in no stack any more, and all of them are there" == released.last
        rds_backends[ACCOUNT]["us-east-1"].databases[DATABASE].engine_version = "15.17"
        reader.follow_sentence("MIYABI_DATABASE__ENGINE_VERSION=15.17 miyabi adopt reported")
        # as the document has it, until a phase brings the version of the settings
        monkeypatch.setenv("MIYABI_DATABASE__ENGINE_VERSION", "15.17")
        by_hand = system.function()
        refused(system, None, StillByHand, "beginning with `miyabi deploy production --phase 1`")
        refused(system, 2, PhaseSkipped, r"phase 2 \(functions\) builds on what is not there: network\.")

        phases = reader.follow_sentence("miyabi adopt production --phases")
        assert all(price in phases.out for price in ("$36", "$38", "$71", "$100", "$96"))
        reader.follow("miyabi secret set production github")
        subnets = adopted.last.rpartition("AdoptedFunctionSubnetIds=")[2]
        reader.follow("miyabi deploy production --phase 1", values={"SUBNET,SUBNET": subnets})
        assert (by_hand, "") == (system.function(), system.called()), "the first phase leaves it alone"
        reader.follow("miyabi migrate probe production")
        reader.follow("miyabi migrate adopt production --dry-run")
        reader.follow("miyabi migrate adopt production")

        for beginning in ("function=", "account=", "former=", "api=", "integration=", "aws lambda add-perm"):
            reader.follow(beginning)
        reader.follow("aws apigatewayv2 update-integration")
        assert ":1" == system.called()
        second = reader.follow("miyabi deploy production --phase 2")
        assert f"{len(FILES.up) - 7} applied" in second.err
        assert ":live" == system.called()
        assert "15.17" == system.instance()["EngineVersion"]
        monkeypatch.delenv("MIYABI_DATABASE__ENGINE_VERSION")
        refused(system, None, None, "")
        reader.follow_sentence("miyabi logs production access")
        assert "debugging is on until" in reader.follow_sentence("miyabi debug production on").last
        page = terminal.folder / "dist" / "index.html"
        page.parent.mkdir()
        page.write_text("<p>all of a frontend</p>", encoding="utf-8")
        reader.follow_sentence("miyabi frontend production dist")

        reader.follow("aws lambda update-alias")
        gone_back = system.function("live")
        assert [by_hand[key] for key in KEPT] == [gone_back[key] for key in KEPT]
        assert "VpcConfig" not in gone_back or not gone_back["VpcConfig"]["SubnetIds"]
        again = reader.repeat("miyabi deploy production --phase 2")
        assert f"alias live of {FUNCTION}: 1 -> " in again.err
        with client(ask_by_invoking(local.aws, FUNCTION)) as answers:
            reader.follow("miyabi deploy production --phase 3")
            assert (True, True) == system.is_open()
            reader.follow("miyabi deploy production --phase 4")
            assert "all is well" == reader.follow("miyabi status production").last
        assert {200} == set(answers), "who calls meanwhile is answered"
        assert ((False, False), made) == (system.is_open(), system.instance()["DbiResourceId"])
        refused(system, 2, PhaseBehind, r"take away what a later one has brought: database\.Database")
        reader.follow_sentence("miyabi deploy production --phase 3")
        assert (True, True) == system.is_open(), "the last phase is gone back from"
        reader.follow_sentence("miyabi deploy production")
        assert (False, False) == system.is_open(), "without a phase it is what its settings say"

        reader.follow("aws lambda delete-function")
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            system.function("1")
        assert "the jwt secret is renewed" == reader.follow("miyabi rotate production jwt --leaked").last

    reader.require_all_followed()
    assert ["adopt", "plan", "up", "roles"] == [
        one for one in dict.fromkeys(functions.actions()) if one not in {"status", "probe"}
    ]
