"""A function and its database as made-up answers of AWS: all is well, but for what a test says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.asking import Reply
from ops.doctor.check import checks
from ops.doctor.evidence.function import NAMED, Invoked
from ops.doctor.evidence.whole import Evidence
from ops.doctor.fault import Layer
from tests.ops.doctor.reading import made_up, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.doctor.answer import Answer
    from stacks.settings import Environment

NOW: Final = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
PASSWORD: Final = "tr0ub4dor-and-3"
HOST: Final = "miyabi-staging-1.c0ffee.us-east-1.rds.amazonaws.com"
BUNDLE: Final = "/var/task/runtime/ca/rds.pem"
URL: Final = (
    f"postgresql://miyabi_api_a:{PASSWORD}@{HOST}:5432/miyabi?sslmode=verify-full&sslrootcert={BUNDLE}"
)
FUNCTION: Final = "arn:aws:lambda:us-east-1:271828182845:function:api:live"
OURS: Final = "runtime.api.handler.handle"
UNAVAILABLE: Final = (503, '{"error": "database_error", "message": "", "request_id": "r"}')
WELL: Final = (200, '{"status": "ok"}')
LAYERS: Final = (Layer.DATABASE, Layer.TLS, Layer.CREDENTIALS, Layer.SCHEMA)
ABSENT_PARAMETER: Final = refusal("ParameterNotFound")
ALL: Final = {each.id: each for each in checks()}
OF_LAYERS: Final = {name: each for name, each in ALL.items() if each.fault.layer in LAYERS}


def instance(**told: Any) -> dict[str, Any]:
    """The instance as DescribeDBInstances tells it."""
    return {
        "DBInstanceIdentifier": "miyabi-staging-1",
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.t4g.micro",
        "DBInstanceArn": "arn:aws:rds:us-east-1:271828182845:db:miyabi-staging-1",
        "DbiResourceId": "db-ABC",
        "DBName": "miyabi",
        "EngineVersion": "17.11",
        "AllocatedStorage": 20,
        "MasterUsername": "miyabi_admin",
        "Endpoint": {"Address": HOST, "Port": 5432},
        "DBParameterGroups": [{"DBParameterGroupName": "ours", "ParameterApplyStatus": "in-sync"}],
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        **told,
    }


def figures(**by_metric: Sequence[float]) -> Any:
    """What GetMetricData answers, by metric."""

    def answer(**asked: Any) -> dict[str, Any]:
        metric = asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["MetricName"]
        return {"MetricDataResults": [{"Values": list(by_metric.get(metric.rstrip("%"), ()))}]}

    return answer


def parameters(**values: str) -> dict[str, Any]:
    """What DescribeDBParameters answers; a dot in a name is written as two underscores."""
    listed = [
        {"ParameterName": name.replace("__", "."), "ParameterValue": value} for name, value in values.items()
    ]
    return {"Parameters": [*listed, {"ParameterName": "unset"}]}


def evidence(
    *lines: str,
    url: str | None = URL,
    found: tuple[int, str] = UNAVAILABLE,
    database: Mapping[str, Any] | None = None,
    handler: str = OURS,
    answers: Mapping[str, Any] | None = None,
    environment: Environment | str = "staging",
) -> Evidence:
    """A request that came to `found`, and what it has left and met."""
    given = {} if url is None else {"DATABASE_URL": url}
    told = instance() if database is None else database
    known = {
        "lambda:GetFunctionConfiguration": {
            "FunctionName": "api",
            "Handler": handler,
            "Runtime": "python3.13",
            "Role": "arn:aws:iam::271828182845:role/api",
            "LastModified": "2026-11-26T07:00:00.000+0000",
            "Environment": {"Variables": given},
        },
        "lambda:GetFunctionConcurrency": {"ReservedConcurrentExecutions": 10},
        "logs:FilterLogEvents": {"events": [{"logStreamName": "s", "message": line} for line in lines]},
        "rds:DescribeDBInstances": {"DBInstances": [told]} if told else _none,
        "rds:DescribeDBParameters": parameters(rds__force_ssl="1", max_connections="90"),
        "rds:DescribeEvents": {"Events": []},
        "rds:DescribePendingMaintenanceActions": {"PendingMaintenanceActions": []},
        "cloudwatch:GetMetricData": figures(),
        **(answers or {}),
    }
    status, body = found
    whole = Evidence(
        made_up(known, environment),
        address="https://api.example.org",
        ask=lambda address: Reply(address, NOW, 0.1, status, {}, body),
        patience=0.0,
    )
    whole.function = Invoked(whole.reading, whole.gateway)
    named = NAMED.search(FUNCTION)
    assert named
    whole.function.named = named
    return whole


def published(value: str, ending: str) -> Any:
    """What GetParameter answers: a value under names that end so, and none under all others."""

    def answer(**asked: Any) -> Any:
        return {"Parameter": {"Value": value}} if asked["Name"].endswith(ending) else ABSENT_PARAMETER

    return answer


def answer(fault: str, whole: Evidence) -> Answer:
    """What a check answers."""
    return ALL[fault].answer(whole)


def _none(**asked: Any) -> Any:
    return refusal("DBInstanceNotFound") if "DBInstanceIdentifier" in asked else {"DBInstances": []}
