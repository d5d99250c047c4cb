"""Each trap of AWS's price list, against recorded answers: what looks like a price and isn't the one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cost.refresh import refresh
from cost.refresh.changes import Kind
from tests.cost.refresh.answers import api, book, changed, family, one, price, rates, recorded, shelve

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cost.refresh import Refreshed
    from cost.refresh.changes import Change
    from tests.cost.refresh.answers import Answer

FLAT = "JRTCKXETXF.6YS6EN2CT7"


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    """Refresh one book of these prices with these answers."""

    def refreshed(
        region: str, prices: dict[str, Answer], answers: Iterable[Answer], missing: Iterable[str] = ()
    ) -> Refreshed:
        document = book(region, prices, list(missing))
        return refresh(shelve(tmp_path, document), region, api(document, answers=answers))

    return refreshed


def change(refreshed: Refreshed, name: str) -> Change:
    """What became of one price."""
    (found,) = [each for each in refreshed.changes if each.name == name]
    return found


def usd(refreshed: Refreshed, name: str) -> list[Decimal]:
    """The rates that AWS was found to ask, tier by tier."""
    return [tier.usd for tier in change(refreshed, name).new]


MICRO = "AmazonRDS/postgresql_single-az_db.t4g.micro"
CLASSES = {
    "AmazonRDS/postgresql_single-az_*": family(
        "h",
        {
            "db.t4g.micro": ("0.025", f"YXENKSJFV9BXQF4N.{FLAT}"),
            "db.t4g.small": ("0.05", f"5UQA7HSTK9DZMK4Z.{FLAT}"),
        },
        usage_type="InstanceUsage:*",
    ),
    "AmazonRDS/postgresql_multi-az_*": family(
        "h", {"db.t4g.micro": ("0.05", f"3CGDWX8M4ZQMD2FD.{FLAT}")}, usage_type="Multi-AZUsage:*"
    ),
}


@pytest.fixture
def instances(ask: Any) -> Refreshed:
    result: Refreshed = ask("ap-northeast-1", CLASSES, recorded("rds_instances"))
    return result


def test_extended_support_is_not_the_instance(instances: Refreshed) -> None:
    """APN1-ExtendedSupport-InstanceUsage:db.t4g.micro has every attribute of the instance."""
    assert [Decimal("0.026")] == usd(instances, MICRO)


def test_extended_support_is_not_the_instance_where_no_rate_code_is_known(ask: Any) -> None:
    prices = {"AmazonRDS/postgresql_single-az_*": family("h", {"db.t4g.micro": ("0.025",)})}

    found = ask("ap-northeast-1", prices, recorded("rds_instances"))

    assert [Decimal("0.026")] == usd(found, MICRO)


def test_two_zones_are_not_two_readable_standbys(instances: Refreshed) -> None:
    """`deploymentOption` has three values; the third has three copies."""
    assert [Decimal("0.051")] == usd(instances, MICRO.replace("single", "multi"))


def test_a_class_is_named_by_its_type_where_the_usage_type_is_short(instances: Refreshed) -> None:
    """APN1-InstanceUsage:db.r6g.2xl is db.r6g.2xlarge."""
    found = change(instances, "AmazonRDS/postgresql_single-az_db.r6g.2xlarge")

    assert (Kind.NEW, [Decimal("1.08")]) == (found.kind, [tier.usd for tier in found.new])


def test_reserved_terms_and_their_upfront_fees_are_not_read(instances: Refreshed) -> None:
    answer = one("rds_instances", "YXENKSJFV9BXQF4N")

    units = {
        rate["unit"]
        for term in answer["terms"]["Reserved"].values()
        for rate in term["priceDimensions"].values()
    }

    assert {"Hrs", "Quantity"} == units
    assert 0 == sum(each.kind == Kind.REFUSED for each in instances.changes)


def test_an_on_demand_term_is_told_by_its_code(ask: Any) -> None:
    """A term under OnDemand with another offer term code is no price."""
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    (term,) = answer["terms"]["OnDemand"].values()
    term["offerTermCode"] = "38NPMPTW36"

    found = ask("ap-northeast-1", {"AWSLambda/requests": price("requests", "0.0000002")}, [answer])

    assert "it has no on-demand term" == change(found, "AWSLambda/requests").reason


REQUESTS = {
    "AWSLambda/requests": price("requests", "0.0000003"),
    "AWSLambda/duration_x86": price("GB-s", "0.00001"),
}


def test_an_allowance_of_all_regions_is_never_a_price(ask: Any) -> None:
    """Global-Request is listed for the region, at 0."""
    found = ask("ap-northeast-1", REQUESTS, recorded("lambda_requests"))

    assert [Decimal("0.0000002")] == usd(found, "AWSLambda/requests")
    assert [Decimal("0.0000166667"), Decimal("0.000015"), Decimal("0.0000133334")] == usd(
        found, "AWSLambda/duration_x86"
    )
    assert 2 == found.allowances


def test_an_allowance_is_no_price_even_where_the_book_has_its_rate_code(ask: Any) -> None:
    prices = {"AWSLambda/requests": price("requests", "0.0000002", f"QK2RHCTYYQGUYGPE.{FLAT}")}

    found = ask("ap-northeast-1", prices, recorded("lambda_requests", "QK2RHCTYYQGUYGPE"))

    assert Kind.GONE == change(found, "AWSLambda/requests").kind


def test_a_price_of_zero_is_refused(ask: Any) -> None:
    answer = changed(one("lambda_requests", "3BE8DYKG4FYSZGDW"), usd="0.0000000000")

    found = ask("ap-northeast-1", REQUESTS, [answer])

    assert (Kind.REFUSED, "it costs 0, which is no price") == (
        change(found, "AWSLambda/requests").kind,
        change(found, "AWSLambda/requests").reason,
    )
    assert "0.0000003" == found.document["prices"]["AWSLambda"]["requests"]["tiers"][0]["usd"]


def test_a_product_of_another_region_is_not_taken(ask: Any) -> None:
    """us-east-1's usage types have no prefix, and would fit any region."""
    found = ask("us-east-1", REQUESTS, recorded("lambda_requests"))

    assert "Request" == found.document["prices"]["AWSLambda"]["requests"]["usage_type"]
    assert [f"GU2ZS9HVP6QTQ7KE.{FLAT}"] == found.document["prices"]["AWSLambda"]["requests"]["rate_codes"]


