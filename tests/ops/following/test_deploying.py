"""docs/deploying.md is followed to its end, with the program and with the AWS CLI alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.exit_codes import Exit
from tests.ops.following.documents import NAMED, Document
from tests.ops.following.reader import Reader
from tests.ops.running import ask_by_invoking, run_here
from twin.aws.local import LocalAws

if TYPE_CHECKING:
    import pytest

    from tests.ops.following.conftest import Begin
    from twin.aws.clients import Aws
    from twin.postgres import Server

ACCOUNT, OTHER = "314159265301", "314159265302"
"""One for each of the two ways."""
EXAMPLES = {
    r"123456789012": ACCOUNT,
    r"\d+ s\b": r"\d+ s",
    r"26d49e8c4cc4fd0f": r"[0-9a-f]{16}",
    r"E7F199E70B47": r"\w+",
    r"ob5w38msibt6e": r"\w+",
}
ALONE = "make synth ENV=staging"
"""Where the way of the AWS CLI begins."""


def stacks(aws: Aws) -> list[tuple[str, bool]]:
    """The status of each stack, and whether it is protected."""
    found = aws.client("cloudformation").describe_stacks()["Stacks"]
    return [(stack["StackStatus"], stack["EnableTerminationProtection"]) for stack in found]


def test_the_program_deploys_staging(begin: Begin, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document.read("deploying")
    with (
        LocalAws(ACCOUNT, "us-east-1") as local,
        begin(local, "staging") as terminal,
        run_here(local.aws, server) as functions,
    ):
        reader = Reader(document, terminal, EXAMPLES)
        signed_in = reader.follow_sentence("aws sts get-caller-identity")
        entered = reader.follow("miyabi secret set staging github")
        looked = reader.follow("miyabi deploy staging --dry-run", ending_with=Exit.CHANGES)
        untouched = stacks(local.aws)
        first = reader.follow("miyabi deploy staging")
        again = reader.follow_sentence("make deploy ENV=staging")
        monkeypatch.setenv("MIYABI_HTTP_API__THROTTLE_RATE", "60")
        reader.follow("miyabi deploy staging")

    assert ACCOUNT in signed_in.out
    assert "miyabi/staging/github: created" == entered.last
    assert "nothing was done: this is what would be" in looked.err
    assert [] == untouched
    assert first.last.endswith("/api/v1/health answers 200")
    assert "staging is as it should be: nothing was to be done" == again.last
    assert ["plan", "up", "roles"] == [one for one in functions.actions() if one != "status"][:3]
    assert ALONE == document.commands[0].text, "all before it was typed"
    assert [] == [one for one in document.within if one not in NAMED]


def test_the_aws_cli_alone_deploys_staging(begin: Begin, server: Server) -> None:
    document = Document.read("deploying")
    document.leave_until(ALONE)
    with (
        LocalAws(OTHER, "us-east-1") as local,
        begin(local, "staging") as terminal,
        run_here(local.aws, server) as functions,
    ):
        secret = terminal.folder / "github.json"
        secret.write_text('{"client_id": "any", "client_secret": "any"}', encoding="utf-8")
        asked = Reader(document, terminal).follow_to_the_end()
        name = local.aws.client("ssm").get_parameter(Name="/miyabi/staging/service/api-function-name")
        health = ask_by_invoking(local.aws, name["Parameter"]["Value"])("https://any")
        deployed = stacks(local.aws)

    assert health.is_well
    assert asked.out in health.found, "the last command asks for it"
    assert ["probe", "up", "roles"] == functions.actions()
    assert not secret.exists()
    assert [("CREATE_COMPLETE", True)] * 5 == deployed
