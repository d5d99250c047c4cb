"""Rules for the Lambda functions: what each runs, how it is reached, and that it ends in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from runtime.contract import CUSTOM_HANDLER, HANDLERS, ROUTES, Function, required_variables, variables_of
from stacks.invariants.expectations import between, expect, made_here, one_of
from stacks.invariants.network import zones
from stacks.invariants.reading import literal, mappings, number, said
from stacks.invariants.rule import rule, system_rule
from stacks.naming import logical_id
from stacks.postgresql import runtime_deprecations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Deployment, Resource
    from stacks.invariants.rule import Subject, System

FUNCTION = "AWS::Lambda::Function"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
PERMISSION = "AWS::Lambda::Permission"
RUNTIME_NOTICE = timedelta(days=180)
MOST_SECONDS_BEHIND_THE_API = 29
"""An HTTP API gives up after 30 seconds; a function that ends first answers with its own error."""
ASYNCHRONOUS_CALLERS = (
    ("AWS::Events::Rule", "Targets", "Arn"),
    ("AWS::S3::Bucket", "NotificationConfiguration.LambdaConfigurations", "Function"),
    ("AWS::SNS::Subscription", "", "Endpoint"),
    ("AWS::SNS::Topic", "Subscription", "Endpoint"),
    ("AWS::Scheduler::Schedule", "Target", "Arn"),
)
"""Types that call functions without waiting; where their calls stand, and in each what is called."""
DATABASE_WAITS = ("DATABASE_CONNECT_TIMEOUT", "DATABASE_STATEMENT_TIMEOUT")
PUBLIC_ADDRESSES = ("PUBLIC_ADDRESS", "PUBLIC_ADDRESS_PARAMETER")

_BY_LOGICAL_ID = {f"{logical_id(function.value)}Function": function for function in Function}
_BEHIND_THE_API = {route.function for route in ROUTES}


def contract_function(resource: Resource) -> Function | None:
    """Which of the contract's functions a resource is, by its logical id."""
    return _BY_LOGICAL_ID.get(resource.logical_id) if resource.type == FUNCTION else None


def function_behind(deployment: Deployment, value: Any) -> Resource | None:
    """The function that a value calls, be it by itself or through an alias or a version."""
    resource = deployment.resource(value)
    if resource is not None and resource.type in (ALIAS, VERSION):
        resource = deployment.resource(deployment.get(resource, "FunctionName"))
    return resource if resource is not None and resource.type == FUNCTION else None


def is_behind_the_api(function: Subject) -> bool:
    """Whether routes of the contract lead to a function."""
    return contract_function(function.resource) in _BEHIND_THE_API


def variables(function: Subject) -> dict[str, Any]:
    """A function's environment variables; none where they are not known."""
    found = function.get("Environment.Variables")
    return found if isinstance(found, dict) else {}


expect(
    "Lambda.7",
    FUNCTION,
    {"TracingConfig.Mode": one_of("Active")},
    sentence="Every function sends its traces to X-Ray.",
    remedy="write TracingConfig: {Mode: Active}",
    also=("CKV_AWS_50", "LambdaTracing", "WS1000"),
)
expect(
    "MIYABI.LAMBDA.1",
    FUNCTION,
    {"ReservedConcurrentExecutions": between(1)},
    sentence="Every function reserves concurrency, so that it can neither starve the others nor be starved.",
    remedy="set reserved_concurrency of the function in the environment",
    also=("CKV_AWS_115",),
)
expect(
    "MIYABI.LAMBDA.3",
    FUNCTION,
    {"KmsKeyArn": made_here("AWS::KMS::Key")},
    sentence="Environment variables, which hold secrets, are encrypted with our own key.",
    remedy="write KmsKeyArn with the ARN of the environment's key",
    also=("CKV_AWS_173",),
)
expect(
    "MIYABI.LAMBDA.4",
    FUNCTION,
    {"MemorySize": between(128, 10_240), "Timeout": between(1, 900)},
    sentence="Memory and timeout are written out: Lambda's defaults, 128 MB and 3 s, suit none of ours.",
    remedy="write MemorySize in MB and Timeout in seconds",
    also=("LambdaDefaultMemorySize", "LambdaDefaultTimeout", "ES1005", "ES1006"),
)
expect(
    "MIYABI.LAMBDA.5",
    FUNCTION,
    {
        "LoggingConfig.LogFormat": one_of("JSON"),
        "LoggingConfig.ApplicationLogLevel": one_of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"),
        "LoggingConfig.SystemLogLevel": one_of("DEBUG", "INFO", "WARN"),
    },
    sentence="Every function writes JSON of a stated level.",
    remedy="write LoggingConfig with LogFormat JSON, ApplicationLogLevel and SystemLogLevel",
    also=("LambdaLogging",),
)
expect(
    "MIYABI.LAMBDA.8",
    FUNCTION,
    {"Architectures.0": one_of("arm64")},
    sentence="Functions run on arm64, which costs a fifth less.",
    remedy="write Architectures: [arm64]; the package is built for it",
)


