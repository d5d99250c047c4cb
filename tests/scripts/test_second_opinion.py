"""What checkov finds must be named by a waiver, by its own id or by that of our rule."""

from __future__ import annotations

from datetime import date

from scripts.exit_codes import Exit
from scripts.second_opinion import Failure, failures, judge
from stacks.waivers import Waiver

DAY = date(2027, 5, 31)
PUBLIC = Failure("CKV_AWS_17", "Database", "no public address")
REPORT = {
    "results": {
        "failed_checks": [
            {
                "check_id": "CKV_AWS_17",
                "resource": "AWS::RDS::DBInstance.Database",
                "check_name": "no public address",
                "file_path": "/database.json",
            }
        ]
    }
}


def test_failures_are_read_from_checkovs_report() -> None:
    assert failures([REPORT]) == [PUBLIC]


def test_a_failure_that_no_waiver_names_fails() -> None:
    assert judge("production", [PUBLIC], []) is Exit.RULE_BROKEN


def test_a_waiver_by_checkovs_own_id_names_it() -> None:
    waiver = Waiver("CKV_AWS_17", "production", "Database", "as it was", DAY)

    assert judge("production", [PUBLIC], [waiver]) is Exit.DONE
    assert judge("staging", [PUBLIC], [waiver]) is Exit.RULE_BROKEN


def test_a_waiver_of_our_rule_that_says_the_same_names_it() -> None:
    waiver = Waiver("RDS.2", "production", "Database", "as it was", DAY)

    assert judge("production", [PUBLIC], [waiver]) is Exit.DONE


def test_a_waiver_of_checkovs_that_names_nothing_fails() -> None:
    idle = Waiver("CKV_AWS_18", "production", "LogBucket", "its own exemption", DAY)

    assert judge("production", [], [idle]) is Exit.RULE_BROKEN
