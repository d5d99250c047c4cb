"""An event asks for an action that exists, with options that it has, of the type that they have."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from runtime.migrator.actions import ACTIONS, perform
from runtime.migrator.connection import read_url
from runtime.migrator.context import Context, EventRefused
from runtime.migrator.files import Migrations

NOWHERE = Context(read_url("postgresql://u@localhost:1/x?sslmode=require"), Migrations(Path(), (), {}))


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({}, "no action None; allowed are status, plan, up,"),
        ({"action": "down"}, "no action 'down'"),
        ({"action": ["up"]}, "no action ['up']"),
        ({"action": "up", "force": True}, "up has no option 'force'; allowed are ignore_missing,"),
        ({"action": "probe", "target": 1}, "probe has no option 'target'; allowed are host"),
        ({"action": "up", "target": "1"}, "target of up is '1'; allowed are values of type int"),
        ({"action": "up", "strict": 1}, "strict of up is 1; allowed are values of type bool"),
        ({"action": "up", "target": True}, "target of up is True"),
        ({"action": "up", "lock_timeout": -1.0}, "lock_timeout of up is -1.0; allowed are seconds from 0"),
        ({"action": "up", "lock_wait": float("nan")}, "lock_wait of up is nan"),
        ({"action": "up", "lock_wait": float("inf")}, "lock_wait of up is inf"),
    ],
)
def test_what_an_event_should_not_hold_is_refused_before_anything_is_reached(
    event: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(EventRefused) as refused:
        perform(event, NOWHERE)

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_there(name: str) -> None:
    assert callable(resolve_name(f"runtime.migrator.{ACTIONS[name].run}"))