@rule("Lambda.1", PERMISSION, also=("CKV_AWS_301",), remedy="name the service that calls, and its SourceArn")
def caller_is_named(permission: Subject) -> Iterator[str]:
    """No permission lets everybody invoke a function."""
    principal = permission.get("Principal")
    if "*" in (literal(principal) or "*"):
        yield said("Principal", principal)


@rule(
    "Lambda.2",
    FUNCTION,
    also=("CKV_AWS_363", "AwsSolutions-L1", "LambdaLatestVersion", "W2531"),
    remedy="choose a newer runtime and test the package on it",
)
def runtime_is_supported(function: Subject) -> Iterator[str]:
    """The runtime is supported for more than another 180 days."""
    runtime = function.get("Runtime")
    end = runtime_deprecations().get(literal(runtime) or "")
    if end is None:
        yield f"{said('Runtime', runtime)}, whose end of support is not known"
    elif end <= function.system.as_of + RUNTIME_NOTICE:
        yield f"{runtime} is deprecated from {end}"


@rule(
    "Lambda.3",
    FUNCTION,
    also=("CKV_AWS_117",),
    remedy="write VpcConfig with subnets and a security group of the functions",
)
def lives_in_the_vpc(function: Subject) -> Iterator[str]:
    """Every function but login, which speaks to GitHub, is in the VPC, where its ways are few and watched."""
    if contract_function(function.resource) is Function.LOGIN:
        return
    absent = [path for path in ("SubnetIds", "SecurityGroupIds") if not function.get(f"VpcConfig.{path}")]
    if absent:
        yield f"VpcConfig has no {' and no '.join(absent)}"


@rule("Lambda.5", FUNCTION, remedy="give the function subnets in two availability zones")
def outlives_a_zone(function: Subject) -> Iterator[str]:
    """A function in the VPC has subnets in two availability zones or more."""
    subnets = function.get("VpcConfig.SubnetIds")
    if not subnets:
        return
    known = zones(function.deployment, subnets)
    if len(known) < 2:  # noqa: PLR2004  (two, as the sentence says)
        yield f"its subnets are known to lie in {', '.join(sorted(known)) or 'no zone'}"


@system_rule(
    "MIYABI.LAMBDA.2",
    also=("CKV_AWS_116", "LambdaDLQ", "LambdaAsyncFailureDestination", "ES1007"),
    remedy="add an AWS::Lambda::EventInvokeConfig with an OnFailure destination, or invoke it directly",
)
def asynchronous_failures_are_kept(system: System) -> Iterator[tuple[str, str, str]]:
    """A function that is invoked asynchronously has a destination for what failed."""
    safe = {*filter(None, _with_failure_destination(system))}
    for source, target in _asynchronous_calls(system):
        function = function_behind(system.deployment, target)
        if function in safe or (function is None and system.deployment.resource(target) is not None):
            continue
        called = function or "a function that no template has"
        yield source.template.name, source.logical_id, f"it calls {called}, whose failures go nowhere"


def _with_failure_destination(system: System) -> Iterator[Resource | None]:
    for config in system.of_type("AWS::Lambda::EventInvokeConfig"):
        if config.get("DestinationConfig.OnFailure.Destination"):
            yield function_behind(system.deployment, config.get("FunctionName"))
    for function in system.of_type(FUNCTION):
        if function.get("DeadLetterConfig.TargetArn"):
            yield function.resource


def _asynchronous_calls(system: System) -> Iterator[tuple[Resource, Any]]:
    """Sources that call without waiting for the answer, and what they call."""
    for kind, rows, target in ASYNCHRONOUS_CALLERS:
        for source in system.of_type(kind):
            for row in mappings(source.get(rows)):
                if (literal(row.get("Protocol", "lambda")) or "lambda") == "lambda":
                    yield source.resource, row.get(target)


