"""Versions of functions, which may keep execution environments ready just as an alias does."""

from cost.pricings.lambda_.alias import PRICES, USAGE, price

__all__ = ["PRICES", "TYPE", "USAGE", "price"]

TYPE = "AWS::Lambda::Version"