def test_a_function_at_the_edge_is_not_one_in_the_region(ask: Any) -> None:
    """Three times as dear, with a usage type that ends the same."""
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    edge = changed(answer, sku="NQA9ZMGJKNJQT78E", usd="0.0000006000", usagetype="APN1-Lambda-Edge-Request")

    found = ask("ap-northeast-1", REQUESTS, [edge, answer])

    assert [Decimal("0.0000002")] == usd(found, "AWSLambda/requests")


def test_bounds_of_tiers_are_those_that_aws_lists(ask: Any) -> None:
    """VPC endpoints: 1 PB is 1,048,576 GB, not a million."""
    answer = one("lambda_requests", "FSYUV9NMNDEXRJ5H")
    answer["serviceCode"] = "AmazonVPC"
    answer["product"]["attributes"]["usagetype"] = "APN1-VpcEndpoint-Bytes"
    for rate, begin, end, usd_ in zip(
        rates(answer),
        ("0", "1048576", "5242880"),
        ("1048576", "5242880", "Inf"),
        ("0.01", "0.006", "0.004"),
        strict=True,
    ):
        rate.update(unit="GB", beginRange=begin, endRange=end, pricePerUnit={"USD": usd_})
    prices = {
        "AmazonVPC/interface_endpoint_gb": price(
            "GB", [("1000000", "0.01"), ("5000000", "0.006"), (None, "0.004")]
        )
    }

    found = change(ask("ap-northeast-1", prices, [answer]), "AmazonVPC/interface_endpoint_gb")

    assert [1048576, 5242880, None] == [tier.up_to for tier in found.new]


STORAGE = {
    "AmazonRDS/storage_gp3_single-az": price("GB-mo", "0.12"),
    "AmazonRDS/storage_gp3_multi-az": price("GB-mo", "0.24"),
    "AmazonRDS/storage_gp2_multi-az": price("GB-mo", "0.254"),
    "AmazonRDS/gp3_throughput_over_baseline_multi-az": price("MBps-mo", "0.17"),
}


