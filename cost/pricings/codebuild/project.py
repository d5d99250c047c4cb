"""Build projects: minutes, by the machine that builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::CodeBuild::Project"
USAGE = (
    Key("monthly_build_mins", "min", "minutes of builds in a month, each build rounded up to whole ones"),
)
PRICES = ("CodeBuild/build_min_*",)
SYSTEMS = {
    "ARM_CONTAINER": "arm",
    "ARM_EC2": "arm_ec2",
    "ARM_LAMBDA_CONTAINER": "arm",
    "LINUX_CONTAINER": "linux",
    "LINUX_EC2": "linux_ec2",
    "LINUX_GPU_CONTAINER": "linux_gpu",
    "LINUX_LAMBDA_CONTAINER": "linux",
    "MAC_ARM": "mac_arm",
    "WINDOWS_CONTAINER": "windows",
    "WINDOWS_EC2": "windows_ec2",
    "WINDOWS_SERVER_2019_CONTAINER": "windows",
    "WINDOWS_SERVER_2022_CONTAINER": "windows",
}
"""Name of an environment's type in prices; another is named as it is."""
FLEET = "builds on a fleet: its machines are charged by the minute that they are there"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Minutes on machines of the project's size, made for each build."""
    if context.get(resource, "Environment.Fleet") is not None:
        yield NotPriced(FLEET)
        return
    type_ = context.text(resource, "Environment.Type", "LINUX_CONTAINER")
    system = SYSTEMS.get(type_, type_.lower())
    size = context.text(resource, "Environment.ComputeType").removeprefix("BUILD_").lower()
    minutes = context.usage(resource, "monthly_build_mins")
    yield Charge("build minutes", minutes, f"CodeBuild/build_min_{system}_{size}")
