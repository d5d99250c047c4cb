"""What a request leaves behind is seen: the answer, new lines of the logs, what was added to the metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from twin.aws import keeping
from twin.aws.clients import Aws
from twin.deployed import Deployed
from twin.faults.expectation import Expectation, Request
from twin.faults.observing import Answer, Observation, observe, unexpected, without_secrets
from twin.faults.targets import Targets
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "693147180515"
GROUP, ACCESS = "/aws/lambda/api", "access"


@dataclass
class Gateway:
    """Stands in for the twin's APIs: an HTTP server that answers what it is told to."""

    status: int = 200
    body: bytes = b'{"status":"ok"}'
    then: Callable[[], None] = lambda: None
    """What happens with each request."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of the requests that came."""
    url: str = ""
    body_bytes: int = 0
    """Of the last request."""

    def address(self, served: str | None) -> str:
        """Where it listens, as the API and as a distribution."""
        assert served in {TARGETS.api_id, TARGETS.distribution}
        return self.url


@dataclass
class World:
    """An account, with what runs in it stood in for."""

    aws: Aws
    deployed: Deployed
    recorder: Recorder
    apis: Gateway
    databases: Any = None
    edge: Any = None


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    told = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.headers.append({name.lower(): value for name, value in self.headers.items()})
            told.body_bytes = len(self.rfile.read(int(self.headers.get("content-length", 0))))
            told.then()
            self.send_response(told.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def world(gateway: Gateway) -> Iterator[World]:
    aws = Aws(ACCOUNT, "us-east-1")
    for group in (GROUP, ACCESS):
        aws.client("logs").create_log_group(logGroupName=group)
    yield World(aws, Deployed(aws), Recorder(aws), gateway)
    keeping.forget(ACCOUNT)


TARGETS = Targets(
    account=ACCOUNT,
    region="us-east-1",
    api={"ApiId": "a1"},
    stage={
        "StageName": "$default",
        "AccessLogSettings": {"DestinationArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{ACCESS}:*"},
    },
    route={"RouteKey": "$default"},
    integration={},
    function={
        "FunctionName": "api",
        "LoggingConfig": {"LogGroup": GROUP},
        "Environment": {
            "Variables": {
                "ORIGIN_SECRET": "from-the-edge",
                "LOG_LEVEL": "INFO",
                "DATABASE_URL": "postgresql://app:hush%2Fhush@db/x",
            }
        },
    },
    qualifier=None,
    database=None,
    distribution=None,
    firewall=None,
    makes_log_group=False,
)


def request(**asked: Any) -> Request:
    """A request for health, unless something else is said."""
    return Request.model_validate(asked)


def expect(**said: Any) -> Expectation:
    """An expectation of a healthy answer, unless something else is said."""
    usual = {"status": (200,), "body": "ok", "streams": "any"}
    return Expectation.model_validate(usual | said)


def test_lines_and_figures_of_before_are_not_seen(world: World) -> None:
    def say(text: str) -> None:
        world.recorder.say(GROUP, "s1", [text])
        world.recorder.count("AWS/Lambda", "Invocations", {"FunctionName": "api"}, 1)
        world.recorder.count("AWS/Lambda", "Invocations", {"FunctionName": "api", "Resource": "api:live"}, 3)
        world.recorder.count("AWS/ApiGateway", "Count", {"ApiId": "another"}, 5)

    say("before")
    world.apis.then = lambda: say("now")
    seen = observe(world, TARGETS, request())

    assert ((("s1",), ("now",))) == (seen.streams, seen.lines)
    assert () == seen.access_lines
    assert {("AWS/Lambda", "Invocations"): 1.0} == seen.metrics
    assert 200 == seen.answer.status
    assert "from-the-edge" == world.apis.headers[0]["x-origin-secret"]


def test_what_comes_late_is_waited_for_where_it_is_expected(world: World) -> None:
    flushes = iter(range(100))
    usual = world.recorder.flush

    def flush() -> None:
        if next(flushes) == 3:
            world.recorder.say(ACCESS, "s1", ["late"])
        usual()

    world.recorder.flush = flush  # type: ignore[method-assign]  # nobody else is asked to be late
    seen = observe(world, TARGETS, request(), expect(access_log=("late",)))

    assert ("late",) == seen.access_lines


def test_a_stream_without_lines_is_seen_as_well(world: World) -> None:
    world.apis.then = lambda: world.aws.client("logs").create_log_stream(
        logGroupName=GROUP, logStreamName="new"
    )

    assert ("new",) == observe(world, TARGETS, request()).streams


def test_a_group_that_is_gone_has_no_streams(world: World) -> None:
    world.aws.client("logs").delete_log_group(logGroupName=GROUP)

    assert () == observe(world, TARGETS, request()).streams


def test_no_answer_is_an_answer_too(world: World) -> None:
    world.apis.url = "http://127.0.0.1:9"
    seen = observe(world, TARGETS, request())

    assert seen.answer.status is None
    assert seen.answer.body.startswith("no answer: ConnectionRefusedError")


def test_a_request_is_as_large_as_it_is_asked_to_be(world: World) -> None:
    observe(world, TARGETS, request(body_bytes=70_000, header_bytes=300))

    assert (70_000, 300) == (world.apis.body_bytes, len(world.apis.headers[0]["x-long"]))


def test_a_request_through_the_edge_brings_no_origin_secret_of_its_own(world: World) -> None:
    world.edge = world.apis
    observe(world, TARGETS, request(through="edge"))

    assert "x-origin-secret" not in world.apis.headers[0]


def test_requests_at_once_have_an_answer_each(world: World) -> None:
    assert 3 == len(observe(world, TARGETS, request(at_once=3)).answers)


def seen(**said: Any) -> Observation:
    """What is seen of a healthy request, unless something else is said."""
    answer = Answer(200, "ok", {"x-one": "1"}, 0.1)
    usual: dict[str, Any] = {
        "answers": (answer,),
        "streams": ("s1",),
        "lines": ('{"level": "INFO"}', "REPORT Error Type: Runtime.ExitError"),
        "access_lines": (),
        "metrics": {("AWS/Lambda", "Errors"): 1.0},
    }
    return Observation(**{**usual, **said})


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"status": (500, 503)}, "the status is 200, not 500 or 503 (ok)"),
        ({"body": "^no$"}, "the body is 'ok', and does not match ^no$"),
        ({"headers": {"X-One": "2"}}, "the header X-One is '1', and does not match 2"),
        ({"headers": {"x-one": ""}}, "the header x-one is '1', and should be missing"),
        ({"headers": {"x-two": "."}}, "the header x-two is None, and does not match ."),
        ({"seconds": (1.0, 2.0)}, "the answer took 0.1 s, not 1 to 2"),
        ({"streams": "none"}, "the function has written to s1, and should not have"),
        ({"messages": ("WARN",)}, "no line of the function's log matches WARN"),
        (
            {"error_type": r"Sandbox\.Failure"},
            r"no line of the function's log has an error type Sandbox\.Failure",
        ),
        ({"access_log": ("500",)}, "no line of the access log matches 500"),
        (
            {"metrics": ("function Errors = 0",)},
            "AWS/Lambda Errors rose by 1, not as in `function Errors = 0`",
        ),
        ({"metrics": ("api 5xx > 0",)}, "AWS/ApiGateway 5xx rose by 0, not as in `api 5xx > 0`"),
    ],
)
def test_what_is_otherwise_is_told_in_a_sentence(said: dict[str, Any], found: str) -> None:
    assert [] == unexpected(seen(), expect())
    assert [found] == unexpected(seen(), expect(**said))


