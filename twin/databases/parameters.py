"""What an instance's parameter group makes of PostgreSQL's settings, and what of it has no meaning here."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from twin.databases.classes import size_of
from twin.databases.formulas import FormulaUnknown, is_formula, work_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from twin.databases.instance import Instance
    from twin.deployed import Deployed

FORCE_SSL: Final = "rds.force_ssl"
FORCED_SINCE: Final = 15
"""From this major version on, TLS is demanded unless the group says otherwise.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
"""
STATIC: Final = "postmaster"
"""Context of a setting that counts from the next start on."""
AT_REBOOT: Final = "pending-reboot"
"""How a parameter is set that is to wait for one."""
PRELOADED: Final = "shared_preload_libraries"
OF_THE_FAMILY: Final = {
    "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)",
    "log_line_prefix": "%t:%r:%u@%d:[%p]:",
}
"""What every family of RDS says where a group says nothing, of what a client can notice."""
OWN: Final = {"superuser_reserved_connections": "5", "wal_keep_size": "64MB"}
"""What the twin sets itself: connections that no ordinary role gets, and a log to copy data with.

The connections are PostgreSQL's three and the two of `rds.rds_superuser_reserved_connections`, which the
master does not get here either, until version 16 brings PostgreSQL's own way of reserving them.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
"""
OWN_SINCE_16: Final = OWN | {"superuser_reserved_connections": "3", "reserved_connections": "2"}
OF_THE_MACHINE: Final = {
    name: why
    for why, names in {
        "this machine's memory and disk are others": (
            "huge_pages effective_io_concurrency max_wal_size min_wal_size shared_buffers wal_buffers "
            "wal_keep_size"
        ),
        "RDS itself sees to files, logs and archives, and the twin does here": (
            "archive_command archive_library archive_mode archive_timeout bgwriter_flush_after config_file "
            "data_directory event_source external_pid_file hba_file ident_file log_destination log_directory "
            "log_file_mode log_filename logging_collector log_rotation_age log_rotation_size "
            "log_truncate_on_rotation restore_command stats_temp_directory temp_tablespaces"
        ),
        "where the server listens, and whose certificate it shows, is the twin's": (
            "listen_addresses port ssl ssl_ca_file ssl_cert_file ssl_crl_dir ssl_crl_file ssl_key_file "
            "unix_socket_directories unix_socket_group unix_socket_permissions"
        ),
        "nothing is replicated here": (
            "hot_standby hot_standby_feedback primary_conninfo primary_slot_name synchronous_standby_names"
        ),
        "a commit need not outlive this machine": "fsync full_page_writes wal_sync_method",
    }.items()
    for name in names.split()
}
"""Parameters that are not passed on, and why."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What PostgreSQL is told for an instance.

    Attributes:
        group: The parameter group's name.
        settings: By name, in PostgreSQL's own form.
        plain: Whether connections without TLS are let in.
        left_out: What the group says to no effect here, with the reason.
        waiting: What was set to count from the next reboot on, be it dynamic or not.
    """

    group: str
    settings: Mapping[str, str]
    plain: bool
    left_out: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()

    def after(self, now: Parameters, static: frozenset[str]) -> Parameters:
        """What counts while a server runs with these, and its group has come to say `now`.

        Static parameters wait for a reboot, and so does what was set with that method, and all of another
        group: "When you associate a new DB parameter group with a DB instance, ... applied only after the DB
        instance is rebooted."
        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
        https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
        """
        if now.group != self.group:
            return self
        waiting = static | now.waiting
        settings = {name: value for name, value in self.settings.items() if name in waiting}
        settings |= {name: value for name, value in now.settings.items() if name not in waiting}
        plain = self.plain if FORCE_SSL in waiting else now.plain
        return Parameters(self.group, settings, plain, now.left_out, now.waiting)


def parameters_of(deployed: Deployed, instance: Instance, binaries: Path) -> Parameters:
    """What an instance's group says, as the server of these programs can take it."""
    told = _told(deployed, instance.parameter_group)
    said = {name: str(parameter["ParameterValue"]) for name, parameter in told.items()}
    known, left_out = contexts(binaries), dict[str, str]()
    variables = _variables(instance)
    settings = dict(OWN_SINCE_16 if "reserved_connections" in known else OWN)
    for name, value in (OF_THE_FAMILY | said).items():
        if name == FORCE_SSL:
            continue
        if name == PRELOADED:
            settings[name], missing = _libraries(value, binaries)
            if missing:
                left_out[name] = f"the PostgreSQL here has no library {' and no '.join(missing)}"
            continue
        try:
            settings[name] = _taken(name, value, known, variables)
        except _LeftOut as left:
            left_out[name] = str(left)
    forced = said.get(FORCE_SSL, "1" if instance.major >= FORCED_SINCE else "0")
    waiting = frozenset(name for name, parameter in told.items() if parameter.get("ApplyMethod") == AT_REBOOT)
    return Parameters(instance.parameter_group, settings, forced == "0", left_out, waiting)


