"""Distributions and functions at the edge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import PropertyRefused
from cost.pricings.cloudfront.distribution import PLACES, SHIELDS
from tests.cost.bills import prices, quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, resource

SHIELD_REGIONS = {
    "us": "us-east-2",
    "europe": "eu-west-2",
    "south_america": "sa-east-1",
    "japan": "ap-northeast-1",
    "south_korea": "ap-northeast-2",
    "singapore": "ap-southeast-1",
    "australia": "ap-southeast-2",
    "india": "ap-south-1",
}
PARAMETER = {"Fn::ImportValue": "of-another-stack"}


def origin(region: Any = None, **properties: Any) -> dict[str, Any]:
    shield = {"OriginShield": {"Enabled": True, "OriginShieldRegion": region}} if region else {}
    return {"Id": str(region), "DomainName": "example.org", **shield, **properties}


def distribution(*origins: Any, **config: Any) -> Resources:
    return {
        "Site": resource(
            "AWS::CloudFront::Distribution", DistributionConfig={"Origins": list(origins), **config}
        )
    }


def vip(method: Any = "vip") -> Resources:
    return distribution(ViewerCertificate={"SslSupportMethod": method})


def test_a_distribution_without_use_costs_nothing() -> None:
    assert () == used(distribution(origin())).lines


def test_every_usage_key_matters_where_there_is_a_shield_in_every_place_and_an_address_of_its_own() -> None:
    whole = distribution(*map(origin, SHIELD_REGIONS.values()), ViewerCertificate={"SslSupportMethod": "vip"})
    usage = {"monthly_edge_function_requests": 1_000_000, "edge_function_duration_ms": 10}

    assert [] == without_effect(whole, "Site", usage)


@pytest.mark.parametrize("place", PLACES)
def test_a_request_is_charged_by_the_place_of_the_viewer(place: str) -> None:
    found = used(distribution(), Site={"monthly_https_requests": {place: 1000}})

    assert [f"AmazonCloudFront/requests_https_{place}"] == list(prices(found, "Site").values())


@pytest.mark.parametrize("place", SHIELDS)
def test_a_shield_is_charged_by_its_region(place: str) -> None:
    found = used(
        distribution(origin(SHIELD_REGIONS[place])),
        Site={"monthly_shield_requests": dict.fromkeys(SHIELDS, 7)},
    )

    assert [f"AmazonCloudFront/origin_shield_requests_{place}"] == list(prices(found, "Site").values())
    assert [7] == list(quantities(found, "Site").values())


def test_two_shields_in_one_place_are_charged_together() -> None:
    two = distribution(origin("us-east-1"), origin("us-west-2"))

    assert {"origin shield, US": 7} == quantities(used(two, Site={"monthly_shield_requests.us": 7}), "Site")


def test_a_shield_in_a_region_without_a_price_is_told() -> None:
    assert "origin shield in me-central-1" in told(used(distribution(origin("me-central-1"))))


def test_a_shield_whose_region_only_deployment_knows_leaves_the_rest_of_the_bill() -> None:
    found = used(distribution(origin(PARAMETER)), Site={"monthly_https_requests.us": 7})

    assert {"requests": 7} == quantities(found, "Site")
    assert ["DistributionConfig.Origins.0.OriginShield.OriginShieldRegion"] == [
        each.name for each in found.unknowns
    ]


def test_a_shield_without_a_region_is_refused() -> None:
    with pytest.raises(PropertyRefused, match="OriginShieldRegion is missing"):
        used(distribution({"OriginShield": {"Enabled": True}}))


def test_a_certificate_at_an_address_of_its_own_is_counted_by_itself() -> None:
    assert {"dedicated IP certificate": 1} == quantities(used(vip()), "Site")


@pytest.mark.parametrize("count", [0, 3])
def test_the_usage_file_counts_certificates_before_the_template(count: int) -> None:
    found = used(vip(), Site={"custom_ssl_certificates": count})

    assert Decimal(600 * count) == found.total()


def test_a_certificate_at_shared_addresses_costs_nothing() -> None:
    assert () == used(vip("sni-only")).lines


def test_certificates_that_are_told_are_charged_whatever_the_template_says() -> None:
    assert Decimal(600) == used(vip("sni-only"), Site={"custom_ssl_certificates": 1}).total()


def test_the_first_thousand_invalidations_are_free_at_list_price() -> None:
    found = used(distribution(), Site={"monthly_invalidation_requests": 1_200})

    assert Decimal(1) == found.total()


def test_lambda_at_the_edge_has_prices_of_its_own() -> None:
    usage = {
        "monthly_edge_function_requests": 1_000_000,
        "edge_function_duration_ms": 100,
        "edge_function_memory_mb": 1024,
    }

    found = used(distribution(), Site=usage)

    assert {"edge function requests": 1_000_000, "edge function duration": 100_000} == quantities(
        found, "Site"
    )
    assert Decimal("5.601") == found.total()


def test_every_usage_key_of_a_function_matters() -> None:
    assert [] == without_effect({"Router": resource("AWS::CloudFront::Function")}, "Router")