@pytest.fixture
def storage(ask: Any) -> Refreshed:
    result: Refreshed = ask("eu-west-1", STORAGE, recorded("rds_storage"))
    return result


def test_storage_of_any_engine_and_of_each_are_one_price_and_another_engines_is_not(
    storage: Refreshed,
) -> None:
    """Any and PostgreSQL agree; SQL Server is dearer."""
    assert [Decimal("0.127")] == usd(storage, "AmazonRDS/storage_gp3_single-az")


def test_a_mirror_is_not_two_zones(storage: Refreshed) -> None:
    """Mirror-GP3-Storage and Mirror-GP3-Throughput are filed under Multi-AZ, with engine Any."""
    assert [Decimal("0.254")] == usd(storage, "AmazonRDS/storage_gp3_multi-az")
    assert [Decimal("0.177")] == usd(storage, "AmazonRDS/gp3_throughput_over_baseline_multi-az")


def test_storage_of_two_zones_is_listed_and_not_twice_that_of_one(storage: Refreshed) -> None:
    assert [Decimal("0.253")] == usd(storage, "AmazonRDS/storage_gp2_multi-az")


def test_serverless_v1_is_not_v2(ask: Any) -> None:
    prices = {"AmazonRDS/aurora_serverless_v2_acu": price("ACU-h", "0.12")}

    found = ask("eu-west-1", prices, recorded("aurora_serverless"))

    assert [Decimal("0.14")] == usd(found, "AmazonRDS/aurora_serverless_v2_acu")


ANYWHERE = {
    "AmazonCloudWatch/dashboard": price("dashboard-mo", "3"),
    "AmazonRoute53/hosted_zone": price("zone-mo", "0.5"),
    "AmazonRoute53/queries_standard": price("queries", "0.0000004"),
    "AmazonCloudFront/requests_https_japan": price("requests", "0.000001", f"EJZT492VM8J2VQTQ.{FLAT}"),
    "AmazonCloudFront/invalidation_paths": price("paths", [("1000", "0"), (None, "0.006")]),
    "AmazonCloudFront/functions_invocations": price("invocations", "0.0000002"),
}


@pytest.fixture
def anywhere(ask: Any) -> Refreshed:
    result: Refreshed = ask("global", ANYWHERE, recorded("anywhere"))
    return result


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("AmazonCloudWatch/dashboard", ["3"]),
        ("AmazonRoute53/hosted_zone", ["0.5", "0.1"]),
        ("AmazonRoute53/queries_standard", ["0.0000004", "0.0000002"]),
        ("AmazonCloudFront/requests_https_japan", ["0.0000012"]),
    ],
)
def test_what_belongs_to_no_region_is_found_without_one(
    anywhere: Refreshed, name: str, rates: list[str]
) -> None:
    """Dashboards and hosted zones have the location Any, requests the one of their edge."""
    assert list(map(Decimal, rates)) == usd(anywhere, name)


def test_free_paths_belong_to_the_price_and_free_invocations_do_not(anywhere: Refreshed) -> None:
    """Whether the first tier of 0 is part of a price is what the book says; allowances are kept elsewhere."""
    assert [Decimal(0), Decimal("0.005")] == usd(anywhere, "AmazonCloudFront/invalidation_paths")
    assert [Decimal("0.0000001")] == usd(anywhere, "AmazonCloudFront/functions_invocations")


def test_a_product_of_an_older_list_is_found_by_the_name_of_its_region(tmp_path: Path) -> None:
    """`EU (Ireland)` and no `regionCode`."""
    from cost.refresh.offers import parse

    (answer,) = recorded("location_only")

    assert "regionCode" not in answer["product"]["attributes"]
    assert "eu-west-1" == parse(answer, str(tmp_path)).attributes["regionCode"]


