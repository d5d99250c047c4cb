"""What goes into the package is locked, and both architectures get the same releases."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from ops.package.locks import CLIENT_LOCK, LAMBDA_LOCK, read_lock
from ops.package.target import LAMBDA
from ops.package.wheels import wheels
from stacks.functions import MANAGED_RUNTIME
from tests.test_project import locked, wanted

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("lock", [LAMBDA_LOCK, CLIENT_LOCK], ids=lambda lock: lock.name)
def test_lambda_gets_the_releases_that_are_tested_here(lock: Path) -> None:
    """If this fails: make lock."""
    development = locked("dev.txt")

    for pin in read_lock(lock).values():
        assert {pin.version} == {str(version) for version in development[pin.name]}, pin.name


def test_everything_that_the_runtime_asks_for_is_locked() -> None:
    asked = {canonicalize_name(each.name) for each in wanted(("options.extras_require", "runtime"))}

    assert asked | {"psycopg", "psycopg-binary", "pydantic", "pydantic-settings"} <= set(
        read_lock(LAMBDA_LOCK)
    )


def test_what_the_runtime_of_lambda_has_is_not_packed() -> None:
    assert {"boto3", "botocore", "awslambdaric", "cryptography"}.isdisjoint(read_lock(LAMBDA_LOCK))


@pytest.mark.parametrize("lock", [LAMBDA_LOCK, CLIENT_LOCK], ids=lambda lock: lock.name)
def test_no_pin_depends_on_the_python_that_reads_it(lock: Path) -> None:
    """Else pip would judge a marker by the Python it runs on, which is not the target's."""
    text = lock.read_text(encoding="utf-8")

    assert ";" not in text
    assert text.count("==") == len(read_lock(lock))


def test_both_architectures_have_the_same_releases() -> None:
    """Asked for manylinux2014 alone, pip takes an older psycopg-binary for arm64."""
    releases = {
        machine: {parse_wheel_filename(wheel.name)[:2] for wheel in wheels(LAMBDA_LOCK, target).values()}
        for machine, target in LAMBDA.items()
    }

    assert releases["arm64"] == releases["x86_64"]
    assert set(read_lock(LAMBDA_LOCK)) == {str(name) for name, _ in releases["arm64"]}


def test_every_dependency_of_a_wheel_is_locked() -> None:
    """None is looked for by pip: what the lock lacks would be missed in Lambda only."""
    pins = read_lock(LAMBDA_LOCK)
    environment = {"python_version": "3.13", "sys_platform": "linux", "extra": ""}
    needed = {
        canonicalize_name(requirement.name)
        for wheel in wheels(LAMBDA_LOCK, LAMBDA["arm64"]).values()
        for requirement in _requirements(zipfile.ZipFile(wheel))
        if not requirement.marker or requirement.marker.evaluate(environment)
    }

    assert needed
    assert needed <= set(pins)


def test_the_package_is_for_the_python_of_the_templates() -> None:
    assert {MANAGED_RUNTIME} == {f"python{target.version}" for target in LAMBDA.values()}


def _requirements(wheel: zipfile.ZipFile) -> list[Requirement]:
    with wheel:
        (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        lines = wheel.read(metadata).decode().splitlines()
    prefix = "Requires-Dist: "
    return [Requirement(line.removeprefix(prefix)) for line in lines if line.startswith(prefix)]
