"""What goes wrong at the database: stopped, full, slow, another password, another certificate.

What no request to RDS brings about is asked of the twin's databases: a full disk, connections that are used
up, a slow network, a certificate that can't be verified.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final

from runtime.contract import API_LOGINS
from twin.errors import TwinError
from twin.faults.change import Done, undoing
from twin.faults.injectors.settings import URL, set_variable
from twin.faults.targets import TargetMissing, password_of, user_of

if TYPE_CHECKING:
    from twin.faults.targets import Targets, World


class MigratorRefused(TwinError):
    """The migrator did not set passwords."""

    def __init__(self, function: str, said: str) -> None:
        self.function = function
        super().__init__(
            f"function {function} set no password ({said[:200]}); read its log, or deploy the database anew"
        )


def stop(world: World, targets: Targets) -> Done:
    """Stop the instance."""
    rds, name = world.aws.client("rds"), targets.database_id
    rds.stop_db_instance(DBInstanceIdentifier=name)
    world.databases.settle()
    return Done(f"database {name} is stopped", lambda: rds.start_db_instance(DBInstanceIdentifier=name))


def change_master_password(world: World, targets: Targets) -> Done:
    """Give the master user another password, of which the function is not told."""
    rds, name = world.aws.client("rds"), targets.database_id
    before = password_of(targets.variables[URL])
    named = {"DBInstanceIdentifier": name, "ApplyImmediately": True}
    rds.modify_db_instance(**named, MasterUserPassword=token_urlsafe(24))
    return Done(
        f"the master user of database {name} has another password",
        lambda: rds.modify_db_instance(**named, MasterUserPassword=before),
    )


def change_login_password(world: World, targets: Targets) -> Done:
    """Have the migrator give the function's own role another password, of which the function is not told."""
    login = user_of(targets.variables[URL])
    [letter] = [letter for letter, role in API_LOGINS.items() if role == login]
    migrator = _migrator(world, targets, f"API_LOGIN_{letter.upper()}_PASSWORD")
    changed = set_variable(world, migrator, f"API_LOGIN_{letter.upper()}_PASSWORD", token_urlsafe(36))
    apply = partial(_give_passwords, world, migrator, letter)
    apply()
    return Done(
        f"role {login} of database {targets.database_id} has another password", undoing(apply, changed.undo)
    )


def fill_storage(world: World, targets: Targets) -> Done:
    """Fill the instance's disk."""
    undo = world.databases.fill_storage(targets.database_id)
    return Done(f"the disk of database {targets.database_id} is full", undo)


def use_up_connections(world: World, targets: Targets) -> Done:
    """Take every connection that the instance has."""
    undo = world.databases.use_up_connections(targets.database_id)
    return Done(f"all connections of database {targets.database_id} are taken", undo)


def delay(world: World, targets: Targets, seconds: float) -> Done:
    """Have every answer of the database arrive late."""
    undo = world.databases.delay(targets.database_id, seconds)
    return Done(f"answers of database {targets.database_id} take {seconds:g} s more", undo)


def present_certificate(world: World, targets: Targets, which: str) -> Done:
    """Have the database show a certificate `by another authority`, `expired`, or `for another name`."""
    undo = world.databases.present_certificate(targets.database_id, which)
    return Done(f"database {targets.database_id} shows a certificate that is {which}", undo)


def _migrator(world: World, targets: Targets, variable: str) -> Targets:
    """The function that is given a login's password, in place of the one that answers health."""
    functions = world.aws.client("lambda")
    for found in functions.list_functions()["Functions"]:
        if variable in found.get("Environment", {}).get("Variables", {}):
            aliases = functions.list_aliases(FunctionName=found["FunctionName"])["Aliases"]
            return replace(targets, function=found, qualifier=aliases[0]["Name"] if aliases else None)
    raise TargetMissing("a function that sets the passwords of roles")


def _give_passwords(world: World, migrator: Targets, letter: str) -> None:
    asked = {"action": "roles", "login": letter, "force": True}
    answer = world.aws.client("lambda").invoke(
        FunctionName=migrator.function_name, Payload=json.dumps(asked).encode(), **migrator.qualified
    )
    said = answer["Payload"].read().decode()
    if answer.get("FunctionError") or not json.loads(said).get("ok", True):
        raise MigratorRefused(migrator.function_name, said)


INJECTORS: Final = {
    "stop": stop,
    "change_master_password": change_master_password,
    "change_login_password": change_login_password,
    "fill_storage": fill_storage,
    "use_up_connections": use_up_connections,
    "delay": delay,
    "present_certificate": present_certificate,
}