FREE_FIRST = {
    "AmazonDynamoDB/storage": price("GB-mo", "0.28", "E6MS5SS3AMMHBJC6.JRTCKXETXF.VYAP54KATQ"),
    "AmazonSNS/delivery_http": price("notifications", "0.0000005"),
    "AmazonSNS/delivery_email": price("notifications", "0.00001"),
    "AWSEvents/scheduler_invocations": price("invocations", "0.000002"),
    "awswaf/bot_control_requests": price(
        "requests", [("10000000", "0"), (None, "0.0000012")], "GRTC5R4KZRZS46P7.JRTCKXETXF.HWDSBTNJX9"
    ),
}


@pytest.mark.parametrize(
    ("name", "tiers", "codes"),
    [
        ("AmazonDynamoDB/storage", [(None, "0.283")], ["VYAP54KATQ"]),
        ("AmazonSNS/delivery_http", [(None, "0.0000006")], ["FF8BMSDA2R"]),
        ("AmazonSNS/delivery_email", [(None, "0.00002")], ["MUBTP6UPGZ"]),
        ("AWSEvents/scheduler_invocations", [(None, "0.000001")], ["R3ZKC8NYTM"]),
        (
            "awswaf/bot_control_requests",
            [("10000000", "0"), (None, "0.000001")],
            ["HWDSBTNJX9", "EFRCQPS26J"],
        ),
    ],
)
def test_a_free_tier_within_a_price_is_left_to_the_allowances(
    ask: Any, name: str, tiers: list[tuple[str | None, str]], codes: list[str]
) -> None:
    service, _, key = name.partition("/")

    entry = ask("eu-west-1", {name: FREE_FIRST[name]}, recorded("tiers")).document["prices"][service][key]

    assert [{"up_to": up_to, "usd": rate} for up_to, rate in tiers] == entry["tiers"]
    assert codes == [code.rpartition(".")[2] for code in entry["rate_codes"]]


def test_storage_of_one_table_class_is_not_that_of_the_other(ask: Any) -> None:
    """EU-IA-TimedStorage-ByteHrs ends like EU-TimedStorage-ByteHrs."""
    prices = {
        "AmazonDynamoDB/storage": price("GB-mo", "0.28"),
        "AmazonDynamoDB/storage_ia": price("GB-mo", "0.1"),
    }

    found = ask("eu-west-1", prices, recorded("tiers"))

    assert ([Decimal("0.283")], [Decimal("0.114")]) == (
        usd(found, "AmazonDynamoDB/storage"),
        usd(found, "AmazonDynamoDB/storage_ia"),
    )


@pytest.fixture
def linux(ask: Any) -> Refreshed:
    prices = {
        "AmazonEC2/linux_*": family("h", {"m5.large": ("0.1", f"6C86BEPQVG73ZGGR.{FLAT}")}),
        "AmazonEC2/nat_gateway_hour": price("h", "0.04"),
    }
    result: Refreshed = ask("us-east-1", prices, recorded("ec2_instances"))
    return result


def test_an_instance_is_neither_an_idle_reservation_nor_another_system(linux: Refreshed) -> None:
    assert [Decimal("0.096")] == usd(linux, "AmazonEC2/linux_m5.large")
    assert Kind.NEW == change(linux, "AmazonEC2/linux_m5.xlarge").kind


def test_a_service_of_very_many_products_is_asked_for_one_usage_type_at_a_time(linux: Refreshed) -> None:
    assert [Decimal("0.045")] == usd(linux, "AmazonEC2/nat_gateway_hour")


# What an answer can be besides right.


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        ("1M Requests", "AWS lists it by 1M Requests, and the book by requests"),
        ("Hrs", "AWS lists it by Hrs, and the book by requests"),
        ("Quantity", "AWS lists it by Quantity, and the book by requests"),
        ("GB", "AWS lists it by GB, and the book by requests"),
    ],
)
def test_another_unit_is_refused(ask: Any, unit: str, reason: str) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    rates(answer)[0]["unit"] = unit

    found = ask("ap-northeast-1", REQUESTS, [answer])

    assert reason == change(found, "AWSLambda/requests").reason


