"""Templates that are not ours: each gets a total, and an honest list of what is not in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cost import PriceMissing, UsageFile, UsageRefused
from scripts.commands.cost.bill import price, run
from scripts.commands.cost.targets import find
from scripts.exit_codes import Exit

FOLDER = Path(__file__).parent / "templates"
TEMPLATES = sorted(path.name for path in FOLDER.iterdir() if ".usage." not in path.name)
LEFT_OUT = {
    "mixed.yaml": {"Warehouse", "Nested"},
}
"""Resources of each template that are not priced, or not wholly."""
UNKNOWN = {
    "mixed.yaml": {"Server": "InstanceType"},
    "container-service.yaml": {"Balancer": "Subnets"},
}
"""Properties that are parameters without a value."""


def bill(name: str, **options: Any) -> Any:
    """The JSON of one template."""
    import io
    from contextlib import redirect_stdout

    page = io.StringIO()
    with redirect_stdout(page):
        done = run([str(FOLDER / name)], output="json", **options)
    assert done is Exit.DONE
    return json.loads(page.getvalue())


def test_there_are_ten_of_them() -> None:
    assert len(TEMPLATES) >= 10


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_a_total_and_tells_what_is_not_in_it(name: str) -> None:
    found = bill(name)

    assert {row["logical_id"] for row in found["not_priced"]} == LEFT_OUT.get(name, set())
    assert {row["logical_id"]: row["name"] for row in found["unknowns"]} == UNKNOWN.get(name, {})


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_resource_is_priced_free_or_told(name: str) -> None:
    found = bill(name)
    [template] = find(str(FOLDER / name)).deployment.templates
    named = {row["logical_id"] for key in ("lines", "not_priced", "unknowns") for row in found[key]}
    named |= {each.partition(".")[2] or each for row in found["assumptions"] for each in row["resources"]}
    named |= {each.rpartition(".")[2] for row in found["assumptions"] for each in row["resources"]}
    free = set(found["free_of_charge"])

    assert [] == [
        str(resource)
        for resource in template.resources.values()
        if resource.logical_id not in named and resource.type not in free
    ]


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("region", ["us-west-2", "eu-west-1", "ap-northeast-1", "eu-central-1"])
def test_a_template_can_be_priced_in_other_regions_or_names_the_price_that_is_missing(
    name: str, region: str
) -> None:
    try:
        [found] = price([find(str(FOLDER / name), region=region)], region=region)
    except PriceMissing as error:
        missing = error
    else:
        assert region == found.region
        return
    assert f"{missing.where}: the price book of {region} has no price {missing.name}" in str(missing)


@pytest.mark.parametrize("usage", sorted(FOLDER.glob("*.usage.*")), ids=lambda path: path.name)
def test_usage_adds_what_use_costs(usage: Path) -> None:
    [template] = [name for name in TEMPLATES if name.split(".")[0] == usage.name.split(".")[0]]
    target = find(str(FOLDER / template))

    [without], [with_usage] = price([target]), price([target], usage=usage)

    assert without.total() < with_usage.total()


def test_a_range_of_use_is_a_range_of_the_total() -> None:
    found = bill("serverless-api.yaml", usage=FOLDER / "serverless-api.usage.toml")

    assert found["range"]["high"] == found["total"]
    assert float(found["range"]["low"]) < float(found["range"]["high"])


def test_a_parameter_gives_what_only_deployment_knew() -> None:
    found = bill("mixed.yaml", parameters=["InstanceType=t3.micro"])

    assert [] == found["unknowns"]
    assert "instance" in {line["component"] for line in found["lines"] if line["logical_id"] == "Server"}


def test_a_parameter_turns_a_condition() -> None:
    with_nat, without = bill("network.yaml"), bill("network.yaml", parameters=["Nat=false"])

    assert {"NatA", "NatB", "AddressA", "AddressB"} == {line["logical_id"] for line in with_nat["lines"]} - {
        line["logical_id"] for line in without["lines"]
    }


def test_a_usage_file_of_another_template_is_refused() -> None:
    [_] = price([find(str(FOLDER / "static-site.json"))])

    with pytest.raises(UsageRefused, match="there is no such resource"):
        price([find(str(FOLDER / "network.yaml"))], usage=FOLDER / "static-site.usage.yaml")


def test_a_skeleton_of_nothing_is_no_usage() -> None:
    assert not UsageFile.of({}).has_ranges