def test_an_error_type_is_found_in_both_formats_of_lambda() -> None:
    wanted = expect(error_type=r"Runtime\.ExitError")

    assert [] == unexpected(seen(), wanted)
    assert [] == unexpected(seen(lines=('{"record": {"errorType": "Runtime.ExitError"}}',)), wanted)


def test_one_of_several_answers_must_be_as_expected() -> None:
    refused = Answer(429, "Too Many Requests", {}, 0.1)
    both = seen(answers=(*seen().answers, refused))

    assert [] == unexpected(both, expect(status=(429,), body="Too Many"))
    assert 1 == len(unexpected(both, expect(status=(429,), body="ok")))


def test_an_access_log_that_is_not_there_can_show_nothing() -> None:
    wanted = expect(access_log=("500",), access_log_written=False)

    assert [] == unexpected(seen(access_lines=None), wanted)
    assert 2 == len(unexpected(seen(access_lines=("200",)), wanted))


def test_nothing_written_is_told_where_a_stream_is_expected() -> None:
    told = unexpected(seen(streams=()), expect(streams="some"))

    assert ["the function has written to no log stream"] == told


def test_secrets_are_unreadable_where_an_observation_is_printed() -> None:
    said = seen(lines=("sent from-the-edge at INFO",), access_lines=("as app by hush/hush",))
    hidden = without_secrets(said, TARGETS)

    assert (("sent *** at INFO",), ("as app by ***",)) == (hidden.lines, hidden.access_lines)
