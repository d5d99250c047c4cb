"""What a fault can be given to: the API that answers health, and what stands behind it, as read back."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from twin.errors import TwinError
from twin.faults.expectation import HEALTH
from twin.roles import role_may

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twin.aws.clients import Aws
    from twin.deployed import Deployed

    Document = Mapping[str, Any]

_FUNCTION: Final = re.compile(r"function:([A-Za-z0-9_-]+)(?::([A-Za-z0-9$_-]+))?")
"""Name and qualifier in any form of an integration's address."""
_HOST: Final = re.compile(r"(?<=[@,])[^@/:?,]+(?=[:/?,]|$)")
"""Each host of a database's URL, whole: a part of a name is another's."""
CATCH_ALL: Final = "$default"


class World(Protocol):
    """A running twin, as far as faults know it; `twin.rehearsing.twin.Twin` is one."""

    @property
    def aws(self) -> Aws:
        """Its local AWS."""

    @property
    def deployed(self) -> Deployed:
        """What is deployed to it."""

    @property
    def databases(self) -> Any:
        """Its databases; see twin.faults.injectors.database for what is asked of them."""

    @property
    def apis(self) -> Any:
        """Its HTTP APIs: `address(api_id)`."""

    @property
    def edge(self) -> Any:
        """Its distributions: `address(distribution_id)`."""

    @property
    def recorder(self) -> Any:
        """What writes logs and figures: `flush()`."""


class TargetMissing(TwinError):
    """Nothing is deployed that a fault could be given to."""

    def __init__(self, what: str, found: str = "there is none") -> None:
        self.what = what
        super().__init__(f"a fault needs {what}, and {found}; deploy the environment first")


@dataclass(frozen=True, slots=True)
class Targets:
    """Where faults are put: everything that a request for health passes.

    Attributes:
        api: The HTTP API, as GetApis tells it.
        stage: Its stage, `$default` where there is one.
        route: The route that health takes.
        integration: What that route leads to.
        function: The function's configuration behind name and qualifier.
        qualifier: An alias or version that the integration names.
        database: The instance that the function's URL names, or the only one.
        distribution: Id of the distribution in front of the API.
        firewall: ARN of the web ACL that the distribution has.
        makes_log_group: Whether the function's role may make a log group that is gone.
    """

    account: str
    region: str
    api: Document
    stage: Document
    route: Document
    integration: Document
    function: Document
    qualifier: str | None
    database: Document | None
    distribution: str | None
    firewall: str | None
    makes_log_group: bool

    @classmethod
    def of(cls, deployed: Deployed) -> Targets:
        """Read back what health passes.

        Raises TargetMissing where no API answers health, several do, or no function is behind it.
        """
        api, routes = _api(deployed)
        stages = deployed.call("apigatewayv2", "get_stages", ApiId=api["ApiId"])["Items"]
        if not stages:
            raise TargetMissing("a stage of the API")
        route = health_route(routes)
        integration = _integration(deployed, api, route)
        named = _FUNCTION.search(integration.get("IntegrationUri", ""))
        if named is None:
            raise TargetMissing("a function behind the API")
        function = _function(deployed, named[1], named[2])
        distribution = _distribution(deployed, api)
        return cls(
            account=deployed.aws.account,
            region=deployed.aws.region,
            api=api,
            stage=next((stage for stage in stages if stage["StageName"] == CATCH_ALL), stages[0]),
            route=route,
            integration=integration,
            function=function,
            qualifier=named[2],
            database=_database(deployed, function),
            distribution=distribution["Id"] if distribution else None,
            firewall=(distribution.get("WebACLId") or None) if distribution else None,
            makes_log_group=_makes_log_group(deployed, function),
        )

    @property
    def api_id(self) -> str:
        """Of the HTTP API."""
        return str(self.api["ApiId"])

    @property
    def function_name(self) -> str:
        """Of the function behind it."""
        return str(self.function["FunctionName"])

    @property
    def function_arn(self) -> str:
        """Without its qualifier."""
        return ":".join(str(self.function["FunctionArn"]).split(":")[:7])

    @property
    def role(self) -> str:
        """The name of the function's role."""
        return str(self.function["Role"]).rpartition("/")[2]

    @property
    def variables(self) -> dict[str, str]:
        """The function's environment."""
        found: dict[str, str] = self.function.get("Environment", {}).get("Variables", {})
        return dict(found)

    @property
    def log_group(self) -> str:
        """Where the function's lines go."""
        return str(self.function["LoggingConfig"]["LogGroup"])

    @property
    def access_log_group(self) -> str | None:
        """Where the API's lines go, if anywhere."""
        arn = (self.stage.get("AccessLogSettings") or {}).get("DestinationArn", "")
        return arn.partition(":log-group:")[2].removesuffix(":*") or None

    @property
    def database_id(self) -> str:
        """Of the instance. Raises TargetMissing where there is none."""
        if self.database is None:
            raise TargetMissing("a database")
        return str(self.database["DBInstanceIdentifier"])

    @property
    def qualified(self) -> dict[str, str]:
        """`Qualifier` for calls of Lambda that are about what the API invokes."""
        return {"Qualifier": self.qualifier} if self.qualifier else {}

    def has(self, need: str) -> bool:
        """Whether what a fault needs is deployed."""
        return _NEEDS[need](self)


