"""Environments for property tests: any that is valid, and any that is wise as well."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from stacks.postgresql import MEMORY_GIB, creatable_versions, max_connections
from stacks.settings import Environment

TAGS = {"owner": "backend", "cost_centre": "engineering"}


def environment(**values: Any) -> Environment:
    """An environment of plain values, as a file would give them."""
    return Environment.model_validate(values)


def _own_network(count: int) -> dict[str, Any]:
    return {
        "cidr": "10.30.0.0/16",
        "zones": [f"use1-az{number}" for number in (1, 2, 4, 5, 6)[:count]],
        "function_cidrs": [f"10.30.{number}.0/24" for number in range(count)],
        "database_cidrs": [f"10.30.{16 + number}.0/24" for number in range(count)],
    }


@st.composite
def traffic(draw: st.DrawFn, *, peak: int = 100, duration: int = 1000) -> dict[str, Any]:
    """Expected use, small enough for what `wise` environments reserve."""
    logged = draw(st.sampled_from([{"log_gb": Decimal(1)}, {"log_kb_per_request": Decimal("1.5")}]))
    return {
        "requests_per_month": draw(st.integers(0, 10_000_000)),
        "peak_requests_per_second": draw(st.integers(0, peak)),
        "request_duration_ms": draw(st.integers(1, duration)),
        "internet_out_gb": draw(st.integers(0, 1000)),
        **logged,
    }


@st.composite
def valid(draw: st.DrawFn) -> Environment:
    """Any environment that the settings accept, wise or not."""
    own_network = draw(st.booleans())
    login = draw(st.booleans())
    edge = draw(st.sampled_from([None, {}, {"firewall": False}, {"require_origin_header": False}]))
    observability = draw(st.sampled_from([None, {"budget_usd": 100, "alarm_emails": ["a@example.org"]}]))
    runtime = draw(st.sampled_from(["python3.12", "python3.13", "provided.al2023"]))
    has_migrator = draw(st.booleans())
    return environment(
        name="drawn",
        system="drawn",
        account=draw(st.sampled_from([None, "123456789012"])),
        own_key=draw(st.booleans()),
        termination_protection=draw(st.booleans()),
        tags=draw(st.sampled_from([None, TAGS])),
        network=_own_network(draw(st.integers(2, 3))) if own_network else {},
        database={
            "identifier": "drawn-1",
            "instance_class": draw(st.sampled_from(sorted(MEMORY_GIB))),
            "engine_version": draw(st.sampled_from(creatable_versions())),
            "master_password": draw(st.sampled_from(["generated", "entered"])),
            "subnet_group_name": None if own_network else draw(st.sampled_from([None, "adopted"])),
            "storage_key_adopted": draw(st.booleans()),
            "max_storage_gb": draw(st.sampled_from([None, 20, 100])),
            "multi_az": draw(st.booleans()),
            "publicly_accessible": draw(st.booleans()),
            "parameter_group": draw(st.booleans()),
            "export_logs": draw(st.booleans()),
            "insights": draw(st.booleans()),
            "lifecycle_decided": draw(st.booleans()),
            "monitoring_seconds": draw(st.sampled_from([0, 60])),
            "backup_days": draw(st.integers(1, 35)),
            "tls": draw(st.sampled_from(["require", "verify-ca", "verify-full"])),
        },
        api={
            "runtime": runtime,
            "architecture": draw(st.sampled_from(["arm64", "x86_64"])),
            "alias": login or draw(st.booleans()),
            "in_vpc": draw(st.booleans()),
            "tracing": draw(st.booleans()),
            "timeout_seconds": draw(st.integers(1, 900)),
            "memory_mb": draw(st.integers(128, 10240)),
            "reserved_concurrency": draw(st.none() | st.integers(0, 1000)),
            "jwt_secret": draw(st.sampled_from(["generated", "entered"])),
            "rust_log": draw(st.sampled_from([None, "DEBUG"])),
        },
        login={} if login else None,
        migrator={"timeout_seconds": 900} if has_migrator else None,
        http_api={
            "named_routes": login or draw(st.booleans()),
            "invoke_permission": draw(st.booleans()),
            "access_log": draw(st.booleans()),
            "detailed_metrics": draw(st.booleans()),
            "throttle_rate": draw(st.none() | st.integers(1, 10_000)),
            "cors_origins": draw(st.sampled_from([(), ("https://example.org",)])),
        },
        edge=edge,
        observability=observability,
        backup={} if observability and draw(st.booleans()) else None,
        traffic=draw(traffic()),
    )


@st.composite
def wise(draw: st.DrawFn) -> Environment:
    """An environment as a careful person would write it: it must break no rule at all."""
    instance_class = draw(st.sampled_from(sorted(MEMORY_GIB)))
    storage = draw(st.integers(20, 1000))
    most = (max_connections(instance_class) - 20 - 1) // 2
    reserved = draw(st.integers(min(20, most), min(most, 500)))
    protected = draw(st.booleans())
    domain = {
        "domain": "app.example.org",
        "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234",
        "hosted_zone_id": draw(st.sampled_from([None, "Z0123456789ABCDEFGHIJ"])),
    }
    return environment(
        name="drawn",
        system="drawn",
        termination_protection=protected,
        log_retention_days=draw(st.sampled_from([1, 30, 365])),
        tags=TAGS,
        network=_own_network(draw(st.integers(2, 5))),
        database={
            "identifier": "drawn-1",
            "instance_class": instance_class,
            "engine_version": draw(st.sampled_from(creatable_versions())),
            "storage_gb": storage,
            "max_storage_gb": storage * 2,
            "multi_az": True,
            "backup_days": draw(st.integers(7, 35)),
        },
        api={
            "runtime": draw(st.sampled_from(["python3.12", "python3.13", "python3.14", "provided.al2023"])),
            "memory_mb": draw(st.integers(128, 10240)),
            "reserved_concurrency": reserved,
        },
        login={"timeout_seconds": draw(st.integers(5, 29)), "reserved_concurrency": draw(st.integers(5, 50))},
        migrator={"timeout_seconds": draw(st.integers(60, 900)), "reserved_concurrency": 1},
        http_api={"throttle_rate": draw(st.integers(200, 5000)), "throttle_burst": 500},
        edge=domain,
        observability={"budget_usd": draw(st.integers(1, 10_000)), "alarm_emails": ["a@example.org"]},
        backup={"monthly_days": draw(st.none() | st.integers(90, 3650))},
        traffic=draw(traffic(peak=20, duration=100)),
    )
