"""Lambda: functions, their versions and aliases, and who may invoke them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.properties import refuse, taken_away, told
from twin.aws.tagging import as_map, as_pairs, retag, without

if TYPE_CHECKING:
    from twin.aws.clients import Aws

FUNCTION = "AWS::Lambda::Function"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
PERMISSION = "AWS::Lambda::Permission"
INVOKE_CONFIG = "AWS::Lambda::EventInvokeConfig"
_API_NAMES = {"KmsKeyArn": "KMSKeyArn"}
_ELSEWHERE = (
    "Code",
    "FunctionName",
    "FunctionScalingConfig",
    "PublishToLatestPublished",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "RuntimeManagementConfig",
    "Tags",
)
"""Properties that are none of the configuration which CreateFunction takes."""
_ONLY_WHEN_MADE = ("Architectures", "CodeSigningConfigArn", "PackageType", "TenancyConfig")
_NONE = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
"""What Lambda takes a setting back to its default by."""
_CONDITIONS = {
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
}
"""Where a statement's condition has a property."""


def _create_function(request: Request) -> Identifier:
    functions, desired = request.client("lambda"), request.desired
    name = desired.get("FunctionName") or request.name(64)
    code, tags = _code(desired), as_map(desired.get("Tags"))
    functions.create_function(FunctionName=name, Code=code, Tags=tags, **_settings(desired))
    identifier = request.begin(FunctionName=name)
    if "ReservedConcurrentExecutions" in desired:
        _reserve(request, name)
    return identifier


def _read_function(aws: Aws, identifier: Identifier) -> Properties:
    functions = aws.client("lambda")
    try:
        found = functions.get_function(**identifier)
    except functions.exceptions.ResourceNotFoundException:
        raise Absent(f"function {identifier['FunctionName']} does not exist") from None
    configuration = found["Configuration"]
    # All parts of Code are written only; an empty map says that there is code, as the schema has it.
    shaped = {
        "Arn": configuration["FunctionArn"],
        "Code": {},
        "ImageConfig": configuration.get("ImageConfigResponse", {}).get("ImageConfig"),
        "Layers": [layer["Arn"] for layer in configuration.get("Layers", ())],
        "SnapStartResponse": configuration.get("SnapStart"),
        "Tags": as_pairs(without(as_pairs(found.get("Tags")))),
    }
    reserved = functions.get_function_concurrency(**identifier)
    return told(FUNCTION, aws.region, {**configuration, **reserved, **shaped}, _API_NAMES)


def _update_function(request: Request, identifier: Identifier) -> None:
    functions, name = request.client("lambda"), identifier["FunctionName"]
    code = _code(request.desired)
    if request.changed("Code", "Architectures"):
        architectures = request.desired.get("Architectures", ["x86_64"])
        functions.update_function_code(FunctionName=name, Architectures=architectures, **code)
    before, after = _settings(request.previous), _settings(request.desired)
    changes = taken_away(before, after, _NONE) | after
    if before != after:
        kept = {key: value for key, value in changes.items() if key not in _ONLY_WHEN_MADE}
        functions.update_function_configuration(FunctionName=name, **kept)
    if request.changed("ReservedConcurrentExecutions"):
        _reserve(request, name)
    about = {"Resource": request.aws.arn("lambda", f"function:{name}")}
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: functions.tag_resource(**about, Tags=tags),
        lambda names: functions.untag_resource(**about, TagKeys=names),
    )


def _delete_function(aws: Aws, identifier: Identifier) -> None:
    aws.client("lambda").delete_function(**identifier)


def _settings(properties: Properties) -> Properties:
    """What CreateFunction takes as configuration, by its own names."""
    return {_API_NAMES.get(name, name): value for name, value in properties.items() if name not in _ELSEWHERE}


def _code(properties: Properties) -> dict[str, Any]:
    refuse(FUNCTION, properties, ["PublishToLatestPublished"])
    code = dict(properties["Code"])
    refuse(FUNCTION, code, ["S3ObjectStorageMode", "SourceKMSKeyArn"])
    if "ZipFile" in code:
        code["ZipFile"] = _zipped(code["ZipFile"], properties.get("Runtime", ""))
    return code


