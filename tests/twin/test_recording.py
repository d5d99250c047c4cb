"""Log lines and figures arrive in the local AWS, in order and whole, whoever says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from twin.aws import keeping
from twin.aws.clients import Aws
from twin.recording import SINGLE_VALUES, Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "271000000002"


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An account with one log group."""
    aws = Aws(ACCOUNT, "us-east-1")
    aws.client("logs").create_log_group(logGroupName="/one")
    yield aws
    keeping.forget(ACCOUNT)


def messages(aws: Aws, stream: str) -> list[str]:
    """What a stream has."""
    events = aws.client("logs").get_log_events(logGroupName="/one", logStreamName=stream, startFromHead=True)
    return [event["message"] for event in events["events"]]


def sums(aws: Aws, name: str) -> float:
    """All that was counted for a metric."""
    now = datetime.now(UTC)
    [found] = aws.client("cloudwatch").get_metric_data(
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=10),
        MetricDataQueries=[
            {
                "Id": "all",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/Lambda",
                        "MetricName": name,
                        "Dimensions": [{"Name": "FunctionName", "Value": "api"}],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
        ],
    )["MetricDataResults"]
    return float(sum(found["Values"]))


def test_lines_are_there_after_a_flush_in_the_order_in_which_they_were_said(aws: Aws) -> None:
    with Recorder(aws) as recorder:
        recorder.say("/one", "a", ["first", "second"])
        recorder.say("/one", "a", ["third"])
        recorder.flush()
        assert ["first", "second", "third"] == messages(aws, "a")


def test_what_is_left_is_delivered_at_the_end(aws: Aws) -> None:
    with Recorder(aws) as recorder:
        recorder.say("/one", "a", ["last words"])
        recorder.count("AWS/Lambda", "Invocations", {"FunctionName": "api"}, 1)

    assert ["last words"] == messages(aws, "a")
    assert 1 == sums(aws, "Invocations")


def test_a_group_that_is_not_there_loses_its_lines_and_no_others(aws: Aws) -> None:
    with Recorder(aws) as recorder:
        recorder.say("/none", "a", ["lost"])
        recorder.say("/one", "a", ["kept"])

    assert ["kept"] == messages(aws, "a")


def test_a_stream_begins_anew_when_its_group_was_made_anew(aws: Aws) -> None:
    with Recorder(aws) as recorder:
        recorder.say("/one", "a", ["before"])
        recorder.flush()
        aws.client("logs").delete_log_group(logGroupName="/one")
        recorder.say("/one", "a", ["lost"])
        recorder.flush()
        aws.client("logs").create_log_group(logGroupName="/one")
        recorder.say("/one", "a", ["after"])

    assert ["after"] == messages(aws, "a")


def test_a_stream_that_is_deleted_begins_anew_and_loses_nothing(aws: Aws) -> None:
    with Recorder(aws) as recorder:
        recorder.say("/one", "a", ["before"])
        recorder.flush()
        aws.client("logs").delete_log_stream(logGroupName="/one", logStreamName="a")
        recorder.say("/one", "a", ["after"])

    assert ["after"] == messages(aws, "a")


def test_an_empty_line_is_a_line(aws: Aws) -> None:
    """Which CloudWatch refuses without its end."""
    with Recorder(aws) as recorder:
        recorder.say("/one", "a", ["", "and another"])
        recorder.flush()
        assert ["\n", "and another"] == messages(aws, "a")


def test_values_beyond_what_is_kept_one_by_one_are_in_the_sum(aws: Aws) -> None:
    with Recorder(aws) as recorder:
        for _ in range(3):
            for value in range(500):
                recorder.count("AWS/Lambda", "Duration", {"FunctionName": "api"}, value, "Milliseconds")
            recorder.flush()

    assert 3 * sum(range(500)) == sums(aws, "Duration")


def test_a_minute_has_no_more_single_values_than_it_may(aws: Aws) -> None:
    recorder, values = Recorder(aws), [float(number) for number in range(500)]
    figures = [("AWS/Lambda", name, (), "Count", datetime.now(UTC)) for name in ("one", "another")]

    def single(figure: int) -> int:
        return sum(len(told.get("Values", ())) for told in recorder._told(figures[figure], values))

    assert [500, SINGLE_VALUES - 500, 0, 500] == [single(figure) for figure in (0, 0, 0, 1)]


def test_every_value_of_many_threads_is_counted_once(aws: Aws) -> None:
    with Recorder(aws) as recorder:

        def count() -> None:
            for _ in range(400):
                recorder.count("AWS/Lambda", "Errors", {"FunctionName": "api"}, 1)

        threads = [Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert 1600 == sums(aws, "Errors")
