"""A whole refresh of small books: what becomes of each price, of its source, and of the file."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost.pricebook import PriceBook, Tier
from cost.refresh import BookBroken, RefreshError, refresh
from cost.refresh.changes import Change, Kind, amount, compared, widest
from cost.refresh.selectors import selectors
from tests.cost.refresh.answers import api, asked, book, changed, family, one, price, recorded, shelve

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cost.refresh.answers import Answer

FLAT = "JRTCKXETXF.6YS6EN2CT7"
TOKYO = {
    "AWSLambda/requests": price("requests", "0.0000002", cross_checks=["somebody"], notes="each one"),
    "AWSLambda/duration_x86": price(
        "GB-s",
        [("6000000000", "0.0000166667"), ("15000000000", "0.000015"), (None, "0.000013")],
        notes="rounded up",
    ),
    "AmazonApiGateway/http_api_requests": price("requests", "0.000003", cross_checks=["somebody"]),
    "AmazonRDS/postgresql_single-az_*": family(
        "h",
        {
            "db.t3.micro": ("0.028", f"AAAAAAAAAAAAAAAA.{FLAT}"),
            "db.t4g.micro": ("0.025", f"YXENKSJFV9BXQF4N.{FLAT}"),
        },
        usage_type="InstanceUsage:*",
    ),
    "AmazonRDS/postgresql_single-az_db.t4g.small": price("h", "0.05", cross_checks=["somebody"]),
}
VIRGINIA = {
    "AWSLambda/requests_arm64": price("requests", "0.0000002"),
    "AWSLambda/requests": TOKYO["AWSLambda/requests"],
}
ANSWERS = [
    *recorded("lambda_requests"),
    *recorded("rds_instances"),
    *recorded("tiers"),
    changed(one("lambda_requests", "3BE8DYKG4FYSZGDW"), sku="ARMARMARMARMARMA", usagetype="APN1-Request-ARM"),
]


@pytest.fixture
def tokyo() -> Answer:
    return book("ap-northeast-1", TOKYO, ["AWSLambda/requests_arm64", "AWSXRay/insights_traces"])


@pytest.fixture
def run(tmp_path: Path, tokyo: Answer) -> Any:
    """Refresh Tokyo's book, beside one of another region."""
    books = shelve(tmp_path, tokyo, book("us-east-1", VIRGINIA))
    return lambda **options: refresh(books, "ap-northeast-1", api(tokyo, answers=ANSWERS), **options)


def kinds(changes: list[Change]) -> dict[str, str]:
    """What became of each price."""
    return {each.name: each.kind.value for each in changes}


def test_every_price_is_unchanged_changed_new_gone_or_refused(run: Any) -> None:
    assert {
        "AWSLambda/requests": "unchanged",
        "AWSLambda/duration_x86": "changed",
        "AWSLambda/requests_arm64": "new",
        "AmazonApiGateway/http_api_requests": "jump",
        "AmazonRDS/postgresql_single-az_db.r6g.2xlarge": "new",
        "AmazonRDS/postgresql_single-az_db.t3.micro": "gone",
        "AmazonRDS/postgresql_single-az_db.t4g.micro": "changed",
        "AmazonRDS/postgresql_single-az_db.t4g.small": "unchanged",
    } == kinds(run().changes)


def test_a_price_that_aws_lists_has_its_day_version_and_rate_codes(run: Any) -> None:
    document = run().document
    entry = document["prices"]["AWSLambda"]["requests"]

    assert {
        "unit": "requests",
        "tiers": [{"up_to": None, "usd": "0.0000002"}],
        "source": "price-list-awslambda-20261030201156",
        "date": "2026-10-30",
        "confidence": "high",
        "rate_codes": [f"3BE8DYKG4FYSZGDW.{FLAT}"],
        "usage_type": "Request",
        "cross_checks": ["somebody"],
        "notes": "each one",
    } == entry
    assert (
        "AWS Price List API, GetProducts, AWSLambda, version 20261030201156"
        == document["sources"][entry["source"]]
    )


