"""Whether the zip itself is one that Lambda takes, and that unpacks to files the function may read."""

from __future__ import annotations

import posixpath
import re
import stat
from collections import Counter
from typing import TYPE_CHECKING, Final

from ops.package.inspect.archive import (
    DIRECT_UPLOAD_LIMIT,
    ENCRYPTED,
    STORED_OR_DEFLATED,
    UNZIPPED_LIMIT,
)
from ops.package.inspect.check import Check, count, failed, failed_if, not_applicable, passed, unknown, warned
from ops.package.inspect.target import BOOTSTRAP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.package.inspect.archive import Entry
    from ops.package.inspect.check import Package, Verdict

MEBIBYTE: Final = 1 << 20
METHODS: Final = {
    1: "shrinking",
    6: "imploding",
    9: "deflate64",
    12: "bzip2",
    14: "LZMA",
    93: "zstd",
    95: "xz",
}
"""Ways of packing that Lambda does not know, by their number in a zip (APPNOTE.TXT, 4.4.5)."""
LONGEST_TARGET: Final = 4096
"""Bytes of the longest path of Linux, and so of where a link leads."""
NOT_OURS: Final = "__MACOSX"
"""A folder that macOS's Finder adds to its zips."""
NOTHING: Final = "the zip holds nothing"


def intact(package: Package) -> Verdict:
    """Each file unpacks to the size and checksum in the list."""
    broken = [f"{path}: {c.damage}" for path, c in package.contents.items() if c.damage]
    if broken:
        return failed(*broken)
    unread = [path for path, content in package.contents.items() if content.unread]
    if unread:
        return unknown(f"{count(len(unread), 'file')} could not be read, {unread[0]} first")
    return passed(
        f"unpacked and compared: {count(len(package.contents), 'file or folder', 'files and folders')}"
    )


def not_encrypted(package: Package) -> Verdict:
    """Lambda knows no password."""
    found = (f"{entry.name} is encrypted" for entry in package.entries if entry.flags & ENCRYPTED)
    return failed_if(found, "nothing is encrypted")


def known_method(package: Package) -> Verdict:
    """Stored or deflated, as every unpacker knows."""
    found = (
        f"{entry.name} is packed by {METHODS.get(entry.method, f'method {entry.method}')}"
        for entry in package.entries
        if entry.method not in STORED_OR_DEFLATED
    )
    return failed_if(found, "everything is stored or deflated")


def safe_paths(package: Package) -> Verdict:
    """Paths stay inside, and are spelt as on Linux."""
    return failed_if(
        (f"{entry.name!r} {what}" for entry in package.entries if (what := _bad_path(entry.name))),
        "all paths are relative and stay inside",
    )


def no_duplicates(package: Package) -> Verdict:
    """No path twice, and none that is a file and a folder."""
    names = Counter(entry.name for entry in package.entries)
    files = {entry.name for entry in package.entries if not entry.is_folder}
    folders = {folder for name in names for folder in _folders(name)}
    twice = [f"{name} is there {number} times" for name, number in names.items() if number > 1]
    both = [f"{name} is a file and a folder" for name in sorted(files & folders)]
    return failed_if(twice + both, "every path is there once")


def links_stay(package: Package) -> Verdict:
    """Links lead to somewhere in the package, and there are no devices."""
    special = [
        f"{entry.name} is {_special(entry.kind)}"
        for entry in package.entries
        if not (entry.is_file or entry.is_folder or entry.is_link)
    ]
    links = [entry for entry in package.entries if entry.is_link]
    found = [sentence for entry in links if (sentence := _leaves(package, entry))]
    return failed_if(
        [*special, *found], f"{count(len(links), 'link')} that stay inside" if links else "there are no links"
    )


def no_zip64(package: Package) -> Verdict:
    """The form for more than 65,535 files or 4 GiB, which nothing that Lambda takes needs."""
    fields = [entry.name for entry in package.entries if entry.zip64]
    if not fields and not package.archive.zip64:
        return passed("the plain form of zip")
    where = f"{fields[0]} is listed" if fields else "the list of files ends"
    return unknown(f"{where} in the form of zip64; whether Lambda takes that is not known here")


def zipped_size(package: Package) -> Verdict:
    """50 MiB where the zip is given to Lambda itself."""
    size = package.archive.size
    said = f"{size / MEBIBYTE:.1f} MB zipped ({size:,} bytes)"
    if size > DIRECT_UPLOAD_LIMIT:
        return warned(f"{said}; Lambda itself takes {DIRECT_UPLOAD_LIMIT:,}")
    return passed(said)


def unzipped_size(package: Package) -> Verdict:
    """250 MiB, layers included."""
    size = package.archive.unzipped
    files = sum(not entry.is_folder for entry in package.entries)
    said = f"{size / MEBIBYTE:.1f} MB unzipped, {count(files, 'file')}"
    if size > UNZIPPED_LIMIT:
        return failed(f"{said}; Lambda takes {UNZIPPED_LIMIT:,} bytes, layers included")
    return passed(said)


