"""The contract is whole and consistent with itself."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from runtime.contract import (
    CUSTOM_HANDLER,
    HANDLERS,
    ROUTES,
    VARIABLES,
    Function,
    required_variables,
    variables_of,
)

PERMISSIONS = {
    f"{category}.{action}"
    for category, actions in {
        "repositories": ("read", "write", "delete", "manage"),
        "agents": ("read", "execute", "stop", "manage"),
        "workflows": ("read", "create", "update", "delete", "execute"),
        "tasks": ("read", "create", "update", "delete", "assign"),
        "organization": ("read", "update", "delete", "members.read", "members.manage"),
        "teams": ("read", "create", "update", "delete"),
    }.items()
    for action in actions
}
"""The 27 permission codes that the database is seeded with."""


def test_no_route_stands_twice() -> None:
    assert [key for key, count in Counter(route.key for route in ROUTES).items() if count > 1] == []


def test_routes_that_differ_only_in_a_parameters_name_would_be_one_to_the_gateway() -> None:
    shapes = Counter(re.sub(r"\{\w+\}", "{}", route.key) for route in ROUTES)

    assert [shape for shape, count in shapes.items() if count > 1] == []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_a_route_is_spelt_as_api_gateway_takes_it(route: object) -> None:
    assert re.fullmatch(r"(GET|POST|PATCH|DELETE) (/(([a-z0-9.-]+)|\{[a-z_]+\}))+", route.key)  # type: ignore[attr-defined]


def test_every_permission_that_a_route_asks_for_exists() -> None:
    assert {route.permission for route in ROUTES if route.permission} <= PERMISSIONS


def test_whoever_needs_a_permission_must_show_a_token() -> None:
    assert [route.key for route in ROUTES if route.permission and not route.token] == []


def test_only_these_routes_are_public() -> None:
    public = {route.key for route in ROUTES if not route.token}

    assert public == {
        "GET /api/v1/health",
        "GET /api/v1/health/live",
        "GET /api/v1/openapi.json",
        "GET /api/v1/docs",
        "GET /api/v1/auth/github",
        "GET /api/v1/auth/github/callback",
        "POST /api/v1/auth/refresh",
    }


def test_the_login_function_serves_github_alone_and_the_migrator_nothing() -> None:
    by_function = {function: {r.path for r in ROUTES if r.function is function} for function in Function}

    assert by_function[Function.LOGIN] == {"/auth/github", "/auth/github/callback"}
    assert by_function[Function.MIGRATOR] == set()


def test_nobody_can_log_in_without_a_password() -> None:
    """The original had a mock login that let anybody in."""
    assert [route.key for route in ROUTES if "mock" in route.path] == []


def test_every_function_has_a_handler_that_is_not_a_custom_runtimes() -> None:
    assert set(HANDLERS) == set(Function)
    assert CUSTOM_HANDLER not in HANDLERS.values()


def test_every_variable_belongs_to_a_function_and_stands_once() -> None:
    assert all(variable.functions for variable in VARIABLES)
    assert len({variable.name for variable in VARIABLES}) == len(VARIABLES)


def test_no_variable_is_both_required_and_optional_for_a_function() -> None:
    assert [v.name for v in VARIABLES if v.required_by & v.optional_for] == []


@pytest.mark.parametrize("function", Function)
def test_required_variables_are_among_those_a_function_may_be_given(function: Function) -> None:
    assert required_variables(function) <= variables_of(function).keys()


def test_no_variable_is_reserved_by_lambda() -> None:
    assert [v.name for v in VARIABLES if v.name.startswith(("AWS_", "LAMBDA_", "_"))] == []


def test_login_gets_no_secret_of_the_database() -> None:
    """It alone speaks to the internet."""
    secrets = {name for name, variable in variables_of(Function.LOGIN).items() if variable.secret}

    assert secrets == {"GITHUB_CLIENT_SECRET", "ORIGIN_SECRET", "ORIGIN_SECRET_PREVIOUS"}