@rule(
    "MIYABI.LAMBDA.6",
    FUNCTION,
    remedy="set timeout_seconds to 29 or less, else the gateway's error hides the function's",
)
def ends_before_the_gateway_gives_up(function: Subject) -> Iterator[str]:
    """A function behind the HTTP API ends after 29 seconds at most."""
    timeout = number(function.get("Timeout"))
    if is_behind_the_api(function) and (timeout is None or timeout > MOST_SECONDS_BEHIND_THE_API):
        yield said("Timeout", function.get("Timeout"))


@rule(
    "MIYABI.LAMBDA.7",
    FUNCTION,
    remedy="lower the database's connect_timeout_seconds or statement_timeout_seconds",
)
def gives_up_on_the_database_first(function: Subject) -> Iterator[str]:
    """Connecting and one statement together take less time than the function has, so that it can say so."""
    kind, found = contract_function(function.resource), variables(function)
    names = [name for name in DATABASE_WAITS if kind and name in variables_of(kind)]
    waits = {name: number(found.get(name)) for name in names}
    for name in [name for name, seconds in waits.items() if seconds is None]:
        yield said(name, found.get(name))
    seconds, timeout = sum(wait or 0 for wait in waits.values()), number(function.get("Timeout"))
    if waits and (timeout is None or seconds >= timeout):
        yield f"the database may take {seconds:g} s, and {said('Timeout', function.get('Timeout'))}"


@rule("MIYABI.LAMBDA.10", FUNCTION, remedy="write the handler that runtime.contract names")
def handler_is_in_the_package(function: Subject) -> Iterator[str]:
    """Every function is one of the contract's, and its handler is the one that the package holds."""
    kind = contract_function(function.resource)
    if kind is None:
        yield "runtime.contract has no such function"
        return
    expected = CUSTOM_HANDLER if is_custom(function) else HANDLERS[kind]
    if function.get("Handler") != expected:
        yield f"{said('Handler', function.get('Handler'))} and the package has {expected}"


def is_custom(function: Subject) -> bool:
    """Whether a binary named bootstrap runs."""
    return (literal(function.get("Runtime")) or "").startswith("provided")


@rule("MIYABI.LAMBDA.11", FUNCTION, remedy="set it: the code does not start without")
def has_every_variable(function: Subject) -> Iterator[str]:
    """Every environment variable that the contract requires of a function is set."""
    kind, found = contract_function(function.resource), variables(function)
    for name in sorted(required_variables(kind)) if kind else ():
        if not _is_set(function, found.get(name)):
            yield said(name, found.get(name))


def _is_set(function: Subject, value: Any) -> bool:
    """Whether a value is surely there: text, a number, or what a resource of ours will say."""
    if isinstance(value, str):
        return value != ""
    return number(value) is not None or function.deployment.resource(value) is not None


@rule("MIYABI.LAMBDA.12", FUNCTION, remedy="add it to runtime.contract, or leave it out")
def has_no_unknown_variable(function: Subject) -> Iterator[str]:
    """No function is given an environment variable that the contract does not know."""
    kind = contract_function(function.resource)
    for name in sorted(variables(function).keys() - (variables_of(kind) if kind else {}).keys()):
        yield f"{name} is set and nothing reads it"


@rule(
    "MIYABI.LAMBDA.13",
    FUNCTION,
    remedy="set edge.domain, or keep the edge stack, which writes CloudFront's address to that parameter",
)
def knows_its_public_address(function: Subject) -> Iterator[str]:
    """The login function has one address for redirects: a fixed one, or a parameter that a stack writes."""
    if contract_function(function.resource) is not Function.LOGIN:
        return
    fixed, path = (variables(function).get(name) for name in PUBLIC_ADDRESSES)
    written = (parameter.get("Name") for parameter in function.system.of_type("AWS::SSM::Parameter"))
    if (fixed is None) == (path is None):
        yield f"it needs exactly one of {' and '.join(PUBLIC_ADDRESSES)}"
    elif path is not None and (literal(path) is None or path not in written):
        yield f"{said(PUBLIC_ADDRESSES[1], path)}, which no stack writes"