def test_what_confirmed_another_figure_is_dropped_and_notes_stay(run: Any) -> None:
    entry = run(accept_jumps=True).document["prices"]["AmazonApiGateway"]["http_api_requests"]
    duration = run().document["prices"]["AWSLambda"]["duration_x86"]

    assert "cross_checks" not in entry
    assert "rounded up" == duration["notes"]


def test_a_price_that_more_than_halved_is_left_unless_jumps_are_accepted(run: Any) -> None:
    name = ("AmazonApiGateway", "http_api_requests")
    left, taken = (run(accept_jumps=accept).document["prices"][name[0]][name[1]] for accept in (False, True))

    assert ([{"up_to": None, "usd": "0.000003"}], "somebody") == (left["tiers"], left["source"])
    assert [{"up_to": "300000000", "usd": "0.00000129"}, {"up_to": None, "usd": "0.00000118"}] == taken[
        "tiers"
    ]


def test_a_class_that_is_gone_stands_by_itself_with_its_old_source(run: Any) -> None:
    entries = run().document["prices"]["AmazonRDS"]

    assert {
        "unit": "h",
        "tiers": [{"up_to": None, "usd": "0.028"}],
        "source": "somebody",
        "date": "2025-01-01",
        "confidence": "medium",
        "rate_codes": [f"AAAAAAAAAAAAAAAA.{FLAT}"],
    } == entries["postgresql_single-az_db.t3.micro"]


def test_new_members_join_their_family_in_its_order(run: Any) -> None:
    entry = run().document["prices"]["AmazonRDS"]["postgresql_single-az_*"]

    assert {
        "db.r6g.2xlarge": ["1.08", f"W4B8C2N6QKZT7HYD.{FLAT}"],
        "db.t4g.micro": ["0.026", f"YXENKSJFV9BXQF4N.{FLAT}"],
    } == entry["of"]
    assert ["db.r6g.2xlarge", "db.t4g.micro"] == list(entry["of"])
    assert ("2026-11-03", "high") == (entry["date"], entry["confidence"])


def test_a_price_that_only_another_book_had_is_missing_no_longer(run: Any) -> None:
    document = run().document

    assert ["AWSXRay/insights_traces"] == document["missing"]
    assert "requests" == document["prices"]["AWSLambda"]["requests_arm64"]["unit"]


def test_a_second_refresh_finds_nothing_to_do(tmp_path: Path, run: Any) -> None:
    first = run()
    books = shelve(tmp_path, first.document)

    second = refresh(books, "ap-northeast-1", api(first.document, answers=ANSWERS))

    assert first.text == second.text
    assert {"unchanged", "gone", "jump"} == set(kinds(list(second.changes)).values())


def test_sources_that_nothing_names_any_longer_are_dropped(tmp_path: Path) -> None:
    document = book("ap-northeast-1", {"AWSLambda/requests": price("requests", "0.0000002")})

    found = refresh(shelve(tmp_path, document), "ap-northeast-1", api(document, answers=ANSWERS))

    assert ["price-list-awslambda-20261030201156"] == list(found.document["sources"])


def test_the_refreshed_book_is_a_price_book(run: Any) -> None:
    prices = PriceBook(run().document)

    assert Decimal("0.026") == prices.price("AmazonRDS/postgresql_single-az_db.t4g.micro").tiers[0].usd
    assert (
        "InstanceUsage:db.t4g.micro" == prices.price("AmazonRDS/postgresql_single-az_db.t4g.micro").usage_type
    )


