"""`miyabi rehearse production` as a program: changed under load, broken, left running, and ended by Ctrl-C.

One rehearsal serves all of these tests. What it is asked while it is left running is read from its local AWS,
by the variables that it tells to export, and from the address that it tells.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from ops.deploying.smoke import HEALTH
from runtime.api.version import VERSION
from runtime.contract import API_LOGINS
from runtime.migrator.files import read_migrations
from runtime.migrator.handler import MIGRATIONS
from scripts.exit_codes import Exit
from stacks.naming import STACK_ORDER
from tests.twin.observing import PROC
from tests.twin.rehearsing.program import Rehearsing, Running, own_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not PROC.exists(), reason="what runs is read from /proc")

FUNCTION: Final = "miyabi-api-production"
DATABASE: Final = "miyabi-postgres-prod"
ENCRYPTED: Final = re.compile(r"connection authorized: user=(\w+) .*SSL enabled \(protocol=TLSv1\.[23],")
WRONG_NAME: Final = "DB-020"
"""The fault that the server's certificate, by the authority that is trusted, is for another name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one rehearsal has shown, as long as it lasted and afterwards.

    Attributes:
        told: Its document.
        body, via: What its address answered while it was left running, and through what.
        function: The version of the API's function that serves, as Lambda tells it.
        url: What its DATABASE_URL says, by part; without the password.
        endpoint: The database's host.
        uploaded: The digest of the code in the bucket, in Lambda's form.
        logins: Who has connected to the database with TLS, as the database has logged it.
        code: Its exit code after Ctrl-C.
        left: What it has left behind.
    """

    told: dict[str, Any]
    body: dict[str, Any]
    via: str
    function: dict[str, Any]
    url: dict[str, str]
    endpoint: str
    uploaded: set[str]
    logins: set[str]
    code: int
    left: list[str]

    def found(self, name: str) -> list[str]:
        """What came of the steps of a name."""
        return [step["found"] for step in self.told["steps"] if step["name"] == name]

    def look(self, name: str) -> dict[str, Any]:
        """What a request of a name has shown."""
        look: dict[str, Any] = next(look for look in self.told["looks"] if look["name"] == name)
        return look


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    own = own_settings(
        "production", tmp_path_factory.mktemp("settings"), ("memory_mb = 512", "memory_mb = 768")
    )
    rehearsing = Rehearsing.start(
        tmp_path_factory.mktemp("temporary"),
        *("production", "--keep", "--json", "--rate", "5"),
        *("--rotate", "jwt", "--to", str(own), "--fault", WRONG_NAME),
    )
    try:
        rehearsing.wait_until_kept()
        with urlopen(rehearsing.address + HEALTH) as answer:  # noqa: S310  (it is one of this machine)
            body, via = json.load(answer), answer.headers["via"]
        read = _read_back(rehearsing.client)
        logins = set(_logins(Running.of(rehearsing.process.pid).folders))
        code = rehearsing.interrupt()
        told = json.loads("".join(rehearsing.result))
        yield Seen(told, body, via, **read, logins=logins, code=code, left=rehearsing.left())
    finally:
        rehearsing.close()


def _read_back(client: Callable[[str], Any]) -> dict[str, Any]:
    function = client("lambda").get_function_configuration(FunctionName=FUNCTION, Qualifier="live")
    url = urlsplit(function.pop("Environment")["Variables"]["DATABASE_URL"])
    [instance] = client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"]
    return {
        "function": function,
        "url": {"host": url.hostname, "user": url.username}
        | {name: " ".join(values) for name, values in parse_qs(url.query).items()},
        "endpoint": instance["Endpoint"]["Address"],
        "uploaded": set(_digests(client("s3"))),
    }


def _logins(folders: Iterable[Path]) -> Iterator[str]:
    """Whom PostgreSQL has let in over TLS, by its own log: what is exported of that comes seconds later."""
    [log] = {folder / "log" for folder in folders if folder.name.startswith("miyabi-postgres-")}
    for line in log.read_text(encoding="utf-8").splitlines():
        if found := ENCRYPTED.search(line):
            yield found[1]


def _digests(s3: Any) -> Iterator[str]:
    """Of all zips that were uploaded."""
    for bucket in s3.list_buckets()["Buckets"]:
        for one in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ()):
            if one["Key"].endswith(".zip"):
                code = s3.get_object(Bucket=bucket["Name"], Key=one["Key"])["Body"].read()
                yield base64.b64encode(hashlib.sha256(code).digest()).decode()


def test_production_answers_200_through_cloudfront_and_the_deployed_route(seen: Seen) -> None:
    look = seen.look("second request")
    [access] = map(json.loads, look["access_lines"])

    assert (200, "GET /api/v1/health", "200") == (look["status"], access["routeKey"], access["status"])
    assert "Amazon CloudFront" == access["userAgent"]
    assert all(seen.found(stack)[0] == "CREATE_COMPLETE" for stack in STACK_ORDER if stack != "pipeline")
    assert f"{len(read_migrations(MIGRATIONS).up)} applied" == seen.found("migrations")[0]
    assert {"status": "ok", "version": VERSION, "database": {"status": "ok"}} == seen.body
    assert seen.via.endswith(".cloudfront.net (CloudFront)")


def test_what_answers_is_the_code_that_was_packaged_and_uploaded(seen: Seen) -> None:
    [line] = [line for line in seen.look("second request")["lines"] if "platform.start" in line]

    assert {seen.function["CodeSha256"]} == seen.uploaded
    assert json.loads(line)["record"]["version"].isdecimal(), "a version that was published serves"


def test_the_function_connects_by_the_endpoints_name_and_verifies_it_in_full(seen: Seen) -> None:
    """The name is the deployed one, sessions have TLS, and a trusted certificate for another is refused."""
    refused = seen.look(WRONG_NAME)

    assert (seen.endpoint, "verify-full") == (seen.url["host"], seen.url["sslmode"])
    assert seen.url["user"] in API_LOGINS.values()
    assert seen.url["user"] in seen.logins
    assert 503 == refused["status"]
    assert any("the server's certificate is for another name" in line for line in refused["lines"])
    assert [] == refused["unexpected"]


def test_a_rotation_and_another_environment_come_over_it_without_a_failed_request(seen: Seen) -> None:
    """The new ones are what serves afterwards: the memory is the other environment's."""
    changes = {change["name"]: change for change in seen.told["changes"]}

    assert {"renewing the jwt secret", "deploying production"} == set(changes)
    assert all(change["requests"] and not change["failed"] for change in changes.values())
    assert "UPDATE_COMPLETE" == seen.found("service")[-1]
    assert (768, "Active") == (seen.function["MemorySize"], seen.function["State"])
    assert "secrets 2" in seen.function["Description"]
    assert seen.told["well"]


def test_ctrl_c_ends_it_and_leaves_no_process_socket_or_folder(seen: Seen) -> None:
    assert (Exit.DONE, []) == (seen.code, seen.left)
