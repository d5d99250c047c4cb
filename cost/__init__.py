"""What it costs: the price book, a month's traffic, a pricing for each resource type, the estimate."""

from cost.comparison import Comparison, compare
from cost.document import document
from cost.errors import (
    CostError,
    PriceMissing,
    PropertyRefused,
    RegionUnknown,
    TrafficRefused,
    UsageRefused,
)
from cost.estimate import Estimate, estimate
from cost.free_tier import Offer
from cost.lines import FreeTier, Line
from cost.pricebook import PriceBook
from cost.usage import Traffic, UsageFile

__all__ = [
    "Comparison",
    "CostError",
    "Estimate",
    "FreeTier",
    "Line",
    "Offer",
    "PriceBook",
    "PriceMissing",
    "PropertyRefused",
    "RegionUnknown",
    "Traffic",
    "TrafficRefused",
    "UsageFile",
    "UsageRefused",
    "compare",
    "document",
    "estimate",
]
