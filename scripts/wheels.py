"""Fetches the wheels that packages are built from; scripts/setup runs it, for the tests above all."""

from __future__ import annotations

from ops.package.errors import PackageError
from ops.package.interpreters import find_runnable
from ops.package.locks import CLIENT_LOCK, LAMBDA_LOCK
from ops.package.target import LAMBDA
from ops.package.wheels import fetch
from scripts.exit_codes import Exit
from scripts.talk import talk


def main() -> Exit:
    """Fetch what is missing for Lambda and for this machine.

    What can't be fetched is told and no failure: a machine without a network may do everything else.
    """
    try:
        here = find_runnable().target
        for target in dict.fromkeys([here, *LAMBDA.values()]):
            fetch(LAMBDA_LOCK, target, say=talk)
        fetch(CLIENT_LOCK, here, say=talk)
    except PackageError as error:
        talk(f"warning: {error}")
    return Exit.DONE


if __name__ == "__main__":
    raise SystemExit(main())
