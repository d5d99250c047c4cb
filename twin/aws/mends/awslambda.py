"""Lambda's functions, where moto loses settings, takes code that is not there, and counts versions anew.

Mended: settings beyond moto's own (logging, dead letters, file systems, SnapStart) are held, all of them can
be changed, and LastModified tells of each change; code comes from the very version of the object in S3, which
must exist, and can be fetched from where GetFunction says; a function's VPC is that of its subnets; versions
are numbered as Lambda numbers them; an invocation is handed to whoever runs functions here, and refused where
nobody does.
"""

from __future__ import annotations

import base64
import copy
from typing import Any, Final
from urllib.parse import urlencode

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import LambdaFunction, LambdaStorage, _zipfile_content
from moto.core.utils import iso_8601_datetime_with_nanoseconds

from twin.aws.endpoints import asked
from twin.aws.invoking import Busy, Invocation, runner_of

_HELD = ("DeadLetterConfig", "FileSystemConfigs", "LoggingConfig", "SnapStart")
"""Settings that moto has no attribute for."""
_NOT_CONTENT = ("FunctionArn", "LastModified", "LastUpdateStatus", "State", "Version")
"""What may differ between two versions without there being anything new to publish."""
_TAIL = 4096
"""Bytes of the log that an invocation tells."""
_OWNER = "000000000000"
"""The account that stands for Lambda's own, where it keeps the code of everybody's functions."""

_init = LambdaFunction.__init__
_set_code = LambdaFunction._set_function_code  # noqa: SLF001  (what is mended)
_update = LambdaFunction.update_configuration
_configuration = LambdaFunction.get_configuration
_get_code = LambdaFunction.get_code