def test_another_currency_is_refused(ask: Any) -> None:
    """The list of China has CNY and nothing else."""
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    rates(answer)[0]["pricePerUnit"] = {"CNY": "0.0000013600"}

    found = ask("ap-northeast-1", REQUESTS, [answer])

    assert "it is priced in CNY, not in USD" == change(found, "AWSLambda/requests").reason


@pytest.mark.parametrize(("begin", "end"), [("6000000001", "Inf"), ("6000000000", "15000000000")])
def test_tiers_with_a_gap_or_without_end_are_refused(ask: Any, begin: str, end: str) -> None:
    answer = one("lambda_requests", "FSYUV9NMNDEXRJ5H")
    first, second, third = rates(answer)
    second["beginRange"], third["endRange"] = begin, end

    found = ask("ap-northeast-1", REQUESTS, [answer])

    assert "its tiers leave a gap or overlap" == change(found, "AWSLambda/duration_x86").reason
    assert first["endRange"] == "6000000000"


def test_products_that_agree_are_one_price(ask: Any) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")

    found = ask("ap-northeast-1", REQUESTS, [answer, changed(answer, sku="ZZZZZZZZZZZZZZZZ")])

    assert [Decimal("0.0000002")] == usd(found, "AWSLambda/requests")


def test_products_that_disagree_leave_the_price_as_it_is(ask: Any) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")

    found = ask(
        "ap-northeast-1", REQUESTS, [answer, changed(answer, sku="ZZZZZZZZZZZZZZZZ", usd="0.0000004000")]
    )

    assert (
        "2 products disagree: APN1-Request 3BE8DYKG4FYSZGDW at 0.0000002, "
        "APN1-Request ZZZZZZZZZZZZZZZZ at 0.0000004"
    ) == change(found, "AWSLambda/requests").reason
    assert "somebody" == found.document["prices"]["AWSLambda"]["requests"]["source"]


def test_the_rate_code_of_the_book_decides_between_products_that_disagree(ask: Any) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    prices = {"AWSLambda/requests": price("requests", "0.0000003", f"ZZZZZZZZZZZZZZZZ.{FLAT}")}

    found = ask("ap-northeast-1", prices, [answer, changed(answer, sku="ZZZZZZZZZZZZZZZZ", usd="0.0000004")])

    assert [Decimal("0.0000004")] == usd(found, "AWSLambda/requests")


def test_a_rate_code_that_is_another_product_than_the_selectors_decides_nothing(ask: Any) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    other = changed(answer, sku="ZZZZZZZZZZZZZZZZ", usd="0.0000004", usagetype="APN1-Request-Special")
    prices = {"AWSLambda/requests": price("requests", "0.0000003", f"ZZZZZZZZZZZZZZZZ.{FLAT}")}

    found = ask("ap-northeast-1", prices, [answer, other])

    assert change(found, "AWSLambda/requests").reason.startswith("2 products disagree")


def test_a_price_without_a_selector_is_found_by_its_rate_code(ask: Any) -> None:
    answer = changed(one("lambda_requests", "3BE8DYKG4FYSZGDW"), usagetype="APN1-Something-Else")
    prices = {
        **REQUESTS,
        "AWSLambda/something_else": price("requests", "0.0000003", f"3BE8DYKG4FYSZGDW.{FLAT}"),
    }

    found = ask("ap-northeast-1", prices, [answer])

    assert [Decimal("0.0000002")] == usd(found, "AWSLambda/something_else")


def test_a_price_without_a_selector_is_found_by_the_usage_type_of_the_book(ask: Any) -> None:
    answer = changed(one("lambda_requests", "3BE8DYKG4FYSZGDW"), usagetype="APN1-Something-Else")
    prices = {"AWSLambda/something_else": price("requests", "0.0000003", usage_type="APN1-Something-Else")}

    found = ask("ap-northeast-1", prices, [answer])

    assert [Decimal("0.0000002")] == usd(found, "AWSLambda/something_else")


def test_a_price_that_nothing_says_how_to_find_is_told(ask: Any) -> None:
    found = ask("ap-northeast-1", {"AmazonCloudFront/flat_rate_plan_pro": price("plan-mo", "15")}, [])

    assert (["AmazonCloudFront/flat_rate_plan_pro"], []) == (found.not_looked_for, found.changes)
