"""Refreshing the price books from AWS's price list: fetch, choose, compare, check, and only then write.

- `sources` asks AWS (GetProducts) or reads downloaded files; both yield `offers`, product by product.
- `selectors` says which product is which price of a book; `choosing` takes one of several, or none.
- `merging` makes the new book, `changes` says what is different, `rules` refuses what can't be.
- `writing` knows the form of the files.
"""

from cost.refresh.errors import (
    BookBroken,
    BookChanged,
    FolderEmpty,
    ListMalformed,
    ListUnreachable,
    RefreshError,
)
from cost.refresh.refreshing import Books, Refreshed, refresh
from cost.refresh.sources import Folder, PriceListApi

__all__ = [
    "BookBroken",
    "BookChanged",
    "Books",
    "Folder",
    "FolderEmpty",
    "ListMalformed",
    "ListUnreachable",
    "PriceListApi",
    "RefreshError",
    "Refreshed",
    "refresh",
]
