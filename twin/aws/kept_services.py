"""What moto's services hold of an account, to be kept, put back or dropped."""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

from twin.aws.pickling import at, backends, services

if TYPE_CHECKING:
    from twin.aws.pickling import Place


def dump(account: str) -> dict[Place, dict[str, Any]]:
    """The attributes of every service's own object, by its place."""
    return {place: vars(backend) for place, backend in backends(account)}


def load(account: str, dumped: dict[Place, dict[str, Any]]) -> None:
    """Give every service's own object its attributes back.

    Raises ValueError where a bucket's name, of which there is one in the world, is another account's by now.
    """
    from twin.aws.mends import mend

    mend()
    for place, attributes in dumped.items():
        backend = at(place)
        vars(backend).clear()
        vars(backend).update(attributes)
    for name, bucket in _buckets(account).items():
        owners = _bucket_owners()
        if owners.setdefault(name, (bucket.partition, account)) != (bucket.partition, account):
            raise ValueError(f"bucket {name} is of account {owners[name][1]} already")


def forget(account: str) -> None:
    """Drop everything that an account has."""
    if "moto.core.base_backend" not in sys.modules:
        return
    _close_files(account)
    owners = _bucket_owners()
    for name in [name for name, (_, owner) in owners.items() if owner == account]:
        del owners[name]
    for service in services():
        service.pop(account, None)
    _untrack(account)


def _untrack(account: str) -> None:
    """Clear the lists of all that was ever made, which would keep it in memory.

    Moto has them for a page that is not served here, and to close files: those of others must stay.
    """
    from moto.core.model_instances import reset_model_data

    s3 = sys.modules.get("moto.s3.models")
    others = [key for key in _objects(s3) if key.account_id != account]
    reset_model_data()
    if s3:
        s3.FakeKey.instances_tracked = others


def _close_files(account: str) -> None:
    """Close the temporary files of S3's objects: of all versions, and of what moto copied to list them."""
    s3 = sys.modules.get("moto.s3.models")
    held = chain.from_iterable(
        (*chain.from_iterable(dict.values(bucket.keys)), *bucket.multiparts.values())
        for bucket in _buckets(account).values()
    )
    copies = (key for key in _objects(s3) if key.account_id == account)
    for each in (*held, *copies):
        if hasattr(each, "dispose"):  # a delete marker has no file
            each.dispose()


def _objects(s3: Any) -> list[Any]:
    """Every object of S3 that was made, as far as moto has made it."""
    return [key for key in s3.FakeKey.instances_tracked if hasattr(key, "account_id")] if s3 else []


def _buckets(account: str) -> dict[str, Any]:
    """The buckets of an account by name."""
    return {
        name: bucket
        for place, backend in backends(account)
        if place[0] == "moto.s3.models"
        for name, bucket in backend.buckets.items()
    }


def _bucket_owners() -> dict[str, tuple[str, str]]:
    """Partition and account of every bucket, which moto holds beside the accounts."""
    s3 = sys.modules.get("moto.s3.models")
    return s3.s3_backends.bucket_accounts if s3 else {}
