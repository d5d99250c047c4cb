"""Where the price list comes from: AWS itself (GetProducts), or a folder of downloaded files.

Both yield product by product and keep none, so that the size of a service's list doesn't matter.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from cost.refresh.bulk import products_of
from cost.refresh.errors import FolderEmpty, ListMalformed, ListUnreachable
from cost.refresh.offers import Product, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cost.refresh.selectors import Offer

    Wanted = Callable[[Product], bool]

ENDPOINT_REGION = "us-east-1"
"""One of the few regions that answer for the price list; it answers for all of them."""
PAGE = 100
ATTEMPTS = 8
DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredTokenException",
    "ExpiredToken",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
)


class Source(Protocol):
    """Something that knows what AWS sells."""

    title: str
    """What a price's source says: `AWS Price List API, GetProducts`."""

    def has(self, offer: Offer) -> bool:
        """Whether it can answer for an offer at all."""
        ...

    def products(
        self, offer: Offer, queries: Sequence[Mapping[str, str]], wanted: Wanted
    ) -> Iterator[Product]:
        """Yield the products that answer one of the queries and are wanted; raises RefreshError."""
        ...


class PriceListApi:
    """AWS's price list, asked page by page with `pricing:GetProducts`."""

    title = "AWS Price List API, GetProducts"

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    def connect(cls) -> PriceListApi:
        """Ask with the credentials of the environment; raises ListUnreachable."""
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        retries = Config(retries={"mode": "adaptive", "max_attempts": ATTEMPTS})
        try:
            return cls(boto3.Session().client("pricing", region_name=ENDPOINT_REGION, config=retries))
        except BotoCoreError as error:
            raise _unreachable(error) from None

    def has(self, offer: Offer) -> bool:  # noqa: ARG002  # AWS answers for every offer
        """Every offer."""
        return True

    def products(
        self, offer: Offer, queries: Sequence[Mapping[str, str]], wanted: Wanted
    ) -> Iterator[Product]:
        """Ask each query, and yield what is wanted of its pages."""
        where = f"GetProducts of {offer.service}"
        for query in queries:
            for page in self._pages(offer.service, query):
                for item in page.get("PriceList", ()):
                    product = parse(_read(item, where), where)
                    if wanted(product):
                        yield product

    def _pages(self, service: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        from botocore.exceptions import BotoCoreError, ClientError

        filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in query.items()]
        pages = self._client.get_paginator("get_products").paginate(
            ServiceCode=service, Filters=filters, PaginationConfig={"PageSize": PAGE}
        )
        try:
            yield from pages
        except (BotoCoreError, ClientError) as error:
            raise _unreachable(error) from None


class Folder:
    """Downloaded files of the price list, under the path that their address has.

    `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSLambda/current/eu-west-1/index.json` stands in
    `FOLDER/offers/v1.0/aws/AWSLambda/current/eu-west-1/index.json`, or in `FOLDER/AWSLambda/...`.
    """

    title = "AWS Price List, bulk file"

    def __init__(self, folder: Path) -> None:
        if not any(folder.glob("**/current/*/index.json")):
            raise FolderEmpty(str(folder), str(_below("AWSLambda", "eu-west-1")))
        self._folder = folder

    def has(self, offer: Offer) -> bool:
        """Whether there is a file of the offer."""
        return self._file(offer) is not None

    def products(
        self, offer: Offer, queries: Sequence[Mapping[str, str]], wanted: Wanted
    ) -> Iterator[Product]:
        """Read the offer's file once, and yield what is wanted of it."""
        path = self._file(offer)
        if path is not None:
            yield from products_of(path, lambda product: _answers(product, queries) and wanted(product))

    def _file(self, offer: Offer) -> Path | None:
        below = _below(offer.service, offer.region)
        places = (self._folder / "offers" / "v1.0" / "aws" / below, self._folder / below)
        return next((path for path in places if path.is_file()), None)


def _below(service: str, region: str) -> Path:
    return Path(service, "current", region, "index.json")


def _answers(product: Product, queries: Sequence[Mapping[str, str]]) -> bool:
    return any(
        all(product.attributes.get(name) == value for name, value in query.items()) for query in queries
    )


def _read(item: Any, where: str) -> Any:
    """Read an item of `PriceList`: a text in JSON, or the object where a client has read it already."""
    if not isinstance(item, str):
        return item
    try:
        return json.loads(item)
    except json.JSONDecodeError as error:
        raise ListMalformed(where, f"an item is no JSON ({error})") from None


def _unreachable(error: Exception) -> ListUnreachable:
    """Say in a sentence what botocore says in a page."""
    from botocore.exceptions import ClientError, NoCredentialsError, PartialCredentialsError

    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "unknown")
        if code in DENIED:
            return ListUnreachable(
                f"access was refused ({code})", "allow pricing:GetProducts, or sign in again"
            )
        return ListUnreachable(f"AWS answered {code}", "try again later")
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return ListUnreachable(
            "there are no credentials", "sign in, or download its files and name the folder with --from"
        )
    found = " ".join(str(error).split())
    return ListUnreachable(found, "check the network and the credentials, or use --from")