def test_a_changed_price_that_breaks_a_rule_is_refused(tmp_path: Path) -> None:
    """Two zones at a price of three."""
    prices = {
        "AmazonRDS/postgresql_single-az_*": family("h", {"db.t4g.micro": ("0.026",)}),
        "AmazonRDS/postgresql_multi-az_*": family("h", {"db.t4g.micro": ("0.052",)}),
    }
    document = book("ap-northeast-1", prices)
    answers = [
        *recorded("rds_instances", "YXENKSJFV9BXQF4N"),
        changed(one("rds_instances", "3CGDWX8M4ZQMD2FD"), usd="0.0780000000"),
    ]

    found = refresh(shelve(tmp_path, document), "ap-northeast-1", api(document, answers=answers))

    (refused,) = [each for each in found.changes if each.kind == Kind.REFUSED]
    assert (
        "AmazonRDS/postgresql_multi-az_db.t4g.micro costs 3.000 times "
        "AmazonRDS/postgresql_single-az_db.t4g.micro, where 2 is usual"
    ) == refused.reason
    assert "0.052" == PriceBook(found.document).price(refused.name).tiers[0].usd.__str__()


def test_a_book_that_would_break_a_rule_all_the_same_is_an_error(
    tmp_path: Path, tokyo: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cost.refresh import refreshing
    from cost.refresh.rules import Broken

    verdicts = iter(
        [[], [Broken(("a/b",), "a/b costs nothing, or less")], [Broken((), "a/b costs nothing, or less")]]
    )
    monkeypatch.setattr(refreshing, "broken", lambda _: next(verdicts))

    with pytest.raises(
        BookBroken, match="the new book of ap-northeast-1 would break a rule: a/b costs nothing"
    ):
        refresh(shelve(tmp_path, tokyo), "ap-northeast-1", api(tokyo, answers=ANSWERS))


def test_a_size_of_cache_that_is_not_listed_leaves_its_family_as_it_is(tmp_path: Path) -> None:
    """By itself it would be a price that other books lack."""
    cache = changed(
        one("tiers", "5TU3JKA59EGYZ8XY"), usagetype="APN1-ApiGatewayCacheUsage:0.5GB", cacheMemorySizeGb="0.5"
    )
    for rate in cache["terms"]["OnDemand"].values():
        (code, dimension), *_ = rate["priceDimensions"].items()
        rate["priceDimensions"] = {
            code: {**dimension, "unit": "Hrs", "endRange": "Inf", "pricePerUnit": {"USD": "0.03"}}
        }
    prices = {"AmazonApiGateway/cache_*": family("h", {"0.5GB": ("0.02",), "1.6GB": ("0.038",)})}
    document = book("ap-northeast-1", prices)

    found = refresh(shelve(tmp_path, document), "ap-northeast-1", api(document, answers=[cache]))

    assert document == found.document
    assert {"AmazonApiGateway/cache_0.5GB": "refused", "AmazonApiGateway/cache_1.6GB": "gone"} == kinds(
        list(found.changes)
    )


def test_pages_are_followed_to_the_last(tmp_path: Path, tokyo: Answer) -> None:
    books = shelve(tmp_path, tokyo)
    whole, paged = (
        refresh(books, "ap-northeast-1", api(tokyo, answers=ANSWERS, page=page)) for page in (100, 1)
    )

    assert whole == paged


def test_only_what_may_be_a_price_is_kept_of_a_large_answer(tmp_path: Path, tokyo: Answer) -> None:
    noise = [
        changed(
            one("lambda_requests", "3BE8DYKG4FYSZGDW"),
            sku=f"NOISE{number:011}",
            usagetype=f"APN1-Noise-{number}",
        )
        for number in range(1000)
    ]
    told: list[int] = []
    books = shelve(tmp_path, tokyo)

    found = refresh(
        books,
        "ap-northeast-1",
        api(tokyo, answers=[*noise, *ANSWERS]),
        tell=lambda title, count: told.append(count) if "AWSLambda" in title else None,
    )

    assert [1, 2, 3] == told
    assert found == refresh(books, "ap-northeast-1", api(tokyo, answers=ANSWERS))


QUESTIONS = len(list(asked(book("ap-northeast-1", TOKYO, ["AWSLambda/requests_arm64"]))))


@pytest.mark.parametrize("number", range(QUESTIONS))
def test_a_failure_of_any_question_stops_the_refresh(tmp_path: Path, tokyo: Answer, number: int) -> None:
    books = shelve(tmp_path, tokyo)

    with pytest.raises(RefreshError, match="InternalErrorException"):
        refresh(
            books,
            "ap-northeast-1",
            api(tokyo, answers=ANSWERS, fail=number, code="InternalErrorException"),
        )
    assert books == type(books).of(tmp_path)


# How far a price moved.

TIERS = st.lists(st.integers(1, 10**9), max_size=4, unique=True).map(sorted)
RATES = st.decimals("0.0000001", "1000", places=7)


@given(bounds=TIERS, data=st.data(), factor=st.decimals("0.01", "100", places=2))
def test_a_price_that_is_so_many_times_as_dear_is_so_many_times_as_dear(
    bounds: list[int], data: st.DataObject, factor: Decimal
) -> None:
    ends = [*map(Decimal, bounds), None]
    old = [Tier(end, data.draw(RATES)) for end in ends]
    new = [Tier(tier.up_to, tier.usd * factor) for tier in old]

    assert abs(widest(old, new) / factor - 1) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("old", "new", "kind", "percent"),
    [
        ([(None, "0.115")], [(None, "0.115")], Kind.UNCHANGED, "0.0"),
        ([(None, "0.115")], [(None, "0.120")], Kind.CHANGED, "4.3"),
        ([(None, "1.25")], [(None, "0.625")], Kind.CHANGED, "-50.0"),
        ([(None, "1")], [(None, "2.01")], Kind.JUMP, "101.0"),
        ([(None, "1")], [(None, "0.49")], Kind.JUMP, "-51.0"),
        ([("100", "2"), (None, "1")], [("1000", "2"), (None, "1")], Kind.CHANGED, "81.8"),
        ([("10", "0"), (None, "1")], [("10", "0"), (None, "3")], Kind.JUMP, "200.0"),
    ],
)
def test_a_change_is_measured_where_it_is_largest(
    old: list[tuple[str | None, str]], new: list[tuple[str | None, str]], kind: Kind, percent: str
) -> None:
    before = PriceBook(book("us-east-1", {"a/b": price("GB", old)})).price("a/b")
    after = PriceBook(book("us-east-1", {"a/b": price("GB", new)})).price("a/b")

    found = compared("a/b", "GB", before, after.tiers)

    assert (kind, Decimal(percent)) == (found.kind, found.percent)


