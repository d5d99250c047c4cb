"""Turns what a template says of CloudFront into what its API takes, and back, led by botocore's shapes.

Where a template has a list, the API has a structure with `Quantity` and `Items`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

    Members = Mapping[str, Shape]

_COUNTED = {"Quantity", "Items"}

_RENAMED = {
    "DistributionConfig": {"IPV6Enabled": "IsIPV6Enabled"},
    "Origin": {"OriginCustomHeaders": "CustomHeaders"},
    "CustomOriginConfig": {"OriginSSLProtocols": "OriginSslProtocols"},
    "GeoRestriction": {"Locations": "Items"},
    "ViewerCertificate": {
        "AcmCertificateArn": "ACMCertificateArn",
        "IamCertificateId": "IAMCertificateId",
        "SslSupportMethod": "SSLSupportMethod",
    },
}
"""Names of the template and of the API, by the shape that has them."""

_WANTED: dict[str, dict[str, Any]] = {
    "DistributionConfig": {"Comment": ""},
    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443},
    "LoggingConfig": {"Enabled": True},
    "S3OriginConfig": {"OriginAccessIdentity": ""},
}
"""What the API wants to be told and a template need not say."""

_TEXT_OF_A_NUMBER = {"ResponseCode"}
"""What is a number in a template and a text in the API."""

_OF_THE_API_ALONE = {"CallerReference", "Certificate", "CertificateSource"}
"""What the API tells and a template can't say."""

_COUNTED_IN_TEMPLATE = ("OriginGroup", "StatusCodes")
"""How the names of shapes begin that have `Quantity` and `Items` in a template too."""

_NO_LIST_IN_TEMPLATE = (*_COUNTED_IN_TEMPLATE, "ResponseHeadersPolicy")
"""How the names of shapes begin that have `Items`, at least, in a template too."""


def to_api(shape: Any, value: Any) -> Any:
    """A template's value as the shape of the API has it; unknown names are left for botocore to refuse."""
    if shape.type_name == "structure" and isinstance(value, list):
        return _counted(shape.members, value)
    if shape.type_name == "structure" and isinstance(value, dict):
        return _structure(shape, value)
    if shape.type_name == "list" and isinstance(value, list):
        return [to_api(shape.member, item) for item in value]
    if shape.type_name == "string":
        return str(value)
    return int(value) if isinstance(value, float) and shape.type_name in ("integer", "long") else value


def from_api(shape: Any, value: Any) -> Any:
    """What the API tells of a shape as a template says it."""
    if shape.type_name == "list":
        return [from_api(shape.member, item) for item in value]
    if shape.type_name != "structure":
        return value
    if _is_list_in_template(shape):
        return [from_api(shape.members["Items"].member, item) for item in value.get("Items", [])]
    names = {api: name for name, api in _RENAMED.get(shape.name, {}).items()}
    told = {
        names.get(api, api): int(item)
        if api in _TEXT_OF_A_NUMBER and item
        else from_api(shape.members[api], item)
        for api, item in value.items()
        if api not in _OF_THE_API_ALONE and (api != "Quantity" or shape.name.startswith(_COUNTED_IN_TEMPLATE))
    }
    if value.get("AllowedMethods", {}).get("CachedMethods"):
        told["CachedMethods"] = value["AllowedMethods"]["CachedMethods"]["Items"]
    return told


def _structure(shape: Any, value: dict[str, Any]) -> dict[str, Any]:
    names, wanted = _RENAMED.get(shape.name, {}), dict(value)
    cached = wanted.pop("CachedMethods", None)
    if cached is not None:
        wanted.setdefault("AllowedMethods", ["GET", "HEAD"])
    given = {**_WANTED.get(shape.name, {}), **{names.get(name, name): item for name, item in wanted.items()}}
    told = {name: _member(shape.members, name, item) for name, item in given.items()}
    if cached is not None:
        told["AllowedMethods"]["CachedMethods"] = _count(cached)
    return told | _count(told.get("Items", [])) if shape.members.keys() >= _COUNTED else told


def _member(members: Members, name: str, value: Any) -> Any:
    return to_api(members[name], value) if name in members else value


def _counted(members: Any, items: list[Any]) -> dict[str, Any]:
    """A list as the API has it; signers and key groups have to be enabled as well."""
    told = _count([to_api(members["Items"].member, item) for item in items])
    return told | {"Enabled": bool(items)} if "Enabled" in members else told


def _count(items: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": items}


def _is_list_in_template(shape: Any) -> bool:
    return (
        shape.members.keys() >= _COUNTED
        and not shape.members.keys() - _COUNTED - {"CachedMethods", "Enabled"}
        and not shape.name.startswith(_NO_LIST_IN_TEMPLATE)
    )
