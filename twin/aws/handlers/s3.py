"""S3: buckets and their policies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cfn.pseudo_parameters import pseudo_parameters
from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.handlers import s3_shapes as shapes
from twin.aws.properties import as_json
from twin.aws.tagging import without

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws

_NO_LOCATION = "us-east-1"
"""The region that CreateBucket must not be told."""

_DASHED_WEBSITES = {
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
}
"""Regions whose website endpoints are written `s3-website-region`; in the others, `s3-website.region`.

https://docs.aws.amazon.com/general/latest/gr/s3.html
"""


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class _Part:
    """A property of a bucket that S3 puts, gets and deletes by operations of its own."""

    property: str
    operation: str
    """What follows `put_` and `get_` in the names of the client's methods."""
    parameter: str
    """Under which the property is put."""
    told: str
    """Under which it is found in what the API answers; empty for the whole answer."""
    delete: str | None = None
    """The method that takes it away; None where `without` is put instead."""
    without: Any = None
    to_api: Callable[[Any], Any] = _same
    from_api: Callable[[Any], Any] = _same


_PARTS = (
    _Part(
        "OwnershipControls",
        "bucket_ownership_controls",
        "OwnershipControls",
        "OwnershipControls",
        delete="delete_bucket_ownership_controls",
    ),
    _Part(
        "PublicAccessBlockConfiguration",
        "public_access_block",
        "PublicAccessBlockConfiguration",
        "PublicAccessBlockConfiguration",
        delete="delete_public_access_block",
    ),
    _Part(
        "BucketEncryption",
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfiguration",
        delete="delete_bucket_encryption",
        to_api=shapes.encryption_to_api,
        from_api=shapes.encryption_from_api,
    ),
    _Part(
        "VersioningConfiguration",
        "bucket_versioning",
        "VersioningConfiguration",
        "",
        without={"Status": "Suspended"},
        from_api=lambda told: {"Status": told["Status"]} if "Status" in told else None,
    ),
    _Part(
        "LifecycleConfiguration",
        "bucket_lifecycle_configuration",
        "LifecycleConfiguration",
        "Rules",
        delete="delete_bucket_lifecycle",
        to_api=shapes.lifecycle_to_api,
        from_api=shapes.lifecycle_from_api,
    ),
    _Part(
        "CorsConfiguration",
        "bucket_cors",
        "CORSConfiguration",
        "CORSRules",
        delete="delete_bucket_cors",
        to_api=shapes.cors_to_api,
        from_api=shapes.cors_from_api,
    ),
    _Part(
        "LoggingConfiguration",
        "bucket_logging",
        "BucketLoggingStatus",
        "LoggingEnabled",
        without={},
        to_api=shapes.logging_to_api,
        from_api=shapes.logging_from_api,
    ),
    _Part(
        "Tags",
        "bucket_tagging",
        "Tagging",
        "TagSet",
        delete="delete_bucket_tagging",
        to_api=lambda tags: {"TagSet": tags},
        from_api=without,
    ),
)


def _create_bucket(request: Request) -> Identifier:
    client, region = request.client("s3"), request.aws.region
    name = request.desired.get("BucketName") or request.name(63, lower=True)
    if _region_of(client, name):
        raise HandlerError("AlreadyExists", f"{name} already exists")
    if "BucketNamePrefix" in request.desired:
        raise HandlerError("InvalidRequest", "the local AWS takes no BucketNamePrefix; give a BucketName")
    place = {} if region == _NO_LOCATION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **place, **_access(request), **_namespace(request))
    request.begin(BucketName=name)
    for part in _PARTS:
        if part.property in request.desired:
            _put(client, name, part, request.desired[part.property])
    return {"BucketName": name}


def _read_bucket(aws: Aws, identifier: Identifier) -> Properties:
    client, name = aws.client("s3"), identifier["BucketName"]
    region = _region_of(client, name)
    if region is None:
        raise Absent(f"bucket {name} does not exist")
    found = {part.property: _get(client, name, part) for part in _PARTS}
    return {
        "BucketName": name,
        **{key: value for key, value in found.items() if value},
        **_addresses(aws, name, region),
    }


