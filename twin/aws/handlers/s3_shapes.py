"""Turns the parts of a bucket's description in a template into what S3's API takes, and back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_CORS = {"ID": "Id", "ExposeHeaders": "ExposedHeaders", "MaxAgeSeconds": "MaxAge"}
_ENCRYPTION = {"ApplyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault"}
_EXPIRATION = {
    "Days": "ExpirationInDays",
    "Date": "ExpirationDate",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
_LOGGING = {"TargetBucket": "DestinationBucketName", "TargetPrefix": "LogFilePrefix"}
_RULE = {"ID": "Id"}
_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
_TRANSITION = {"Days": "TransitionInDays", "Date": "TransitionDate"}
_LATER_TRANSITION = {"NoncurrentDays": "TransitionInDays"}
"""Names of the API and of a template, by what has them; other names are the same in both."""


def encryption_to_api(wanted: dict[str, Any]) -> dict[str, Any]:
    """BucketEncryption as ServerSideEncryptionConfiguration."""
    return {"Rules": _all_to_api(wanted["ServerSideEncryptionConfiguration"], _ENCRYPTION)}


def encryption_from_api(told: dict[str, Any]) -> dict[str, Any]:
    """ServerSideEncryptionConfiguration as BucketEncryption."""
    return {"ServerSideEncryptionConfiguration": _all_from_api(told["Rules"], _ENCRYPTION)}


def cors_to_api(wanted: dict[str, Any]) -> dict[str, Any]:
    """CorsConfiguration as CORSConfiguration."""
    return {"CORSRules": _all_to_api(wanted["CorsRules"], _CORS)}


def cors_from_api(told: list[dict[str, Any]]) -> dict[str, Any]:
    """CORSRules as CorsConfiguration."""
    return {"CorsRules": _all_from_api(told, _CORS)}


def logging_to_api(wanted: dict[str, Any]) -> dict[str, Any]:
    """LoggingConfiguration as BucketLoggingStatus; an empty one stops the logs."""
    return {"LoggingEnabled": {"TargetPrefix": "", **_to_api(wanted, _LOGGING)}} if wanted else {}


def logging_from_api(told: dict[str, Any]) -> dict[str, Any]:
    """LoggingEnabled as LoggingConfiguration."""
    return _from_api(told, _LOGGING)


def lifecycle_to_api(wanted: dict[str, Any]) -> dict[str, Any]:
    """LifecycleConfiguration as LifecycleConfiguration."""
    return {"Rules": [_rule_to_api(rule) for rule in wanted["Rules"]]}


def lifecycle_from_api(told: list[dict[str, Any]]) -> dict[str, Any]:
    """The API's Rules as LifecycleConfiguration."""
    return {"Rules": [_rule_from_api(rule) for rule in told]}


def _rule_to_api(rule: dict[str, Any]) -> dict[str, Any]:
    """A lifecycle rule; the deprecated single properties become what replaced them."""
    wanted = dict(rule)
    parts = {
        "Filter": _filter(
            {name: wanted.pop(name) for name in (*_SIZES, "Prefix", "TagFilters") if name in rule}
        ),
        "Expiration": _to_api(
            {name: wanted.pop(name) for name in _EXPIRATION.values() if name in rule}, _EXPIRATION
        ),
        "Transitions": _all_to_api(_one_or_more(wanted, "Transition"), _TRANSITION),
        "NoncurrentVersionTransitions": _all_to_api(
            _one_or_more(wanted, "NoncurrentVersionTransition"), _LATER_TRANSITION
        ),
    }
    if "NoncurrentVersionExpirationInDays" in wanted:
        days = wanted.pop("NoncurrentVersionExpirationInDays")
        parts["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    return _to_api(wanted, _RULE) | {name: part for name, part in parts.items() if part}


def _one_or_more(wanted: dict[str, Any], name: str) -> list[dict[str, Any]]:
    single = [wanted.pop(name)] if name in wanted else []
    return [*wanted.pop(f"{name}s", []), *single]


def _filter(wanted: dict[str, Any]) -> dict[str, Any]:
    """What a rule is for; more than one condition stands under And."""
    tags = wanted.pop("TagFilters", [])
    conditions = {name: int(value) if name in _SIZES else value for name, value in wanted.items()}
    if len(conditions) + len(tags) > 1:
        return {"And": conditions | ({"Tags": tags} if tags else {})}
    return {"Tag": tags[0]} if tags else conditions or {"Prefix": ""}


def _rule_from_api(told: dict[str, Any]) -> dict[str, Any]:
    rule = _from_api(told, _RULE)
    found = rule.pop("Filter", {})
    found = found.get("And", found)
    tags = found.get("Tags") or ([found["Tag"]] if "Tag" in found else [])
    sizes = {name: str(found[name]) for name in _SIZES if name in found}
    rule |= _from_api(rule.pop("Expiration", {}), _EXPIRATION) | sizes
    rule |= {"Prefix": found["Prefix"]} if "Prefix" in found else {}
    rule |= {"TagFilters": tags} if tags else {}
    for name, names in (("Transitions", _TRANSITION), ("NoncurrentVersionTransitions", _LATER_TRANSITION)):
        if name in rule:
            rule[name] = _all_from_api(rule[name], names)
    return rule


def _to_api(wanted: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    of_the_api = {name: api for api, name in names.items()}
    return {of_the_api.get(name, name): value for name, value in wanted.items()}


def _from_api(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(api, api): _plain(value) for api, value in told.items()}


def _all_to_api(wanted: list[dict[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_to_api(item, names) for item in wanted]


def _all_from_api(told: list[dict[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_from_api(item, names) for item in told]


def _plain(value: Any) -> Any:
    """A moment as templates write it, such as 2026-11-01T00:00:00Z."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
