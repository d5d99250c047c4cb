"""The package trusts the databases of its region and RDS Proxy, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

import pytest

from ops.package.authorities import GLOBAL_BUNDLE, PROXY_ROOTS, authorities, trusted
from ops.package.errors import RootsMissing
from stacks.loading import environment_names, load_environment
from tests.ops.package.conftest import AS_OF

US_EAST_1 = {
    "E4CE41D069F4BDCDB714259058961EE42ED18CF2BF627A3D647AFF25437D4B68",
    "1C753CF0334FF82A47E0D3205839C8549B7D9A8A3D9A685CCCECC80F82FE97E6",
    "82D99E9E409703044C3F886F87A0408C96CD74DEE2C9BA920E6553A32E372539",
}
"""SHA-256 of the three current roots: RSA 2048, RSA 4096, ECC 384."""
PROXY = {f"Amazon Root CA {number}" for number in (1, 2, 3, 4)} | {
    "Starfield Services Root Certificate Authority - G2"
}
REGIONS = sorted({each.region for each in authorities(GLOBAL_BUNDLE) if each.region})


def test_us_east_1_is_known_by_its_fingerprints() -> None:
    chosen = trusted("us-east-1", AS_OF)

    assert US_EAST_1 == {sha256(each.der).hexdigest().upper() for each in chosen if each.region}
    assert PROXY == {each.name for each in chosen if not each.region}


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_three_roots_and_those_of_the_proxy(region: str) -> None:
    """A region that has less, or that of another, was read wrongly: RDS has one root for each kind of key."""
    names = [each.name for each in trusted(region, AS_OF)]

    assert [f"Amazon RDS {region} Root CA {key} G1" for key in ("ECC384", "RSA2048", "RSA4096")] == sorted(
        names[:-5]
    )
    assert set(names[-5:]) == PROXY


def test_nothing_that_is_trusted_ends_within_a_year() -> None:
    """If this fails: put AWS's current bundle into runtime/ca."""
    soon = AS_OF + timedelta(days=365)

    assert [] == [each.name for region in REGIONS for each in trusted(region, AS_OF) if each.expires < soon]


def test_an_expired_root_stays_out() -> None:
    before = {each.name for each in trusted("us-east-1", date(2024, 1, 1))}

    assert {"Amazon RDS us-east-1 2019 CA"} == before - {each.name for each in trusted("us-east-1", AS_OF)}
    assert 28 == sum(each.expires < AS_OF for each in authorities(GLOBAL_BUNDLE))


def test_beta_and_preview_are_of_no_region() -> None:
    others = {
        each.name.split()[2] for each in authorities(GLOBAL_BUNDLE) if not each.region and "RDS" in each.name
    }

    assert {"Beta", "Preview", "Root"} == others


def test_a_bundle_is_read_whole() -> None:
    for bundle in (GLOBAL_BUNDLE, PROXY_ROOTS):
        assert bundle.read_text(encoding="ascii").count("BEGIN CERTIFICATE") == len(authorities(bundle))


def test_the_proxys_roots_are_those_that_aws_lists_with_its_own() -> None:
    """Both files come from one source; the global bundle of today ends with the same five."""
    assert {each.der for each in authorities(PROXY_ROOTS)} <= {
        each.der for each in authorities(GLOBAL_BUNDLE)
    }


def test_every_environment_is_in_a_region_with_roots() -> None:
    assert {load_environment(name).region for name in environment_names()} <= set(REGIONS)


@pytest.mark.parametrize(
    ("region", "hint"), [("us-west-3", "did you mean us-west-"), ("", "it has those of af-south-1, ")]
)
def test_a_region_without_roots_is_refused(region: str, hint: str) -> None:
    with pytest.raises(RootsMissing, match=hint) as refused:
        trusted(region, AS_OF)

    assert (region, tuple(REGIONS)) == (refused.value.region, refused.value.known)


def test_a_region_whose_roots_have_expired_is_refused() -> None:
    with pytest.raises(RootsMissing) as refused:
        trusted("us-east-1", date(2200, 1, 1))

    assert (
        "runtime/ca/rds-global-bundle.pem has no RDS roots of region 'us-east-1' that are valid on "
        "2200-01-01; put AWS's current bundle in its place"
    ) == str(refused.value)
