"""What a tile says of itself: two lines, from the properties that an architect would ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from report.architecture.folding.facts import items, plain
from report.architecture.model import Satellite
from report.architecture.text import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cfn.template import Resource
    from report.architecture.folding.facts import Facts

_DIGITS: Final = 9
"""More are no count of anything."""
ENGINES: Final = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "aurora-postgresql": "Aurora PostgreSQL",
    "aurora-mysql": "Aurora MySQL",
}


def details(facts: Facts, kind: str, members: Sequence[Resource]) -> tuple[str, ...]:
    """At most two lines about a tile of a kind of tiles.toml."""
    tell = _TELLING.get(kind)
    found = tell(facts, members) if tell else []
    return tuple(line for line in found if line)[:2]


def strange_details(members: Sequence[Resource]) -> tuple[str, ...]:
    """Of a type that is not in the table: what it is, or the names of those that are one tile."""
    if len(members) == 1:
        return (type_name(members[0].type),)
    return (_names(words(each.logical_id) for each in members),)


def type_name(kind: str) -> str:
    """A type in words, such as `Glue Job`."""
    service, _, rest = kind.removeprefix("AWS::").partition("::")
    return f"{service} {rest.replace('::', ' ')}".strip()


def satellites(facts: Facts, members: Sequence[Resource]) -> tuple[Satellite, ...]:
    """Role and log group of a tile, small."""
    roles = [each for each in members if each.type == "AWS::IAM::Role"]
    groups = [each for each in members if each.type == "AWS::Logs::LogGroup"]
    found = []
    if roles:
        names = ", ".join(facts.text(each, "RoleName") or each.logical_id for each in roles)
        found.append(Satellite("role", "role" if len(roles) == 1 else f"{len(roles)} roles", f"role {names}"))
    if groups:
        names = ", ".join(facts.text(each, "LogGroupName") or each.logical_id for each in groups)
        days = facts.text(groups[0], "RetentionInDays")
        kept = f", kept for {days} days" if days else ", kept for ever"
        found.append(Satellite("logs", f"{days} days" if days else "logs", f"log group {names}{kept}"))
    return tuple(found)


def _function(facts: Facts, members: Sequence[Resource]) -> list[str]:
    function = members[0]
    return [
        _joined("Lambda", facts.text(function, "Runtime") or facts.text(function, "PackageType")),
        _joined(_with(facts.text(function, "MemorySize"), "MB"), _with(facts.text(function, "Timeout"), "s")),
    ]


def _database(facts: Facts, members: Sequence[Resource]) -> list[str]:
    database = members[0]
    engine = facts.text(database, "Engine")
    zones = "2 zones" if facts.text(database, "MultiAZ") == "true" else ""
    return [
        f"{ENGINES.get(engine, engine)} {facts.text(database, 'EngineVersion')}".strip() or "RDS",
        _joined(facts.text(database, "DBInstanceClass"), zones),
    ]


def _http_api(facts: Facts, members: Sequence[Resource]) -> list[str]:
    routes = sum(each.type == "AWS::ApiGatewayV2::Route" for each in members)
    rates = [
        facts.text(each, "DefaultRouteSettings.ThrottlingRateLimit")
        for each in members
        if each.type == "AWS::ApiGatewayV2::Stage"
    ]
    return [_counted(routes, "route"), *(f"{rate} requests/s" for rate in rates[:1] if rate)]


def _rest_api(_: Facts, members: Sequence[Resource]) -> list[str]:
    return [_counted(sum(each.type == "AWS::ApiGateway::Method" for each in members), "method")]


def _distribution(facts: Facts, members: Sequence[Resource]) -> list[str]:
    config = facts.get(members[0], "DistributionConfig")
    config = config if isinstance(config, dict) else {}
    aliases = config.get("Aliases")
    first = plain(aliases[0]) if isinstance(aliases, list) and aliases else ""
    headers = any(each.type == "AWS::CloudFront::ResponseHeadersPolicy" for each in members)
    return [
        first or _counted(len(items(config.get("Origins"))), "origin"),
        "security headers" if headers else "",
    ]


def _firewall(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return [_counted(len(items(facts.get(members[0], "Rules"))), "rule")]


def _bucket(facts: Facts, members: Sequence[Resource]) -> list[str]:
    blocked = facts.get(members[0], "PublicAccessBlockConfiguration")
    private = isinstance(blocked, dict) and all(plain(value) == "true" for value in blocked.values())
    versioned = facts.text(members[0], "VersioningConfiguration.Status") == "Enabled"
    return ["S3, private" if private else "S3", "versioned" if versioned else ""]


def _topic(facts: Facts, members: Sequence[Resource]) -> list[str]:
    inside = len(items(facts.get(members[0], "Subscription")))
    outside = sum(each.type == "AWS::SNS::Subscription" for each in members)
    return ["SNS", _counted(inside + outside, "subscription")]


def _table(facts: Facts, members: Sequence[Resource]) -> list[str]:
    on_demand = facts.text(members[0], "BillingMode") == "PAY_PER_REQUEST"
    return ["DynamoDB", "on demand" if on_demand else ""]


def _queue(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return ["SQS, FIFO" if facts.text(members[0], "FifoQueue") == "true" else "SQS"]


def _service(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return [
        _joined("ECS", facts.text(members[0], "LaunchType")),
        _counted(_number(facts.text(members[0], "DesiredCount")), "task"),
    ]


def _server(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return [_joined("EC2", facts.text(members[0], "InstanceType"))]


def _rule(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return ["EventBridge", facts.text(members[0], "ScheduleExpression")]


def _endpoints(facts: Facts, members: Sequence[Resource]) -> list[str]:
    service = plain(facts.get(members[0], "ServiceName")) or str(facts.get(members[0], "ServiceName") or "")
    return ["VPC endpoint", service.rpartition(".")[2]]


def _alarms(facts: Facts, members: Sequence[Resource]) -> list[str]:
    topics = facts.named([facts.get(each, "AlarmActions") for each in members])
    return [_to(topics)]


def _events(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return [_to(facts.named([facts.get(each, "SnsTopicArn") for each in members]))]


def _dashboards(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return [_names(facts.text(each, "DashboardName") or each.logical_id for each in members)]


def _keys(facts: Facts, members: Sequence[Resource]) -> list[str]:
    return [
        "renewed yearly" if all(_rotates(facts, each) for each in members if _is_key(each)) else "KMS",
    ]


def _is_key(resource: Resource) -> bool:
    return resource.type == "AWS::KMS::Key"


def _rotates(facts: Facts, key: Resource) -> bool:
    return facts.text(key, "EnableKeyRotation") == "true"


def _parameters(_: Facts, __: Sequence[Resource]) -> list[str]:
    return ["SSM Parameter Store"]


def _secrets(facts: Facts, members: Sequence[Resource]) -> list[str]:
    secrets = [each for each in members if each.type == "AWS::SecretsManager::Secret"]
    generated = sum(facts.get(each, "GenerateSecretString") is not None for each in secrets)
    return ["generated" if generated == len(secrets) else "Secrets Manager"]


def _backup(facts: Facts, members: Sequence[Resource]) -> list[str]:
    kept = [
        _number(plain(_inside(rule, "Lifecycle", "DeleteAfterDays")))
        for each in members
        for rule in items(facts.get(each, "BackupPlan.BackupPlanRule"))
    ]
    what = [
        named
        for each in members
        if each.type == "AWS::Backup::BackupSelection"
        for named in facts.named(facts.get(each, "BackupSelection.Resources"))
    ]
    whole = f"of {_names(words(each.logical_id) for each in what)}" if what else ""
    longest = max(kept, default=0)
    return [_joined(whole, f"{longest} days" if longest else "")]


def _budgets(facts: Facts, members: Sequence[Resource]) -> list[str]:
    limit = facts.get(members[0], "Budget.BudgetLimit")
    amount = plain(limit.get("Amount")) if isinstance(limit, dict) else ""
    unit = plain(limit.get("Unit")) if isinstance(limit, dict) else ""
    return [f"{amount.removesuffix('.0')} {unit} a month" if amount else ""]


def _to(named: Sequence[Resource]) -> str:
    return f"to {_names(words(each.logical_id) for each in named)}" if named else ""


def _names(names: Any) -> str:
    return ", ".join(dict.fromkeys(names))


def _inside(value: Any, *steps: str) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def _counted(count: int, noun: str) -> str:
    return "" if not count else f"{count:,} {noun}{'' if count == 1 else 's'}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _with(amount: str, unit: str) -> str:
    return f"{amount} {unit}" if amount else ""


_TELLING: Final[Mapping[str, Callable[[Facts, Sequence[Resource]], list[str]]]] = {
    "alarms": _alarms,
    "backup": _backup,
    "bucket": _bucket,
    "budgets": _budgets,
    "dashboards": _dashboards,
    "database": _database,
    "database-events": _events,
    "distribution": _distribution,
    "endpoints": _endpoints,
    "firewall": _firewall,
    "function": _function,
    "http-api": _http_api,
    "keys": _keys,
    "parameters": _parameters,
    "queue": _queue,
    "rest-api": _rest_api,
    "rule": _rule,
    "secrets": _secrets,
    "server": _server,
    "service": _service,
    "table": _table,
    "topic": _topic,
}
