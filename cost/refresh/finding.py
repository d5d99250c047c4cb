"""Reading an offer once, and keeping of it what may be a price of the book."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from cost.refresh.choosing import ALLOWANCES, Candidate
from cost.refresh.places import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cost.pricebook import PriceBook
    from cost.refresh.offers import Product
    from cost.refresh.selectors import Offer, Selector


class Finder:
    """The selectors of one offer, and the SKUs that the book knows, against product after product."""

    def __init__(self, offer: Offer, selectors: Iterable[Selector], known: Mapping[str, list[str]]) -> None:
        self.offer = offer
        self.candidates: defaultdict[str, list[Candidate]] = defaultdict(list)
        self.allowances = 0
        """Products that say what is free, and were left aside."""
        self._known = known
        self._exact: defaultdict[str, list[Selector]] = defaultdict(list)
        self._patterns: list[Selector] = []
        for selector in selectors:
            for usage_type in selector.usage_types:
                (self._patterns if "*" in usage_type else self._exact[usage_type]).append(selector)

    def wants(self, product: Product) -> bool:
        """Whether the product may be a price of the book."""
        if product.usage_type.startswith(ALLOWANCES):
            self.allowances += 1
            return False
        return product.sku in self._known or any(self._fitting(product))

    def take(self, product: Product) -> None:
        """Keep a product that is wanted, under the name of each price that it may be."""
        fitting = {selector.name_of(product) for selector in self._fitting(product)}
        known = set(self._known.get(product.sku, ()))
        for name in fitting | known:
            self.candidates[name].append(Candidate(product, fits=name in fitting, known=name in known))

    def _fitting(self, product: Product) -> Iterator[Selector]:
        usage_type = bare(product.usage_type, self.offer.region)
        near = self._exact.get(usage_type, []) + self._patterns
        return (selector for selector in near if selector.fits(product))


def queries(selectors: Iterable[Selector]) -> list[dict[str, str]]:
    """What to ask AWS for the selectors of an offer, each question once."""
    asked: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for selector in selectors:
        for query in selector.queries():
            asked[tuple(sorted(query.items()))] = query
    return list(asked.values())


def known_skus(book: PriceBook) -> dict[str, list[str]]:
    """The SKUs in a book's rate codes, each with the names of its prices."""
    skus: dict[str, Any] = {}
    for price in book.prices():
        for code in price.rate_codes[:1]:
            skus.setdefault(code.partition(".")[0], []).append(price.name)
    return skus
