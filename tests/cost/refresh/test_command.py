"""`miyabi cost prices refresh`: what it shows, when it asks, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from cost.errors import RegionUnknown
from cost.refresh import RefreshError
from scripts.commands.cost.prices import Progress, run
from scripts.exit_codes import Exit
from scripts.miyabi import app
from tests.cost.refresh.answers import api, book, changed, family, one, price, recorded, shelve
from tests.cost.refresh.test_sources import download

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cost.refresh.answers import Answer

TOKYO = book(
    "ap-northeast-1",
    {
        "AWSLambda/requests": price("requests", "0.0000003"),
        "AWSLambda/duration_x86": price("GB-s", "0.0001"),
        "AWSLambda/esm_sqs_provisioned": price("EPU-h", "0.00925"),
        "AmazonRDS/postgresql_single-az_*": family(
            "h", {"db.t3.micro": ("0.028",), "db.t3.small": ("0.056",)}
        ),
    },
)
IRELAND = book("eu-west-1", {"AmazonRDS/storage_gp3_single-az": price("GB-mo", "0.127")})
ANSWERS = [*recorded("lambda_requests"), *recorded("rds_instances"), *recorded("rds_storage")]


@pytest.fixture
def books(tmp_path: Path) -> Path:
    shelve(tmp_path, TOKYO, IRELAND)
    return tmp_path


@pytest.fixture
def start(books: Path) -> Any:
    """Run the command on the small books."""

    def started(*regions: str, answers: list[Answer] = ANSWERS, **options: Any) -> Exit:
        named = [each for each in (TOKYO, IRELAND) if each["region"] in regions or not regions]
        source = api(*named, answers=answers, **options.pop("api", {}))
        return run(regions, folder=books, source=source, **options)

    return started


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


DIFFERENCE = """\
ap-northeast-1: 3 new, 1 changed, 2 gone, 1 jump; 1 not looked for
  new      AmazonRDS/postgresql_single-az_*: 3 members (db.r6g.2xlarge, db.t4g.micro, db.t4g.small)
  changed  AWSLambda/requests: 0.0000003 → 0.0000002 USD per request (-33.3 %)
  gone     AmazonRDS/postgresql_single-az_*: 2 members (db.t3.micro, db.t3.small); kept as it is: \
AWS doesn't list it
  jump     AWSLambda/duration_x86: 0.0001 → 0.0000166667 to 6,000,000,000 / 0.000015 to 15,000,000,000 / \
