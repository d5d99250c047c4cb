"""Frontend: what is published and how long it may be kept, only what has changed, and the pages last."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from ops.errors import Refused
from ops.frontend.errors import FileChanged, FolderRefused, NoFrontend, Undeleted
from ops.frontend.files import IMMUTABLE, MOST_BYTES, REVALIDATED, TYPES, cache_control, read_folder
from ops.frontend.publishing import PATIENCE, InvalidationSlow, Plan, plan, publish, wait
from ops.live import Live
from tests.ops.living.conftest import STAGING
from tests.ops.living.running import held

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ops.living.running import Program
    from twin.aws.clients import Aws

FILES = {
    "index.html": "<title>Miyabi</title>",
    "about.html": "<title>About</title>",
    "assets/index-BRbmo9S4.js": "1",
    "favicon.ico": "i",
    ".well-known/security.txt": "Contact:",
}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A frontend as its build has written it."""
    folder = tmp_path / "dist"
    for name, text in FILES.items():
        write(folder, name, text)
    return folder


def write(folder: Path, name: str, text: str = "x") -> Path:
    """Write a file of the build."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def bucket(aws: Aws) -> str:
    """Where the frontend is."""
    return held(aws, "edge", "FrontendBucket")


def there(aws: Aws) -> list[str]:
    """Keys in the bucket."""
    return [one["Key"] for one in aws.client("s3").list_objects_v2(Bucket=bucket(aws)).get("Contents", ())]


def published(live: Live, folder: Path, **options: Any) -> tuple[Plan, list[str]]:
    """Publish; returns the plan and the keys in the order in which they were uploaded."""
    keys: list[str] = []
    made = plan(live, read_folder(folder), **options)
    publish(live, made, lambda file: keys.append(file.key))
    return made, keys


# Files.


@pytest.mark.parametrize(
    "name",
    [
        "main.8a3b2c1d.js",
        "main.8a3b2c1d.chunk.js",
        "assets/index-BRbmo9S4.css",
        "a-5f4DcC3b5AA765D6.woff2",
        "x.8a3b2c1d9e.js.map",
    ],
)
def test_what_has_a_hash_in_its_name_is_kept_for_a_year(name: str) -> None:
    assert IMMUTABLE == cache_control(name)


@pytest.mark.parametrize(
    "name",
    [
        "app.js",
        "jquery-validate.js",
        "deadbeef.js",
        "report-20261126.csv",
        "a.12345678.js",
        "DropDown.js",
        "icon-512x512.png",
        "v2-DropDown.js",
        "sw.js",
    ],
)
def test_what_may_be_a_word_or_a_number_is_asked_for_again(name: str) -> None:
    assert REVALIDATED == cache_control(name)


def test_an_operator_may_say_what_never_changes_but_not_of_a_page(build: Path) -> None:
    write(build, "assets/plain.js")
    controls = {file.key: file.cache_control for file in read_folder(build, ("assets/*", "*.html")).files}

    assert IMMUTABLE == controls["assets/plain.js"]
    assert {REVALIDATED} == {
        controls[name] for name in ("index.html", "about.html", "config.json", "favicon.ico")
    }


def test_pages_come_after_what_they_ask_for_and_index_html_last(build: Path) -> None:
    assert [
        "assets/index-BRbmo9S4.js",
        ".well-known/security.txt",
        "favicon.ico",
        "about.html",
        "config.json",
        "index.html",
    ] == [file.key for file in read_folder(build).files]


def test_hidden_files_are_left_out_and_said(build: Path) -> None:
    write(build, ".env", "SECRET=1")
    write(build, ".git/config")
    write(build, "assets/.DS_Store")
    folder = read_folder(build)

    assert (".env", ".git/", "assets/.DS_Store") == folder.left_out
    assert 6 == len(folder.files)


def test_types_are_the_same_on_every_machine() -> None:
    assert "text/javascript; charset=utf-8" == TYPES[".js"]
    assert all("/" in kind for kind in TYPES.values())


def without_index(folder: Path) -> None:
    (folder / "index.html").unlink()


def with_config(folder: Path) -> None:
    write(folder, "config.json", "{}")


def with_link_out(folder: Path) -> None:
    outside = write(folder.parent, "outside.txt")
    (folder / "a.txt").symlink_to(outside)


def with_linked_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder / "assets")


def with_dangling_link(folder: Path) -> None:
    (folder / "a.txt").symlink_to(folder / "nothing")


def with_pipe(folder: Path) -> None:
    os.mkfifo(folder / "a.txt")


def with_odd_name(folder: Path) -> None:
    write(folder, "a\nb.txt")


def with_huge_file(folder: Path) -> None:
    with (folder / "huge.bin").open("wb") as file:
        file.truncate(MOST_BYTES + 1)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_index, "has no index.html; name the folder"),
        (with_config, "has a config.json of its own; leave it out"),
        (with_link_out, "is a link that leads out of the folder; put the file itself there"),
        (with_linked_folder, "is a link to a folder; put the folder itself there"),
        (with_dangling_link, "is no file; remove it, or mend the link"),
        (with_pipe, "is no file; remove it"),
        (with_odd_name, "has a name that is no address; give it another"),
        (with_huge_file, "has 104,857,601 bytes; publish 104,857,600 a file at the most"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_folder_that_can_t_be_published_is_refused(spoil: Any, words: str, build: Path) -> None:
    spoil(build)

    with pytest.raises(FolderRefused, match=words):
        read_folder(build)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="nowhere is no folder; name the folder"):
        read_folder(tmp_path / "nowhere")


def test_a_link_within_the_folder_is_published_as_a_file(build: Path) -> None:
    (build / "icon.ico").symlink_to(build / "favicon.ico")

    assert "icon.ico" in {file.key for file in read_folder(build).files}


# Publishing.


def test_all_is_uploaded_with_its_type_and_headers_and_then_only_what_has_changed(
    live: Live, aws: Aws, build: Path
) -> None:
    first, keys = published(live, build)
    write(build, "index.html", "<title>New</title>")
    second, changed = published(live, build)
    third, nothing = published(live, build)
    heads = {key: aws.client("s3").head_object(Bucket=bucket(aws), Key=key) for key in there(aws)}

    assert "index.html" == keys[-1]
    assert sorted(keys) == there(aws)
    assert () == first.paths, "what was not there is in nobody's cache"
    assert (["index.html"], ("/", "/index.html")) == (changed, second.paths)
    assert ([], False, 6) == (nothing, third.is_change, third.unchanged)
    script = heads["assets/index-BRbmo9S4.js"]
    assert ("text/javascript; charset=utf-8", IMMUTABLE) == (script["ContentType"], script["CacheControl"])
    assert ("text/html; charset=utf-8", "no-cache") == (
        heads["index.html"]["ContentType"],
        heads["index.html"]["CacheControl"],
    )
    body = aws.client("s3").get_object(Bucket=bucket(aws), Key="config.json")["Body"].read()
    assert {"API_BASE": "/api/v1"} == json.loads(body)


def test_old_files_are_deleted_only_when_asked_for_and_afterwards(live: Live, aws: Aws, build: Path) -> None:
    published(live, build)
    (build / "favicon.ico").unlink()
    kept, _ = published(live, build)
    assert "favicon.ico" in there(aws)
    gone, _ = published(live, build, prune=True)

    assert (("favicon.ico",), False, ()) == (kept.old, kept.is_change, kept.paths)
    assert (("favicon.ico",), True, ("/favicon.ico",)) == (gone.old, gone.is_change, gone.paths)
    assert "favicon.ico" not in there(aws)
    versions = aws.client("s3").list_object_versions(Bucket=bucket(aws), Prefix="favicon.ico")
    assert 1 == len(versions["Versions"]), "it can be brought back"


def test_cloudfront_forgets_what_was_replaced(live: Live, aws: Aws, build: Path) -> None:
    published(live, build)
    write(build, "about.html", "new")
    made = plan(live, read_folder(build))
    invalidation = publish(live, made)
    assert invalidation is not None
    found = aws.client("cloudfront").get_invalidation(DistributionId=made.distribution, Id=invalidation)

    assert ["/about.html"] == found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
    wait(live, made.distribution, invalidation, pause=lambda _: pytest.fail("it is done already"))


def test_many_changes_are_forgotten_by_one_path(live: Live, build: Path) -> None:
    for number in range(20):
        write(build, f"{number}.txt")
    published(live, build)

    assert ("/*",) == plan(live, read_folder(build), everything=True).paths


def test_an_upload_that_is_interrupted_is_gone_on_with(
    live: Live, aws: Aws, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = live.call

    def failing(action: str, thing: str, **arguments: Any) -> Any:
        if action == "s3:PutObject" and thing.endswith("about.html"):
            raise Refused(action, thing, "AccessDenied")
        return call(action, thing, **arguments)

    monkeypatch.setattr(live, "call", failing)
    with pytest.raises(Refused):
        published(live, build)
    assert "index.html" not in there(aws), "a page that is served finds all that it asks for"
    monkeypatch.undo()

    _, keys = published(live, build)

    assert ["about.html", "config.json", "index.html"] == keys


def test_a_file_that_changes_meanwhile_is_not_published(live: Live, aws: Aws, build: Path) -> None:
    made = plan(live, read_folder(build))
    write(build, "index.html", "half of")

    with pytest.raises(FileChanged, match=r"index\.html has changed since the plan was made"):
        publish(live, made)
    assert "index.html" not in there(aws)


def test_what_s3_does_not_delete_is_told_and_the_rest_done(
    live: Live, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(live, build)
    (build / "favicon.ico").unlink()
    call, asked = live.call, list[str]()

    def failing(action: str, thing: str, **arguments: Any) -> Any:
        asked.append(action)
        if action == "s3:DeleteObjects":
            return {"Errors": [{"Key": "favicon.ico", "Code": "AccessDenied"}]}
        return call(action, thing, **arguments)

    monkeypatch.setattr(live, "call", failing)

    with pytest.raises(Undeleted, match=r"1 old ones could not be deleted \(AccessDenied\)"):
        published(live, build, prune=True)
    assert "cloudfront:CreateInvalidation" == asked[-1]


def test_an_invalidation_that_takes_too_long_is_told(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "call", lambda *_, **__: {"Invalidation": {"Status": "InProgress"}})
    pauses: list[float] = []

    with pytest.raises(InvalidationSlow, match="invalidation I1 still goes on; the new files are there"):
        wait(live, "D", "I1", pause=pauses.append)
    assert PATIENCE == len(pauses)


def test_an_environment_without_edge_has_no_frontend(live: Live, build: Path) -> None:
    bare = Live(STAGING.model_copy(update={"edge": None}), live.client)

    with pytest.raises(NoFrontend, match="staging has no edge stack to serve a frontend; add"):
        plan(bare, read_folder(build))


# The command.


def test_the_command_shows_what_it_does_and_does_it(miyabi: Program, aws: Aws, build: Path) -> None:
    shown = miyabi("frontend", "staging", str(build), "--dry-run")
    assert [] == there(aws)
    done = miyabi("frontend", "staging", str(build), "--yes")
    again = miyabi("frontend", "staging", str(build), "--yes", "--json")

    assert [0, 0, 0] == [told.code for told in (shown, done, again)]
    assert f"6 to upload (79 B), 0 unchanged, to {bucket(aws)}" == shown.out.splitlines()[-1]
    assert done.out.splitlines()[-1].endswith(".cloudfront.net serves it")
    assert ("unchanged", []) == (again.document["outcome"], again.document["uploads"])


def test_the_command_changes_nothing_unasked(miyabi: Program, aws: Aws, build: Path) -> None:
    refused = miyabi("frontend", "staging", str(build))

    assert (2, "") == (refused.code, refused.out)
    assert "there is nobody to ask" in refused.err
    assert [] == there(aws)


def test_the_command_waits_for_cloudfront_and_prunes(miyabi: Program, aws: Aws, build: Path) -> None:
    miyabi("frontend", "staging", str(build), "--yes")
    (build / "favicon.ico").unlink()
    write(build, "index.html", "new")
    kept = miyabi("frontend", "staging", str(build), "--yes", "--no-wait", "--json")
    gone = miyabi("frontend", "staging", str(build), "--yes", "--prune")

    assert (["favicon.ico"], []) == (kept.document["old"], kept.document["deletes"])
    assert kept.document["invalidation"]
    assert "delete  favicon.ico" in gone.out
    assert "waiting for CloudFront to forget /favicon.ico" in gone.err
    assert "favicon.ico" not in there(aws)
