"""Attributes that a template states itself: AWS gives back the property of that name as it was written."""

from __future__ import annotations

STATED: dict[str, frozenset[str]] = {
    "AWS::EC2::Subnet": frozenset({"AvailabilityZone", "CidrBlock"}),
    "AWS::EC2::VPC": frozenset({"CidrBlock"}),
    "AWS::SSM::Parameter": frozenset({"Type", "Value"}),
}
"""By resource type. Names, ids and ARNs are not among them: who reads one asks for the resource behind it."""
