"""Libraries and symbol versions are looked for where the loader looks, in its order."""

from __future__ import annotations

import pytest

from ops.package.inspect import elf
from ops.package.inspect.linking import Shortcoming, missing_libraries, missing_versions
from ops.package.inspect.target import load_runtime
from tests.ops.inspect.elf_making import Blueprint, make

OLD = load_runtime("provided.al2")
NEW = load_runtime("provided.al2023")
PYTHON = load_runtime("python3.13")
OURS = elf.read(make(Blueprint(defines=("OURS_1",))))


def binary(**changes: object) -> elf.Elf:
    """A binary that says this of itself."""
    return elf.read(make(Blueprint(**changes)))  # type: ignore[arg-type]  # the fields are Blueprint's


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({}, "libours.so.1"),
        ({}, "lib/libours.so.1"),
        ({"rpath": "$ORIGIN/../ours"}, "a/ours/libours.so.1"),
        ({"runpath": "/elsewhere:${ORIGIN}"}, "a/b/libours.so.1"),
        ({"runpath": "/var/task/deep"}, "deep/libours.so.1"),
    ],
    ids=["root", "lib", "RPATH", "RUNPATH", "absolute RUNPATH"],
)
def test_a_library_is_found_in_the_package(changes: dict[str, object], place: str) -> None:
    needing = binary(needed=("libours.so.1",), **changes)

    assert [] == list(missing_libraries("a/b/x.so", needing, {place: OURS}, NEW))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rpath": "$ORIGIN/../../.."},
        {"rpath": "/opt/ours"},
        {"rpath": "$ORIGIN/../ours", "runpath": "/opt"},
    ],
    ids=["no path", "out of the package", "a layer", "RPATH beside RUNPATH"],
)
def test_a_library_elsewhere_in_the_package_may_have_been_loaded_before(changes: dict[str, object]) -> None:
    needing = binary(needed=("libours.so.1",), **changes)
    (found,) = missing_libraries("a/b/x.so", needing, {"a/ours/libours.so.1": OURS}, NEW)

    assert not found.certain
    assert "lies at a/ours/libours.so.1" in found.sentence


@pytest.mark.parametrize(
    ("name", "runtime", "certain", "says"),
    [
        ("libssl.so.3", "provided.al2", True, "does not have (it has libssl.so.10)"),
        ("libssl.so.1.1", "provided.al2", True, "does not have (it has libssl.so.10)"),
        ("libssl.so.10", "provided.al2023", True, "does not have (it has libssl.so.3)"),
        ("libcrypt.so.1", "provided.al2023", True, "does not have"),
        ("libc.musl-x86_64.so.1", "python3.13", True, "does not have"),
        ("libssl.so.1.1", "python3.11", False, "not known"),
        ("libcrypt.so.1", "python3.13", False, "not known"),
        ("libxml2.so.2", "provided.al2", False, "not known"),
    ],
)
def test_what_is_not_known_is_not_claimed(name: str, runtime: str, says: str, *, certain: bool) -> None:
    (found,) = missing_libraries("bootstrap", binary(needed=(name,)), {}, load_runtime(runtime))

    assert certain is found.certain
    assert says in found.sentence


@pytest.mark.parametrize(
    ("library", "version", "runtime", "expected"),
    [
        ("libc.so.6", "GLIBC_2.26", "provided.al2", None),
        ("libc.so.6", "GLIBC_2.27", "provided.al2", True),
        ("libc.so.6", "GLIBC_2.34", "provided.al2023", None),
        ("libc.so.6", "GLIBC_2.35", "python3.13", True),
        ("libc.so.6", "GLIBC_2.100", "python3.13", True),
        ("libc.so.6", "GLIBC_ABI_DT_RELR", "python3.13", True),
        ("libc.so.6", "GLIBC_PRIVATE", "python3.13", False),
        ("libstdc++.so.6", "GLIBCXX_3.4.25", "provided.al2", True),
        ("libstdc++.so.6", "CXXABI_1.3.13", "python3.13", None),
        ("libgcc_s.so.1", "GCC_3.0", "python3.13", None),
        ("libssl.so.3", "OPENSSL_3.0.0", "python3.13", None),
        ("libssl.so.3", "OPENSSL_3.4.0", "python3.13", False),
        ("libcrypto.so.10", "OPENSSL_1.0.1_EC", "provided.al2", None),
        ("libcrypto.so.10", "libcrypto.so.10", "provided.al2", None),
    ],
)
def test_a_symbol_version_is_there_missing_or_unknown(
    library: str, version: str, runtime: str, *, expected: bool | None
) -> None:
    """None: it is there; otherwise whether it is certain that it is not."""
    needing = binary(needed=(library,), requires=((library, version),))
    found = [each.certain for each in missing_versions("bootstrap", needing, {}, load_runtime(runtime))]

    assert found == ([] if expected is None else [expected])


def test_of_many_missing_versions_the_newest_is_named() -> None:
    wanted = tuple(("libc.so.6", f"GLIBC_2.{minor}") for minor in (2, 38, 9, 35))
    (found,) = missing_versions("bootstrap", binary(needed=("libc.so.6",), requires=wanted), {}, NEW)

    assert "GLIBC_2.38" in found.sentence


def test_the_package_s_copy_is_not_used_where_the_runtime_has_one() -> None:
    """LD_LIBRARY_PATH names /lib64 before /var/task/lib."""
    copy = elf.read(make(Blueprint(defines=("GLIBCXX_3.4.32",))))
    wanted = {"needed": ("libstdc++.so.6",), "requires": (("libstdc++.so.6", "GLIBCXX_3.4.32"),)}
    files = {"lib/libstdc++.so.6": copy}

    assert [] != list(missing_versions("bootstrap", binary(**wanted, runpath="$ORIGIN/lib"), files, PYTHON))
    assert [] == list(missing_versions("bootstrap", binary(**wanted, rpath="$ORIGIN/lib"), files, PYTHON))


def test_a_library_of_the_package_must_have_the_version() -> None:
    needing = binary(needed=("libours.so.1",), requires=(("libours.so.1", "OURS_2"),))
    expected = Shortcoming(
        "x.so needs OURS_2 of libours.so.1, which lib/libours.so.1 does not have",
        certain=True,
        library="libours.so.1",
    )

    assert [expected] == list(missing_versions("x.so", needing, {"lib/libours.so.1": OURS}, OLD))
    assert [] == list(missing_versions("x.so", needing, {"lib/libours.so.1": None}, OLD))
