"""AWS's bulk files, read without holding them: `products` by SKU first, then `terms` by kind and SKU.

The file of EC2 in one region has hundreds of megabytes, of which a refresh needs a few thousandths.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from cost.refresh.errors import ListMalformed
from cost.refresh.offers import Product, attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

CHUNK = 1 << 20
BLANK = " \t\r\n"


class Reader:
    """A JSON text, read value by value from its beginning; raises ValueError where it is none."""

    def __init__(self, file: TextIO, chunk: int = CHUNK) -> None:
        self._file, self._chunk = file, chunk
        self._text, self._at = "", 0
        self._decode = json.JSONDecoder().raw_decode

    def members(self) -> Iterator[str]:
        """Yield the keys of the next object; each one's value is to be read before the next key."""
        self._take("{")
        if self._next() == "}":
            self._take("}")
            return
        separator = ","
        while separator == ",":
            key = self.value()
            self._take(":")
            yield key
            separator = self._next()
            self._take("," if separator == "," else "}")

    def value(self) -> Any:
        """Read the value that comes next."""
        self._next()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except ValueError:
                if not self._more():
                    raise
            else:
                # What reaches to the end of the buffer may go on after it: 1 of 12.
                if self._ends(end) or not self._more():
                    self._at = end
                    return value

    def _ends(self, at: int) -> bool:
        return self._text[at : at + 1] in tuple(f"{BLANK},:]}}")

    def skip(self) -> None:
        """Pass over the value that comes next, member by member where it is an object."""
        if self._next() != "{":
            self.value()
            return
        for _ in self.members():
            self.value()

    def _next(self) -> str:
        """The next character that is not blank, left where it is; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in BLANK:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _take(self, character: str) -> None:
        if self._next() != character:
            raise ValueError(f"{character} is missing")
        self._at += 1

    def _more(self) -> bool:
        chunk = self._file.read(self._chunk)
        self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)


def products_of(path: Path, wanted: Callable[[Product], bool]) -> Iterator[Product]:
    """Yield a file's products that are wanted, with their on-demand terms; raises ListMalformed.

    `wanted` is asked before the terms are read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            yield from _products(Reader(file), wanted)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ListMalformed(str(path), f"it is no file of the price list ({error})") from None


def _products(reader: Reader, wanted: Callable[[Product], bool]) -> Iterator[Product]:
    head: dict[str, Any] = {}
    kept: dict[str, Product] = {}
    for key in reader.members():
        if key == "products":
            for sku in reader.members():
                product = _without_terms(reader.value(), head)
                if wanted(product):
                    kept[sku] = product
        elif key == "terms":
            yield from _with_terms(reader, kept)
        elif key in ("version", "publicationDate", "offerCode"):
            head[key] = reader.value()
        else:
            reader.skip()


def _without_terms(product: Mapping[str, Any], head: Mapping[str, str]) -> Product:
    return Product(
        service=head["offerCode"],
        sku=product["sku"],
        attributes=attributes(product),
        terms={},
        version=head["version"],
        published=head["publicationDate"][:10],
    )


def _with_terms(reader: Reader, kept: Mapping[str, Product]) -> Iterator[Product]:
    for kind in reader.members():
        if kind != "OnDemand":
            reader.skip()
            continue
        for sku in reader.members():
            terms = reader.value()
            if sku in kept:
                product = kept[sku]
                yield Product(
                    product.service, sku, product.attributes, terms, product.version, product.published
                )
