"""RDS: all settings of an instance, and changes of subnet groups, event subscriptions and parameter groups.

Seen in moto 5.2.5: an instance forgets the parameters that its class does not name, all have one
resource id, a maintenance window that begins when the backup window ends is refused, a changed subnet
group is lost, and four operations are not there at all.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.rds import utils
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

if TYPE_CHECKING:
    from collections.abc import Callable

_STORED_AS = {"enable_performance_insights": "performance_insights_enabled", "db_port_number": "port"}
"""Attributes that an instance tells under another name than that of the parameter that sets them."""


@cache
def mend() -> None:
    """Mend moto's RDS."""
    for name, mended in (
        ("__init__", _remembering(DBInstance.__init__)),
        ("update", _renaming(DBInstance.update)),
        ("address", property(_address)),
    ):
        setattr(DBInstance, name, mended)
    touching = "get_overlap_between_two_date_ranges"
    setattr(utils, touching, _without_touching(getattr(utils, touching)))
    for operation in (modify_db_subnet_group, modify_event_subscription, reset_db_parameter_group):
        setattr(RDSBackend, operation.__name__, operation)
    for name, answer in _ANSWERS.items():
        setattr(RDSResponse, name, answer)


def _remembering(initialise: Callable[..., None]) -> Callable[..., None]:
    """Parameters that the class does not name become attributes, which its answers then tell."""
    named = inspect.signature(initialise).parameters

    def initialised(self: Any, backend: RDSBackend, **parameters: Any) -> None:
        initialise(self, backend, **parameters)
        for name in parameters.keys() - named.keys():
            attribute = _STORED_AS.get(name, name)
            if not hasattr(self, attribute):
                setattr(self, attribute, parameters[name])
        self.dbi_resource_id = f"db-{_letters(mock_random.uuid4().bytes)[:26]}"

    return initialised


def _renaming(update: Callable[..., None]) -> Callable[..., None]:
    def renamed(self: Any, **parameters: Any) -> None:
        update(self, **{_STORED_AS.get(name, name): value for name, value in parameters.items()})
        if parameters.get("enable_performance_insights") is False:
            self.performance_insights_kms_key_id = self.performance_insights_retention_period = None

    return renamed


def _without_touching(overlap: Callable[..., int]) -> Callable[..., int]:
    """Seconds that two ranges share; fewer than none where they touch alone."""
    return lambda *ranges: overlap(*ranges) or -1


def _address(self: Any) -> str:
    """Such as `orders.cq7rk2ajv5xw.us-east-1.rds.amazonaws.com`: an account has one middle in a region."""
    seed = f"{self.account_id}/{self.region}".encode()
    middle = f"c{_letters(hashlib.sha256(seed).digest())[:11].lower()}"
    return f"{self.db_instance_identifier}.{middle}.{self.region}.rds.amazonaws.com"


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode()


def modify_db_subnet_group(self: Any, subnet_name: str, description: str | None, subnets: list[Any]) -> Any:
    """Change a subnet group in its place."""
    group = self.describe_db_subnet_groups(subnet_name)[0]
    group.subnets = subnets
    if description is not None:
        group.description = description
    return group


def modify_event_subscription(self: Any, subscription_name: str, **changes: Any) -> Any:
    """Change what an event subscription is about; an empty list stands for all categories."""
    subscription = self.describe_event_subscriptions(subscription_name)[0]
    for name, value in changes.items():
        setattr(subscription, name, value)
    return subscription


def reset_db_parameter_group(self: Any, name: str, parameters: list[str] | None) -> Any:
    """Give parameters the engine's own values again: those named, or all."""
    group = self.modify_db_parameter_group(name, [])
    for parameter in list(group.parameters) if parameters is None else parameters:
        group.parameters.pop(parameter, None)
    return group


def _modify_event_subscription(self: Any) -> ActionResult:
    return ActionResult({"EventSubscription": self.backend.modify_event_subscription(**self.params)})


def _add_source(self: Any) -> ActionResult:
    name, source = self.params["SubscriptionName"], self.params["SourceIdentifier"]
    held = self.backend.describe_event_subscriptions(name)[0].source_ids
    changed = self.backend.modify_event_subscription(name, source_ids=[*held, source])
    return ActionResult({"EventSubscription": changed})


def _remove_source(self: Any) -> ActionResult:
    name, source = self.params["SubscriptionName"], self.params["SourceIdentifier"]
    held = self.backend.describe_event_subscriptions(name)[0].source_ids
    left = [other for other in held if other != source]
    changed = self.backend.modify_event_subscription(name, source_ids=left)
    return ActionResult({"EventSubscription": changed})


def _reset_db_parameter_group(self: Any) -> ActionResult:
    name = self.params["DBParameterGroupName"]
    named = [parameter["ParameterName"] for parameter in self.params.get("Parameters", [])]
    self.backend.reset_db_parameter_group(name, None if self.params.get("ResetAllParameters") else named)
    return ActionResult({"DBParameterGroupName": name})


_ANSWERS: dict[str, Callable[[Any], ActionResult]] = {
    "modify_event_subscription": _modify_event_subscription,
    "add_source_identifier_to_subscription": _add_source,
    "remove_source_identifier_from_subscription": _remove_source,
    "reset_db_parameter_group": _reset_db_parameter_group,
}
