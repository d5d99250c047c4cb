"""Answers of AWS's price list in its own form, a client that gives them, and small price books to refresh."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.stub import Stubber

from cost.refresh import Books, PriceListApi
from cost.refresh.finding import queries
from cost.refresh.refreshing import by_offer
from cost.refresh.selectors import selectors
from cost.refresh.writing import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RECORDED = Path(__file__).with_name("recorded")
Answer = dict[str, Any]
PAGE = 100


def recorded(name: str, *skus: str) -> list[Answer]:
    """The answers of a file, or those of some SKUs."""
    answers = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return [answer for answer in answers if not skus or answer["product"]["sku"] in skus]


def one(name: str, sku: str) -> Answer:
    """The answer about one SKU."""
    (answer,) = recorded(name, sku)
    return answer


def rates(answer: Answer) -> list[Answer]:
    """The price dimensions of its on-demand term."""
    return [
        rate for term in answer["terms"]["OnDemand"].values() for rate in term["priceDimensions"].values()
    ]


def changed(answer: Answer, *, usd: str | None = None, sku: str | None = None, **attributes: str) -> Answer:
    """The same answer with another price, SKU or attributes."""
    written = json.dumps(answer)
    other: Answer = json.loads(written.replace(answer["product"]["sku"], sku) if sku else written)
    other["product"]["attributes"].update(attributes)
    for rate in rates(other) if usd else ():
        rate["pricePerUnit"] = {"USD": usd}
    return other


def price(
    unit: str, usd: str | Sequence[tuple[str | None, str]], *codes: str, usage_type: str = "", **more: Any
) -> Answer:
    """An entry of a book: one rate, or tiers of an upper bound and a rate."""
    tiers = [(None, usd)] if isinstance(usd, str) else usd
    return {
        "unit": unit,
        "tiers": [{"up_to": up_to, "usd": rate} for up_to, rate in tiers],
        "source": "somebody",
        "date": "2025-01-01",
        "confidence": "medium",
        **({"rate_codes": list(codes)} if codes else {}),
        **({"usage_type": usage_type} if usage_type else {}),
        **more,
    }


def family(unit: str, members: Mapping[str, Sequence[str]], **more: Any) -> Answer:
    """An entry of a book for a family of prices."""
    return {
        "unit": unit,
        "source": "somebody",
        "date": "2025-01-01",
        "confidence": "medium",
        **more,
        "of": {member: list(rate) for member, rate in members.items()},
    }


def book(region: str, prices: Mapping[str, Answer], missing: Sequence[str] = ()) -> Answer:
    """A price book, of entries by name."""
    services: dict[str, dict[str, Answer]] = {}
    for name, entry in prices.items():
        service, _, key = name.partition("/")
        services.setdefault(service, {})[key] = entry
    return {
        "currency": "USD",
        "region": region,
        "missing": list(missing),
        "sources": {"somebody": "somebody said so"},
        "prices": deepcopy(services),
    }


def shelve(folder: Path, *books: Answer) -> Books:
    """Write books into a folder, and read it."""
    for each in books:
        (folder / f"{each['region']}.json").write_text(text(each), encoding="utf-8")
    return Books.of(folder)


def asked(document: Answer) -> Iterator[tuple[str, dict[str, str]]]:
    """Each question that a refresh of a book puts: service and attributes."""
    wanted = selectors(document["region"], document["prices"], document["missing"])
    for offer, group in by_offer(wanted.values()).items():
        for query in queries(group):
            yield offer.service, query


def api(
    *documents: Answer, answers: Iterable[Answer], page: int = PAGE, fail: int = -1, code: str = ""
) -> PriceListApi:
    """AWS's price list with these answers, to be asked about these books in their order.

    A question other than those of the books is an error; question number `fail` gets the error `code`.
    """
    client = boto3.client(
        "pricing",
        region_name="us-east-1",
        aws_access_key_id="AKIA",
        aws_secret_access_key="none",
        config=Config(retries={"max_attempts": 0}),
    )
    stubber = Stubber(client)
    known = list(answers)
    number = 0
    for service, query in (each for document in documents for each in asked(document)):
        items = [json.dumps(answer) for answer in known if _answers(answer, service, query)]
        pages = [items[start : start + page] for start in range(0, len(items), page)] or [[]]
        for index, part in enumerate(pages):
            if number == fail:
                stubber.add_client_error("get_products", service_error_code=code)
            else:
                _add(
                    stubber,
                    _parameters(service, query, index),
                    part,
                    index + 1 if index + 1 < len(pages) else None,
                )
            number += 1
    stubber.activate()
    return PriceListApi(client)


def _answers(answer: Answer, service: str, query: Mapping[str, str]) -> bool:
    """What AWS's server does with filters."""
    product = answer["product"]
    facts = {**product["attributes"], "productFamily": product["productFamily"]}
    return answer["serviceCode"] == service and all(facts.get(name) == value for name, value in query.items())


def _parameters(service: str, query: Mapping[str, str], index: int) -> Answer:
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in query.items()]
    token = {"NextToken": f"page {index}"} if index else {}
    return {"ServiceCode": service, "Filters": filters, "MaxResults": PAGE, **token}


def _add(stubber: Stubber, parameters: Answer, items: Sequence[str], following: int | None) -> None:
    token = {"NextToken": f"page {following}"} if following is not None else {}
    stubber.add_response(
        "get_products", {"FormatVersion": "aws_v1", "PriceList": list(items), **token}, parameters
    )
