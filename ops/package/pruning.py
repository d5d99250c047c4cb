"""What of a dependency does not go into the package, each with its reason.

A pattern is one of fnmatch's; its `*` matches slashes too. That what is left still works is shown by the
tests, which import the handlers from the package and compare what they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final


@dataclass(frozen=True, slots=True)
class Pruned:
    """Files that are left out, and why."""

    pattern: str
    why: str


_POWERTOOLS: Final = "aws_lambda_powertools/utilities"

PRUNED: Final = (
    Pruned("*.dist-info/RECORD", "lists the files as they were, and these are fewer"),
    Pruned("*.dist-info/WHEEL", "of use to installers alone; METADATA stays, Amazon Inspector reads it"),
    Pruned("*.dist-info/top_level.txt", "of use to installers alone"),
    Pruned("*.dist-info/entry_points.txt", "names commands, which nobody types in Lambda"),
    Pruned("*.dist-info/sboms/*", "bills of materials of what the wheel links; 130 KB"),
    Pruned("sqlalchemy/dialects/*.txt", "advice for writers of dialects"),
    Pruned("*.data/scripts/*", "commands, which nobody types in Lambda"),
    Pruned("*/__main__.py", "likewise"),
    Pruned("*.pyi", "types, for checkers"),
    Pruned("*/py.typed", "likewise"),
    Pruned("*.pxd", "declarations for Cython"),
    Pruned("annotated_types/test_cases.py", "tests"),
    Pruned("dotenv/cli.py", "the command of python-dotenv, which needs click"),
    Pruned("dotenv/ipython.py", "an extension of IPython"),
    Pruned("pydantic/mypy.py", "a plugin of the type checker"),
    Pruned("pydantic/v1/*", "pydantic's former version, 0.5 MB"),
    Pruned("sqlalchemy/testing/*", "SQLAlchemy's own tests, 0.8 MB"),
    Pruned("sqlalchemy/dialects/mssql/*", "another database"),
    Pruned("sqlalchemy/dialects/mysql/*", "another database"),
    Pruned("sqlalchemy/dialects/oracle/*", "another database"),
    Pruned("sqlalchemy/dialects/sqlite/*", "another database"),
    Pruned("sqlalchemy/connectors/*odbc.py", "drivers of other databases"),
    Pruned(
        "sqlalchemy/orm/*",
        "the API speaks SQLAlchemy Core: 2.4 MB, and a fifth more work at init if imported",
    ),
    Pruned("sqlalchemy/ext/*", "extensions of the ORM, asyncio among them"),
    Pruned("aws_lambda_powertools/event_handler/openapi/swagger_ui/*", "1.7 MB of JavaScript"),
    Pruned(f"{_POWERTOOLS}/auth_alpha/*", "verifies tokens by asymmetric algorithms, ours are HS256"),
    Pruned(f"{_POWERTOOLS}/batch/*", "no function reads a queue"),
    Pruned(f"{_POWERTOOLS}/circuit_breaker/*", "not used"),
    Pruned(f"{_POWERTOOLS}/data_masking/*", "needs the AWS Encryption SDK"),
    Pruned(f"{_POWERTOOLS}/feature_flags/*", "needs boto3"),
    Pruned(f"{_POWERTOOLS}/idempotency/*", "needs boto3 and DynamoDB; our keys stand in PostgreSQL"),
    Pruned(f"{_POWERTOOLS}/kafka/*", "no function reads a stream"),
    Pruned(f"{_POWERTOOLS}/metadata/*", "not used"),
    Pruned(f"{_POWERTOOLS}/parameters/*", "needs boto3"),
    Pruned(f"{_POWERTOOLS}/parser/*", "validation is the event handler's; costs half a second of init"),
    Pruned(f"{_POWERTOOLS}/streaming/*", "needs boto3"),
    Pruned(f"{_POWERTOOLS}/validation/*", "needs fastjsonschema, and validation is pydantic's"),
)


def pruned(name: str) -> bool:
    """Whether a file of a dependency is left out."""
    return any(fnmatchcase(name, each.pattern) for each in PRUNED)
