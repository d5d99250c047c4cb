"""The zip holds what was chosen and nothing else, and what it holds works."""

from __future__ import annotations

import json
import subprocess
import tempfile
import zipfile
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from ops.package.building import unpacked
from ops.package.interpreters import magic_number
from ops.package.locks import LAMBDA_LOCK, ROOT, read_lock
from ops.package.pruning import PRUNED, pruned
from ops.package.target import LAMBDA
from ops.package.wheels import wheels
from runtime.contract import CA_BUNDLE, HANDLERS

if TYPE_CHECKING:
    from ops.package.interpreters import Runnable
    from ops.package.shelf import Built

INIT = """
import importlib, json, sys
module, _, function = sys.argv[1].rpartition(".")
handler = getattr(importlib.import_module(module), function)
loaded = {name: [getattr(each, "__file__", None), getattr(each, "__cached__", None)]
          for name, each in sys.modules.items()}
print(json.dumps({"callable": callable(handler), "loaded": loaded}))
"""
UNWANTED_AT_INIT = {"boto3", "botocore", "cryptography", "aws_xray_sdk"}


def names(package: Built) -> list[str]:
    """What is in the zip, in its order."""
    with zipfile.ZipFile(package.zip) as archive:
        return archive.namelist()


def test_our_own_part_is_exactly_this(package: Built) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "runtime", "migrations"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    expected = {name for name in listed if name.endswith((".py", ".json", ".html", ".sql"))}
    ours = {
        name
        for name in names(package)
        if name.startswith(("runtime/", "migrations/")) and not name.endswith(".pyc")
    }

    assert expected | {"runtime/ca/rds.pem"} == ours


def test_the_rest_is_of_the_distributions_of_the_lock(package: Built, runnable: Runnable) -> None:
    found = wheels(LAMBDA_LOCK, runnable.target)
    expected = {name for wheel in found.values() for name in unpacked(wheel) if not pruned(name)}
    rest = {
        name
        for name in names(package)
        if not name.startswith(("runtime/", "migrations/")) and not name.endswith(".pyc")
    }

    assert expected == rest
    assert {f"{pin.name}-{pin.version}" for pin in read_lock(LAMBDA_LOCK).values()} == {
        name.split(".dist-info/")[0].replace("_", "-")
        for name in rest
        if name.endswith(".dist-info/METADATA")
    }


def test_every_module_has_its_bytecode_and_no_bytecode_is_alone(package: Built, runnable: Runnable) -> None:
    tag = f"cpython-{runnable.target.version.replace('.', '')}"
    modules = [name for name in names(package) if name.endswith(".py")]
    expected = set()
    for name in modules:
        folder, _, module = name.rpartition("/")
        expected.add(f"{folder}/__pycache__/{module[:-3]}.{tag}.pyc".lstrip("/"))

    assert len(modules) > 400
    assert expected == {name for name in names(package) if name.endswith(".pyc")}


def test_bytecode_is_of_the_targets_version_and_never_compared_with_its_source(
    package: Built, runnable: Runnable
) -> None:
    """The flags are 1, hash-based, without 2, to be checked (PEP 552)."""
    heads = {path.read_bytes()[:8] for path in package.folder.rglob("*.pyc")}
    magic = magic_number(runnable.target.python)

    assert magic is not None
    assert {magic.to_bytes(2, "little") + b"\r\n" + b"\1\0\0\0"} == heads


def test_no_bytecode_names_a_folder_of_the_machine_that_built_it(package: Built) -> None:
    bytecode = (package.folder / "runtime/__pycache__").glob("contract.*.pyc")

    assert all(b"/var/task/runtime/contract.py" in path.read_bytes() for path in bytecode)
    where = (str(ROOT).encode(), f"{tempfile.gettempdir()}/{tempfile.gettempprefix()}".encode())
    for path in package.folder.rglob("*.pyc"):
        assert not any(folder in path.read_bytes() for folder in where), path


