"""What it costs: the price book, a month's traffic, a pricing for each resource type, the estimate."""

from cost.comparison import Comparison, compare
from cost.document import document
from cost.errors import CostError, PriceMissing, PropertyRefused, RegionUnknown, TrafficRefused
from cost.estimate import Estimate, estimate
from cost.lines import FreeTier, Line
from cost.pricebook import PriceBook
from cost.traffic import Traffic

__all__ = [
    "Comparison",
    "CostError",
    "Estimate",
    "FreeTier",
    "Line",
    "PriceBook",
    "PriceMissing",
    "PropertyRefused",
    "RegionUnknown",
    "Traffic",
    "TrafficRefused",
    "compare",
    "document",
    "estimate",
]
