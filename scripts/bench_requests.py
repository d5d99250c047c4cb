"""Times requests that a function answers while it is warm, each application in a process of its own.

The database holds a task of an organization whose owner asks for it, so tenancy and permission are
looked at. A process is given one event and calls its handler with it again and again (`bench_answering`).
"""

from __future__ import annotations

import io
import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from secrets import token_urlsafe
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Final

from runtime.api.service import make_service
from runtime.api.settings import Settings
from runtime.contract import API_PREFIX, ROUTES
from scripts.measuring import MeasuringError
from twin.event import Api, Request, make_event
from twin.routing import DEFAULT, RouteTable
from twin.serving import prepare_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runtime.api.service import Service
    from twin.configuration import Configuration
    from twin.postgres import Server

Event = dict[str, Any]
MILLISECONDS: Final = 29_000
PROFILE: Final = {"github_id": 1, "email": "owner@example.org", "name": "owner"}
LIVE: Final = "/health/live"
IN_THE_LOOP: Final = "/health/live-in-the-loop"
"""The same of FastAPI's, as a coroutine, which needs no thread."""
WARMING: Final = 50
"""Calls before any is timed."""


class RequestFailed(MeasuringError):
    """A request that was to be timed was not answered well."""

    def __init__(self, name: str, found: str) -> None:
        self.name, self.found = name, found
        super().__init__(f"{name} gives no good answer ({found}); ask it by hand")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is asked for, and the variables of whoever answers."""

    variables: Mapping[str, str]
    live: Event
    in_the_loop: Event
    task: Event
    question: str
    """The statement that reads the task and its parameters, as JSON."""


def prepare_scene(server: Server) -> Scene:
    """Make a database with a task, and a token to ask for it by; raises `RequestFailed`."""
    variables = {
        "DATABASE_URL": prepare_database(server),
        "DATABASE_CONNECT_TIMEOUT": "3",
        "DATABASE_STATEMENT_TIMEOUT": "20",
        "JWT_SECRET": token_urlsafe(48),
        "JWT_EXPIRATION": "86400",
        "REFRESH_EXPIRATION": "604800",
        "ENVIRONMENT": "bench",
        "LOG_LEVEL": "INFO",
    }
    settings = Settings.model_validate({name.lower(): value for name, value in variables.items()})
    service = make_service(settings, io.StringIO())
    try:
        task = _make_task(service)
        question = _listen_to(service, task)
    finally:
        service.database.close()
    return Scene(variables, make_request("GET", LIVE), make_request("GET", IN_THE_LOOP), task, question)


def make_request(method: str, path: str, body: Any = None, token: str | None = None) -> Event:
    """A request as the event that the gateway makes of it."""
    headers = [("host", "api.example.org"), ("user-agent", "bench"), ("accept", "*/*")]
    headers += [("authorization", f"Bearer {token}")] if token else []
    headers += [] if body is None else [("content-type", "application/json")]
    content = b"" if body is None else json.dumps(body).encode()
    request = Request(method, API_PREFIX + path, tuple(headers), content)
    routes = RouteTable({DEFAULT: None} | {route.key: None for route in ROUTES})
    match = routes.match(method, request.path)
    assert match is not None  # noqa: S101  (the default route takes what no other does)
    return make_event(request, match, Api())


def _make_task(service: Service) -> Event:
    """The request that reads a task, by a token of the owner of its organization."""
    signed_in = {"action": "login", "profile": PROFILE}
    answer = service.application.sign_in(signed_in, "bench", MILLISECONDS)
    token = answer["session"]["access_token"]
    organization = _ask(service, make_request("POST", "/organizations", {"name": "Bench"}, token))
    wanted = {"organization_id": organization["id"]}
    token = _ask(service, make_request("POST", "/auth/switch-organization", wanted, token))["access_token"]
    task = _ask(service, make_request("POST", "/tasks", {"name": "Measure", "metadata": {"a": 1}}, token))
    return make_request("GET", f"/tasks/{task['id']}", token=token)


def _listen_to(service: Service, request: Event) -> str:
    """The one statement that a request comes to."""
    from sqlalchemy import Engine, event

    heard: list[tuple[str, dict[str, str]]] = []

    def hear(*told: Any) -> None:
        heard.append((told[2], {name: str(value) for name, value in told[3].items()}))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        _ask(service, request)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    if len(heard) != 1:
        raise RequestFailed("reading a task", f"{len(heard)} statements instead of one")
    return json.dumps(heard[0])


def _ask(service: Service, event: Event) -> Any:
    answer = service.application.answer(event, MILLISECONDS)
    if answer["statusCode"] not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        raise RequestFailed(event["rawPath"], answer["body"])
    return json.loads(answer["body"])


@dataclass(frozen=True, slots=True)
class Answering:
    """A process that calls a handler with one event."""

    name: str
    event: Event
    calls: int
    """In each round."""
    process: subprocess.Popen[str]
    processor: list[float] = field(default_factory=list)
    """Seconds of a call on a processor, all threads of the process together, for each round."""

    def seconds(self) -> float:
        """Of one call, in the mean of a round; raises `RequestFailed`."""
        seconds, processor = self._ask(self.calls)
        self.processor.append(processor)
        return seconds

    def _ask(self, calls: int) -> tuple[float, float]:
        assert self.process.stdin  # noqa: S101  (it was started with both)
        assert self.process.stdout  # noqa: S101
        print(json.dumps({"event": self.event, "calls": calls}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RequestFailed(self.name, f"it ended with {self.process.wait()}")
        told = json.loads(line)
        if told["status"] != HTTPStatus.OK:
            raise RequestFailed(self.name, f"status {told['status']}")
        return float(told["seconds"]), float(told["processor"])

    def warm(self) -> None:
        """Have everything made that is made once."""
        self._ask(WARMING)


@contextmanager
def answering(
    name: str, configuration: Configuration, event: Event, *, program: Path, calls: int
) -> Iterator[Answering]:
    """A process that has answered already; `program` is `bench_answering`."""
    folders = [configuration.code, *configuration.packages]
    environment = {**configuration.variables, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    with TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [configuration.python, "-B", "-P", "-S", program, configuration.handler],
            cwd=configuration.code,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            made = Answering(name, event, calls, process)
            try:
                made.warm()
            except RequestFailed as failed:
                said.seek(0)
                raise RequestFailed(name, f"{failed.found}: {said.read().strip()[-500:]}") from None
            yield made
        finally:
            process.kill()
            process.communicate()
