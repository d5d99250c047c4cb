"""Lambda functions as others see them: environment, billed time, and who refers to which."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.errors import PropertyRefused
from cost.lines import Charge
from cost.shared.metering import rounded_up
from cost.shared.places import meant, referrers
from cost.shared.sam import read_as_real

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.context import Context

FUNCTION, SAM_FUNCTION = "AWS::Lambda::Function", "AWS::Serverless::Function"
ALIAS, VERSION = "AWS::Lambda::Alias", "AWS::Lambda::Version"
X86, ARM = "x86_64", "arm64"
DEFAULT_MEMORY_MB = 128
FIVE_MINUTES_S = 300
"""Provisioned concurrency is charged for every five minutes that are begun."""
READY = "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"
"""How many environments an alias, a version or a function of the Serverless Application Model keeps ready."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What one execution environment is made of."""

    memory_gb: Decimal
    arm: bool

    def price(self, name: str) -> str:
        """The price of that name for this architecture, such as `AWSLambda/duration_x86`."""
        return f"AWSLambda/{name}_{'arm64' if self.arm else 'x86'}"

    @property
    def request_price(self) -> str:
        """The price of a request."""
        return "AWSLambda/requests_arm64" if self.arm else "AWSLambda/requests"


def environment(function: Resource, context: Context) -> Environment:
    """A function's environment; raises PropertyUnknown."""
    context = read_as_real(context)
    memory_mb = context.number(function, "MemorySize", DEFAULT_MEMORY_MB)
    is_list = isinstance(context.get(function, "Architectures"), list)
    path = "Architectures.0" if is_list else "Architectures"
    architecture = context.text(function, path, X86)
    if architecture not in (X86, ARM):
        raise PropertyRefused(function.logical_id, path, repr(architecture), f"{X86} or {ARM}")
    return Environment(memory_mb / 1024, architecture == ARM)


def billed_seconds(milliseconds: Decimal) -> Decimal:
    """Duration of a call as it is billed: in whole milliseconds; none where nothing is told of it."""
    return rounded_up(milliseconds, 1) / 1000 if milliseconds else Decimal(0)


def function_of(resource: Resource, context: Context) -> Resource | None:
    """The function that an alias or a version is of; None where no template has it."""
    named = context.get(resource, "FunctionName")
    found = (meant(context, named, type_, "FunctionName") for type_ in (FUNCTION, SAM_FUNCTION))
    return next((function for function in found if function is not None), None)


def published(function: Resource, context: Context, *types: str) -> list[Resource]:
    """Aliases or versions of a function that the templates have."""
    name = context.get(function, "FunctionName")
    found = [each for type_ in types for each in referrers(context, type_, "FunctionName", function)]
    if isinstance(name, str):
        found += [each for each in context.resources(*types) if context.get(each, "FunctionName") == name]
    return list(dict.fromkeys(found))


def kept_ready(kind: Environment, count: Decimal, hours: Decimal, assumption: str = "") -> Charge:
    """Environments that are kept ready for so many hours, whether calls come or not."""
    seconds = rounded_up(hours * 3600, FIVE_MINUTES_S) if hours else Decimal(0)
    price = kind.price("provisioned_concurrency")
    return Charge("provisioned concurrency", count * seconds * kind.memory_gb, price, assumption)


def on_ready_ones(kind: Environment, requests: Decimal, seconds: Decimal) -> Charge:
    """Calls that run on environments kept ready: cheaper by the second, and outside the free seconds."""
    price = kind.price("provisioned_duration")
    return Charge("provisioned compute", requests * seconds * kind.memory_gb, price)
