"""Why a file no longer has its recorded checksum is found out where it can be, and said where it can't."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from runtime.migrator.drift import explain
from runtime.migrator.history import Version, versions_in_git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLE = b"create table t (id bigint primary key);\n"
CRLF = TABLE.replace(b"\n", b"\r\n")
BOM = b"\xef\xbb\xbf"
RECORDED = {
    "LF": "0eaf5662282934b998689b7a214c8b0b05ca2b0281a5bbadadaa88644760e9412e9c73aab1d307b927a66ea479e854f9",
    "CRLF": (
        "114388fb11a4003298f04030d0f720d788c5f6fc16f2d051f88a57a52129434c80886ea1efaaa77f5afd23703a1437f2"
    ),
    "BOM": "f01aad74941e2c5d507ea7c39ad7dcabe9ba0152cf03070aa81ac6b90def415c2df59bafd999d9fefa204c26c07ae0da",
    "no white space": (
        "388fd5cbdff37e989cace4c5480f8fc8e17314f92992b1993b46f6d45f05961b712730f4a9a863439ff091ccc8e3f18c"
    ),
}
"""Checksums as sqlx writes them for the table's file in four forms; the last by its `ignored-chars`."""
TWO = b"create table a ();\ncreate table b ();\n"


def checksum(content: bytes) -> bytes:
    return hashlib.sha384(content).digest()


@pytest.mark.parametrize(
    ("form", "content", "kind"),
    [
        ("LF", CRLF, "line endings"),
        ("CRLF", TABLE, "line endings"),
        ("BOM", TABLE, "byte order mark"),
        ("LF", BOM + TABLE, "byte order mark"),
        ("BOM", BOM + CRLF, "line endings"),
        ("BOM", CRLF, "byte order mark and line endings"),
        ("no white space", TABLE, "ignored characters"),
        ("no white space", BOM + CRLF, "ignored characters"),
    ],
)
def test_a_checksum_of_sqlx_is_explained(form: str, content: bytes, kind: str) -> None:
    explanation = explain(content, bytes.fromhex(RECORDED[form]))

    assert (kind, True) == (explanation.kind, explanation.same_sql)


@pytest.mark.parametrize(
    ("applied", "content", "kind"),
    [
        (TWO.replace(b"\n", b"\r\n"), TWO.replace(b"\n", b"\r\n", 1), "line endings"),
        (TWO, TWO.replace(b"\n", b"\r\n", 1), "line endings"),
        (TWO.rstrip(), TWO, "trailing white space"),
        (TWO, TWO.rstrip(), "trailing white space"),
        (TWO, TWO + b"\n\n", "trailing white space"),
        (TWO + b"\n", TWO, "trailing white space"),
        (TWO.rstrip() + b" ", TWO, "trailing white space"),
        (TWO, TWO.replace(b"\n", b" \t\n"), "trailing white space"),
        (TWO.replace(b"\n", b"\r\n").rstrip(), TWO, "line endings and trailing white space"),
        (BOM + TWO.rstrip(), TWO, "byte order mark and trailing white space"),
        (
            BOM + TWO.rstrip().replace(b"\n", b"\r\n"),
            TWO.replace(b"\n", b"  \n"),
            "byte order mark and line endings and trailing white space",
        ),
    ],
)
def test_variants_and_their_combinations_are_found(applied: bytes, content: bytes, kind: str) -> None:
    explanation = explain(content, checksum(applied))

    assert (kind, applied, True) == (explanation.kind, explanation.matching, explanation.same_sql)


def test_a_carriage_return_that_ends_no_line_may_have_been_ignored() -> None:
    """The rule of sqlx 0.9 that projects use against CRLF."""
    explanation = explain(b"select '\r';\r\n", checksum(b"select '';\n"))

    assert ("ignored characters", True) == (explanation.kind, explanation.same_sql)


def test_white_space_lost_inside_a_string_is_found_and_not_the_same_sql() -> None:
    explanation = explain(b"select 'a  \nb';\n", checksum(b"select 'a\nb';\n"))

    assert ("trailing white space", False) == (explanation.kind, explanation.same_sql)
    assert str(explanation).endswith("; restore the file and put the change into a new migration")


def test_line_endings_inside_a_function_are_not_another_sql() -> None:
    content = b"create function f() returns int language sql as $$\nselect 1\n$$;\n"

    assert explain(content, checksum(content.replace(b"\n", b"\r\n"))).same_sql


def test_what_nothing_explains_is_said_to_be_so() -> None:
    explanation = explain(TABLE, checksum(b"drop table t;\n"))

    assert ("unexplained", None, False, "") == (
        explanation.kind,
        explanation.matching,
        explanation.same_sql,
        explanation.diff,
    )
    assert (
        "what was applied is neither a variant of this file nor a version of it that git knows here; "
        "bring back the file that was applied"
    ) == str(explanation)


def test_changed_line_endings_are_told_with_their_cure() -> None:
    assert (
        "its lines ended in LF and end in CRLF now (`*.sql text eol=lf` in .gitattributes keeps them); "
        "`miyabi migrate repair` accepts that"
    ) == str(explain(CRLF, checksum(TABLE)))


