"""What is deployed decides what runs: name and qualifier, code, settings, and how many at a time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.twin.functions.world import ECHO, World, zipped
from tests.twin.observing import is_running, wait_until
from twin.aws.invoking import run_functions
from twin.functions import NotInvocable, NotRunnable, Throttled

ACCESS_POINT = "arn:aws:elasticfilesystem:us-east-1:1:access-point/fsap-1"
DOING = """
import json, os, subprocess, sys, threading, time

count = 0

def handle(event, context):
    global count
    count += 1
    return globals()[event["do"]](event, context)

def tally(event, context):
    return [count, os.getpid()]

def describe(event, context):
    return {
        "variables": dict(os.environ), "version": context.function_version,
        "arn": context.invoked_function_arn, "folder": os.getcwd(), "modules": sys.path,
    }

def fail(event, context):
    raise ValueError("no such thing")

def be_long(event, context):
    return "x" * 6_300_000

def give_up(event, context):
    os._exit(7)

def desert(event, context):
    with open(event["tell"], "w") as told:
        told.write(str(subprocess.Popen(["sleep", "60"]).pid))
    os._exit(1)

def hang(event, context):
    child = subprocess.Popen(["sleep", "60"])
    with open(event["tell"], "w") as told:
        told.write(str(child.pid))
    time.sleep(60)

def take_memory(event, context):
    held = bytearray(300 << 20)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(5)

def go_on(event, context):
    def work():
        while True:
            time.sleep(0.001)
            with open(event["tell"], "ab") as told:
                told.write(b".")
    threading.Thread(target=work, daemon=True).start()

def meet(event, context):
    open(event["arrived"], "x").close()
    while not os.path.exists(event["go on"]):
        time.sleep(0.005)
    return os.getpid()

def write(event, context):
    open(os.path.join(event["folder"], "new"), "w").close()

def remember(event, context):
    path = os.path.join(os.environ["TMPDIR"], "note")
    if os.path.exists(path):
        return open(path).read()
    open(path, "w").write("written before")