0.0000133334 USD per GB-second (-86.6 %); kept as it is: less than half as much
"""


def test_the_difference_is_one_line_a_price_and_one_for_members(start: Any, capsys: Any) -> None:
    code = start("ap-northeast-1", dry_run=True)

    assert (Exit.DONE, DIFFERENCE) == (code, capsys.readouterr().out)


def test_the_difference_can_be_had_as_json(start: Any, capsys: Any) -> None:
    start("ap-northeast-1", dry_run=True, output="json")
    (tokyo,) = json.loads(capsys.readouterr().out)["books"]

    assert {"new": 3, "changed": 1, "unchanged": 0, "gone": 2, "jump": 1, "refused": 0} == tokyo["counts"]
    assert ["AWSLambda/esm_sqs_provisioned"] == tokyo["not_looked_for"]
    assert {
        "kind": "changed",
        "name": "AWSLambda/requests",
        "unit": "requests",
        "old": [{"up_to": None, "usd": "0.0000003"}],
        "new": [{"up_to": None, "usd": "0.0000002"}],
        "percent": "-33.3",
        "reason": "",
    } in tokyo["changes"]


def test_a_dry_run_writes_nothing(start: Any, books: Path, capsys: Any) -> None:
    before = files(books)

    assert Exit.DONE == start(dry_run=True, yes=True)
    assert before == files(books)
    assert "nothing was written (--dry-run); 2 books would change\n" == capsys.readouterr().err


def test_with_nobody_to_ask_the_difference_is_shown_and_nothing_written(
    start: Any, books: Path, capsys: Any
) -> None:
    before = files(books)

    assert Exit.WRONG_INPUT == start()
    assert before == files(books)
    shown = capsys.readouterr()
    assert shown.out.startswith("ap-northeast-1: 3 new")
    assert "there is nobody to ask; write --yes" in shown.err


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_person_is_asked(start: Any, books: Path, answer: str) -> None:
    before = files(books)
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return answer == "yes"

    assert Exit.DONE == start(ask=ask)
    assert [f"Write 2 books to {books}?"] == asked
    assert (answer == "yes") == (before != files(books))


def test_yes_writes_the_named_books_only(start: Any, books: Path, capsys: Any) -> None:
    before = files(books)

    assert Exit.DONE == start("ap-northeast-1", yes=True)
    after = files(books)
    assert ["ap-northeast-1.json"] == [name for name in after if after[name] != before[name]]
    assert "written: ap-northeast-1.json\n" == capsys.readouterr().err
    assert b'"usd": "0.0000002"' in after["ap-northeast-1.json"]


def test_a_second_run_has_nothing_to_write(start: Any, books: Path, capsys: Any) -> None:
    start("eu-west-1", yes=True)
    before = files(books)

    assert Exit.DONE == start("eu-west-1")
    assert before == files(books)
    assert "there is nothing to write" in capsys.readouterr().err


def test_jumps_are_taken_when_they_are_accepted(start: Any, books: Path) -> None:
    start("ap-northeast-1", yes=True, accept_jumps=True)

    assert b"0.0000133334" in files(books)["ap-northeast-1.json"]


@pytest.mark.parametrize("number", range(4))
def test_without_access_nothing_is_written(start: Any, books: Path, capsys: Any, number: int) -> None:
    before = files(books)

    assert Exit.NO_ACCESS == start(yes=True, api={"fail": number, "code": "AccessDeniedException"})
    assert before == files(books)
    shown = capsys.readouterr()
    assert ("", 1) == (shown.out, shown.err.count("\n"))
    assert "access was refused (AccessDeniedException)" in shown.err


def test_an_answer_out_of_form_is_an_error_and_nothing_is_written(start: Any, books: Path) -> None:
    before = files(books)

    with pytest.raises(RefreshError, match="is no price or bound"):
        start(answers=[changed(one("lambda_requests", "3BE8DYKG4FYSZGDW"), usd="much")], yes=True)
    assert before == files(books)


def test_a_book_that_would_break_a_rule_ends_with_its_own_code(
    start: Any, books: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from cost.refresh import refreshing
    from cost.refresh.rules import Broken

    verdicts = iter([[], [], [Broken((), "a/b costs nothing, or less")]])
    monkeypatch.setattr(refreshing, "broken", lambda _: next(verdicts))
    before = files(books)

    assert Exit.RULE_BROKEN == start("ap-northeast-1", yes=True)
    assert before == files(books)
    assert "would break a rule: a/b costs nothing, or less" in capsys.readouterr().err


def test_a_book_that_there_is_not_is_named(books: Path) -> None:
    with pytest.raises(
        RegionUnknown, match="'mars-north-1' has no price book; there are prices for ap-north"
    ):
        run(["mars-north-1"], folder=books)


def test_the_real_books_are_compared_with_downloaded_files(tmp_path: Path) -> None:
    download(tmp_path, "eu-west-1", recorded("rds_storage"))
    arguments = [
        "cost",
        "prices",
        "refresh",
        "--region",
        "eu-west-1",
        "--from",
        str(tmp_path),
        "--json",
        "--dry-run",
    ]

    found = CliRunner().invoke(app, arguments)

    (ireland,) = json.loads(found.stdout)["books"]
    assert (0, 0) == (found.exit_code, ireland["counts"]["jump"])
    assert ireland["counts"]["unchanged"] >= 3


def test_progress_is_told_from_time_to_time() -> None:
    told: list[str] = []
    times = iter([0.0, 1.0, 16.0, 17.0])
    progress = Progress(lambda: next(times), told.append)
    for count in (1, 2, 1000):
        progress("eu-west-1: AmazonRDS", count)

    assert ["eu-west-1: AmazonRDS, 2 prices found"] == told


def test_other_commands_do_not_load_what_asks_aws() -> None:
    script = (
        "import sys, scripts.miyabi, cost; print([m for m in ('boto3', 'cost.refresh') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