class _LeftOut(Exception):
    """Why a parameter is not passed on."""


def _taken(name: str, value: str, known: Mapping[str, str], variables: Mapping[str, int]) -> str:
    """A parameter's value in PostgreSQL's form; raises _LeftOut."""
    if name.startswith("rds."):
        raise _LeftOut("it belongs to RDS's own PostgreSQL")
    if name in OF_THE_MACHINE:
        raise _LeftOut(OF_THE_MACHINE[name])
    if name not in known and "." not in name:
        raise _LeftOut("the PostgreSQL here does not know it")
    if not is_formula(value):
        return value
    try:
        return str(work_out(value, variables))
    except FormulaUnknown as unknown:
        raise _LeftOut(str(unknown)) from None


def _libraries(value: str, binaries: Path) -> tuple[str, list[str]]:
    """Of libraries those that are here, as the setting has them, and those that are not."""
    wanted = [library.strip() for library in value.split(",") if library.strip()]
    there = [library for library in wanted if library in installed(binaries)]
    return ",".join(there), [library for library in wanted if library not in there]


def _variables(instance: Instance) -> dict[str, int]:
    """What formulas are made of; without a size where the class's name does not tell it."""
    found = {"AllocatedStorage": instance.storage_gib * 2**30, "EndPointPort": instance.port}
    if size := size_of(instance.instance_class):
        found |= {"DBInstanceClassMemory": size.usable_bytes, "DBInstanceVCPU": size.cpus}
    return found


def _told(deployed: Deployed, group: str) -> dict[str, Any]:
    """Parameters of a group that have a value, by name."""
    told = deployed.pages("rds", "describe_db_parameters", "Parameters", DBParameterGroupName=group)
    return {
        parameter["ParameterName"]: parameter
        for parameter in told
        if parameter.get("ParameterValue") is not None
    }


@cache
def contexts(binaries: Path) -> Mapping[str, str]:
    """When each setting can be changed, by the server's own list: `postmaster` is only when it starts."""
    done = subprocess.run(
        [binaries / "postgres", "--describe-config"], cwd="/", capture_output=True, text=True, check=True
    )
    return dict(_name_and_context(done.stdout))


def _name_and_context(listed: str) -> Iterator[tuple[str, str]]:
    for line in listed.splitlines():
        name, context, *_ = line.split("\t")
        yield name, context


def static(binaries: Path) -> frozenset[str]:
    """Settings that a running server does not change; which of an extension's it knows itself."""
    return frozenset(name for name, context in contexts(binaries).items() if context == STATIC)


@cache
def installed(binaries: Path) -> frozenset[str]:
    """Libraries that a server of these programs can load."""
    roots = [binaries.parent / "lib"]
    found: set[Any] = {path.stem for root in roots for path in root.rglob("*.so")}
    return frozenset(found)