"""


def answer(world: World, name: str, event: Any, **more: Any) -> Any:
    """The document of an invocation that succeeds."""
    outcome = world.run(name, event, **more)
    assert outcome.error is None, outcome
    return json.loads(outcome.payload)


# Which version runs.


@pytest.fixture(scope="module")
def versions(world: World) -> str:
    """A function with two versions, `live` being the first, and `$LATEST` as the second."""
    client = world.aws.client("lambda")
    world.deploy("versions", "def handle(event, context): return ['one', context.invoked_function_arn]\n")
    client.publish_version(FunctionName="versions")
    text = "def handle(event, context): return ['two', context.invoked_function_arn]\n"
    client.update_function_code(FunctionName="versions", ZipFile=zipped({"module.py": text}))
    client.publish_version(FunctionName="versions")
    client.create_alias(FunctionName="versions", Name="live", FunctionVersion="1")
    return world.aws.arn("lambda", "function:versions")


@pytest.mark.parametrize(
    ("name", "qualifier", "letter", "version", "end"),
    [
        ("versions", None, "two", "$LATEST", ""),
        ("versions", "1", "one", "1", ":1"),
        ("versions", "live", "one", "1", ":live"),
        ("versions:2", None, "two", "2", ":2"),
        ("{arn}:live", None, "one", "1", ":live"),
        ("{account}:function:versions:live", None, "one", "1", ":live"),
        ("function:versions", "live", "one", "1", ":live"),
        ("{arn}", "$LATEST", "two", "$LATEST", ":$LATEST"),
    ],
)
def test_name_and_qualifier_say_which_version_runs(
    world: World, versions: str, name: str, qualifier: str | None, letter: str, version: str, end: str
) -> None:
    outcome = world.run(name.format(arn=versions, account=world.aws.account), qualifier=qualifier)

    assert [letter, versions + end] == json.loads(outcome.payload)
    assert version == outcome.version


def test_a_name_may_end_like_what_stands_before_names(world: World) -> None:
    world.deploy("a-function")
    world.aws.client("lambda").publish_version(FunctionName="a-function")

    assert "here" == answer(world, "a-function:1", "here")


def test_an_alias_leads_part_of_its_traffic_to_another_version(world: World, versions: str) -> None:
    assert versions
    client = world.aws.client("lambda")
    for weight, expected in ((1.0, "two"), (0.0, "one")):
        client.create_alias(
            FunctionName="versions",
            Name=f"shared-{expected}",
            FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {"2": weight}},
        )

        assert expected == answer(world, "versions", None, qualifier=f"shared-{expected}")[0]


@pytest.mark.parametrize(
    ("name", "qualifier", "found"),
    [
        ("missing", None, "it is not deployed"),
        ("versions", "3", "there is no version 3 of it"),
        ("versions", "dead", "it has no alias dead"),
        ("123456789012:function:versions", None, "it is of account 123456789012"),
        ("arn:aws:lambda:eu-north-1:{account}:function:versions", None, "it is of region eu-north-1"),
    ],
)
def test_what_is_not_there_can_not_be_invoked(
    world: World, versions: str, name: str, qualifier: str | None, found: str
) -> None:
    assert versions
    with pytest.raises(NotInvocable, match=found) as refused:
        world.run(name.format(account=world.aws.account), qualifier=qualifier)

    assert ("ResourceNotFoundException", 404) == (refused.value.code, refused.value.status)


def test_what_is_no_name_is_refused(world: World) -> None:
    with pytest.raises(NotInvocable, match="no function has such a name") as refused:
        world.run("a function")

    assert ("ValidationException", 400) == (refused.value.code, refused.value.status)


def test_a_function_that_is_being_made_can_not_be_invoked(world: World) -> None:
    from moto.awslambda.models import lambda_backends

    world.deploy("pending")
    held: Any = lambda_backends[world.aws.account]["us-east-1"].get_function("pending")
    held.state = "Pending"
    with pytest.raises(NotInvocable, match="its state is Pending, it is being made") as refused:
        world.run("pending")

    assert ("ResourceConflictException", 409) == (refused.value.code, refused.value.status)


def test_the_local_aws_has_its_functions_run(world: World, versions: str) -> None:
    assert versions
    run_functions(world.aws.account, world.functions)
    try:
        told = world.aws.client("lambda").invoke(FunctionName="versions", Qualifier="2", LogType="Tail")
    finally:
        run_functions(world.aws.account, None)

    assert (200, "2", "two") == (
        told["StatusCode"],
        told["ExecutedVersion"],
        json.loads(told["Payload"].read())[0],
    )
    assert "LogResult" in told


# What it is made of.


def test_a_function_finds_its_variables_and_what_lambda_sets(world: World) -> None:
    world.deploy("told", DOING, Environment={"Variables": {"NAME": "a value"}}, MemorySize=256)
    found = answer(world, "told", {"do": "describe"})

    assert {
        "NAME": "a value",
        "AWS_LAMBDA_FUNCTION_NAME": "told",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/told",
        "LAMBDA_TASK_ROOT": found["folder"],
        "_HANDLER": "module.handle",
    }.items() <= found["variables"].items()
    assert not [path for path in found["modules"] if "site-packages" in path]


def test_variables_can_be_made_for_this_machine() -> None:
    def made(configuration: Any, variables: Any, package: Path) -> dict[str, str]:
        return {**variables, "TWICE": configuration["FunctionName"] * 2, "IN": str(package / "module.py")}

    with World("161803398802", variables=made) as world:
        world.deploy("f", DOING, Environment={"Variables": {"FILE": "/var/task/module.py"}})
        found = answer(world, "f", {"do": "describe"})["variables"]

    assert "ff" == found["TWICE"]
    assert found["FILE"] == found["IN"] == f"{found['LAMBDA_TASK_ROOT']}/module.py"


def test_new_settings_and_new_code_have_new_environments(world: World) -> None:
    client = world.aws.client("lambda")
    world.deploy("changing", DOING)
    first = answer(world, "changing", {"do": "tally"})
    again = answer(world, "changing", {"do": "tally"})
    client.update_function_configuration(FunctionName="changing", Environment={"Variables": {"A": "1"}})
    other = answer(world, "changing", {"do": "tally"})
    client.update_function_code(FunctionName="changing", ZipFile=zipped({"module.py": ECHO}))

    assert ([2, first[1]], 1) == (again, other[0])
    assert "new" == answer(world, "changing", "new")
    wait_until(lambda: not is_running(first[1]) and not is_running(other[1]))


def test_environments_of_a_version_that_is_gone_are_ended(world: World) -> None:
    client = world.aws.client("lambda")
    world.deploy("going", DOING)
    client.publish_version(FunctionName="going")
    pid = answer(world, "going", {"do": "tally"}, qualifier="1")[1]
    stays = answer(world, "going", {"do": "tally"})
    client.delete_function(FunctionName="going", Qualifier="1")
    assert [2, stays[1]] == answer(world, "going", {"do": "tally"})

    wait_until(lambda: not is_running(pid))


def test_an_environment_at_work_is_ended_when_it_comes_back_and_its_version_is_gone(
    world: World, tmp_path: Path
) -> None:
    client = world.aws.client("lambda")
    world.deploy("working", DOING)
    client.publish_version(FunctionName="working")
    event = {"do": "meet", "arrived": str(tmp_path / "arrived"), "go on": str(tmp_path / "go")}
    found: list[int] = []
    thread = Thread(target=lambda: found.append(answer(world, "working", event, qualifier="1")))
    thread.start()
    wait_until((tmp_path / "arrived").exists)
    client.delete_function(FunctionName="working", Qualifier="1")
    stays = answer(world, "working", {"do": "tally"})
    (tmp_path / "go").touch()
    thread.join()

    wait_until(lambda: not is_running(found[0]))
    assert [2, stays[1]] == answer(world, "working", {"do": "tally"})


def test_a_package_is_for_reading_alone(world: World) -> None:
    world.deploy("reading", DOING)
    folder = Path(answer(world, "reading", {"do": "describe"})["folder"])

    assert [0o555, 0o444] == [path.stat().st_mode & 0o777 for path in (folder, folder / "module.py")]


def test_temporary_files_are_an_environment_s_own_and_outlive_a_failure(world: World) -> None:
    world.deploy("writing", DOING)
    assert answer(world, "writing", {"do": "remember"}) is None
    world.run("writing", {"do": "give_up"})

    assert "written before" == answer(world, "writing", {"do": "remember"})


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"Runtime": "nodejs22.x"}, "its runtime is nodejs22.x"),
        (
            {
                "FileSystemConfigs": [
                    {
                        "Arn": "arn:aws:elasticfilesystem:us-east-1:1:access-point/fsap-1",
                        "LocalMountPath": "/mnt/a",
                    }
                ]
            },
            "it has a file system",
        ),
    ],
    ids=["runtime", "file system"],
)
def test_what_is_not_simulated_is_refused_by_name(
    world: World, request: pytest.FixtureRequest, settings: dict[str, Any], found: str
) -> None:
    name = f"refused-{request.node.callspec.id.replace(' ', '-')}"
    world.deploy(name, **settings)
    with pytest.raises(NotRunnable, match=found):
        world.run(name)


def test_what_has_no_effect_here_is_told(world: World) -> None:
    world.deploy("traced", TracingConfig={"Mode": "Active"}, SnapStart={"ApplyOn": "PublishedVersions"})
    world.run("traced")

    assert {
        "function traced leaves no traces for X-Ray",
        "function traced starts each environment anew: SnapStart is not simulated",
    } <= set(world.functions.unchecked)


# How it ends.


def test_an_error_is_given_as_the_function_told_it_and_the_process_stays(world: World) -> None:
    world.deploy("failing", DOING)
    before = answer(world, "failing", {"do": "tally"})
    outcome = world.run("failing", {"do": "fail"})
    told = json.loads(outcome.payload)

    assert ("Unhandled", "ValueError") == (outcome.error, outcome.error_type)
    assert ("ValueError", "no such thing") == (told["errorType"], told["errorMessage"])
    assert any('File "/var/task/module.py"' in line for line in told["stackTrace"])
    assert [before[0] + 2, before[1]] == answer(world, "failing", {"do": "tally"})


def test_an_answer_that_is_too_long_is_an_error_that_the_log_tells(world: World) -> None:
    world.deploy("lengthy", DOING, LoggingConfig={"LogFormat": "JSON"})
    outcome = world.run("lengthy", {"do": "be_long"})
    report = json.loads(world.lines("lengthy")[-1])["record"]

    assert ("Unhandled", "Function.ResponseSizeTooLarge") == (outcome.error, outcome.error_type)
    assert ("error", "Function.ResponseSizeTooLarge") == (report["status"], report["errorType"])


def test_what_a_process_has_started_ends_with_it(world: World, tmp_path: Path) -> None:
    world.deploy("deserting", DOING)
    world.run("deserting", {"do": "desert", "tell": str(tmp_path / "pid")})
    child = int((tmp_path / "pid").read_text(encoding="ascii"))

    wait_until(lambda: not is_running(child))


def test_a_process_that_ends_is_replaced_in_the_same_environment(world: World) -> None:
    world.deploy("ending", DOING)
    outcome = world.run("ending", {"do": "give_up"})
    again = world.run("ending", {"do": "tally"})

    assert {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {outcome.request_id} Error: Runtime exited with error: exit status 7",
    } == json.loads(outcome.payload)
    assert (1, None) == (json.loads(again.payload)[0], again.init_ms)
    assert 1 == len(world.streams("/aws/lambda/ending"))


def test_a_function_that_takes_too_long_is_killed_with_all_it_started(world: World, tmp_path: Path) -> None:
    world.deploy("hanging", DOING, Timeout=1)
    outcome = world.run("hanging", {"do": "hang", "tell": str(tmp_path / "pid")})
    child = int((tmp_path / "pid").read_text(encoding="ascii"))

    assert "Sandbox.Timedout" == outcome.error_type
    assert b"Task timed out after 1.00 seconds" in outcome.payload
    assert 1000 <= outcome.duration_ms < 5000
    wait_until(lambda: not is_running(child))
    report = world.lines("hanging")[-1]
    assert report.endswith("\tStatus: timeout")


def test_a_function_that_takes_too_much_memory_is_killed(world: World) -> None:
    world.deploy("greedy", DOING, MemorySize=128)
    outcome = world.run("greedy", {"do": "take_memory"})
    report = world.lines("greedy")[-1]

    assert "Runtime.ExitError" == outcome.error_type
    assert b"Runtime exited with error: signal: killed" in outcome.payload
    assert outcome.duration_ms < 4000
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB" in report
    assert report.endswith("Status: error\tError Type: Runtime.OutOfMemory")


def test_nothing_runs_between_two_invocations(world: World, tmp_path: Path) -> None:
    told = tmp_path / "told"
    world.deploy("frozen", DOING)
    world.run("frozen", {"do": "go_on", "tell": str(told)})
    time.sleep(0.05)
    before = told.stat().st_size if told.exists() else 0
    time.sleep(0.1)

    assert before == (told.stat().st_size if told.exists() else 0)
    world.run("frozen", {"do": "tally"})
    wait_until(lambda: world.run("frozen", {"do": "tally"}) is not None and told.exists())


# How many at a time.


def test_environments_are_as_many_as_events_up_to_what_is_reserved(world: World, tmp_path: Path) -> None:
    client = world.aws.client("lambda")
    world.deploy("many", DOING)
    client.put_function_concurrency(FunctionName="many", ReservedConcurrentExecutions=2)
    found: list[int] = []

    def meet(number: int) -> None:
        event = {"do": "meet", "arrived": str(tmp_path / str(number)), "go on": str(tmp_path / "go")}
        found.append(answer(world, "many", event))

    threads = [Thread(target=meet, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    wait_until(lambda: all((tmp_path / str(number)).exists() for number in range(2)))
    with pytest.raises(Throttled, match=r"2 executions may be under way \(ReservedFunction"):
        world.run("many", {"do": "tally"})
    (tmp_path / "go").touch()
    for thread in threads:
        thread.join()
    last = answer(world, "many", {"do": "tally"})[1]
    client.put_function_concurrency(FunctionName="many", ReservedConcurrentExecutions=0)
    with pytest.raises(Throttled, match="0 executions"):
        world.run("many", {"do": "tally"})

    assert 2 == len(set(found))
    assert found[-1] == last
    assert (3, 2) == (
        world.total("Invocations", FunctionName="many"),
        world.total("Throttles", FunctionName="many"),
    )


def test_what_a_function_reserves_is_not_taken_from_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twin.aws.mends import awslambda_account

    for name in ("reserving", "other"):
        world.deploy(name)
    client = world.aws.client("lambda")
    client.put_function_concurrency(FunctionName="reserving", ReservedConcurrentExecutions=1)
    limits = client.get_account_settings()["AccountLimit"]
    reserved = limits["ConcurrentExecutions"] - limits["UnreservedConcurrentExecutions"]
    monkeypatch.setattr(awslambda_account, "EXECUTIONS", reserved + 1)
    with world.functions._executions.taking("reserving"):
        assert world.run("other").error is None


def test_functions_that_reserve_nothing_share_what_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twin.aws.mends import awslambda_account

    world.deploy("sharing")
    monkeypatch.setattr(awslambda_account, "EXECUTIONS", 2)
    world.aws.client("lambda").put_function_concurrency(
        FunctionName="sharing", ReservedConcurrentExecutions=2
    )
    world.deploy("left-out")
    with pytest.raises(Throttled, match=r"ConcurrentInvocationLimitExceeded"):
        world.run("left-out")
