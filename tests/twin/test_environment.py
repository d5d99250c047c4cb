"""A function under AWS's own runtime client: what it is given, what it gives back, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.observing import is_running, wait_until
from twin import managed_runtime
from twin.concurrency import Function
from twin.configuration import Configuration
from twin.environment import ExecutionEnvironment
from twin.front import Front
from twin.invocation import FunctionFailed, InitFailed, RuntimeExited, Throttled, TimedOut
from twin.managed_runtime import RuntimeClientMissing, link_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("awslambdaric", reason="AWS's runtime client has no wheel for this system")

ROOT = Path(__file__).parent.parent.parent
HANDLER = """
import os, sys, time

count = 0
print("starting")

def handle(event, context):
    global count
    count += 1
    return globals()[event["do"]](event, context)

def describe(event, context):
    return {
        "environment": dict(os.environ),
        "arguments": sys.argv,
        "folder": os.getcwd(),
        "path": sys.path,
        "context": {
            "request_id": context.aws_request_id,
            "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb,
            "stream": context.log_stream_name,
            "remaining": context.get_remaining_time_in_millis(),
            "custom": context.client_context and context.client_context.custom,
        },
    }

def tally(event, context):
    return [count, os.getpid()]

def echo(event, context):
    print("echoing")
    return event

def fail(event, context):
    raise ValueError("no such thing")

def give_up(event, context):
    os._exit(event["status"])

def crash(event, context):
    os.kill(os.getpid(), 9)

def hang(event, context):
    time.sleep(60)

def be_long(event, context):
    return "x" * event["size"]

def look_for(event, context):
    __import__(event["module"])

def leave(event, context):
    import threading
    threading.Timer(0.01, os._exit, [3]).start()

