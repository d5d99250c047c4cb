"""Who calls, feeds or reads whom: the arrows, each from a property, a policy or a rule of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from report.architecture.folding.facts import items, plain
from report.architecture.folding.uses import Uses
from report.architecture.model import Arrow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.template import Resource
    from report.architecture.folding.facts import Facts
    from report.architecture.folding.owners import Owners

USERS: Final = "outside:users"
INVOKE: Final = "InvokeFunction"
INVOKE_ACTION: Final = "lambda:invokefunction"
_APIS = (
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::Api",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGateway::RestApi",
)
_SOURCES = ("ApiId", "RestApiId", "Queue", "Topic", "Stream", "Bucket", "EventBusName")
"""Which properties of a serverless function's event name where it comes from."""
_FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")


class Connections:
    """Finds the arrows of a deployment, by the tiles of its resources."""

    def __init__(self, facts: Facts, owners: Owners, below: set[str]) -> None:
        """`below` are tiles that stand below the path of a request, to which no arrow leads."""
        self._facts, self._owners, self._below = facts, owners, below
        self._arrows: dict[tuple[str, str], Arrow] = {}

    def all(self) -> tuple[Arrow, ...]:
        """All arrows, sorted; one from a tile to another."""
        for find in (
            self._origins,
            self._apis,
            self._rest_apis,
            self._events,
            self._serverless,
            self._dead_letters,
            self._rules,
            self._firewalls,
            self._balancers,
            self._proxies,
        ):
            find()
        for arrow in Uses(self._facts, self._owners).all():
            self._add(arrow.source, arrow.target, arrow.label, arrow.full, weight=arrow.weight)
        return tuple(self._arrows[key] for key in sorted(self._arrows))

    def _add(self, source: str | None, target: str | None, label: str, full: str, **more: Any) -> None:
        """Draw an arrow, unless one of its ends is no tile, or there is one already."""
        if source and target and source != target and not {source, target} & self._below:
            self._arrows.setdefault((source, target), Arrow(source, target, label, full, **more))

    def _tiles(self, value: Any) -> list[str]:
        found = (self._owners.of(each) for each in self._facts.named(value))
        return list(dict.fromkeys(tile for tile in found if tile))

    def _origins(self) -> None:
        for distribution in self._facts.of("AWS::CloudFront::Distribution"):
            config = self._facts.get(distribution, "DistributionConfig")
            if not isinstance(config, dict):
                continue
            paths = _paths(config)
            for origin in items(config.get("Origins")):
                label = ", ".join(paths.get(plain(origin.get("Id")), ()))
                for named in self._facts.named(origin.get("DomainName")):
                    self._add(
                        self._owners.of(distribution),
                        self._owners.of(named),
                        label,
                        f"paths {label or 'of an origin'}",
                        weight=2 if named.type == "AWS::S3::Bucket" else 4,
                    )

    def _apis(self) -> None:
        for integration in self._facts.of("AWS::ApiGatewayV2::Integration"):
            api = self._tiles(self._facts.get(integration, "ApiId"))
            routes = sum(
                integration in self._facts.named(self._facts.get(route, "Target"))
                for route in self._facts.of("AWS::ApiGatewayV2::Route")
            )
            uri = self._facts.get(integration, "IntegrationUri")
            if api:
                has_role = self._facts.get(integration, "CredentialsArn") is not None
                self._invokes(api[0], uri, routes, has_role=has_role)

    def _rest_apis(self) -> None:
        for method in self._facts.of("AWS::ApiGateway::Method"):
            integration = self._facts.get(method, "Integration")
            api = self._tiles(self._facts.get(method, "RestApiId"))
            if api and isinstance(integration, dict):
                self._invokes(api[0], integration.get("Uri"), 1, has_role="Credentials" in integration)

    def _invokes(self, api: str, uri: Any, routes: int, *, has_role: bool) -> None:
        for function in self._facts.named(uri):
            target = self._owners.of(function)
            if not self._is_function(target):
                self._add(api, target, "HTTP", "integration", weight=2 + routes)
            elif has_role or self._permits(target, "apigateway.amazonaws.com"):
                self._add(api, target, INVOKE, f"lambda:InvokeFunction, {routes} routes", weight=2 + routes)
            else:
                self._add(
                    api,
                    target,
                    "no permission",
                    "lambda:InvokeFunction is permitted by nothing in the templates",
                    weight=2 + routes,
                    is_permitted=False,
                )

    def _is_function(self, tile: str | None) -> bool:
        return any(each.type in _FUNCTIONS for each in self._owners.members.get(tile or "", ())[:1])

    def _permits(self, function: str | None, service: str) -> bool:
        return any(
            each.type == "AWS::Lambda::Permission"
            and service in (self._facts.text(each, "Principal"), "*")
            and self._facts.text(each, "Action").lower() in (INVOKE_ACTION, "lambda:*")
            for each in self._owners.members.get(function or "", ())
        )

    def _events(self) -> None:
        for mapping in self._facts.of("AWS::Lambda::EventSourceMapping"):
            for source in self._tiles(self._facts.get(mapping, "EventSourceArn")):
                for target in self._tiles(self._facts.get(mapping, "FunctionName")):
                    self._add(source, target, "events", "event source mapping", weight=2)
        for subscription in self._facts.of("AWS::SNS::Subscription"):
            for topic in self._tiles(self._facts.get(subscription, "TopicArn")):
                for target in self._tiles(self._facts.get(subscription, "Endpoint")):
                    self._add(topic, target, "message", "subscription", weight=2)
        for bucket in self._facts.of("AWS::S3::Bucket"):
            for target in self._tiles(self._facts.get(bucket, "NotificationConfiguration")):
                self._add(self._owners.of(bucket), target, "event", "notification of the bucket", weight=2)

    def _serverless(self) -> None:
        """What calls or feeds a function of the Serverless Application Model: its events."""
        for function in self._facts.of("AWS::Serverless::Function"):
            for event in _values(self._facts.get(function, "Events")):
                told = event.get("Properties")
                named = [told.get(name) for name in _SOURCES] if isinstance(told, dict) else []
                for source in self._tiles(named):
                    is_api = self._owners.members[source][0].type in _APIS
                    label, weight = (INVOKE, 3) if is_api else ("event", 2)
                    self._add(
                        source, self._owners.of(function), label, "event of the function", weight=weight
                    )

    def _dead_letters(self) -> None:
        for queue in self._facts.of("AWS::SQS::Queue"):
            for target in self._tiles(self._facts.get(queue, "RedrivePolicy")):
                self._add(self._owners.of(queue), target, "failed", "redrive policy", is_aside=True)

    def _rules(self) -> None:
        for rule in self._facts.of("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
            targets = [*items(self._facts.get(rule, "Targets")), *items(self._facts.get(rule, "Target"))]
            for target in self._tiles([each.get("Arn") for each in targets]):
                self._add(self._owners.of(rule), target, "event", "target of the rule", weight=2)
            for bus in self._tiles(self._facts.get(rule, "EventBusName")):
                self._add(bus, self._owners.of(rule), "", "events of the bus")

    def _firewalls(self) -> None:
        for distribution in self._facts.of("AWS::CloudFront::Distribution"):
            for firewall in self._tiles(self._facts.get(distribution, "DistributionConfig.WebACLId")):
                self._add(firewall, self._owners.of(distribution), "filters", "web ACL", is_aside=True)
        for association in self._facts.of("AWS::WAFv2::WebACLAssociation"):
            for firewall in self._tiles(self._facts.get(association, "WebACLArn")):
                for target in self._tiles(self._facts.get(association, "ResourceArn")):
                    self._add(firewall, target, "filters", "web ACL", is_aside=True)

    def _balancers(self) -> None:
        """From a balancer to what registers with a target group that one of its listeners names."""
        users: dict[Resource, list[str]] = {}
        for kind in ("AWS::ECS::Service", "AWS::EC2::Instance", "AWS::AutoScaling::AutoScalingGroup"):
            for resource in self._facts.of(kind):
                for named in self._facts.named(self._facts.properties(resource)):
                    users.setdefault(named, []).append(self._owners.of(resource) or "")
        listeners = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule")
        for listener in self._facts.of(*listeners):
            for named in self._facts.named(self._facts.properties(listener)):
                registered = self._facts.named(self._facts.get(named, "Targets"))
                targets = [*users.get(named, ()), *(self._owners.of(each) for each in registered)]
                label = spoken(self._facts, named)
                for target in targets if named.type.endswith("::TargetGroup") else ():
                    self._add(self._owners.of(listener), target, label, "target group", weight=3)

    def _proxies(self) -> None:
        for group in self._facts.of("AWS::RDS::DBProxyTargetGroup"):
            for proxy in self._tiles(self._facts.get(group, "DBProxyName")):
                names = ("DBInstanceIdentifiers", "DBClusterIdentifiers")
                for target in self._tiles([self._facts.get(group, name) for name in names]):
                    self._add(proxy, target, "", "targets of the proxy", weight=3)


def _values(mapping: Any) -> list[dict[str, Any]]:
    """The mappings in a mapping."""
    return items(list(mapping.values())) if isinstance(mapping, dict) else []


def spoken(facts: Facts, resource: Resource) -> str:
    """Protocol and port of a listener or a target group, such as `HTTPS 443`."""
    return f"{facts.text(resource, 'Protocol')} {facts.text(resource, 'Port')}".strip()


def _paths(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """Path patterns by origin; the default behaviour's is `/*`."""
    found: dict[str, list[str]] = {}
    default = config.get("DefaultCacheBehavior")
    if isinstance(default, dict):
        found[plain(default.get("TargetOriginId"))] = ["/*"]
    for behaviour in items(config.get("CacheBehaviors")):
        pattern = plain(behaviour.get("PathPattern"))
        found.setdefault(plain(behaviour.get("TargetOriginId")), []).append(pattern)
    return found