def test_anybody_may_read_every_file(package: Built) -> None:
    with zipfile.ZipFile(package.zip) as archive:
        modes = {record.filename: oct(record.external_attr >> 16 & 0o7777) for record in archive.infolist()}
        kinds = {record.external_attr >> 28 for record in archive.infolist()}

    assert {0o100000 >> 12} == kinds
    assert {oct(0o644), oct(0o755)} == set(modes.values())
    assert {name for name, mode in modes.items() if mode == oct(0o755)} == {
        name for name in modes if name.endswith(".so") or ".so." in name
    }


@pytest.mark.parametrize("handler", HANDLERS.values())
def test_a_handler_is_imported_from_the_package(package: Built, runnable: Runnable, handler: str) -> None:
    """From its bytecode, with nothing but the package and the standard library."""
    done = subprocess.run(
        [runnable.interpreter.path, "-S", "-s", "-P", "-c", INIT, handler],
        cwd="/",
        env={"PYTHONPATH": str(package.folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    told = json.loads(done.stdout)
    inside = {
        name: cached
        for name, (file, cached) in told["loaded"].items()
        if file and file.startswith(str(package.folder)) and file.endswith(".py")
    }
    assert told["callable"]
    assert len(inside) > 10
    assert all((package.folder / cached).is_file() for cached in inside.values())
    assert UNWANTED_AT_INIT.isdisjoint(told["loaded"])


WORK = """
import json
import jwt, psycopg, sqlalchemy
from sqlalchemy.dialects import postgresql
from sqlalchemy.util import cython
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel
from pydantic_settings import BaseSettings
import sqlalchemy.engine._result_cy as compiled

class Settings(BaseSettings):
    name: str = "here"

class Task(BaseModel):
    name: str

application = APIGatewayHttpResolver(enable_validation=True)

@application.post("/tasks")
def create(task: Task) -> Task:
    return task

event = {"version": "2.0", "rawPath": "/tasks", "headers": {"content-type": "application/json"},
         "requestContext": {"http": {"method": "POST", "path": "/tasks"}, "stage": "$default"},
         "body": json.dumps({"name": Settings().name}), "isBase64Encoded": False}
table = sqlalchemy.table("t", sqlalchemy.column("a"))
engine = sqlalchemy.create_engine("postgresql+psycopg://nobody@nowhere/nothing")
insert = postgresql.insert(table).values(a=1).on_conflict_do_nothing()
key = "a key of thirty-two bytes or more"
print(json.dumps({
    "answer": application(event, None),
    "claims": jwt.decode(jwt.encode({"sub": "somebody"}, key, "HS256"), key, ["HS256"]),
    "compiled": compiled.__file__.rsplit(".", 1)[-1],
    "driver": psycopg.pq.__impl__,
    "openapi": json.loads(application.get_openapi_json_schema())["openapi"],
    "releases": [sqlalchemy.__version__, psycopg.__version__],
    "sql": str(insert.compile(engine)),
}))
"""


def test_what_was_pruned_and_stripped_still_works(package: Built, runnable: Runnable) -> None:
    done = subprocess.run(
        [runnable.interpreter.path, "-S", "-s", "-P", "-c", WORK],
        cwd="/",
        env={"PYTHONPATH": str(package.folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    told = json.loads(done.stdout)
    pins = read_lock(LAMBDA_LOCK)
    assert (200, '{"name":"here"}') == (told["answer"]["statusCode"], told["answer"]["body"])
    assert {"sub": "somebody"} == told["claims"]
    assert ("so", "binary", "3.1.0") == (told["compiled"], told["driver"], told["openapi"])
    assert [pins["sqlalchemy"].version, pins["psycopg"].version] == told["releases"]
    assert told["sql"].endswith("ON CONFLICT DO NOTHING")


def test_every_reason_to_leave_something_out_still_has_something_to_leave_out() -> None:
    there = {
        name
        for target in LAMBDA.values()
        for wheel in wheels(LAMBDA_LOCK, target).values()
        for name in unpacked(wheel)
    }

    assert [] == [
        each.pattern for each in PRUNED if not any(fnmatchcase(name, each.pattern) for name in there)
    ]


def test_the_roots_lie_where_the_settings_expect_them(package: Built) -> None:
    roots = package.folder / CA_BUNDLE.removeprefix("/var/task/")

    assert 8 == roots.read_text(encoding="ascii").count("BEGIN CERTIFICATE")