def _update_bucket(request: Request, identifier: Identifier) -> None:
    client, name = request.client("s3"), identifier["BucketName"]
    for part in _PARTS:
        if not request.changed(part.property):
            continue
        if part.property in request.desired:
            _put(client, name, part, request.desired[part.property])
        elif part.delete:
            getattr(client, part.delete)(Bucket=name)
        else:
            _put(client, name, part, part.without)
    if request.changed("AccessControl"):
        client.put_bucket_acl(Bucket=name, **_access(request) or {"ACL": "private"})


def _delete_bucket(aws: Aws, identifier: Identifier) -> None:
    aws.client("s3").delete_bucket(Bucket=identifier["BucketName"])


def _region_of(client: Any, name: str) -> str | None:
    """Where a bucket of this account or another is; None for one that does not exist."""
    try:
        return str(client.head_bucket(Bucket=name)["BucketRegion"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return None
        raise


def _put(client: Any, name: str, part: _Part, value: Any) -> None:
    getattr(client, f"put_{part.operation}")(Bucket=name, **{part.parameter: part.to_api(value)})


def _get(client: Any, name: str, part: _Part) -> Any:
    """A property as the API has it now; None for one that the bucket does not have."""
    try:
        answer = getattr(client, f"get_{part.operation}")(Bucket=name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code.startswith("NoSuch") or code.endswith("NotFoundError"):
            return None
        raise
    told = answer.get(part.told) if part.told else answer
    return None if told is None else part.from_api(told)


def _access(request: Request) -> dict[str, str]:
    """AccessControl, such as LogDeliveryWrite, as a canned ACL, such as log-delivery-write."""
    name = request.desired.get("AccessControl", "")
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
    return {"ACL": words.removeprefix("-")} if name else {}


def _namespace(request: Request) -> dict[str, str]:
    wanted = request.desired.get("BucketNamespace")
    return {"BucketNamespace": wanted} if wanted else {}


def _addresses(aws: Aws, name: str, region: str) -> dict[str, str]:
    """What Fn::GetAtt gives: names that S3 makes of the bucket's own and its region's."""
    domain = pseudo_parameters("", region, aws.account, None)["AWS::URLSuffix"]
    website = f"s3-website-{region}" if region in _DASHED_WEBSITES else f"s3-website.{region}"
    return {
        "Arn": f"arn:{aws.partition}:s3:::{name}",
        "DomainName": f"{name}.s3.{domain}",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.{domain}",
        "RegionalDomainName": f"{name}.s3.{region}.{domain}",
        "WebsiteURL": f"http://{name}.{website}.{domain}",
    }


def _create_policy(request: Request) -> Identifier:
    name = request.desired["Bucket"]
    if _policy(request.aws, name) is not None:
        raise HandlerError("AlreadyExists", f"The bucket policy already exists on bucket {name}.")
    _put_policy(request, {"Bucket": name})
    return {"Bucket": name}


def _read_policy(aws: Aws, identifier: Identifier) -> Properties:
    document = _policy(aws, identifier["Bucket"])
    if document is None:
        raise Absent(f"bucket {identifier['Bucket']} has no policy")
    return {"Bucket": identifier["Bucket"], "PolicyDocument": document}


def _put_policy(request: Request, identifier: Identifier) -> None:
    policy = as_json(request.desired["PolicyDocument"])
    request.client("s3").put_bucket_policy(Bucket=identifier["Bucket"], Policy=policy)


def _delete_policy(aws: Aws, identifier: Identifier) -> None:
    _read_policy(aws, identifier)
    aws.client("s3").delete_bucket_policy(Bucket=identifier["Bucket"])


def _policy(aws: Aws, bucket: str) -> Any:
    """The policy of a bucket; None where there is none, or no bucket."""
    try:
        return json.loads(aws.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchBucket", "NoSuchBucketPolicy"):
            return None
        raise


HANDLERS = (
    Handler(
        type="AWS::S3::Bucket",
        create=_create_bucket,
        read=_read_bucket,
        update=_update_bucket,
        delete=_delete_bucket,
    ),
    Handler(
        type="AWS::S3::BucketPolicy",
        create=_create_policy,
        read=_read_policy,
        update=_put_policy,
        delete=_delete_policy,
    ),
)