def test_an_earlier_version_is_told_by_its_commit_with_the_difference(tmp_path: Path) -> None:
    def history(path: Path) -> Iterator[Version]:
        assert tmp_path / "1_t.sql" == path
        yield Version("b" * 40, "2026-02-02", b"create table other ();\n")
        yield Version("a" * 40, "2026-01-02", CRLF)

    explanation = explain(
        b"create table t (id integer);", checksum(TABLE), path=tmp_path / "1_t.sql", history=history
    )

    assert ("earlier version", TABLE, False) == (
        explanation.kind,
        explanation.matching,
        explanation.same_sql,
    )
    assert (
        "applied was commit aaaaaaa of 2026-01-02; since then its SQL has changed; "
        "restore the file and put the change into a new migration"
    ) == str(explanation)
    assert (
        "--- applied (commit aaaaaaa of 2026-01-02)\n"
        "+++ the file\n"
        "@@ -1 +1 @@\n"
        "-create table t (id bigint primary key);\n"
        "+create table t (id integer);\n"
        "\\ No newline at end of file\n"
    ) == explanation.diff


def test_an_earlier_version_with_other_comments_is_the_same_sql(tmp_path: Path) -> None:
    applied = b"-- the first\ncreate table t (\n    id bigint -- a key\n);\n"
    content = b"/* the first */ create table t (id bigint);\n"

    explanation = explain(
        content,
        checksum(applied),
        path=tmp_path / "1_t.sql",
        history=lambda _: [Version("a" * 40, "2026-01-02", applied)],
    )

    # "(id" and "( id" are the same tokens
    assert ("comments", True) == (explanation.kind, explanation.same_sql)


def test_a_string_with_other_blanks_is_another_sql(tmp_path: Path) -> None:
    explanation = explain(
        b"select 'a b';\n",
        checksum(b"select 'a  b';\n"),
        path=tmp_path / "1_t.sql",
        history=lambda _: [Version("a" * 40, "2026-01-02", b"select 'a  b';\n")],
    )

    assert ("earlier version", False) == (explanation.kind, explanation.same_sql)


def test_an_unfinished_comment_is_the_same_as_nothing_else(tmp_path: Path) -> None:
    explanation = explain(
        b"/* select 1;\n",
        checksum(b"/* select 2;\n"),
        path=tmp_path / "1_t.sql",
        history=lambda _: [Version("a" * 40, "2026-01-02", b"/* select 2;\n")],
    )

    assert ("earlier version", False) == (explanation.kind, explanation.same_sql)


def test_a_difference_shows_blanks_at_the_ends_and_leaves_line_endings_out() -> None:
    explanation = explain(b"select 1;  \nselect 2;\n", checksum(b"\xef\xbb\xbfselect 1;\r\nselect 2;\r\n"))

    assert (
        "--- applied\n+++ the file\n@@ -1,2 +1,2 @@\n-select 1;\n+select 1;··\n select 2;\n"
    ) == explanation.diff


# History.


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, whatever the developer's own git is told to do."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Nobody",
        "GIT_AUTHOR_EMAIL": "nobody@example.org",
        "GIT_COMMITTER_NAME": "Nobody",
        "GIT_COMMITTER_EMAIL": "nobody@example.org",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    }.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


def commit(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    git(path.parent, "add", "-A")
    git(path.parent, "commit", "-q", "-m", "it")


def test_git_knows_the_versions_through_renames_and_on_other_branches(repository: Path) -> None:
    old, new = repository / "migrations/1_old.sql", repository / "migrations/1_new.sql"
    text = b"-- the same in every version, so that git sees a rename\nselect %d;\n"
    commit(old, text % 1)
    commit(old, text % 2)
    old.unlink()
    commit(new, text % 2)
    git(repository, "checkout", "-q", "-b", "other")
    commit(new, text % 3)
    git(repository, "checkout", "-q", "main")
    commit(new, text % 4)

    assert {text % number for number in (1, 2, 3, 4)} == {each.content for each in versions_in_git(new)}


def test_a_version_in_git_explains_a_checksum(repository: Path) -> None:
    path = repository / "migrations/1_t.sql"
    commit(path, TABLE)
    commit(path, b"-- a table\n" + TABLE)

    explanation = explain(path.read_bytes(), checksum(CRLF), path=path)

    assert explanation.version is not None
    assert "2026-01-02" == explanation.version.date
    assert ("line endings and comments", CRLF, True) == (
        explanation.kind,
        explanation.matching,
        explanation.same_sql,
    )
    assert f"applied was commit {explanation.version.commit[:7]} of 2026-01-02; since then" in str(
        explanation
    )


def test_a_version_is_the_commit_that_made_it(repository: Path) -> None:
    path = repository / "1_t.sql"
    commit(path, TABLE)
    first = subprocess.check_output(["git", "-C", repository, "rev-parse", "HEAD"], text=True).strip()
    commit(path, TWO)
    commit(path, TABLE)

    assert {TABLE: first} == {
        each.content: each.commit for each in versions_in_git(path) if each.content == TABLE
    }


def test_a_version_of_which_the_clone_lacks_the_content_is_passed_over(repository: Path) -> None:
    path = repository / "1_t.sql"
    commit(path, TABLE)
    blob = subprocess.check_output(["git", "-C", repository, "rev-parse", "HEAD:1_t.sql"], text=True).strip()
    commit(path, TWO)
    (repository / ".git/objects" / blob[:2] / blob[2:]).unlink()

    assert [TWO] == [each.content for each in versions_in_git(path)]


def test_where_there_is_no_repository_there_are_no_versions(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "1_t.sql"

    assert [] == list(versions_in_git(outside))
    assert [] == list(versions_in_git(repository / "never_committed.sql"))
    assert [] == list(versions_in_git(repository / "no/such/folder.sql"))


def test_where_there_is_no_git_there_are_no_versions(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository / "1_t.sql"
    commit(path, TABLE)
    monkeypatch.setenv("PATH", str(repository))

    assert [] == list(versions_in_git(path))
