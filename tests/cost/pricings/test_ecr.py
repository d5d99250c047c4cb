"""Repositories of images."""

from __future__ import annotations

from decimal import Decimal

from tests.cost.bills import used
from tests.cost.effects import without_effect
from tests.cost.systems import resource

REPOSITORY = {"Images": resource("AWS::ECR::Repository")}


def test_every_usage_key_matters() -> None:
    assert [] == without_effect(REPOSITORY, "Images")


def test_images_cost_by_the_gigabyte() -> None:
    assert Decimal("1.2") == used(REPOSITORY, Images={"storage_gb": 12}).total()
