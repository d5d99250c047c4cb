"""The HTTP API: its stage, its routes, and where each of them leads."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.deploying.smoke import HEALTH
from ops.doctor.errors import NotThere
from ops.doctor.evidence.exported import Led, exported
from ops.doctor.evidence.function import NAMED
from ops.doctor.evidence.routing import CATCH_ALL, example_path, route_for
from runtime.contract import API_PREFIX, ROUTES, Function
from runtime.migrator.errors import AccessError
from stacks.values import API_FUNCTION_NAME, API_ID, LOGIN_FUNCTION_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.reading import Reading

    Document = Mapping[str, Any]

METHOD: Final = "GET"
"""Of the live request."""
VARIABLE: Final = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


@dataclass(frozen=True, slots=True)
class Way:
    """A route with its integration, and the function that this invokes, if it names one."""

    route: Document
    integration: Document
    function: re.Match[str] | None

    @property
    def key(self) -> str:
        """Of the route, such as `GET /api/v1/health`."""
        return str(self.route["RouteKey"])


class Gateway:
    """The environment's HTTP API; each attribute raises `NotThere` or `AccessError`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @cached_property
    def api_id(self) -> str:
        """By what the service stack has published, else by the name in the settings."""
        published = self._reading.value_or_none(API_ID)
        if published is not None:
            return published
        name = self._reading.environment.http_api.name
        found = [api["ApiId"] for api in self.apis if api["Name"] == name and api["ProtocolType"] == "HTTP"]
        if not found:
            raise NotThere(f"HTTP API {name} in {self._reading.region}")
        return str(found[0])

    @cached_property
    def apis(self) -> list[Document]:
        """All of the region's."""
        return list(self._reading.pages("apigatewayv2:GetApis", "the region's APIs", "Items"))

    @cached_property
    def api(self) -> Document:
        """As GetApi tells it."""
        found: Document = self._reading.call("apigatewayv2:GetApi", f"API {self.api_id}", ApiId=self.api_id)
        return found

    @property
    def endpoint(self) -> str:
        """Its own address."""
        return str(self.api.get("ApiEndpoint", ""))

    @cached_property
    def domains(self) -> list[Document]:
        """The custom domains of the region's APIs."""
        return list(self._reading.pages("apigatewayv2:GetDomainNames", "the region's domains", "Items"))

    def mappings(self, domain: str) -> list[Document]:
        """Which API and stage each path of a custom domain leads to."""
        found = self._reading.call("apigatewayv2:GetApiMappings", f"domain {domain}", DomainName=domain)
        return list(found.get("Items", ()))

    @cached_property
    def stages(self) -> list[Document]:
        """All of them."""
        return self._all("apigatewayv2:GetStages")

    @cached_property
    def stage(self) -> Document:
        """The one that answers without a name in the path, else the only one."""
        for stage in self.stages:
            if stage["StageName"] == CATCH_ALL or len(self.stages) == 1:
                return stage
        raise NotThere(f"stage {CATCH_ALL} of API {self.api_id}")

    @cached_property
    def deployments(self) -> list[Document]:
        """All of them; one is what a stage serves."""
        return self._all("apigatewayv2:GetDeployments")

    @cached_property
    def routes(self) -> list[Document]:
        """All of them."""
        return self._all("apigatewayv2:GetRoutes")

    @cached_property
    def integrations(self) -> list[Document]:
        """All of them, as they are written: with the names of stage variables."""
        return self._all("apigatewayv2:GetIntegrations")

    @cached_property
    def authorizers(self) -> list[Document]:
        """All of them."""
        return self._all("apigatewayv2:GetAuthorizers")

    @cached_property
    def route(self) -> Document:
        """The route that health takes."""
        by_key = {route["RouteKey"]: route for route in self.routes}
        key = route_for(by_key, METHOD, HEALTH)
        if key is None:
            raise NotThere(f"route of API {self.api_id} for {HEALTH}")
        return by_key[key]

    @cached_property
    def integration(self) -> Document:
        """Where that route leads, with the values of stage variables in place of their names."""
        found = self._behind(self.route)
        if found is None:
            raise NotThere(f"integration behind route {self.route['RouteKey']} of API {self.api_id}")
        return found

    @cached_property
    def ways(self) -> list[Way]:
        """All routes that lead anywhere, that of health first."""
        found = [
            Way(route, integration, NAMED.search(integration.get("IntegrationUri") or ""))
            for route in self.routes
            if (integration := self._behind(route))
        ]
        mine = route_for([route["RouteKey"] for route in self.routes], METHOD, HEALTH)
        return sorted(found, key=lambda way: way.key != mine)

    @property
    def health(self) -> Way | None:
        """The way that health takes; None where it has no route, or that leads nowhere."""
        mine = route_for([route["RouteKey"] for route in self.routes], METHOD, HEALTH)
        return next((way for way in self.ways if way.key == mine), None)

    def lead(self, *routes: str, code: Function | None = Function.API) -> list[str]:
        """The command that leads routes, by their ids, to the function that is meant; none without one.

        By an integration that is there, else by one that it makes.
        """
        arn = self.wanted(code)
        if not arn:
            return []
        made = (
            f"id=$(aws apigatewayv2 create-integration --api-id {self.api_id} --integration-type AWS_PROXY "
            f"--payload-format-version 2.0 --integration-uri {arn} --query IntegrationId --output text)"
        )
        there = next((str(way["IntegrationId"]) for way in self.integrations if _invokes(way, arn)), None)
        lead = (
            f"aws apigatewayv2 update-route --api-id {self.api_id} --route-id {{}} "
            f"--target integrations/{there or '$id'}"
        )
        if len(routes) == 1:
            found = lead.format(routes[0])
        else:
            found = f"for route in {' '.join(routes)}; do {lead.format('$route')}; done"
        return [found] if there else [f"{made} && {found}"]

    def take_health(self) -> list[str]:
        """The command that makes a route for health; none where the function that is meant isn't known."""
        return [
            each.replace("update-route", "create-route").replace(
                "--route-id NEW", f"--route-key '{METHOD} {HEALTH}'"
            )
            for each in self.lead("NEW")
        ]

    @cached_property
    def wanted_function(self) -> str:
        """The ARN of the function that health is meant for; see `wanted`."""
        return self.wanted(Function.API)

    def wanted(self, code: Function | None) -> str:
        """The ARN of the function that is meant, with its alias if it has one; empty where none is known."""
        reading = self._reading
        with suppress(AccessError):
            name = self.name_of(code)
            if name is None:
                return ""
            found = reading.call("lambda:ListAliases", f"function {name}", FunctionName=name)
            aliases = [each["Name"] for each in found.get("Aliases", ())]
            arn = f"arn:aws:lambda:{reading.region}:{reading.require_account()}:function:{name}"
            return f"{arn}:{aliases[0]}" if len(aliases) == 1 else arn
        return ""

    def name_of(self, code: Function | None) -> str | None:
        """The name of one of our functions behind the API: as published, else as the settings have it."""
        if code is None:
            return None
        if code is Function.LOGIN:
            return self._reading.value_or_none(LOGIN_FUNCTION_NAME)
        return self._reading.value_or_none(API_FUNCTION_NAME) or self._reading.environment.api.function_name

    def meant_for(self, key: str) -> Function | None:
        """Whose a route is, by the contract's routes that it takes; None where it takes none of them."""
        found = self._meant.get(key, set())
        return Function.API if len(found) > 1 else next(iter(found), None)

    @cached_property
    def _meant(self) -> dict[str, set[Function]]:
        keys = [route["RouteKey"] for route in self.routes]
        found: dict[str, set[Function]] = {}
        for route in ROUTES:
            key = route_for(keys, route.method, example_path(f"{API_PREFIX}{route.path}"))
            if key is not None:
                found.setdefault(key, set()).add(route.function)
        return found

    @property
    def served(self) -> frozenset[str]:
        """Keys of the routes that the stage serves, by its export."""
        return frozenset(self.exported)

    @cached_property
    def exported(self) -> dict[str, Led | None]:
        """Where each route leads that the stage serves, by its export; None where that does not say.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-export.html
        """
        found = self._reading.call(
            "apigatewayv2:ExportApi",
            f"API {self.api_id}",
            ApiId=self.api_id,
            OutputType="JSON",
            Specification="OAS30",
            StageName=self.stage["StageName"],
            IncludeExtensions=True,
        )
        return exported(json.loads(found["body"].read()))

    def led(self, key: str) -> Led | None:
        """Where a route leads by what is configured, with the names of stage variables; None for nowhere."""
        target = next((each.get("Target") or "" for each in self.routes if each["RouteKey"] == key), "")
        found = [each for each in self.integrations if target == f"integrations/{each['IntegrationId']}"]
        return Led.of(found[0]) if found else None

    @property
    def access_log_group(self) -> str | None:
        """Where the stage writes a line for each request; None where it does not."""
        arn = (self.stage.get("AccessLogSettings") or {}).get("DestinationArn", "")
        return arn.partition(":log-group:")[2].removesuffix(":*") or None

    def settings_of(self, key: str) -> Document:
        """What the stage says of a route: its own settings over those of all routes."""
        own = (self.stage.get("RouteSettings") or {}).get(key) or {}
        return {**(self.stage.get("DefaultRouteSettings") or {}), **own}

    def _behind(self, route: Document) -> Document | None:
        target = (route.get("Target") or "").removeprefix("integrations/")
        found = next((each for each in self.integrations if each["IntegrationId"] == target), None)
        if found is None or "${" not in (found.get("IntegrationUri") or ""):
            return found
        variables = self.stage.get("StageVariables") or {}
        filled = VARIABLE.sub(lambda name: variables.get(name[1], ""), found["IntegrationUri"])
        return {**found, "IntegrationUri": filled}

    def _all(self, action: str) -> list[Document]:
        return list(self._reading.pages(action, f"API {self.api_id}", "Items", ApiId=self.api_id))


def _invokes(integration: Document, arn: str) -> bool:
    """Whether an integration invokes a function, under the same qualifier, as our code understands it."""
    named = NAMED.search(integration.get("IntegrationUri") or "")
    is_plain = integration.get("IntegrationType") == "AWS_PROXY" and not integration.get("CredentialsArn")
    return bool(named and named[0] == arn and is_plain and integration.get("PayloadFormatVersion") == "2.0")