def _zipped(source: str, runtime: str) -> bytes:
    """Source code written in a template, as CloudFormation packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        # A fixed date, so that the same source gives the same checksum.
        name = "index.js" if runtime.startswith("nodejs") else "index.py"
        archive.writestr(zipfile.ZipInfo(name), source)
    return packed.getvalue()


def _reserve(request: Request, name: str) -> None:
    functions, reserved = request.client("lambda"), request.desired.get("ReservedConcurrentExecutions")
    if reserved is None:
        functions.delete_function_concurrency(FunctionName=name)
    else:
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


def _create_version(request: Request) -> Identifier:
    functions, name = request.client("lambda"), _short(request.desired["FunctionName"])
    listed = functions.list_versions_by_function(FunctionName=name)["Versions"]
    asked = {key: request.desired[key] for key in ("CodeSha256", "Description") if key in request.desired}
    made = functions.publish_version(FunctionName=name, **asked)
    if any(found["Version"] == made["Version"] for found in listed):
        raise HandlerError(
            "AlreadyExists",
            f"A version for this Lambda function exists ( {made['Version']} ). "
            "Modify the function to create a new version.",
        )
    return {"FunctionArn": made["FunctionArn"]}


def _read_version(aws: Aws, identifier: Identifier) -> Properties:
    functions, arn = aws.client("lambda"), identifier["FunctionArn"]
    try:
        found = functions.get_function_configuration(FunctionName=arn)
    except functions.exceptions.ResourceNotFoundException:
        raise Absent(f"version {arn} does not exist") from None
    return told(VERSION, aws.region, found)


def _delete_version(aws: Aws, identifier: Identifier) -> None:
    aws.client("lambda").delete_function(FunctionName=identifier["FunctionArn"])


def _create_alias(request: Request) -> Identifier:
    made = request.client("lambda").create_alias(**_alias(request.desired))
    return {"AliasArn": made["AliasArn"]}


def _read_alias(aws: Aws, identifier: Identifier) -> Properties:
    functions, about = aws.client("lambda"), _of_alias(identifier)
    try:
        found = functions.get_alias(**about)
    except functions.exceptions.ResourceNotFoundException:
        raise Absent(f"alias {identifier['AliasArn']} does not exist") from None
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    pairs = [{"FunctionVersion": version, "FunctionWeight": weight} for version, weight in weights.items()]
    routing = {"AdditionalVersionWeights": pairs} if pairs else None
    return told(ALIAS, aws.region, {**found, **about, "RoutingConfig": routing})


def _update_alias(request: Request, identifier: Identifier) -> None:
    wanted = {"Description": "", "RoutingConfig": {}, **_alias(request.desired), **_of_alias(identifier)}
    request.client("lambda").update_alias(**wanted)


def _delete_alias(aws: Aws, identifier: Identifier) -> None:
    aws.client("lambda").delete_alias(**_of_alias(identifier))


def _alias(properties: Properties) -> dict[str, Any]:
    """An alias as its API takes it: weights as a map by version."""
    wanted = {name: value for name, value in properties.items() if name != "ProvisionedConcurrencyConfig"}
    if "RoutingConfig" in wanted:
        pairs = wanted["RoutingConfig"].get("AdditionalVersionWeights", ())
        weights = {pair["FunctionVersion"]: pair["FunctionWeight"] for pair in pairs}
        wanted["RoutingConfig"] = {"AdditionalVersionWeights": weights}
    return wanted


def _of_alias(identifier: Identifier) -> dict[str, str]:
    *_, function, alias = identifier["AliasArn"].split(":")
    return {"FunctionName": function, "Name": alias}


def _create_permission(request: Request) -> Identifier:
    sid = request.name(100)
    request.client("lambda").add_permission(StatementId=sid, **request.desired)
    return {"FunctionName": request.desired["FunctionName"], "Id": sid}


def _read_permission(aws: Aws, identifier: Identifier) -> Properties:
    functions, about = aws.client("lambda"), {"FunctionName": identifier["FunctionName"]}
    try:
        policy = json.loads(functions.get_policy(**about)["Policy"])
    except functions.exceptions.ResourceNotFoundException:
        policy = {"Statement": []}
    for statement in policy["Statement"]:
        if statement["Sid"] == identifier["Id"]:
            return told(PERMISSION, aws.region, _unstated(statement) | dict(identifier))
    raise Absent(f"statement {identifier['Id']} of {identifier['FunctionName']} does not exist")


def _delete_permission(aws: Aws, identifier: Identifier) -> None:
    aws.client("lambda").remove_permission(
        FunctionName=identifier["FunctionName"], StatementId=identifier["Id"]
    )


def _unstated(statement: Properties) -> Properties:
    """A statement's properties as the schema has them: an account's root is named by its number."""
    principal = statement["Principal"]
    if isinstance(principal, dict):
        (principal,) = principal.values()
        account = principal.removesuffix(":root").rpartition(":")[2]
        principal = account if principal.endswith(":root") else principal
    condition = statement.get("Condition", {})
    found = {name: condition.get(operator, {}).get(key) for name, (operator, key) in _CONDITIONS.items()}
    if found["InvokedViaFunctionUrl"] is not None:
        found["InvokedViaFunctionUrl"] = json.loads(found["InvokedViaFunctionUrl"])
    return {**found, "Action": statement["Action"], "Principal": principal}


def _create_invoke_config(request: Request) -> Identifier:
    request.client("lambda").put_function_event_invoke_config(**request.desired)
    return {name: request.desired[name] for name in ("FunctionName", "Qualifier")}


def _read_invoke_config(aws: Aws, identifier: Identifier) -> Properties:
    functions = aws.client("lambda")
    try:
        found = functions.get_function_event_invoke_config(**identifier)
    except functions.exceptions.ResourceNotFoundException:
        where = ":".join(identifier.values())
        raise Absent(f"{where} has no options of asynchronous invocation") from None
    return told(INVOKE_CONFIG, aws.region, {**found, **identifier})


def _update_invoke_config(request: Request, identifier: Identifier) -> None:
    """Put the options anew: what is not given goes back to its default."""
    request.client("lambda").put_function_event_invoke_config(**{**request.desired, **identifier})


def _delete_invoke_config(aws: Aws, identifier: Identifier) -> None:
    aws.client("lambda").delete_function_event_invoke_config(**identifier)


def _short(function: str) -> str:
    """A function's name, given by name or by ARN."""
    return function.rpartition(":function:")[2]


HANDLERS = (
    Handler(
        FUNCTION,
        _create_function,
        _read_function,
        _delete_function,
        _update_function,
        not_held={"Code": "Lambda keeps the code, not where it came from"},
    ),
    Handler(VERSION, _create_version, _read_version, _delete_version),
    Handler(ALIAS, _create_alias, _read_alias, _delete_alias, _update_alias),
    Handler(PERMISSION, _create_permission, _read_permission, _delete_permission),
    Handler(
        INVOKE_CONFIG,
        _create_invoke_config,
        _read_invoke_config,
        _delete_invoke_config,
        _update_invoke_config,
    ),
)
