"""An environment as it stands in its AWS account: names come from its settings, everything else from AWS."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from ops.aws import connector, told
from ops.errors import NotDeployed, WrongAccount
from stacks.naming import parameter_path, stack_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.aws import Connect
    from stacks.settings import Environment
    from stacks.values import Value


class Live:
    """What is asked about one environment, in its region.

    Clients are made once each and may be used by several threads. Whatever AWS refuses is raised as an
    `AccessError` in one sentence.
    """

    def __init__(self, environment: Environment, connect: Connect | None = None) -> None:
        self.environment = environment
        self._connect = connect or connector(environment.region)
        self._clients: dict[str, Any] = {}
        self._account: str | None = None
        self._lock = RLock()

    def __repr__(self) -> str:
        """For example `<live staging us-east-1>`."""
        return f"<live {self.environment.name} {self.region}>"

    @property
    def region(self) -> str:
        """Such as `us-east-1`."""
        return self.environment.region

    @property
    def system(self) -> str:
        """Names stacks and parameters: `reported` and `production` are one system."""
        return self.environment.system

    def client(self, service: str) -> Any:
        """The client of a service, such as `ssm`; for its exceptions and paginators, calls go by `call`."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._connect(service)
            return self._clients[service]

    def call(self, action: str, thing: str, **arguments: Any) -> Any:
        """Call an operation by its name, such as `ssm:GetParameter`; `thing` says in errors what it is about.

        The service is botocore's name of it (`apigatewayv2`, `wafv2`). An argument that is None is left out.
        """
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError

        service, _, operation = action.partition(":")
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return getattr(self.client(service), xform_name(operation))(**given)
        except (BotoCoreError, ClientError) as error:
            raise told(error, action, thing, self.region) from None

    def pages(self, action: str, thing: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Everything under `key` in all pages, such as `Parameters` of `ssm:GetParametersByPath`."""
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError

        service, _, operation = action.partition(":")
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            for page in self.client(service).get_paginator(xform_name(operation)).paginate(**given):
                yield from page.get(key, ())
        except (BotoCoreError, ClientError) as error:
            raise told(error, action, thing, self.region) from None

    def require_account(self) -> str:
        """The account of the credentials; raises `WrongAccount` when it is not the environment's."""
        if self._account is None:
            found: str = self.call("sts:GetCallerIdentity", "the account")["Account"]
            wanted = self.environment.account
            if wanted and found != wanted:
                raise WrongAccount(self.environment.name, wanted, found)
            self._account = found
        return self._account

    def stack_name(self, stack: str) -> str:
        """CloudFormation's name of `network`, `database`, ..."""
        return stack_name(self.system, stack)

    def value(self, value: Value) -> str:
        """A value that a stack has written to SSM; raises `NotDeployed`."""
        path = parameter_path(self.system, value.stack, value.name)
        found: str = self.call("ssm:GetParameter", f"parameter {path}", Name=path)["Parameter"]["Value"]
        return found

    def value_or_none(self, value: Value) -> str | None:
        """A value that a stack has written to SSM; None where it has not."""
        try:
            return self.value(value)
        except NotDeployed:
            return None
