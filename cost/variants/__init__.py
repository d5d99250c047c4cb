"""Other ways to build the same system, each an edit of copies of its templates.

Only what is priced is edited: a variant is compared, never deployed.
"""

from cost.variants import apis, aurora, concurrency, network, processors, proxies, zones
from cost.variants.variant import Base, Variant

__all__ = ["VARIANTS", "Base", "Variant"]

VARIANTS: tuple[Variant, ...] = (
    *processors.VARIANTS,
    *zones.VARIANTS,
    *proxies.VARIANTS,
    *aurora.VARIANTS,
    *network.VARIANTS,
    *concurrency.VARIANTS,
    *apis.VARIANTS,
)