def not_wrapped(package: Package) -> Verdict:
    """What Lambda starts lies at the root."""
    tops = {entry.name.split("/", 1)[0] for entry in package.entries} - {NOT_OURS}
    if not tops:
        return failed(f"the zip holds nothing but {NOT_OURS}/" if package.entries else NOTHING)
    if len(tops) > 1 or any(entry.name in tops for entry in package.entries):
        return passed(f"{count(len(tops), 'name')} at the root")
    top = tops.pop()
    if not package.target.runtime.is_custom and top in {h.split(".", 1)[0] for h in package.handlers}:
        return passed(f"{top}/ is the handler's own package")
    if not package.handlers and f"{top}/__init__.py" in package.contents:
        return unknown(
            f"everything lies under {top}/, which may be the handler's package: no handler is named"
        )
    inside = f"{top}/{BOOTSTRAP}"
    example = f", {inside} among it" if inside in package.contents else ""
    return failed(f"everything lies under {top}/{example}, and Lambda looks at the root")


def readable_modes(package: Package) -> Verdict:
    """The function runs as another user than the one that owns its files."""
    if not package.entries:
        return not_applicable(NOTHING)
    with_modes = [entry for entry in package.entries if entry.mode is not None]
    if not with_modes:
        return unknown("the zip holds no Unix modes, as one made on Windows")
    found = [
        f"{entry.name} has mode {stat.S_IMODE(entry.mode or 0):04o}" for entry in with_modes if _closed(entry)
    ]
    return failed_if(found, "everything may be read by everybody")


def _closed(entry: Entry) -> bool:
    if entry.is_link:
        return False
    wanted = stat.S_IROTH | (stat.S_IXOTH if entry.is_folder else 0)
    return (entry.mode or 0) & wanted != wanted


def _bad_path(name: str) -> str | None:
    if not name or re.search(r"[\x00-\x1f\x7f]", name):
        return "is empty or has control characters"
    if "\\" in name:
        return "is spelt with backslashes, which on Linux are part of a name"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is absolute"
    return "leads out by .." if ".." in name.split("/") else None


def _folders(name: str) -> Iterator[str]:
    parts = name.split("/")[:-1]
    return ("/".join(parts[:length]) for length in range(1, len(parts) + 1))


def _leaves(package: Package, entry: Entry) -> str | None:
    target = package.archive.read(entry.name, LONGEST_TARGET)
    if target is None:
        return f"{entry.name} is a link that can't be read"
    leads = target.decode("utf-8", "backslashreplace")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(entry.name), leads))
    if path.startswith(("/", "../")) or path == "..":
        return f"{entry.name} leads out, to {leads!r}"
    return None


def _special(kind: int) -> str:
    names = {
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    return names.get(kind, f"of the unknown type {kind:o}")


ZIP_CHECKS: Final = (
    Check("zip.intact", "every file unpacks to what the list says", "make or download the zip again", intact),
    Check("zip.encryption", "nothing is encrypted", "make the zip without a password", not_encrypted),
    Check(
        "zip.method",
        "everything is stored or deflated",
        "make the zip with plain compression (`zip -9`), without bzip2, LZMA or zstd",
        known_method,
    ),
    Check(
        "zip.paths",
        "paths are relative, stay inside and are spelt with /",
        "make the zip inside the folder (`cd folder && zip -r ../package.zip .`), on Linux or macOS",
        safe_paths,
    ),
    Check(
        "zip.duplicates",
        "every path is there once",
        "make a new zip instead of adding to an old one",
        no_duplicates,
    ),
    Check(
        "zip.links",
        "links stay inside, and there are no devices",
        "pack the files themselves: `zip -r` without --symlinks",
        links_stay,
    ),
    Check(
        "zip.zip64",
        "the zip has the plain form",
        "write it to a file that can be sought in, not to a pipe; or try it on a function of no importance",
        no_zip64,
    ),
    Check(
        "size.zipped",
        "the zip may be given to Lambda itself",
        "upload it to S3, which takes it, and name bucket and key to Lambda instead of the file",
        zipped_size,
    ),
    Check(
        "size.unzipped",
        "unzipped it is no larger than Lambda allows",
        "leave out what the function does not import, strip debug symbols, or deploy an image",
        unzipped_size,
    ),
    Check(
        "zip.root",
        "what Lambda starts lies at the root",
        "make the zip inside the folder: `cd folder && zip -r ../package.zip .`",
        not_wrapped,
    ),
    Check(
        "permissions",
        "files may be read, and folders entered, by everybody",
        "chmod -R a+rX the folder before it is zipped; in Python, give ZipInfo.external_attr 0o644 << 16",
        readable_modes,
    ),
)
