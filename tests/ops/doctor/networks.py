"""A function and its database in a network of the local AWS; whatever is no network is made up."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from ops.doctor.answer import Verdict
from ops.doctor.check import checks
from ops.doctor.fault import Layer
from ops.doctor.operations import READS
from tests.ops.doctor.databases import URL, evidence, instance

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence
    from tests.ops.network.conftest import Net

ANY = "0.0.0.0/0"
OF_LAYER = {each.id: each for each in checks() if each.fault.layer is Layer.NETWORK}
SILENCE = '{"level": "ERROR", "message": "no connection: no answer came in time"}'
LATE = "2026-11-26T08:00:03Z 1 Task timed out after 3.00 seconds"
GATEWAY_500 = (500, '{"message":"Internal Server Error"}')
PROVED = Verdict.PROVED


def found(net: Net, *lines: str, **told: Any) -> Evidence:
    """A function and a database in that network; all else is made up.

    `outside` has the function in no VPC, `configuration` and `told_of_database` are its and the instance's
    further attributes, `answers` are further answers, `functions` other functions by their names.
    """
    configuration = {
        "FunctionName": "api",
        "Handler": told.pop("handler", "runtime.api.handler.handle"),
        "Runtime": "python3.13",
        "Role": "arn:aws:iam::271828182861:role/api",
        "LastModified": "2026-11-26T07:00:00.000+0000",
        "Environment": {"Variables": {"DATABASE_URL": told.pop("url", URL)}},
        "VpcConfig": {}
        if told.pop("outside", False)
        else {
            "VpcId": net.function.vpc_id,
            "SubnetIds": list(net.function.subnet_ids),
            "SecurityGroupIds": list(net.function.group_ids),
        },
        **told.pop("configuration", {}),
    }
    answers: dict[str, Any] = {f"ec2:{name}": partial(_asked, net, name) for name in READS["ec2"]}
    functions = told.pop("functions", {})

    def function(FunctionName: str, **_: Any) -> Any:  # noqa: N803  (as botocore calls it)
        return functions.get(FunctionName, configuration)

    answers |= {"lambda:GetFunctionConfiguration": function, **told.pop("answers", {})}
    database = placed(net, **told.pop("told_of_database", {}))
    return evidence(*lines, database=database, answers=answers, **told)


def placed(net: Net, **told: Any) -> dict[str, Any]:
    """The instance in the first of the database's subnets."""
    subnets = [
        {"SubnetIdentifier": subnet, "SubnetAvailabilityZone": {"Name": zone}}
        for subnet, zone in zip(net.database.subnet_ids, "ab", strict=True)
    ]
    groups = [{"VpcSecurityGroupId": each, "Status": "active"} for each in net.database.group_ids]
    where = {
        "AvailabilityZone": "a",
        "PubliclyAccessible": False,
        "DBSubnetGroup": {"VpcId": net.database.vpc_id, "Subnets": subnets},
        "VpcSecurityGroups": groups,
    }
    return instance(**{**where, **told})


def _asked(net: Net, operation: str, **asked: Any) -> Any:
    return getattr(net.ec2, xform_name(operation))(**asked)


def answer(fault: str, whole: Evidence) -> Answer:
    """What a check answers."""
    return OF_LAYER[fault].answer(whole)


def proved_of(whole: Evidence) -> list[str]:
    """The faults of this layer that are proved, in their order."""
    return [name for name, each in OF_LAYER.items() if each.answer(whole).verdict is PROVED]


def type_in(net: Net, command: str) -> None:
    """Do what a command of EC2's says; ranges of ports are the only values that are not plain."""
    aws, service, operation, *words = shlex.split(command)
    given: dict[str, Any] = {}
    for word in words:
        if word in ("--egress", "--ingress"):
            given["Egress"] = word == "--egress"
        elif word.startswith("--"):
            name = "".join(part.capitalize() for part in word[2:].split("-"))
        else:
            ends = dict(part.split("=") for part in word.split(",")) if "=" in word else {}
            value = {key: int(end) for key, end in ends.items()} or (int(word) if word.isdecimal() else word)
            given[name] = value
    assert (aws, service) == ("aws", "ec2")
    getattr(net.ec2, operation.replace("-", "_"))(**given)
