"""`miyabi report` of a living system: ids and states of the account, red where it is broken; no secret."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ops.deploying.smoke import HEALTH, Health
from ops.doctor.asking import Reply
from ops.doctor.diagnosing import diagnose
from ops.doctor.evidence.whole import Evidence
from ops.doctor.reading import Reading
from ops.live import Live
from ops.status.part import Standing
from report.system.markdown import to_markdown
from report.system.model import Source
from report.system.pages import to_html
from report.system.reporting import report_of
from scripts.commands.report.asking import asked
from scripts.commands.report.gathering import given
from tests.ops.doctor.healthy import GATEWAY_500
from tests.ops.living.conftest import STAGING
from tests.ops.living.running import held

if TYPE_CHECKING:
    from ops.doctor.diagnosing import Diagnosis
    from report.system.model import Report
    from tests.ops.living.conftest import Watched


def diagnosed(aws: Watched) -> Diagnosis:
    """What the doctor says where the gateway answers for itself."""

    def reply(address: str) -> Reply:
        return Reply(address + HEALTH, datetime.now(UTC), 0.0, 500, {}, GATEWAY_500)

    return diagnose(Evidence(Reading(STAGING, aws.client), ask=reply, patience=0.0))


def reported(live: Live, diagnosis: Diagnosis) -> Report:
    """A report of staging as it stands."""

    def ask(address: str) -> Health:
        return Health(address + HEALTH, 500, GATEWAY_500)

    found = given("staging", date(2026, 11, 26))
    return report_of(asked(found, live, diagnosis, Source.ACCOUNT, ask=ask, with_migrations=False))


def test_a_permission_that_is_gone_is_red_with_its_mending_and_ids_are_the_accounts(
    live: Live, aws: Watched
) -> None:
    name = held(aws, "service", "ApiFunction")
    aws.client("lambda").remove_permission(
        FunctionName=name, Qualifier="live", StatementId=held(aws, "service", "ApiPermission")
    )
    report = reported(live, diagnosed(aws))
    states = {one.kind: one.state for one in report.components}
    page, markdown = to_html(report), to_markdown(report)

    assert (Standing.WRONG, "faulty") == (report.state.standing, report.state.word)
    assert "wrong: API-001" == states["API Gateway HTTP API"].word
    assert '<span class="badge is-wrong">faulty</span>' in page
    assert f"`{held(aws, 'service', 'HttpApi')}`" in markdown
    assert f"https://{held(aws, 'service', 'HttpApi')}.execute-api.us-east-1.amazonaws.com" in markdown
    assert held(aws, "network", "DatabaseSecurityGroup") in markdown
    assert f"aws lambda add-permission --function-name {name}" in markdown
    assert "not known from templates" not in markdown
    assert [] == [secret for secret in secrets(aws) if secret in page + markdown + str(report.document())]


def secrets(aws: Watched) -> list[str]:
    """Every value that is kept in Secrets Manager, and every variable that was made of one."""
    client = aws.client("secretsmanager")
    values: list[str] = []
    for one in client.list_secrets()["SecretList"]:
        kept: str = client.get_secret_value(SecretId=one["ARN"])["SecretString"]
        values += [part for part in kept.split('"') if len(part) > len("client_secret")]
    return values


def test_an_account_that_refuses_is_not_known_and_never_well(aws: Watched) -> None:
    class Refusing(Live):
        """Lets nobody read stacks, functions and alarms."""

        def call(self, action: str, thing: str, **arguments: Any) -> Any:
            from ops.errors import Refused

            if action.startswith(("cloudformation:", "lambda:", "cloudwatch:")):
                raise Refused(action, thing, "AccessDenied")
            return super().call(action, thing, **arguments)

    diagnosis = dataclasses.replace(diagnosed(aws), refused=("AWS refuses it",))
    report = reported(Refusing(STAGING, aws.client), diagnosis)
    sources = [gap.fact for gap in report.gaps if gap.where == "Account"]
    states = {one.kind: one.state.standing for one in report.components}

    assert sources
    assert all("AWS refuses cloudformation:DescribeStacks" in source for source in sources)
    assert Standing.UNASKED is states["S3 bucket"]
    assert states["AWS Lambda function"] is not Standing.WELL


@pytest.mark.parametrize("words", [("report", "staging", "--live", "--format", "json")])
def test_the_command_asks_the_account_of_the_environment(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from scripts.exit_codes import Exit
    from scripts.miyabi import main

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr("sys.argv", ["miyabi", *words])
    with pytest.raises(SystemExit) as ended:
        main()

    told = capsys.readouterr()
    assert (Exit.NO_ACCESS, "") == (ended.value.code, told.out)
    assert "AWS can't be asked" in told.err
