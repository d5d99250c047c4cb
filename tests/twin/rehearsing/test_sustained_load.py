"""A minute of load through the front: every answer is one that AWS would give, and nothing grows.

Our own package behind an HTTP API, asked by several clients at once. A few seconds in `make test`, a minute
in `make soak`.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING, Final

import pytest

from ops.package.interpreters import find_runnable
from ops.package.shelf import built, runtime_client
from runtime.contract import HANDLERS, Function
from scripts.bench_requests import prepare_scene
from stacks.http_api import ACCESS_LOG
from tests.sampling import examples
from tests.twin.http_api.deploying import FUNCTION, deploy
from tests.twin.rehearsing.callers import BURST, ORIGIN, RATE, ROUTES, THROTTLED_ROUTE, Client, cases
from tests.twin.rehearsing.holding import MEGABYTE, PROC, Kept, look
from twin.aws import kept_services
from twin.aws.clients import Aws
from twin.deployed import Deployed
from twin.functions import Functions, Native
from twin.functions.native import minor_of
from twin.http_api import HttpApis
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.twin.http_api.deploying import Api
    from tests.twin.rehearsing.holding import Look
    from twin.postgres import Server

pytestmark = pytest.mark.skipif(not PROC.exists(), reason="only Linux tells what a process holds")

ACCOUNT: Final = "610200000001"
AS_OF: Final = date(2026, 11, 25)
SECONDS: Final = 3, 60
"""For which they ask, in short and in long."""
CLIENTS: Final = 2, 4
REST: Final = 40, 0
"""Milliseconds between two requests of a client: the short form leaves the machine to others."""
LOOKS: Final = 4, 32
"""How often it is looked at what there is."""
ACCESS: Final = "/api/access"
GROWTH: Final = 4, 2
"""MB that may come within a quarter of the time: whoever frees memory does not give all of it back, and in
the short form an execution environment may begin meanwhile."""
PROCESSES, THREADS, DESCRIPTORS = 2, 8, 8
"""Of each client at most: its connection, an execution environment, and what calls that."""
ENVIRONMENTS_GROWTH: Final = 2
"""MB that an execution environment may hold more at the end than when it was warm."""
CLIENTS_GROWTH: Final = 300
"""Bytes more for each invocation: AWS's client keeps some 170 of each, whatever the function does."""


@dataclass(frozen=True, slots=True)
class World:
    """An API with our package behind it, and what a caller needs to ask it."""

    address: str
    recorder: Recorder
    task_id: str
    token: str = field(repr=False)


@pytest.fixture
def world(postgres: Server) -> Iterator[World]:
    """Deployed by boto3, over a database with a task."""
    scene = prepare_scene(postgres)
    runnable = find_runnable()
    package = built(runnable.target, runnable.interpreter, region="us-east-1", as_of=AS_OF)
    client = runtime_client(runnable.target)
    native = Native(package.folder, runnable.interpreter.path, client, runnable.target.name)
    aws = Aws(ACCOUNT, "us-east-1")
    with ExitStack() as opened:
        opened.callback(kept_services.forget, ACCOUNT)
        api = deploy(aws, *ROUTES)
        _configure(api)
        aws.client("lambda").update_function_code(FunctionName=FUNCTION, ZipFile=package.zip.read_bytes())
        aws.client("lambda").update_function_configuration(
            FunctionName=FUNCTION,
            Runtime=f"python{minor_of(native.python)}",
            Handler=HANDLERS[Function.API],
            Timeout=29,
            MemorySize=512,
            Environment={"Variables": dict(scene.variables)},
        )
        deployed, recorder = Deployed(aws), opened.enter_context(Recorder(aws))
        functions = opened.enter_context(Functions(deployed, recorder, native=native, init_seconds=60))
        apis = opened.enter_context(HttpApis(deployed, recorder, functions))
        token = scene.task["headers"]["authorization"].partition(" ")[2]
        task_id = scene.task["rawPath"].rpartition("/")[2]
        yield World(apis.address(api.api_id), recorder, task_id, token)