def health_route(routes: list[Document]) -> Document:
    """The route of an API that health takes."""
    by_key = {route["RouteKey"]: route for route in routes}
    for key in (f"GET {HEALTH}", f"ANY {HEALTH}", CATCH_ALL):
        if key in by_key:
            return by_key[key]
    raise TargetMissing(f"an API that routes {HEALTH}")


def user_of(url: str) -> str:
    """The user that a database's URL names; nothing where it can't be read."""
    with suppress(ValueError):
        return urlsplit(url).username or ""
    return ""


def password_of(url: str) -> str:
    """The password that a database's URL holds, decoded; nothing where it can't be read."""
    with suppress(ValueError):
        return unquote(urlsplit(url).password or "")
    return ""


def _is_verified(targets: Targets) -> bool:
    return "sslmode=verify-full" in targets.variables.get("DATABASE_URL", "")


def _as_master(targets: Targets) -> bool:
    assert targets.database is not None  # noqa: S101  (whoever asks has looked)
    master: str = targets.database["MasterUsername"]
    return user_of(targets.variables.get("DATABASE_URL", "")) == master


def _api(deployed: Deployed) -> tuple[Document, list[Document]]:
    """The one HTTP API that answers health, and its routes."""
    found = []
    for api in deployed.call("apigatewayv2", "get_apis")["Items"]:
        routes = deployed.call("apigatewayv2", "get_routes", ApiId=api["ApiId"])["Items"]
        with suppress(TargetMissing):
            health_route(routes)
            found.append((api, routes))
    if len(found) != 1:
        raise TargetMissing(
            "an API that answers health", f"{len(found)} are deployed" if found else "there is none"
        )
    return found[0]


def _integration(deployed: Deployed, api: Document, route: Document) -> Document:
    asked = str(route.get("Target", "")).removeprefix("integrations/")
    for each in deployed.call("apigatewayv2", "get_integrations", ApiId=api["ApiId"])["Items"]:
        if each["IntegrationId"] == asked:
            integration: Document = each
            return integration
    raise TargetMissing("an integration of the route")


def _function(deployed: Deployed, name: str, qualifier: str | None) -> Document:
    from botocore.exceptions import ClientError

    qualified = {"Qualifier": qualifier} if qualifier else {}
    try:
        return deployed.call("lambda", "get_function_configuration", FunctionName=name, **qualified)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise TargetMissing(f"the function {name} that the API invokes", f"Lambda says {code}") from None


def _database(deployed: Deployed, function: Document) -> Document | None:
    instances: list[Document] = deployed.call("rds", "describe_db_instances")["DBInstances"]
    url = function.get("Environment", {}).get("Variables", {}).get("DATABASE_URL", "")
    hosts = {host.lower() for host in _HOST.findall(url)}
    for instance in instances:
        if (instance.get("Endpoint") or {}).get("Address") in hosts:
            return instance
    return instances[0] if len(instances) == 1 else None


def _makes_log_group(deployed: Deployed, function: Document) -> bool:
    group = deployed.aws.arn("logs", f"log-group:{function['LoggingConfig']['LogGroup']}")
    return bool(role_may(deployed, function["Role"], "logs:CreateLogGroup", group).allowed)


def _distribution(deployed: Deployed, api: Document) -> Document | None:
    host = urlsplit(api["ApiEndpoint"]).hostname
    listed = deployed.call("cloudfront", "list_distributions")["DistributionList"].get("Items", [])
    for each in listed:
        if any(origin["DomainName"] == host for origin in each["Origins"]["Items"]):
            found: Document = each
            return found
    return None


_NEEDS: Final[dict[str, Callable[[Targets], bool]]] = {
    "an access log": lambda it: it.access_log_group is not None,
    "a catch-all route": lambda it: it.route["RouteKey"] == CATCH_ALL,
    "a custom runtime": lambda it: it.function.get("Runtime", "").startswith("provided"),
    "a distribution": lambda it: it.distribution is not None,
    "a firewall": lambda it: it.firewall is not None,
    "a function in a VPC": lambda it: bool(it.function.get("VpcConfig", {}).get("SubnetIds")),
    "a function outside a VPC": lambda it: not it.function.get("VpcConfig", {}).get("SubnetIds"),
    "a log group that the role can't make": lambda it: not it.makes_log_group,
    "a managed runtime": lambda it: it.function.get("Runtime", "").startswith("python"),
    "a function that is the database's master": lambda it: it.database is not None and _as_master(it),
    "named routes": lambda it: it.route["RouteKey"] != CATCH_ALL,
    "an origin secret": lambda it: bool(it.variables.get("ORIGIN_SECRET")),
    "a private database": lambda it: it.database is not None and not it.database["PubliclyAccessible"],
    "a public database": lambda it: it.database is not None and bool(it.database["PubliclyAccessible"]),
    "an alias in the integration": lambda it: it.qualifier is not None,
    "a database role of the function's own": lambda it: it.database is not None and not _as_master(it),
    "an unverified connection": lambda it: not _is_verified(it),
    "a verified connection": _is_verified,
}
