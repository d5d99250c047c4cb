"""The action `roles`: prepares the API's database roles, with the passwords in the environment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from runtime.contract import API_LOGINS
from runtime.migrator import connection as connecting
from runtime.migrator.connection import Target
from runtime.migrator.context import EventRefused
from runtime.migrator.errors import ConnectionFailed, ReadOnly
from runtime.migrator.inspecting import head
from runtime.migrator.lock import Lock, sqlx_key
from runtime.migrator.roles import GROUP, PasswordMissing, Prepared, prepare
from runtime.migrator.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from runtime.migrator.context import Context, Document

LOCK_WAIT: Final = 60.0
"""Seconds to wait for a run that is migrating."""
_OTHER_PASSWORD: Final = "password authentication failed"  # noqa: S105  (the server's words)


def prepare_roles(context: Context, options: Mapping[str, Any]) -> Document:
    """Prepare the roles and tell what was done. Raises as `prepare`, and `PasswordMissing` and `LockHeld`."""
    passwords = _passwords(options.get("login"))
    with connecting.connect(context.target, purpose="roles", say=context.progress.say) as connection:
        place = survey(connection)
        if place.replica or place.read_only:
            raise ReadOnly(f"{place.database} is {'a replica' if place.replica else 'read-only'}")
        lock = Lock(connection, sqlx_key(place.database))
        lock.acquire(LOCK_WAIT, context.progress.say)
        done = prepare(
            connection,
            {letter: password.get_secret_value() for letter, password in passwords.items()},
            accepts=partial(lets_in, context.target),
            force=options.get("force", False),
        )
        lock.release()
    return head(place) | _told(done)


def lets_in(target: Target, role: str, password: str) -> bool:
    """Try to connect as a role; False where the password is another. Raises `ConnectionFailed`."""
    as_role = Target(target.parameters | {"user": role, "password": password})
    try:
        connecting.connect(as_role, purpose="roles, trying").close()
    except ConnectionFailed as error:
        if _OTHER_PASSWORD in error.reason:
            return False
        raise
    return True


def _passwords(login: str | None) -> dict[str, SecretStr]:
    """The passwords of the logins that are asked for, which must be there."""
    from runtime.migrator.settings import read_passwords  # pydantic costs a tenth of a second

    if login is not None and login not in API_LOGINS:
        raise EventRefused(f"login of roles is {login!r}", ", ".join(API_LOGINS))
    known = read_passwords()
    wanted = [login] if login else list(API_LOGINS)
    for letter in wanted:
        if letter not in known:
            raise PasswordMissing(letter, API_LOGINS[letter])
    return {letter: known[letter] for letter in wanted}


def _told(done: Prepared) -> Document:
    return {
        "group": {"role": GROUP, "created": done.group_created},
        "logins": [
            {
                "login": login.letter,
                "role": login.role,
                "changes": login.changes,
                "password": login.password,
                "sessions": login.sessions,
            }
            for login in done.logins
        ],
        "warnings": list(done.warnings),
    }
