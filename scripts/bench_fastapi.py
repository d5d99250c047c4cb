"""Writes the application that ours is measured beside: the same API by FastAPI and Mangum.

Its models, parameters and routes come from our own document of the API and its tables are ours, so it
grows as ours does. Of its routes two work: whether it lives, and reading a task, by the same statement
over a connection that is kept as ours is. It writes no log and counts nothing.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from runtime.contract import API_PREFIX, ROUTES, Function

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parent.parent
DOCUMENT: Final = ROOT / "runtime" / "api" / "openapi.json"
TABLES: Final = ROOT / "runtime" / "api" / "tables.py"
HANDLER: Final = "application.handle"
ITS_OWN: Final = {"/docs", "/openapi.json"}
"""Routes that FastAPI adds itself."""
HEAD: Final = """\
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import Boolean, case, create_engine, func, select
from tables import tasks


class Settings(BaseSettings):
    database_url: SecretStr
    database_connect_timeout: Annotated[int, Field(ge=1, le=10)]
    database_statement_timeout: Annotated[int, Field(ge=1, le=28)]
    jwt_secret: SecretStr
    jwt_expiration: int
    refresh_expiration: int
    environment: str
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"]


settings = Settings()
engine = create_engine(
    settings.database_url.get_secret_value().replace("postgresql://", "postgresql+psycopg://"),
    isolation_level="AUTOCOMMIT",
    pool_size=1,
    max_overflow=0,
    use_native_hstore=False,
    connect_args={"prepare_threshold": None, "connect_timeout": settings.database_connect_timeout},
)
app = FastAPI(title="Miyabi Society", docs_url="/api/v1/docs", openapi_url="/api/v1/openapi.json")
bearer = HTTPBearer()


async def claims(shown: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> dict[str, Any]:
    key = settings.jwt_secret.get_secret_value()
    try:
        return jwt.decode(shown.credentials, key, algorithms=["HS256"], leeway=60)
    except jwt.InvalidTokenError:
        raise HTTPException(401, "the token is not valid")


Claims = Annotated[dict[str, Any], Depends(claims)]
"""
TAIL: Final = """

@app.get("/api/v1/health/live-in-the-loop")
async def live_in_the_loop() -> Alive:
    return Alive(status="ok", version="0.1.0")


handle = Mangum(app, lifespan="off")
"""
BODIES: Final = {
    "get_health_live": 'return Alive(status="ok", version="0.1.0")',
    "get_tasks_task_id": """\
user_id = UUID(caller["sub"])
    held = func.has_permission(user_id, tasks.c.organization_id, "tasks.read", type_=Boolean)
    may = case((tasks.c.organization_id.is_(None), tasks.c.user_id == user_id), else_=held)
    statement = select(tasks, may.label("allowed")).where(tasks.c.id == task_id, may)
    with engine.connect() as connection:
        row = connection.execute(statement).mappings().first()
    if row is None:
        raise HTTPException(404, "there is no such task")
    return Task.model_validate(dict(row))""",
}
"""What the routes do that work, by operation id."""
BOUNDS: Final = {
    "minimum": "ge",
    "maximum": "le",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
}
TYPES: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
}
FORMATS: Final = {"uuid": "UUID", "date-time": "datetime"}

Schema = dict[str, Any]


def write(folder: Path) -> None:
    """Write the application into a folder, with our tables."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    (folder / "application.py").write_text(source(document), encoding="utf-8")
    shutil.copy(TABLES, folder / "tables.py")


def source(document: Mapping[str, Any]) -> str:
    """The application of a document of an API, as a Python module."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    models = (_model(name, schemas[name]) for name in _in_order(schemas))
    routes = (
        _route(route.method.lower(), API_PREFIX + route.path, document["paths"])
        for route in ROUTES
        if route.function is Function.API and route.path not in ITS_OWN
    )
    return "\n".join([HEAD, *models, *routes, TAIL])


def annotation(schema: Schema) -> str:
    """A type as Python spells it: of a field, a parameter or a body."""
    match schema:
        case {"$ref": str(reference)}:
            return reference.rpartition("/")[2]
        case {"anyOf": options}:
            return " | ".join(map(annotation, options))
        case {"enum": _} | {"const": _}:
            values = schema.get("enum", [schema.get("const")])
            return f"Literal[{', '.join(map(repr, values))}]"
        case {"type": "array", "items": items}:
            return f"list[{annotation(items)}]"
        case {"type": str(kind)}:
            return _bounded(FORMATS.get(schema.get("format", ""), TYPES[kind]), schema)
        case _:
            return "Any"


def _bounded(kind: str, schema: Schema) -> str:
    bounds = ", ".join(f"{ours}={schema[name]!r}" for name, ours in BOUNDS.items() if name in schema)
    return f"Annotated[{kind}, Field({bounds})]" if bounds else kind


def _in_order(schemas: Mapping[str, Schema]) -> list[str]:
    """The names of models, each after those that it refers to."""
    done: list[str] = []

    def visit(name: str) -> None:
        for other in _references(schemas[name]):
            visit(other)
        if name not in done:
            done.append(name)

    for name in schemas:
        visit(name)
    return done


def _references(part: Any) -> Iterator[str]:
    match part:
        case {"$ref": str(reference)}:
            yield reference.rpartition("/")[2]
        case dict():
            for each in part.values():
                yield from _references(each)
        case list():
            for each in part:
                yield from _references(each)


def _model(name: str, schema: Schema) -> str:
    lines = [f"class {name}(BaseModel):"]
    if schema.get("additionalProperties") is False:
        lines.append('    model_config = ConfigDict(extra="forbid")')
    required = schema.get("required", ())
    for field, about in schema.get("properties", {}).items():
        default = "" if field in required else f" = {about.get('default')!r}"
        lines.append(f"    {field}: {annotation(about)}{default}")
    return "\n" + "\n".join(lines if len(lines) > 1 else [*lines, "    pass"]) + "\n"


def _route(method: str, path: str, paths: Mapping[str, Any]) -> str:
    told = paths[path][method]
    status, answer = next((code, each) for code, each in told["responses"].items() if code.startswith("2"))
    content = answer.get("content", {}).get("application/json")
    parameters = ", ".join(_parameters(told))
    body = BODIES.get(told["operationId"], "raise NotImplementedError")
    return f"""
@app.{method}({path!r}, status_code={status}, summary={told["summary"]!r}, tags={told["tags"]!r})
def {told["operationId"]}({parameters}) -> {annotation(content["schema"]) if content else "None"}:
    {body}
"""


def _parameters(told: Mapping[str, Any]) -> Iterator[str]:
    """What a function of a route takes; what need not be given stands last."""
    if told["security"]:
        yield "caller: Claims"
    named = [each for each in told["parameters"] if "name" in each]
    yield from (f"{each['name']}: {annotation(each['schema'])}" for each in named if each["in"] == "path")
    if body := told.get("requestBody"):
        kind = annotation(body["content"]["application/json"]["schema"])
        yield f"body: {kind}" if body["required"] else f"body: {kind} | None = None"
    for each in named:
        if each["in"] == "query":
            default = each["schema"].get("default")
            kind = annotation(each["schema"])
            yield f"{each['name']}: Annotated[{kind if default else f'{kind} | None'}, Query()] = {default!r}"