def meet(event, context):
    open(event["arrived"], "x").close()
    while not os.path.exists(event["go on"]):
        time.sleep(0.005)
    return os.getpid()
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a function in it."""
    folder = tmp_path_factory.mktemp("code")
    (folder / "function.py").write_text(HANDLER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def environment(code: Path) -> Iterator[ExecutionEnvironment]:
    """An environment that several tests use: each finds it waiting for an event."""
    variables = {"NAME": "a value", "AWS_REGION": "elsewhere"}
    configuration = Configuration(code, "function.handle", variables, name="tester", memory_mb=256)
    with ExecutionEnvironment(configuration) as opened:
        yield opened


def other(code: Path, **settings: Any) -> ExecutionEnvironment:
    """An environment for one test."""
    return ExecutionEnvironment(Configuration(code, "function.handle", **settings))


# What it is given.


def test_nothing_of_our_own_environment_reaches_a_function(
    environment: ExecutionEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_SECRET", "hunter2")
    found = environment.invoke({"do": "describe"})
    variables = found["environment"]
    ours = {name for name in variables if not name.startswith(("AWS_", "LAMBDA_"))}

    # The interpreter itself sets the last, and AWS's client the last but one.
    lambdas = {"LANG", "PATH", "PYTHONPATH", "TZ", "_HANDLER", "_X_AMZN_TRACE_ID"}
    assert lambdas | {"NAME", "TMPDIR"} == ours - {"LC_CTYPE"}
    assert "a value" == variables["NAME"]
    assert "a value" not in " ".join(found["arguments"])


def test_a_function_is_told_where_it_runs(environment: ExecutionEnvironment, code: Path) -> None:
    found = environment.invoke({"do": "describe"})
    variables, context = found["environment"], found["context"]

    assert str(code) == found["folder"] == found["path"][0] == variables["LAMBDA_TASK_ROOT"]
    assert {
        "AWS_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "tester",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/tester",
        "TZ": ":UTC",
        "_HANDLER": "function.handle",
    }.items() <= variables.items()
    assert "arn:aws:lambda:us-east-1:123456789012:function:tester" == context["arn"]
    assert ("256", variables["AWS_LAMBDA_LOG_STREAM_NAME"]) == (context["memory"], context["stream"])
    assert 28_000 < context["remaining"] <= 29_000
    assert environment.reports[-1].request_id == context["request_id"]


def test_a_client_context_reaches_the_handler(environment: ExecutionEnvironment) -> None:
    found = environment.invoke({"do": "describe"}, client_context='{"custom": {"a": "b"}}')

    assert {"a": "b"} == found["context"]["custom"]


def test_only_what_lambda_has_can_be_imported(environment: ExecutionEnvironment) -> None:
    """Its own packages are there, boto3 with what that needs; what we have installed is not."""
    for module in ("boto3", "botocore", "urllib3", "dateutil"):
        environment.invoke({"do": "look_for", "module": module})
    with pytest.raises(FunctionFailed) as missing:
        environment.invoke({"do": "look_for", "module": "pydantic"})

    assert "ModuleNotFoundError" == missing.value.error_type


def test_a_checkout_may_use_what_is_installed(code: Path) -> None:
    installed = Path(pytest.__file__).parent.parent
    with other(code, packages=(installed,)) as environment:
        assert environment.invoke({"do": "look_for", "module": "pydantic"}) is None


# What it gives back.


def test_a_process_is_kept_and_handles_one_event_after_another(environment: ExecutionEnvironment) -> None:
    before = environment.invoke({"do": "tally"})
    after = environment.invoke({"do": "tally"})

    assert [before[0] + 1, before[1]] == after


@pytest.mark.parametrize("document", [{"a": "日本 \ud83d\ude00", "b": [1.5, None, True]}, {"empty": {}}])
def test_events_and_documents_pass_unchanged(
    environment: ExecutionEnvironment, document: dict[str, Any]
) -> None:
    event = {"do": "echo"} | json.loads(json.dumps(document))

    assert event == environment.invoke(event)


def test_an_error_comes_with_its_kind_and_place_and_the_process_stays(
    environment: ExecutionEnvironment,
) -> None:
    before = environment.invoke({"do": "tally"})
    with pytest.raises(FunctionFailed, match="failed with ValueError: no such thing") as failed:
        environment.invoke({"do": "fail"})

    assert ("ValueError", "no such thing") == (failed.value.error_type, failed.value.message)
    assert any("in fail" in line for line in failed.value.stack)
    assert before[1] == environment.invoke({"do": "tally"})[1]
    assert any(line.startswith("[ERROR] ValueError: no such thing") for line in environment.log)


def test_a_document_that_is_too_long_is_an_error(code: Path) -> None:
    with other(code) as environment:
        assert 6_000_000 == len(environment.invoke({"do": "be_long", "size": 6_000_000}))
        with pytest.raises(FunctionFailed, match="ResponseSizeTooLarge: Response payload size exceeded"):
            environment.invoke({"do": "be_long", "size": 6_300_000})
        assert 1 == environment.invoke({"do": "tally"})[0]


# How it ends.


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"do": "give_up", "status": 7}, "exit status 7"),
        ({"do": "give_up", "status": 0}, "without providing a reason"),
        ({"do": "crash"}, "signal: killed"),
    ],
)
def test_a_process_that_ends_fails_its_event_and_is_replaced(
    code: Path, event: dict[str, Any], said: str
) -> None:
    with other(code) as environment:
        with pytest.raises(RuntimeExited, match=said):
            environment.invoke(event)
        assert 1 == environment.invoke({"do": "tally"})[0]
        assert ["error", "success"] == [report.status for report in environment.reports]
        assert all(report.init_ms for report in environment.reports)
        assert 2 == environment.log.count("starting")


def test_a_process_that_ends_between_two_events_is_replaced_unnoticed(code: Path) -> None:
    with other(code) as environment:
        environment.invoke({"do": "leave"})
        first = environment.start()
        wait_until(lambda: not first.is_alive)

        assert 1 == environment.invoke({"do": "tally"})[0]


def test_a_function_that_takes_too_long_is_killed(code: Path) -> None:
    with other(code, timeout_seconds=0.3) as environment:
        pid = environment.invoke({"do": "tally"})[1]
        with pytest.raises(TimedOut, match=r"Task timed out after 0\.30 seconds"):
            environment.invoke({"do": "hang"})
        assert not is_running(pid)
        assert 1 == environment.invoke({"do": "tally"})[0]
        assert ["success", "timeout", "success"] == [report.status for report in environment.reports]
        assert 300 <= environment.reports[1].duration_ms < 10_000


@pytest.mark.parametrize(
    ("source", "handler", "error_type", "said"),
    [
        ("import no_such_module", "broken.handle", "Runtime.ImportModuleError", "No module named"),
        ("def handle(:", "broken.handle", "Runtime.UserCodeSyntaxError", "Syntax error"),
        ("x = 1", "broken.handle", "Runtime.HandlerNotFound", "'handle' missing"),
        ("raise KeyError('A_VARIABLE')", "broken.handle", "KeyError", "A_VARIABLE"),
        ("import os; os._exit(4)", "broken.handle", "Runtime.ExitError", "exit status 4"),
        ("", "elsewhere.handle", "Runtime.ImportModuleError", "elsewhere"),
    ],
    ids=["import", "syntax", "handler", "raises", "exits", "module"],
)
def test_a_function_that_does_not_start_says_why(
    tmp_path: Path, source: str, handler: str, error_type: str, said: str
) -> None:
    (tmp_path / "broken.py").write_text(f"print('here')\n{source}\n", encoding="utf-8")
    environment = ExecutionEnvironment(Configuration(tmp_path, handler))
    with pytest.raises(InitFailed) as failed:
        environment.invoke({})

    assert error_type == failed.value.error_type
    assert said in failed.value.message
    reported = error_type if error_type.startswith("Runtime.") else "Runtime.Unknown"
    assert f"Error Type: {reported}" in environment.log[-1]
    if error_type != "Runtime.UserCodeSyntaxError" and handler.startswith("broken"):
        assert "here" in failed.value.said


def test_a_start_has_a_time_limit(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    environment = ExecutionEnvironment(Configuration(tmp_path, "slow.handle", init_seconds=0.3))
    with pytest.raises(InitFailed, match=r"no start within 0\.3 s"):
        environment.invoke({})

    report = re.fullmatch(
        r"INIT_REPORT Init Duration: (.*) ms\tPhase: init\tStatus: timeout", environment.log[-1]
    )
    assert report is not None
    assert 300 <= float(report[1]) < 20_000


def test_an_interpreter_that_is_not_there_is_named(code: Path) -> None:
    with pytest.raises(InitFailed, match=r"InvalidEntrypoint: .*/no/python"):
        other(code, python=Path("/no/python")).invoke({})


def test_without_the_runtime_client_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(managed_runtime, "CLIENT", "no-such-client")
    with pytest.raises(RuntimeClientMissing, match="is not installed"):
        link_runtime(tmp_path / "runtime")


def test_nothing_is_left_when_the_owner_is_killed(code: Path) -> None:
    owner = f"""
