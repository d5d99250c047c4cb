"""The API is compared with what does the same: the others have its routes, ask its statement, and answer."""

from __future__ import annotations

import ast
import json
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ops.package.interpreters import find_runnable
from ops.package.shelf import runtime_client
from runtime.contract import ROUTES, Function
from scripts import bench_bare, bench_fastapi
from scripts.bench_applications import PROGRAM, without_bytecode
from scripts.bench_requests import LIVE, RequestFailed, answering, make_request, prepare_scene
from scripts.bench_starts import Start, StartFailed
from twin.configuration import Configuration

if TYPE_CHECKING:
    from pathlib import Path

    from twin.postgres import Server

DOCUMENT = json.loads(bench_fastapi.DOCUMENT.read_text(encoding="utf-8"))

COUNTING = """
from pathlib import Path
calls = 0
def handle(event, context):
    global calls
    calls += 1
    Path("calls").write_text(f"{calls} {event['rawPath']}")
    print("dropped")
    return {"statusCode": 200}
"""


def function(folder: Path, source: str | None = None) -> Configuration:
    """A function of its own: the bare handler, or another one."""
    if source is None:
        shutil.copy(bench_bare.__file__, folder / "bare.py")
    else:
        (folder / "bare.py").write_text(source, encoding="utf-8")
    return Configuration(folder, "bare.handle")


def decorators(module: ast.Module) -> set[tuple[str, str]]:
    """Methods and paths of a module's routes."""
    calls = [
        each.decorator_list[0]
        for each in module.body
        if isinstance(each, ast.FunctionDef) and each.decorator_list
    ]
    return {
        (call.func.attr.upper(), str(ast.literal_eval(call.args[0])))
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    }


def test_the_compared_application_has_every_route_of_ours_and_every_model() -> None:
    module = ast.parse(bench_fastapi.source(DOCUMENT))
    routes = {
        (route.method, f"/api/v1{route.path}")
        for route in ROUTES
        if route.function is Function.API and route.path not in bench_fastapi.ITS_OWN
    }
    models = {each.name for each in module.body if isinstance(each, ast.ClassDef)}

    assert routes == decorators(module)
    assert set(DOCUMENT["components"]["schemas"]) | {"Settings"} == models


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": "#/components/schemas/Task"}, "Task"),
        ({"type": "string", "format": "uuid"}, "UUID"),
        (
            {"type": "string", "maxLength": 9, "pattern": "^a"},
            "Annotated[str, Field(max_length=9, pattern='^a')]",
        ),
        (
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            "Annotated[int, Field(ge=1)] | None",
        ),
        ({"type": "array", "items": {"enum": ["P0", "P1"], "type": "string"}}, "list[Literal['P0', 'P1']]"),
        ({"const": "ok", "type": "string"}, "Literal['ok']"),
        ({"type": "object", "additionalProperties": True}, "dict[str, Any]"),
        ({}, "Any"),
    ],
)
def test_a_schema_is_the_type_that_it_was(schema: dict[str, Any], expected: str) -> None:
    assert expected == bench_fastapi.annotation(schema)


def test_psycopg_alone_asks_the_one_statement_of_ours(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = prepare_scene(postgres)
    monkeypatch.setenv("DATABASE_URL", scene.variables["DATABASE_URL"])
    monkeypatch.setenv("QUESTION", scene.question)
    statement, parameters = json.loads(scene.question)
    try:
        answer = bench_bare.ask({}, None)
    finally:
        bench_bare._connection().close()
        bench_bare._connection.cache_clear()
        bench_bare._question.cache_clear()

    assert {"statusCode": 200} == answer
    assert "has_permission" in statement
    assert scene.task["rawPath"].rpartition("/")[2] in parameters.values()


def test_a_handler_is_called_as_often_as_asked_in_a_process_of_its_own(tmp_path: Path) -> None:
    event = make_request("GET", LIVE)
    with answering("counting", function(tmp_path, COUNTING), event, program=PROGRAM, calls=7) as process:
        took = [process.seconds(), process.seconds()]

    assert "64 /api/v1/health/live" == (tmp_path / "calls").read_text(encoding="utf-8")
    assert min(took) > 0
    assert 2 == len(process.processor)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def handle(event, context):\n    return {'statusCode': 503}\n", "status 503"),
        ("raise SystemExit('out of paper')\n", "it ended with 1: out of paper"),
    ],
    ids=["refused", "ended"],
)
def test_an_answer_that_is_none_is_no_figure_but_told(tmp_path: Path, source: str, told: str) -> None:
    process = answering("broken", function(tmp_path, source), {}, program=PROGRAM, calls=1)

    with ExitStack() as stack, pytest.raises(RequestFailed, match=told):
        stack.enter_context(process)


def test_a_start_is_timed_under_the_runtime_client_and_one_that_fails_is_told(tmp_path: Path) -> None:
    runnable = find_runnable()
    client, python = runtime_client(runnable.target), runnable.interpreter.path
    for name in ("good", "bad"):
        (tmp_path / name).mkdir()
    good = function(tmp_path / "good")
    bad = function(tmp_path / "bad", "raise ValueError('out of paper')\n")

    assert 0 < Start("good", Configuration(good.code, good.handler, python=python), client).seconds()
    with pytest.raises(StartFailed, match=r"bad does not start .*out of paper"):
        Start("bad", Configuration(bad.code, bad.handler, python=python), client).seconds()


def test_a_copy_without_bytecode_has_everything_else(tmp_path: Path) -> None:
    code, packages = tmp_path / "code", tmp_path / "packages"
    for place in (code, packages):
        (place / "__pycache__").mkdir(parents=True)
        (place / "module.py").touch()
        (place / "__pycache__" / "module.pyc").touch()
    copied = without_bytecode(Configuration(code, "module.handle", packages=(packages,)), tmp_path / "copy")

    for place in (copied.code, *copied.packages):
        assert ["module.py"] == [path.name for path in place.iterdir()]
    assert copied.code != copied.packages[0]