def _configure(api: Api) -> None:
    """Logs, an access log, CORS, and a limit that is too low for one of the routes."""
    aws = api.aws
    for group in (ACCESS, f"/aws/lambda/{FUNCTION}"):
        aws.client("logs").create_log_group(logGroupName=group)
    statement = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.client("iam").put_role_policy(RoleName=FUNCTION, PolicyName="logs", PolicyDocument=policy)
    destination = aws.arn("logs", f"log-group:{ACCESS}")
    api.stage(
        AccessLogSettings={"DestinationArn": destination, "Format": json.dumps(ACCESS_LOG)},
        RouteSettings={THROTTLED_ROUTE: {"ThrottlingBurstLimit": BURST, "ThrottlingRateLimit": RATE}},
    )
    cors = {
        "AllowOrigins": [ORIGIN],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["authorization", "content-type"],
        "ExposeHeaders": ["x-request-id"],
        "MaxAge": 600,
    }
    api.gateway.update_api(ApiId=api.api_id, CorsConfiguration=cors)


def test_a_minute_of_load_is_answered_as_by_aws_and_leaves_nothing_behind(world: World) -> None:
    number, table = examples(*CLIENTS), cases(world.task_id, world.token)
    clients = [Client(world.address, table, each * len(table) // number) for each in range(number)]
    kept, before = Kept(ACCOUNT, ACCESS), look()

    looks = _work(world, clients, kept)

    assert [] == list(dict.fromkeys(mistake for client in clients for mistake in client.mistakes))
    assert _foretold(clients) == kept.told
    _check_throttle(clients)
    _check_growth(before, looks, number)
    assert {} == {stream: held for stream, held in kept.memory.items() if _has_grown(held)}


def _work(world: World, clients: list[Client], kept: Kept) -> list[Look]:
    """Have all ask for as long as is to be, and look now and then."""
    seconds, rest, count = examples(*SECONDS), examples(*REST) / 1000, examples(*LOOKS)
    looks = []
    with ThreadPoolExecutor(len(clients)) as threads:
        list(threads.map(Client.warm, clients))
        warm = time.monotonic()
        working = [threads.submit(client.work, warm + seconds, rest) for client in clients]
        for each in range(1, count + 1):
            time.sleep(max(warm + seconds * each / (count + 1) - time.monotonic(), 0))
            kept.take(world.recorder)
            looks.append(look())
        for done in working:
            done.result()
    kept.take(world.recorder)
    return looks


def _foretold(clients: list[Client]) -> dict[str, int]:
    """What Lambda and the gateway must have told of what was asked."""
    recorded, invoked = sum(each.recorded for each in clients), sum(each.invoked for each in clients)
    by_function = dict.fromkeys(("START", "END", "REPORT", "answered", "Invocations"), invoked)
    by_gateway = {"access": recorded, "Count": recorded, "4xx": sum(each.failed for each in clients)}
    return by_function | by_gateway | {"5xx": 0, "Errors": 0}


def _check_throttle(clients: list[Client]) -> None:
    """At any time the burst is let in, and no more than the rate besides."""
    let_in = sorted(moments for client in clients for moments in client.let_in)

    assert sum(client.throttled for client in clients) > 0
    for first, (begun, _) in enumerate(let_in):
        ends = accumulate((ended for _, ended in let_in[first:]), max)
        for count, ended in enumerate(ends, 1):
            assert count <= BURST + RATE * (ended - begun)


def _check_growth(before: Look, looks: list[Look], clients: int) -> None:
    """However many requests there were: what there is hangs on how many ask at once."""
    for each in looks:
        assert each.processes - before.processes <= PROCESSES * clients
        assert each.threads - before.threads <= THREADS * clients
        assert each.descriptors - before.descriptors <= DESCRIPTORS * clients
    quarter = len(looks) // 4
    third, last = looks[2 * quarter : 3 * quarter], looks[3 * quarter :]
    grown = median(each.megabytes for each in last) - median(each.megabytes for each in third)
    assert grown <= examples(*GROWTH)


def _has_grown(held: list[int]) -> bool:
    """Whether an environment holds more than when it was warm, besides what AWS's client adds."""
    grown = held[-1] - held[len(held) // 10]
    return grown > ENVIRONMENTS_GROWTH + CLIENTS_GROWTH * len(held) / MEGABYTE