@given(quantity=st.integers(0, 10**12).map(Decimal), bounds=TIERS, data=st.data())
def test_a_month_costs_what_the_price_book_says(
    quantity: Decimal, bounds: list[int], data: st.DataObject
) -> None:
    entry = price(
        "GB", [(None if end is None else str(end), str(data.draw(RATES))) for end in (*bounds, None)]
    )
    listed = PriceBook(book("us-east-1", {"a/b": entry})).price("a/b")

    assert sum(part.amount for part in listed.parts(quantity)) == amount(listed.tiers, quantity)


# The table of selectors.


def test_every_selector_is_of_a_price_that_a_book_has() -> None:
    from cost.pricebook import EVERYWHERE, PRICES
    from cost.refresh.selectors import _table

    for regional in (True, False):
        files = [path for path in PRICES.glob("*.json") if (path.stem != EVERYWHERE) == regional]
        documents = [json.loads(path.read_bytes()) for path in files]
        names = {name for document in documents for name in PriceBook(document).names()}
        for name in _table("us-east-1" if regional else EVERYWHERE):
            assert any(each.startswith(name.rstrip("*")) for each in names), name


def test_most_prices_can_be_looked_for() -> None:
    """The rest are told by name in every refresh; see docs/cost.md."""
    from cost.pricebook import PRICES

    total = found = 0
    for path in PRICES.glob("*.json"):
        document = json.loads(path.read_bytes())
        names = PriceBook(document).names()
        known = selectors(document["region"], document["prices"], document["missing"])
        families = tuple(name.rstrip("*") for name in known if name.endswith("*"))
        total += len(names)
        found += sum(name in known or name.startswith(families) for name in names)

    assert found / total > 0.9
