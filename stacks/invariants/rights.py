"""Rules for what roles may do: all that their function or service needs, and functions nothing beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cfn import Reference
from cfn.iam import grants
from cfn.values import many
from runtime.contract import Function
from stacks.invariants.documents import ROLE, own_rights_of, rights_of, trust_document
from stacks.invariants.expectations import expect, made_here
from stacks.invariants.functions import ALIAS, FUNCTION, contract_function, function_behind, variables
from stacks.invariants.reading import literal, said
from stacks.invariants.rule import Subject, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from cfn.iam import Statement

FLOW_LOG = "AWS::EC2::FlowLog"
WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
WRITE_FLOWS = (*WRITE_LOGS, "logs:DescribeLogStreams")
SEND_TRACES = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
MANAGE_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""What a role of one's own must hold ("Giving Lambda functions access to resources in an Amazon VPC")."""
SERVICE_POLICIES = {
    "backup.amazonaws.com": "AWSBackupServiceRolePolicyForBackup",
    "monitoring.rds.amazonaws.com": "AmazonRDSEnhancedMonitoringRole",
}
"""AWS's own contract with a service: the policy that a role for it needs; ours restore nothing."""


@dataclass(frozen=True, slots=True)
class Need:
    """Actions that a function's configuration asks for, and the one resource that they concern."""

    actions: tuple[str, ...]
    resource: str


expect(
    "MIYABI.IAM.9",
    FUNCTION,
    {"Role": made_here(ROLE)},
    sentence="Every function runs under a role of the templates.",
    remedy="write Role with the ARN of a role of its own",
)


@rule("MIYABI.IAM.10", FUNCTION, remedy="give each function a role of its own")
def role_is_not_shared(function: Subject) -> Iterator[str]:
    """No two functions share a role, so that neither has the other's rights."""
    role = function.target("Role")
    for other in function.system.of_type(FUNCTION):
        if role is not None and other.resource is not function.resource and other.target("Role") is role:
            yield f"{other.resource} runs under {role} too"


@rule("MIYABI.IAM.11", FUNCTION, remedy="allow it in the function's role: without, it fails when it runs")
def function_may_do_what_it_needs(function: Subject) -> Iterator[str]:
    """The role allows all that the configuration asks for: logs, traces, interfaces, its key, its calls."""
    role = function.target("Role")
    given = _certain(Subject(role, function.system)) if role is not None and role.type == ROLE else []
    for need in _needs(function):
        lacking = [action for action in need.actions if not grants(given, action, need.resource)]
        if lacking:
            yield f"it may not do {', '.join(lacking)} on {need.resource}"


def _certain(role: Subject) -> list[Statement]:
    """What a role says, without the rights that hang on a condition: those prove nothing."""
    return [each for each in rights_of(role) if each.effect == "Deny" or not each.conditions]


@rule("MIYABI.IAM.12", ROLE, remedy="leave it out, or let the function's configuration ask for it")
def role_allows_nothing_more(role: Subject) -> Iterator[str]:
    """A function's role allows nothing that its configuration does not ask for."""
    functions = [each for each in role.system.of_type(FUNCTION) if each.target("Role") is role.resource]
    needed = {
        (action, need.resource)
        for function in functions
        for need in _needs(function)
        for action in need.actions
    }
    for statement in own_rights_of(role) if functions else ():
        for action in statement.actions if statement.effect == "Allow" else ():
            spare = [str(each) for each in statement.resources if (action, str(each)) not in needed]
            if spare:
                yield f"nothing needs {action} on {', '.join(spare)}"


def _needs(function: Subject) -> Iterator[Need]:
    """What a function's configuration makes it do, or makes Lambda do in its name."""
    yield Need(WRITE_LOGS, _log_group(function))
    if function.get("TracingConfig.Mode") == "Active":
        yield Need(SEND_TRACES, "*")
    if function.get("VpcConfig") is not None:
        yield Need(MANAGE_INTERFACES, "*")
    if function.get("KmsKeyArn") is not None:
        yield Need(("kms:Decrypt",), str(function.get("KmsKeyArn")))
    asked = variables(function)
    if "API_FUNCTION" in asked:
        yield Need(("lambda:InvokeFunction",), str(asked["API_FUNCTION"]))
    if path := literal(asked.get("PUBLIC_ADDRESS_PARAMETER")):
        yield Need(("ssm:GetParameter",), _arn(function, "ssm", f"parameter{path}"))


def _log_group(function: Subject) -> str:
    """ARN of the group that LoggingConfig names, or that Lambda finds by the function's name."""
    group = function.target("LoggingConfig.LogGroup")
    if group is not None:
        return _group_arn(group)
    unnamed = Reference(function.resource.template.name, function.resource.logical_id)
    name = function.get("LoggingConfig.LogGroup", f"/aws/lambda/{function.get('FunctionName', unnamed)}")
    return _arn(function, "logs", f"log-group:{name}:*")


def _group_arn(group: Resource) -> str:
    return str(Reference(group.template.name, group.logical_id, "Arn"))


def _arn(function: Subject, service: str, resource: str) -> str:
    deployment = function.deployment
    return f"arn:aws:{service}:{deployment.region}:{deployment.account or '${AWS::AccountId}'}:{resource}"


@rule("MIYABI.IAM.13", FUNCTION, remedy="write API_FUNCTION with the ARN of the api function's alias")
def login_calls_the_api_alone(function: Subject) -> Iterator[str]:
    """Of all functions, one that calls another calls the api function, and by its alias."""
    called = variables(function).get("API_FUNCTION")
    if called is None:
        return
    named, behind = function.deployment.resource(called), function_behind(function.deployment, called)
    is_api = behind is not None and contract_function(behind) is Function.API
    if named is None or named.type != ALIAS or not is_api:
        yield said("API_FUNCTION", called)


@rule("MIYABI.IAM.14", ROLE, remedy="attach the policy that AWS made for the service's roles")
def service_may_do_its_work(role: Subject) -> Iterator[str]:
    """A role for RDS's monitoring or for backups carries the policy by which that service works."""
    for policy in sorted(service_policies(role)):
        if policy not in many(role.get("ManagedPolicyArns")):
            yield f"it does not carry {policy}"


def service_policies(role: Subject) -> set[str]:
    """ARNs of the policies that AWS made for the services that a role is for."""
    services = {str(who.name) for each in trust_document(role).statements for who in each.principals}
    names = (SERVICE_POLICIES[service] for service in services & SERVICE_POLICIES.keys())
    return {f"arn:aws:iam::aws:policy/service-role/{name}" for name in names}


@rule("MIYABI.IAM.15", FLOW_LOG, remedy="allow it in the role that DeliverLogsPermissionArn names")
def flow_log_may_be_written(flow_log: Subject) -> Iterator[str]:
    """The role of a flow log may write into its log group: without, it stays empty and says nothing."""
    role, group = flow_log.target("DeliverLogsPermissionArn"), flow_log.target("LogGroupName")
    if group is None:
        return
    if role is None or role.type != ROLE:
        yield said("DeliverLogsPermissionArn", flow_log.get("DeliverLogsPermissionArn"))
        return
    given, arn = _certain(Subject(role, flow_log.system)), _group_arn(group)
    lacking = [action for action in WRITE_FLOWS if not grants(given, action, arn)]
    if lacking:
        yield f"{role} may not do {', '.join(lacking)} on {arn}"
