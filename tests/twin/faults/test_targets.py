"""What faults are given to is what a request for health passes, as it is read back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from twin.faults import targets as module
from twin.faults.expectation import HEALTH, merged
from twin.faults.targets import TargetMissing, Targets

if TYPE_CHECKING:
    from twin.deployed import Deployed

APIS = [{"ApiId": "a1", "ApiEndpoint": "https://a1.execute-api"}]
STAGES = [{"StageName": "prod"}, {"StageName": "$default"}]
DATABASES = [{"DBInstanceIdentifier": name, "Endpoint": {"Address": f"{name}.rds"}} for name in ("d1", "d2")]


def read(monkeypatch: pytest.MonkeyPatch, **deployed: Any) -> Targets:
    """The targets of an account in which this is deployed, and the rest as usual."""
    answers: dict[str, Any] = {
        "get_apis": {"Items": deployed.get("apis", APIS)},
        "get_routes": {"Items": [{"RouteKey": f"GET {HEALTH}", "Target": "integrations/i1"}]},
        "get_stages": {"Items": deployed.get("stages", STAGES)},
        "get_integrations": {"Items": [{"IntegrationId": "i1", "IntegrationUri": "arn:function:api:live"}]},
        "get_function_configuration": {
            "FunctionName": "api",
            "Role": "r",
            "LoggingConfig": {"LogGroup": "g"},
            "Environment": {"Variables": {"DATABASE_URL": deployed.get("url", "")}},
        },
        "describe_db_instances": {"DBInstances": deployed.get("databases", DATABASES)},
        "list_distributions": {"DistributionList": {}},
    }
    aws = SimpleNamespace(account="1", region="r", arn=lambda *parts: ":".join(parts))
    monkeypatch.setattr(module, "role_may", lambda *_: SimpleNamespace(allowed=True))
    told = SimpleNamespace(aws=aws, call=lambda _, operation, **__: answers[operation])
    return Targets.of(cast("Deployed", told))


def test_the_stage_without_a_name_is_taken_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "$default" == read(monkeypatch).stage["StageName"]
    assert "prod" == read(monkeypatch, stages=STAGES[:1]).stage["StageName"]


def test_several_apis_that_answer_health_are_told_and_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TargetMissing, match="an API that answers health, and 2 are deployed"):
        read(monkeypatch, apis=APIS * 2)


@pytest.mark.parametrize(
    ("url", "databases", "found"),
    [
        ("postgresql://a:b@d2.rds:5432/x", DATABASES, "d2"),
        ("postgresql://a:b@elsewhere:5432/x", DATABASES, None),
        ("postgresql://a:b@elsewhere:5432/x", DATABASES[:1], "d1"),
    ],
)
def test_the_database_is_the_one_of_the_url_or_the_only_one(
    url: str, databases: list[dict[str, Any]], found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = read(monkeypatch, url=url, databases=databases).database

    assert found == (database and database["DBInstanceIdentifier"])


def test_what_needs_an_alias_is_told_by_the_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    targets = read(monkeypatch)

    assert ("live", {"Qualifier": "live"}) == (targets.qualifier, targets.qualified)
    assert targets.has("an alias in the integration")
    assert not targets.has("a managed runtime"), "a container image has no runtime"


def test_what_a_way_says_itself_counts() -> None:
    assert {"status": [200], "body": "x"} == merged({"status": [500], "body": "x"}, {"status": [200]})
