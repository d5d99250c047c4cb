"""`reported` is the first state of `production`: hardening must not cost the live system its identity."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from cfn.registry import cfn_lint_data
from tests.stacks.systems import synthesis


@cache
def create_only(kind: str) -> frozenset[str]:
    """Properties whose change replaces a resource of this type, from the registry schemas cfn-lint ships."""
    for path in (cfn_lint_data() / "schemas/resources").glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        if schema.get("typeName") == kind:
            return frozenset(pointer.split("/")[2] for pointer in schema.get("createOnlyProperties", ()))
    raise LookupError(kind)


def resources(environment: str) -> dict[str, dict[str, Any]]:
    """Every resource of an environment, by stack and logical id."""
    return {
        f"{stack}.{name}": resource
        for stack, body in synthesis(environment).templates.items()
        for name, resource in body["Resources"].items()
    }


def live() -> list[str]:
    """What hardening must carry over: everything that is live but what routes all requests at once."""
    return sorted(set(resources("reported")) - {"service.DefaultRoute"})


@pytest.mark.parametrize("place", live())
def test_production_keeps_every_live_resource_without_replacing_it(place: str) -> None:
    before, after = resources("reported")[place], resources("production")[place]

    changed = {
        key
        for key in before.get("Properties", {}).keys() | after.get("Properties", {}).keys()
        if before["Properties"].get(key) != after["Properties"].get(key)
    }

    assert before["Type"] == after["Type"]
    assert changed & create_only(before["Type"]) == set()


def test_the_database_is_never_deleted_with_its_stack() -> None:
    for name in ("reported", "production", "staging"):
        database = resources(name)["database.Database"]
        assert ("Snapshot", "Snapshot") == (database["DeletionPolicy"], database["UpdateReplacePolicy"])


def test_reported_is_what_the_report_says() -> None:
    function = resources("reported")["service.ApiFunction"]["Properties"]
    database = resources("reported")["database.Database"]["Properties"]
    environment = synthesis("reported").environment

    assert (environment.region, environment.account) == ("us-east-1", "211234825975")
    assert function | {"Code": 0, "Role": 0, "Environment": 0, "Description": 0} == {
        "FunctionName": "miyabi-api-production",
        "Runtime": "provided.al2",
        "Handler": "bootstrap",
        "MemorySize": 512,
        "Timeout": 30,
        "Architectures": ["x86_64"],
        "Code": 0,
        "Role": 0,
        "Environment": 0,
        "Description": 0,
    }
    role = resources("reported")["service.ApiRole"]["Properties"]
    assert role["RoleName"] == "miyabi-lambda-execution-role"
    assert {
        "DBInstanceIdentifier": "miyabi-postgres-prod",
        "Engine": "postgres",
        "EngineVersion": "15.15",
        "DBInstanceClass": "db.t3.small",
        "AllocatedStorage": "20",
        "StorageType": "gp3",
        "DBName": "miyabi",
        "MasterUsername": "miyabi_admin",
        "MultiAZ": False,
        "PubliclyAccessible": True,
        "BackupRetentionPeriod": 7,
        "PreferredBackupWindow": "03:00-04:00",
        "PreferredMaintenanceWindow": "mon:04:00-mon:05:00",
        "StorageEncrypted": True,
    }.items() <= database.items()


def test_reported_has_no_invoke_permission_as_it_was() -> None:
    """The cause of the report's two open issues."""
    assert "AWS::Lambda::Permission" not in {resource["Type"] for resource in resources("reported").values()}


def test_reported_sets_the_variables_of_the_report_and_requires_tls() -> None:
    variables = resources("reported")["service.ApiFunction"]["Properties"]["Environment"]["Variables"]

    assert {"DATABASE_URL", "JWT_SECRET", "RUST_LOG"} <= variables.keys()
    assert "sslmode=require" in str(variables["DATABASE_URL"])


def test_what_the_report_does_not_say_is_asked_of_the_operator() -> None:
    asked = {
        name
        for body in synthesis("reported").templates.values()
        for name, parameter in body.get("Parameters", {}).items()
        if "Default" not in parameter
    }

    assert asked == {
        "AdoptedVpcId",
        "AdoptedDatabaseSubnetIds",
        "AdoptedSecurityGroupDescription",
        "AdoptedSubnetGroupDescription",
        "AdoptedStorageKeyArn",
    }
