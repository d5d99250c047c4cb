"""What can go wrong at a database server, brought about: each way returns what undoes it.

A full disk can't be had without a disk of its own, so it is played: triggers say what PostgreSQL says when it
can't extend a file. All else is real.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from twin.aws.changes import changed
from twin.certificates import Authority
from twin.databases.errors import CertificateUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.databases.hosted import Hosted
    from twin.deployed import Deployed

    Undo = Callable[[], None]

FULL: Final = "storage-full"
FILL: Final = """
SET lock_timeout = '5s';
CREATE SCHEMA twin_storage_full;
CREATE FUNCTION twin_storage_full.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION USING ERRCODE = 'disk_full', HINT = 'Check free disk space.', MESSAGE = format(
        'could not extend file "%s": No space left on device',
        coalesce(pg_relation_filepath(TG_RELID), 'base'));
END $$;
CREATE FUNCTION twin_storage_full.refuse_to_define() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF tg_tag NOT LIKE 'DROP %' THEN
        RAISE EXCEPTION USING ERRCODE = 'disk_full', HINT = 'Check free disk space.',
            MESSAGE = 'could not extend file "base": No space left on device';
    END IF;
END $$;
DO $$ DECLARE named regclass; BEGIN
    FOR named IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    LOOP
        EXECUTE format('CREATE TRIGGER twin_storage_full BEFORE INSERT OR UPDATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION twin_storage_full.refuse()', named);
    END LOOP;
END $$;
CREATE EVENT TRIGGER twin_storage_full ON ddl_command_start
    EXECUTE FUNCTION twin_storage_full.refuse_to_define();
"""
EMPTY: Final = (
    "DROP EVENT TRIGGER IF EXISTS twin_storage_full; DROP SCHEMA IF EXISTS twin_storage_full CASCADE"
)
NO_SLOTS: Final = ("too many clients already", "remaining connection slots are reserved")
"""What PostgreSQL says to whoever gets no connection."""
CERTIFICATES: Final = ("by another authority", "expired", "for another name")
OTHER_NAME: Final = "another.rds.example"


def fill_storage(deployed: Deployed, hosted: Hosted) -> Undo:
    """Have every INSERT, UPDATE and new object fail with SQLSTATE 53100; the instance is `storage-full`.

    What is there can be read, and deleted to make room.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Troubleshooting.html#CHAP_Troubleshooting.Storage
    """
    with ExitStack() as filled:
        for database in _databases(hosted):
            _run(hosted, database, FILL)
            filled.callback(_run, hosted, database, EMPTY)
        undo = filled.pop_all()
    hosted.is_full = True
    before = _set_status(deployed, hosted, FULL)

    def empty() -> None:
        hosted.is_full = False
        _set_status(deployed, hosted, before)
        undo.close()

    return empty


def use_up_connections(hosted: Hosted) -> Undo:
    """Open connections as the master until the server takes no more: SQLSTATE 53300 for all others.

    Raises psycopg's OperationalError if the server refuses for another reason.
    """
    from psycopg import OperationalError, connect

    with ExitStack() as held:
        while True:
            try:
                held.enter_context(closing(connect(hosted.master_url())))
            except OperationalError as error:
                # libpq tells no SQLSTATE of a connection that did not come about
                if not any(sentence in str(error) for sentence in NO_SLOTS):
                    raise
                return held.pop_all().close


def delay(hosted: Hosted, seconds: float) -> Undo:
    """Have each answer arrive so much later, on connections that are opened from now on."""
    before, hosted.round_trip = hosted.round_trip, seconds

    def end() -> None:
        hosted.round_trip = before

    return end


def present_certificate(hosted: Hosted, which: str) -> Undo:
    """Show a certificate that nobody can verify, named as in `CERTIFICATES`; raises CertificateUnknown."""
    if which not in CERTIFICATES:
        raise CertificateUnknown(which, CERTIFICATES)
    if which == "by another authority":
        hosted.present(Authority())
    elif which == "expired":
        hosted.present(hosted.authority, life=timedelta(seconds=-1))
    else:
        hosted.present(hosted.authority, hosts=(OTHER_NAME,))
    return partial(hosted.present, hosted.authority)


def _databases(hosted: Hosted) -> list[str]:
    with hosted.connection() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate")
        return [str(name) for (name,) in rows]


def _run(hosted: Hosted, database: str, statements: str) -> None:
    from psycopg import connect

    with connect(hosted.superuser_url(database), autocommit=True) as connection:
        connection.execute(statements.encode())


def _set_status(deployed: Deployed, hosted: Hosted, status: str) -> str:
    """Have RDS tell another status, as no request can; returns the one before."""
    from moto.rds.models import rds_backends

    aws = deployed.aws
    database: Any = rds_backends[aws.account][aws.region].databases.get(hosted.instance.identifier)
    if database is None:
        return status
    before = str(database.status)
    database.status = status
    changed(aws.account, "rds")
    return before
