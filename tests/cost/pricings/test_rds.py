"""Databases: alone, replicas, in clusters; what they cost beside hours and storage; proxies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cost import Estimate, PriceMissing, PropertyRefused, UsageFile, estimate
from cost.money import cents
from cost.shared.extended_support import CALENDARS, DISABLED, FIRST, THIRD, support
from tests.cost.bills import prices, quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, database, deploy, ref, resource

PARAMETER = {"Fn::ImportValue": "of-another-stack"}
MONTH = Decimal(730)


def one(**properties: Any) -> Resources:
    """One PostgreSQL instance of db.t3.small."""
    return {"Database": database(**properties)}


def on(day: date, resources: Resources, **usage: Any) -> Estimate:
    return estimate(deploy(resources), usage=UsageFile.of(usage), as_of=day)


def cluster(*instances: str, engine: str = "aurora-postgresql", **properties: Any) -> Resources:
    """A cluster of instances of these classes."""
    return {
        "Cluster": resource("AWS::RDS::DBCluster", Engine=engine, **properties),
        **{
            f"Instance{number}": resource(
                "AWS::RDS::DBInstance", DBClusterIdentifier=ref("Cluster"), DBInstanceClass=class_
            )
            for number, class_ in enumerate(instances)
        },
    }


def serverless(least: Any = 2, **properties: Any) -> Resources:
    scaling = {"MinCapacity": least, "MaxCapacity": 16}
    return cluster("db.serverless", ServerlessV2ScalingConfiguration=scaling, **properties)


def proxy(resources: Resources, **targets: Any) -> Resources:
    return {
        **resources,
        "Proxy": resource("AWS::RDS::DBProxy", DBProxyName="app"),
        "Targets": resource("AWS::RDS::DBProxyTargetGroup", DBProxyName=ref("Proxy"), **targets),
    }


@pytest.mark.parametrize(
    ("engine", "licence", "price"),
    [
        ("mysql", None, "mysql_single-az"),
        ("mariadb", None, "mysql_single-az"),
        ("postgres", "postgresql-license", "postgresql_single-az"),
        ("oracle-ee", None, "oracle_byol_single-az"),
        ("oracle-ee-cdb", None, "oracle_byol_single-az"),
        ("oracle-se2", None, "oracle-se2_license-included_single-az"),
        ("oracle-se2-cdb", "license-included", "oracle-se2_license-included_single-az"),
        ("oracle-se2", "bring-your-own-license", "oracle_byol_single-az"),
        ("sqlserver-ex", None, "sqlserver-ex_license-included_single-az"),
    ],
)
def test_an_engine_is_charged_by_its_licence(engine: str, licence: str | None, price: str) -> None:
    properties = {} if licence is None else {"LicenseModel": licence}
    found = used(one(Engine=engine, DBInstanceClass="db.t3.large", **properties))

    assert f"AmazonRDS/{price}_db.t3.large" == prices(found, "Database")["instance"]


def test_a_licence_that_is_taken_to_be_included_and_a_price_of_another_engine_are_told() -> None:
    assert "MariaDB costs what MySQL costs" in told(used(one(Engine="mariadb")))
    included = used(one(Engine="oracle-se2", DBInstanceClass="db.t3.large"))
    assert any("licence is taken to be included" in text for text in told(included))


@pytest.mark.parametrize("engine", ["oracle-se2", "sqlserver-ee", "db2-se", "custom-oracle-ee"])
def test_a_class_without_a_known_price_is_named(engine: str) -> None:
    with pytest.raises(PriceMissing, match=r"^Database: .*db\.m7i\.large"):
        used(one(Engine=engine, DBInstanceClass="db.m7i.large"))


@pytest.mark.parametrize(
    ("engine", "gigabytes", "over"),
    [
        ("postgres", 399, 10_000),
        ("postgres", 400, 1_000),
        ("oracle-ee", 199, 10_000),
        ("oracle-ee", 200, 1_000),
        ("sqlserver-ex", 4_000, 10_000),
    ],
)
def test_the_size_from_which_gp3_brings_more_goes_by_the_engine(
    engine: str, gigabytes: int, over: int
) -> None:
    found = used(one(Engine=engine, DBInstanceClass="db.t3.large", AllocatedStorage=gigabytes, Iops=13_000))

    assert over == quantities(found, "Database")["IOPS over the baseline"]


def test_storage_of_provisioned_iops_has_a_least_size_that_sql_server_has_not() -> None:
    small = {"DBInstanceClass": "db.t3.large", "StorageType": "io1", "AllocatedStorage": 50, "Iops": 500}

    found = used(one(**small))
    assert [100, 1000] == [quantities(found, "Database")[name] for name in ("storage", "IOPS")]
    assert {"RDS makes no io1 storage under 100 GB", "RDS makes no io1 storage under 1000 IOPS"} <= told(
        found
    )
    assert 50 == quantities(used(one(**small, Engine="sqlserver-ex")), "Database")["storage"]


def test_iops_alone_mean_provisioned_storage() -> None:
    found = used(
        {
            "Database": resource(
                "AWS::RDS::DBInstance",
                Engine="mysql",
                DBInstanceClass="db.t3.small",
                AllocatedStorage=100,
                Iops=2000,
            )
        }
    )

    assert "AmazonRDS/iops_io1_single-az" == prices(found, "Database")["IOPS"]


def test_a_replica_takes_what_it_does_not_say_from_its_source() -> None:
    resources = {
        **one(AllocatedStorage=50, StorageType="gp3", MultiAZ=True),
        "Replica": resource(
            "AWS::RDS::DBInstance", SourceDBInstanceIdentifier=ref("Database"), DBInstanceClass="db.t3.micro"
        ),
        "Second": resource("AWS::RDS::DBInstance", SourceDBInstanceIdentifier=ref("Replica")),
    }

    found = used(resources)
    assert {
        "instance": "AmazonRDS/postgresql_single-az_db.t3.micro",
        "storage": "AmazonRDS/storage_gp3_single-az",
    } == prices(found, "Replica")
    assert 50 == quantities(found, "Second")["storage"]


def test_databases_that_replicate_each_other_are_looked_at_once() -> None:
    resources = {
        name: resource("AWS::RDS::DBInstance", SourceDBInstanceIdentifier=ref(other))
        for name, other in (("A", "B"), ("B", "A"))
    }

    assert {"A", "B"} == {unknown.resource.logical_id for unknown in used(resources).unknowns}


@pytest.mark.parametrize(
    "origin",
    [
        {"DBSnapshotIdentifier": "before"},
        {"SourceDBInstanceIdentifier": "arn:aws:rds:eu-west-1:123456789012:db:elsewhere"},
    ],
)
def test_what_a_snapshot_or_a_source_elsewhere_decides_is_unknown(origin: dict[str, str]) -> None:
    found = used({"Database": resource("AWS::RDS::DBInstance", DBInstanceClass="db.t3.small", **origin)})

    assert ["Engine"] == [unknown.name for unknown in found.unknowns]


def test_a_new_database_must_say_its_size() -> None:
    with pytest.raises(PropertyRefused, match="AllocatedStorage is missing"):
        used({"Database": resource("AWS::RDS::DBInstance", Engine="mysql", DBInstanceClass="db.t3.small")})


def test_one_unknown_property_takes_no_other_charge_with_it() -> None:
    found = used(one(AllocatedStorage=PARAMETER, EngineVersion=PARAMETER, PubliclyAccessible=True))

    assert {"instance", "public IPv4 address"} == set(quantities(found, "Database"))
    assert ["AllocatedStorage"] == [unknown.name for unknown in found.unknowns]


def test_a_public_address_that_may_come_by_itself_is_told() -> None:
    left_out = one()
    del left_out["Database"]["Properties"]["PubliclyAccessible"]
    grouped = one(DBSubnetGroupName="private")
    del grouped["Database"]["Properties"]["PubliclyAccessible"]

    assert any("PubliclyAccessible is left out" in text for text in told(used(left_out)))
    assert not any("PubliclyAccessible" in text for text in told(used(grouped)))


def test_storage_added_to_a_database_is_told() -> None:
    found = used(one(DedicatedLogVolume=True, AdditionalStorageVolumes=[{"VolumeName": "data2"}]))

    assert {"DedicatedLogVolume", "AdditionalStorageVolumes"} == {reason for _, reason in found.not_priced}


def test_every_usage_key_of_an_instance_matters_where_it_can() -> None:
    burstable = one(
        EnablePerformanceInsights=True,
        StorageType="standard",
        DBInstanceClass="db.t3.small",
        EnableCloudwatchLogsExports=["postgresql"],
    )

    idle = without_effect(burstable, "Database", {"monthly_cpu_credit_hrs": 10})

    assert ["capacity_units_per_hr", "storage_growth_gb"] == [key.name for key in idle]
    assert "told, not priced" in idle[1].about
    assert "capacity_units_per_hr" not in {key.name for key in without_effect(serverless(), "Instance0")}


def test_every_usage_key_of_a_cluster_matters() -> None:
    usage = {"average_statements_per_hr": 1, "change_records_per_statement": 1, "backtrack_window_hrs": 1}
    volume = serverless(engine="aurora-mysql", BackupRetentionPeriod=2)

    assert [] == without_effect(volume, "Cluster", usage)


def test_the_usage_key_of_a_proxy_matters() -> None:
    assert [] == without_effect(proxy({}), "Proxy")


@pytest.mark.parametrize(
    ("properties", "price"),
    [
        ({"DBInstanceClass": "db.t3.small"}, "AmazonRDS/cpu_credits_t3_t4g_pg_mysql"),
        ({"DBInstanceClass": "db.m5.large"}, None),
        ({"DBInstanceClass": "db.t3.large", "Engine": "sqlserver-ex"}, None),
    ],
)
def test_cpu_credits_are_charged_for_burstable_classes(properties: Any, price: str | None) -> None:
    found = used(one(**properties), Database={"monthly_cpu_credit_hrs": 10})

    assert price == prices(found, "Database").get("CPU credits")
    untold = {reason for _, reason in found.not_priced}
    assert ({"CPU credits of sqlserver-ex"} if "Engine" in properties else set()) == untold


def test_virtual_cpus_that_no_name_tells_are_asked_for() -> None:
    machines = cluster(
        engine="postgres", EngineVersion="13", DBClusterInstanceClass="db.giant", AllocatedStorage=100
    )

    [unknown] = on(date(2026, 11, 25), machines).unknowns

    assert "nothing is known of the virtual CPUs of db.giant; give vcpu_count" == unknown.reason


@pytest.mark.parametrize(
    ("version", "day", "price"),
    [
        ("13.4", date(2026, 2, 28), None),
        ("13.4", date(2026, 3, 1), FIRST),
        ("13", date(2028, 2, 29), FIRST),
        ("13", date(2028, 3, 1), THIRD),
        ("13", date(2029, 2, 28), THIRD),
        ("13", date(2029, 3, 1), None),
        ("99", date(2026, 3, 1), None),
    ],
)
def test_extended_support_is_charged_by_the_calendar(version: str, day: date, price: str | None) -> None:
    found = on(day, one(EngineVersion=version))

    assert price == prices(found, "Database").get("Extended Support")


def test_a_version_whose_extended_support_has_ended_is_told() -> None:
    found = on(date(2027, 4, 1), one(EngineVersion="11.22"))

    assert any("ended on 2027-03-31: RDS upgrades it" in text for text in told(found))


@pytest.mark.parametrize(
    ("version", "first"),
    [
        ("5.7.44", date(2024, 3, 1)),
        ("8.0.36", date(2026, 8, 1)),
        ("8.2", date(2026, 8, 1)),
        ("8.4.3", date(2029, 8, 1)),
    ],
)
def test_the_longest_beginning_of_a_version_counts(version: str, first: date) -> None:
    entry = support("mysql", version)

    assert entry is not None
    assert first == entry.first


def test_aurora_mysql_3_has_extended_support_from_may_2028_at_one_price() -> None:
    entry = support("aurora-mysql", "8.0.mysql_aurora.3.08.0")

    assert entry is not None
    assert [None, FIRST, FIRST] == [
        entry.price(day) for day in (date(2028, 4, 30), date(2028, 5, 1), date(2029, 7, 31))
    ]


def test_calendars_are_in_order() -> None:
    for calendar in CALENDARS.values():
        for entry in calendar.values():
            assert entry.first < (entry.third or entry.last) <= entry.last


@pytest.mark.parametrize(
    ("properties", "quantity"),
    [
        ({}, 2 * MONTH),
        ({"MultiAZ": True}, 4 * MONTH),
        ({"EngineLifecycleSupport": DISABLED}, None),
        ({"EngineVersion": "16"}, None),
    ],
)
def test_extended_support_is_for_every_vcpu_standbys_included(
    properties: Any, quantity: Decimal | None
) -> None:
    found = on(date(2026, 11, 25), one(**{"EngineVersion": "13", **properties}))

    assert quantity == quantities(found, "Database").get("Extended Support")


def test_a_cluster_decides_on_extended_support_for_its_instances() -> None:
    day = date(2026, 11, 25)
    charged = on(day, cluster("db.t3.large", EngineVersion="13"))
    disabled = on(day, cluster("db.t3.large", EngineVersion="13", EngineLifecycleSupport=DISABLED))
    unpriced = on(day, serverless(EngineVersion="13"))

    assert 2 * MONTH == quantities(charged, "Instance0")["Extended Support"]
    assert {"instance"} == set(quantities(disabled, "Instance0"))
    assert {"Extended Support of serverless capacity"} == {reason for _, reason in unpriced.not_priced}


RETAINED = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 731}


def test_performance_insights_sold_two_years_until_july_2026() -> None:
    before = on(date(2026, 6, 30), one(**RETAINED))
    after = on(date(2026, 7, 1), one(**RETAINED))
    other = on(date(2026, 6, 30), one(**(RETAINED | {"PerformanceInsightsRetentionPeriod": 62})))

    assert 2 == quantities(before, "Database")["Performance Insights retention"]
    assert "Performance Insights retention" not in quantities(after, "Database")
    assert any("ended its paid retention" in text for text in told(after))
    assert "Performance Insights kept for 62 days" in told(other)


def test_seven_days_of_performance_insights_are_free() -> None:
    found = on(date(2026, 6, 30), one(EnablePerformanceInsights=True))

    assert "Performance Insights retention" not in quantities(found, "Database")


def test_database_insights_in_advanced_mode_is_charged_by_vcpu_or_by_capacity() -> None:
    alone = used(one(DatabaseInsightsMode="advanced", **RETAINED))
    inside = used(serverless(DatabaseInsightsMode="advanced"))

    assert (
        "AmazonCloudWatch/database_insights_advanced_vcpu" == prices(alone, "Database")["Database Insights"]
    )
    assert 2 * MONTH == quantities(inside, "Instance0")["Database Insights"]
    assert (
        "AmazonCloudWatch/database_insights_advanced_acu" == prices(inside, "Instance0")["Database Insights"]
    )


def test_requests_are_charged_only_where_performance_insights_is_on() -> None:
    usage = {"monthly_additional_performance_insights_requests": 1000}

    assert "Performance Insights requests" not in quantities(used(one(), Database=usage), "Database")
    assert "Performance Insights requests" in quantities(used(one(**RETAINED), Database=usage), "Database")


def test_an_instance_of_aurora_has_no_storage_of_its_own_and_costs_the_same_in_two_zones() -> None:
    found = used(cluster("db.r6g.large"))
    found_in_two = used(
        {"Database": database(Engine="aurora-mysql", DBInstanceClass="db.t3.large", MultiAZ=True)}
    )

    assert {"instance": "AmazonRDS/aurora_postgresql_db.r6g.large"} == prices(found, "Instance0")
    assert {"instance": "AmazonRDS/aurora_mysql_db.t3.large"} == prices(found_in_two, "Database")


def test_io_optimized_storage_raises_the_instance_and_frees_the_requests() -> None:
    usage = {"storage_gb": 10, "read_requests_per_sec": 5}
    found = used(cluster("db.r6g.large", StorageType="aurora-iopt1"), Cluster=usage)

    assert "AmazonRDS/aurora_postgresql_io_optimized_db.r6g.large" == prices(found, "Instance0")["instance"]
    assert {"storage": "AmazonRDS/aurora_storage_io_optimized"} == prices(found, "Cluster")


@pytest.mark.parametrize(
    ("usage", "units"),
    [
        ({}, {"Instance0": 2}),
        ({"Instance0": {"capacity_units_per_hr": 5}}, {"Instance0": 5}),
        ({"Cluster": {"capacity_units_per_hr": 7}}, {"Cluster": 7}),
        (
            {"Instance0": {"capacity_units_per_hr": 5}, "Cluster": {"capacity_units_per_hr": 7}},
            {"Instance0": 5},
        ),
    ],
)
def test_serverless_capacity_is_told_at_the_instance_or_the_cluster_or_is_the_least(
    usage: Any, units: dict[str, int]
) -> None:
    found = used(serverless(), **usage)

    assert {name: count * MONTH for name, count in units.items()} == {
        line.resource.logical_id: line.quantity for line in found.lines
    }


def test_capacity_that_may_pause_is_told_and_capacity_of_a_cluster_elsewhere_is_unknown() -> None:
    paused = used(serverless(0))
    elsewhere = used(
        {
            "Database": resource(
                "AWS::RDS::DBInstance",
                Engine="aurora-mysql",
                DBInstanceClass="db.serverless",
                DBClusterIdentifier="theirs",
            )
        }
    )

    assert () == paused.lines
    assert any("may pause" in text for text in told(paused))
    assert ["ServerlessV2ScalingConfiguration.MinCapacity"] == [each.name for each in elsewhere.unknowns]


def test_backtrack_is_as_long_as_the_template_says_where_usage_does_not() -> None:
    usage = {"average_statements_per_hr": 1000, "change_records_per_statement": 2}
    found = used(cluster(engine="aurora-mysql", BacktrackWindow=7200), Cluster=usage)

    assert 1000 * MONTH * 2 * 2 == quantities(found, "Cluster")["backtrack"]
    assert () == used(cluster(engine="aurora-mysql"), Cluster=usage).lines


def test_what_a_cluster_has_without_a_price_is_told() -> None:
    found = used(
        cluster(
            GlobalClusterIdentifier="elsewhere",
            ClusterScalabilityType="limitless",
            EnableCloudwatchLogsExports=["postgresql"],
        )
    )

    assert {
        "writes that a global database replicates between regions",
        "capacity of Aurora Limitless Database",
        "logs of the cluster that are exported to CloudWatch",
    } == {reason for _, reason in found.not_priced}


def test_a_global_database_is_told_once() -> None:
    resources = {
        **cluster(GlobalClusterIdentifier=ref("World")),
        "World": resource("AWS::RDS::GlobalCluster", GlobalClusterIdentifier="world"),
    }

    assert ["World"] == [each.logical_id for each, _ in used(resources).not_priced]


def test_a_multi_az_cluster_pays_storage_of_three_and_its_machines_are_told() -> None:
    found = on(
        date(2026, 11, 25),
        cluster(
            engine="postgres",
            EngineVersion="13",
            DBClusterInstanceClass="db.m6gd.large",
            AllocatedStorage=100,
            Iops=3000,
            PubliclyAccessible=True,
        ),
    )

    assert {
        "storage": "AmazonRDS/storage_io1_multi-az-cluster",
        "IOPS": "AmazonRDS/iops_io1_multi-az-cluster",
        "public IPv4 address": "AmazonVPC/public_ipv4_in_use",
        "Extended Support": FIRST,
    } == prices(found, "Cluster")
    assert 3 * MONTH == quantities(found, "Cluster")["public IPv4 address"]
    assert 6 * MONTH == quantities(found, "Cluster")["Extended Support"]
    assert {"hours of 3 db.m6gd.large of a cluster with readable standbys"} == {
        reason for _, reason in found.not_priced
    }


def test_a_cluster_of_another_engine_and_an_instance_in_it_are_told() -> None:
    found = used(cluster("db.r6g.large", engine="neptune"))

    assert ["Cluster", "Instance0"] == [each.logical_id for each, _ in found.not_priced]


@pytest.mark.parametrize(
    ("resources", "targets", "expected"),
    [
        ({}, {}, {"proxy": 2}),
        (one(), {"DBInstanceIdentifiers": [ref("Database")]}, {"proxy": 2}),
        (one(DBInstanceClass="db.m5.4xlarge"), {"DBInstanceIdentifiers": [ref("Database")]}, {"proxy": 16}),
        (
            cluster("db.r6g.large", "db.r6g.4xlarge"),
            {"DBClusterIdentifiers": [ref("Cluster")]},
            {"proxy": 18},
        ),
        (serverless(), {"DBClusterIdentifiers": [ref("Cluster")]}, {"proxy of serverless capacity": 8}),
        (serverless(12), {"DBClusterIdentifiers": [ref("Cluster")]}, {"proxy of serverless capacity": 12}),
    ],
)
def test_a_proxy_is_charged_by_the_size_of_what_is_behind_it(
    resources: Resources, targets: Any, expected: dict[str, int]
) -> None:
    found = quantities(used(proxy(resources, **targets)), "Proxy")

    assert {name: count * MONTH for name, count in expected.items()} == found


def test_a_proxy_takes_the_capacity_that_a_usage_file_tells_of_a_cluster() -> None:
    resources = proxy(serverless(), DBClusterIdentifiers=[ref("Cluster")])

    found = used(resources, Cluster={"capacity_units_per_hr": 20})

    assert {"proxy of serverless capacity": 20 * MONTH} == quantities(found, "Proxy")


def test_the_least_of_a_proxy_is_told() -> None:
    assert any("no template shows what stands behind it" in text for text in told(used(proxy({}))))
    assert "21.90" == cents(used(proxy({})).total())


def test_storage_of_no_kind_is_gp3() -> None:
    named = prices(used({"Database": database(StorageType={"Ref": "AWS::NoValue"})}), "Database")

    assert "AmazonRDS/storage_gp3_single-az" == named["storage"]


@pytest.mark.parametrize(
    "it",
    [
        database(ManageMasterUserPassword=True),
        resource("AWS::RDS::DBCluster", Engine="aurora-mysql", ManageMasterUserPassword="true"),
    ],
)
def test_a_secret_that_rds_makes_is_charged(it: Any) -> None:
    assert 1 == quantities(used({"It": it}), "It")["secret"]
    assert "AWSSecretsManager/secret" == prices(used({"It": it}), "It")["secret"]


def test_a_password_of_ones_own_costs_no_secret() -> None:
    assert "secret" not in quantities(used({"It": database(ManageMasterUserPassword=False)}), "It")


def test_backups_in_another_region_are_told() -> None:
    found = used({"It": database(AutomaticBackupReplicationRegion="us-west-2")})

    assert "backups in another region, and their way there" in told(found)