from pathlib import Path
from twin.configuration import Configuration
from twin.environment import ExecutionEnvironment
environment = ExecutionEnvironment(Configuration(Path({str(code)!r}), "function.handle"))
print(environment.invoke({{"do": "tally"}})[1], environment.start()._keep.folder, flush=True)
environment.invoke({{"do": "hang"}})
"""
    with subprocess.Popen(
        [sys.executable, "-c", owner], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid, folder = process.stdout.readline().split()
        assert is_running(int(pid))
        process.send_signal(signal.SIGKILL)
        wait_until(lambda: not is_running(int(pid)))
        wait_until(lambda: not Path(folder).exists())


# Its log.


def test_a_log_reads_as_lambdas_own(code: Path) -> None:
    with other(code) as environment:
        environment.invoke({"do": "echo"})
        environment.invoke({"do": "echo"})
        with pytest.raises(RuntimeExited):
            environment.invoke({"do": "give_up", "status": 7})
    figures = r"Duration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: \d+ MB"
    request = r"RequestId: [0-9a-f-]{36}"
    exited = "Runtime exited with error: exit status 7"
    expected = [
        "starting",
        rf"START {request} Version: \$LATEST",
        "echoing",
        rf"END {request}",
        rf"REPORT {request}\t{figures}\tInit Duration: \d+\.\d\d ms",
        rf"START {request} Version: \$LATEST",
        "echoing",
        rf"END {request}",
        rf"REPORT {request}\t{figures}",
        rf"START {request} Version: \$LATEST",
        rf"{request} Error: {exited}",
        rf"END {request}",
        rf"REPORT {request}\t{figures}\tStatus: error\tError Type: Runtime\.ExitError",
    ]

    assert len(expected) == len(environment.log)
    for pattern, line in zip(expected, environment.log, strict=True):
        assert re.fullmatch(pattern, line)


def test_a_log_in_json_has_the_same_figures(code: Path) -> None:
    with other(code, log_format="JSON") as environment:
        environment.invoke({"do": "echo"})
        report = environment.reports[0]
    events = [json.loads(line) for line in environment.log if line.startswith("{")]

    assert ["platform.start", "platform.report"] == [event["type"] for event in events]
    assert {
        "requestId": report.request_id,
        "status": "success",
        "metrics": {
            "durationMs": round(report.duration_ms, 3),
            "billedDurationMs": report.billed_ms,
            "initDurationMs": round(report.init_ms or 0, 3),
            "memorySizeMB": 512,
            "maxMemoryUsedMB": report.max_memory_mb,
        },
    } == events[1]["record"]
    assert 5 < report.max_memory_mb < 200


# Several of them.


def test_events_at_the_same_time_have_environments_of_their_own_up_to_a_number(
    code: Path, tmp_path: Path
) -> None:
    found: list[int] = []
    with Function(Configuration(code, "function.handle"), concurrency=2) as function:
        threads = []
        for number in range(2):
            event = {"do": "meet", "arrived": str(tmp_path / str(number)), "go on": str(tmp_path / "go")}
            threads.append(threading.Thread(target=lambda event=event: found.append(function.invoke(event))))
            threads[-1].start()
        wait_until(lambda: all((tmp_path / str(number)).exists() for number in range(2)))
        with pytest.raises(Throttled, match="all of its 2 environments at work"):
            function.invoke({"do": "tally"})
        (tmp_path / "go").touch()
        for thread in threads:
            thread.join()
        again = function.invoke({"do": "tally"})

        assert 2 == len(set(found)) == len(function.environments)
        assert (2, True) == (again[0], again[1] in found)


def test_behind_the_front_it_is_an_http_api(code: Path) -> None:
    with (
        Function(Configuration(code, "function.handle")) as function,
        Front({"GET /{do}": function}) as front,
        closing(HTTPConnection("127.0.0.1", front.port, timeout=20)) as client,
    ):
        client.request("GET", "/anything")
        answer = client.getresponse()

        assert (500, b'{"message":"Internal Server Error"}') == (answer.status, answer.read())
    assert any("KeyError: 'do'" in line for line in function.environments[0].log)
