"""A folder of migrations is read by sqlx's rules, to the byte."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.migrator.errors import DuplicateVersion, FileRefused, FolderUnreadable
from runtime.migrator.files import read_migrations

if TYPE_CHECKING:
    from pathlib import Path

CREATE = b"create table t (id bigint primary key);"


def write(folder: Path, *names: str, content: bytes = CREATE) -> Path:
    """Write files of these names."""
    for name in names:
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("content", "checksum"),
    [
        (
            CREATE + b"\n",
            "0eaf5662282934b998689b7a214c8b0b05ca2b0281a5bbadadaa88644760e9412e9c73aab1d307b927a66ea479e854f9",
        ),
        (
            CREATE + b"\r\n",
            "114388fb11a4003298f04030d0f720d788c5f6fc16f2d051f88a57a52129434c80886ea1efaaa77f5afd23703a1437f2",
        ),
        (
            b"\xef\xbb\xbf" + CREATE + b"\r\n",
            None,
        ),
        (
            b"",
            "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
        ),
        (
            b"-- no-transaction\ncreate index concurrently t_i on t (id);\n",
            "6364af0fedb83fc1c52410ea4d6bcf4aa28727634436df99e225d155241772865af26b4566a27d849a665dd2ae1c66b9",
        ),
    ],
    ids=["LF", "CRLF", "byte order mark", "empty", "no-transaction"],
)
def test_the_checksum_covers_every_byte_as_sqlx_hashes_them(
    tmp_path: Path, content: bytes, checksum: str | None
) -> None:
    """The digests are sqlx's own of these contents; a byte order mark counts like any other bytes."""
    (migration,) = read_migrations(write(tmp_path, "1_a.sql", content=content)).up

    assert (checksum or hashlib.sha384(content).hexdigest()) == migration.checksum.hex()


@pytest.mark.parametrize(
    ("name", "version", "description", "kind"),
    [
        ("20251024000000_initial_schema.sql", 20251024000000, "initial schema", "simple"),
        ("1_up.sql", 1, "up", "simple"),
        ("1_.sql", 1, "", "simple"),
        ("+5_a.sql", 5, "a", "simple"),
        ("-5_a.sql", -5, "a", "simple"),
        ("007_a.sql", 7, "a", "simple"),
        ("9223372036854775807_a.sql", 2**63 - 1, "a", "simple"),
        ("1_a.sql.sql", 1, "a", "simple"),
        ("1_a.up.sql", 1, "a", "up"),
        ("1_a.up.sql.up.sql", 1, "a", "up"),
        ("1_a.up.up.sql", 1, "a.up", "up"),
        ("1_a__b_c.sql", 1, "a  b c", "simple"),
    ],
)
def test_a_name_is_read_as_sqlx_reads_it(
    tmp_path: Path, name: str, version: int, description: str, kind: str
) -> None:
    (migration,) = read_migrations(write(tmp_path, name)).up

    assert (version, description, kind) == (migration.version, migration.description, migration.kind)


@pytest.mark.parametrize("name", ["README.md", "1.sql", "1_a.SQL", "1_a.txt", "1-a.sql"])
def test_what_is_no_migration_is_passed_over(tmp_path: Path, name: str) -> None:
    assert () == read_migrations(write(tmp_path, name)).up


@pytest.mark.parametrize(
    "name",
    [
        "seed_data.sql",
        "_x.sql",
        ".1_a.sql",
        "9223372036854775808_a.sql",
        "\uff11_a.sql",
        "1 _a.sql",
        "1\n_a.sql",
    ],
)
def test_a_name_without_a_version_is_refused_with_the_whole_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileRefused, match="is no version"):
        read_migrations(write(tmp_path, "1_good.sql", name))


def test_folders_are_passed_over_even_with_a_migrations_name(tmp_path: Path) -> None:
    (tmp_path / "1_x.sql").mkdir()

    assert () == read_migrations(tmp_path).up


def test_versions_are_ordered_as_numbers(tmp_path: Path) -> None:
    migrations = read_migrations(write(tmp_path, "10_b.sql", "9_a.sql", "-1_c.sql"))

    assert [-1, 9, 10] == [migration.version for migration in migrations.up]


def test_a_version_given_twice_is_refused_with_both_names(tmp_path: Path) -> None:
    with pytest.raises(DuplicateVersion, match=r"01_b\.sql and 1_a\.sql"):
        read_migrations(write(tmp_path, "1_a.sql", "01_b.sql"))


def test_a_way_down_stands_beside_the_way_up(tmp_path: Path) -> None:
    migrations = read_migrations(write(tmp_path, "1_a.up.sql", "1_a.down.sql", "2_b.sql"))

    assert [1, 2] == [migration.version for migration in migrations.up]
    assert [1] == list(migrations.down)


def test_what_is_not_utf_8_is_refused_with_its_byte(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="is not UTF-8 at byte 3"):
        read_migrations(write(tmp_path, "1_a.sql", content=b"-- \xff"))


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    try:
        (tmp_path / "1_\udcff.sql").write_bytes(CREATE)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")

    with pytest.raises(FileRefused, match="has a name that is not UTF-8"):
        read_migrations(tmp_path)


def test_a_broken_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").symlink_to(tmp_path / "gone")

    with pytest.raises(FileRefused, match=r"1_a\.sql: can't be read"):
        read_migrations(tmp_path)


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_bytes(CREATE)
    (tmp_path / "1_a.sql").symlink_to(tmp_path / "elsewhere.txt")

    assert CREATE == read_migrations(tmp_path).up[0].content


@pytest.mark.parametrize("folder", ["gone", "file"])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(FolderUnreadable, match=folder):
        read_migrations(tmp_path / folder)


@given(first=st.text(min_size=1, max_size=12))
def test_only_ascii_digits_make_a_version(tmp_path_factory: pytest.TempPathFactory, first: str) -> None:
    """Python's `int` takes blanks, underscores and the digits of every script; Rust's parser does not."""
    before = first.replace("/", "").replace("\0", "").replace("_", "")
    folder = tmp_path_factory.mktemp("folder")
    try:
        write(folder, f"{before}_a.sql")
    except (OSError, UnicodeEncodeError):
        return  # no file can be named so
    plain = before.lstrip("+-") if before[:2] not in ("+-", "-+", "++", "--") else ""
    if plain.isascii() and plain.isdigit():
        assert int(before) == read_migrations(folder).up[0].version
    else:
        with pytest.raises(FileRefused):
            read_migrations(folder)