class _Function:
    """What a function of moto's becomes."""

    def __init__(self: Any, account_id: str, spec: dict[str, Any], region: str, **named: Any) -> None:
        network = _placed(account_id, region, spec.get("VpcConfig"))
        _init(self, account_id, {**spec, "VpcConfig": network}, region, **named)
        self.held: dict[str, Any] = {}
        self.published: dict[str, Any] | None = None
        self.last_version = 0
        # By ARN, and one for all of a function's versions: aliases move between them.
        self.invoke_configs: dict[str, Any] = {}
        _Function.hold(self, spec)

    def hold(self: Any, settings: dict[str, Any]) -> None:
        """Take the settings that moto takes only when a function is made, or never."""
        self.kms_key_arn = settings.get("KMSKeyArn", self.kms_key_arn)
        self.tracing_config = settings.get("TracingConfig", self.tracing_config)
        self.ephemeral_storage = settings.get("EphemeralStorage", {}).get("Size", self.ephemeral_storage)
        self.held = self.held | {name: settings[name] for name in _HELD if name in settings}

    def update_configuration(self: Any, config_updates: dict[str, Any]) -> Any:
        if "VpcConfig" in config_updates:
            network = _placed(self.account_id, self.region, config_updates["VpcConfig"])
            config_updates = {**config_updates, "VpcConfig": network}
        _update(self, config_updates)
        _Function.hold(self, config_updates)
        self.last_modified = iso_8601_datetime_with_nanoseconds()
        return self.get_configuration()

    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002  (moto's signature)
        snap_start = {"ApplyOn": "None", **self.held.get("SnapStart", {}), "OptimizationStatus": "Off"}
        logging = _logging(self.function_name, self.held.get("LoggingConfig", {}))
        own = _configuration(self, on_create)
        return {**own, **self.held, "SnapStart": snap_start, "LoggingConfig": logging}

    def vpc_config(self: Any) -> dict[str, Any] | None:
        config: dict[str, Any] | None = self._vpc_config
        return config or None

    def set_function_code(self: Any, updated_spec: dict[str, Any]) -> None:
        if "S3Bucket" in updated_spec and not updated_spec.get("DryRun"):
            _hold_code(self, _stored(self, updated_spec))
            places = ("S3Bucket", "S3Key", "S3ObjectVersion")
            self.code = {name: updated_spec[name] for name in places if name in updated_spec}
        else:
            _set_code(self, updated_spec)
        if not updated_spec.get("DryRun"):
            self.last_modified = iso_8601_datetime_with_nanoseconds()
        if "Architectures" in updated_spec:
            self.architectures = updated_spec["Architectures"]

    def get_code(self: Any) -> dict[str, Any]:
        told: dict[str, Any] = _get_code(self)
        if "Location" in told.get("Code", {}):
            told["Code"]["Location"] = _location(self)
        return told


class _Throttled(LambdaClientError):
    """Lambda has no execution left for a function."""

    code = 429


QUALIFIER: Final = "x-miyabi-qualifier"
"""How Invoke tells a version by which alias it was asked for: moto hands on headers alone."""


def _invoke(self: Any, body: bytes | str, headers: Any, answered: Any) -> bytes:
    """Have it run by whoever runs functions here; moto would start a container."""
    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind == "DryRun":
        return b""
    payload = body.encode() if isinstance(body, str) else bytes(body or b"")
    asked = Invocation(
        self.account_id, self.region, self.get_configuration(), payload, kind, headers.get(QUALIFIER)
    )
    try:
        done = runner_of(self.account_id)(asked)
    except Busy:
        raise _Throttled("TooManyRequestsException", "Rate Exceeded.") from None
    if done.error:
        answered["x-amz-function-error"] = done.error
    answered["x-amz-executed-version"] = asked.version
    answered["x-amz-log-result"] = base64.b64encode(done.log[-_TAIL:]).decode()
    return b"" if kind == "Event" else done.payload


def _logging(function: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Where and how a function logs, with Lambda's defaults."""
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    defaults = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function}"}
    return defaults | (levels if asked.get("LogFormat") == "JSON" else {}) | asked


def _placed(account: str, region: str, config: dict[str, Any] | None) -> dict[str, Any]:
    """A function's network settings with the VPC that its subnets are in; empty when it has none."""
    if not config or not config.get("SubnetIds"):
        return {}
    from moto.ec2.models import ec2_backends

    ec2 = ec2_backends[account][region]
    subnets = {name: subnet for zone in ec2.subnets.values() for name, subnet in zone.items()}
    for name in config["SubnetIds"]:
        if name not in subnets:
            raise _refused("DescribeSubnets", "EC2", "InvalidSubnetID.NotFound", f"The subnet ID '{name}'")
    for name in config.get("SecurityGroupIds", ()):
        if ec2.get_security_group_from_id(name) is None:
            raise _refused(
                "DescribeSecurityGroups", "EC2", "InvalidGroup.NotFound", f"The security group '{name}'"
            )
    return {**config, "VpcId": subnets[config["SubnetIds"][0]].vpc_id}


def _refused(operation: str, service: str, code: str, what: str) -> Exception:
    """Lambda's error for something that it looked for in another service and did not find."""
    return InvalidParameterValueException(
        f"Error occurred while {operation}. {service} Error Code: {code}. "
        f"{service} Error Message: {what} does not exist."
    )


def _stored(function: Any, place: dict[str, Any]) -> bytes:
    """The object that a function's code is asked to be taken from."""
    from moto.s3.exceptions import MissingBucket
    from moto.s3.models import s3_backends

    s3 = s3_backends[function.account_id][function.partition]
    version = place.get("S3ObjectVersion")
    try:
        found = s3.get_object(place["S3Bucket"], place["S3Key"], version_id=version)
    except MissingBucket:
        raise _refused("GetObject", "S3", "NoSuchBucket", "The specified bucket") from None
    if found is None:
        kind = "version" if version else "key"
        raise _refused("GetObject", "S3", f"NoSuch{kind.title()}", f"The specified {kind}")
    content: bytes = found.value
    return content


def _hold_code(function: Any, content: bytes) -> None:
    """Take code as moto takes it when it is sent along."""
    function.code_bytes, function.code_size, function.code_sha_256, function.code_digest = _zipfile_content(
        base64.b64encode(content)
    )


def _location(function: Any) -> str:
    """An address that the function's code can be fetched from: it is put there when asked for.

    Whoever asks over HTTP is led back to where the local AWS listens.
    """
    from moto.s3.models import s3_backends

    bucket, key = (
        f"awslambda-{function.region}-tasks",
        f"snapshots/{function.account_id}/{function.code_digest}",
    )
    s3 = s3_backends[_OWNER][function.partition]
    if bucket not in s3.buckets:
        s3.create_bucket(bucket, function.region)
    if s3.get_object(bucket, key) is None:
        s3.put_object(bucket, key, function.code_bytes)
    scope = f"{_OWNER}/20260101/{function.region}/s3/aws4_request"
    signed = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": scope,
        "X-Amz-Signature": function.code_digest,
    }
    here = asked()
    place = f"{here}/{bucket}" if here else f"https://{bucket}.s3.{function.region}.amazonaws.com"
    return f"{place}/{key}?{urlencode(signed)}"


def _publish_version(self: Any, name_or_arn: str, description: str = "") -> Any:
    """Publish what is new, or was deleted; numbers go up for ever."""
    latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions = self._functions[latest.function_name]["versions"]
    told = latest.get_configuration().items()
    content = copy.deepcopy({name: value for name, value in told if name not in _NOT_CONTENT})
    is_there = bool(versions) and versions[-1].version == latest.last_version
    if is_there and latest.published == content:
        return versions[-1]
    latest.published = content
    latest.last_version += 1
    version = copy.copy(latest)
    version.set_version(latest.last_version)
    version.code, version.event_invoke_config = dict(latest.code), []
    version.description = description or latest.description
    versions.append(version)
    self._arns[version.function_arn] = version
    return version


_MENDED: tuple[tuple[Any, str, Any], ...] = (
    (LambdaFunction, "__init__", _Function.__init__),
    (LambdaFunction, "update_configuration", _Function.update_configuration),
    (LambdaFunction, "get_configuration", _Function.get_configuration),
    (LambdaFunction, "vpc_config", property(_Function.vpc_config)),
    (LambdaFunction, "_set_function_code", _Function.set_function_code),
    (LambdaFunction, "get_code", _Function.get_code),
    (LambdaFunction, "invoke", _invoke),
    (LambdaStorage, "publish_version", _publish_version),
)


def mend() -> None:
    """Put the mended operations onto moto's classes."""
    for owner, name, mended in _MENDED:
        setattr(owner, name, mended)
