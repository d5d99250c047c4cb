"""Two operators are never inside at once, and a lock whose holder is gone ends by itself."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ops.errors import NotDeployed, Unreached
from ops.live import Live
from ops.locking import LIFE, LockLost, LockUnreadable, SystemLocked, lock, take
from scripts.ending import ended
from scripts.exit_codes import Exit
from stacks.loading import load_environment
from tests.ops.cutting import Cutting, Repeating

if TYPE_CHECKING:
    from twin.aws.clients import Aws

BUCKET = "a-bucket"
CONFLICT: Any = {"ResponseMetadata": {"HTTPStatusCode": 409}}
KEY = "locks/staging.json"
DEAD = 0
"""Seconds that a lock lasts whose holder was killed long ago."""


@pytest.fixture
def live(aws: Aws) -> Live:
    """The environment staging, with a bucket that keeps versions as that of packages does."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return another(aws)


def another(aws: Aws, connect: Any = None) -> Live:
    """Another operator of the same system."""
    return Live(load_environment("staging"), connect or aws.client)


def is_free(live: Live) -> bool:
    """Whether nobody has the lock."""
    return "Contents" not in live.client("s3").list_objects_v2(Bucket=BUCKET)


def test_a_second_operator_is_told_who_is_at_work(live: Live, aws: Aws) -> None:
    with lock(live, BUCKET, "deploy staging") as held, pytest.raises(SystemLocked) as refused:
        take(another(aws), BUCKET, "rotate staging")

    error = refused.value
    assert held.holder == error.holder
    assert f"{aws.account}:root on " in error.holder.who
    assert timedelta(0) < error.until - datetime.now(UTC) <= timedelta(seconds=LIFE)
    assert (
        f"system staging is being changed by {error.holder.who} (`miyabi deploy staging`) since "
        f"{error.holder.since}; try again when that has ended, or after "
        f"{error.until:%Y-%m-%d %H:%M:%S} UTC if it was killed"
    ) == str(error)


def test_a_held_lock_ends_a_command_with_8(live: Live, aws: Aws) -> None:
    with lock(live, BUCKET, "deploy staging"):
        code = ended(lambda: int(bool(take(another(aws), BUCKET, "deploy staging"))))

    assert Exit.LOCKED == code


def test_systems_are_locked_one_by_one(live: Live, aws: Aws) -> None:
    other = Live(load_environment("production").model_copy(update={"account": aws.account}), aws.client)

    with lock(live, BUCKET, "deploy staging"), lock(other, BUCKET, "deploy production"):
        pass


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, None])
def test_a_lock_is_let_go_however_the_work_ends(live: Live, error: type[BaseException] | None) -> None:
    def work() -> None:
        with lock(live, BUCKET, "deploy staging"):
            assert not is_free(live)
            if error:
                raise error

    if error:
        with pytest.raises(error):
            work()
    else:
        work()

    assert is_free(live)


def test_the_lock_of_a_dead_process_is_taken_over_and_told(live: Live, aws: Aws) -> None:
    dead, said = take(live, BUCKET, "deploy staging", life=DEAD), list[str]()

    with lock(another(aws), BUCKET, "deploy staging", say=said.append):
        pass

    assert [f"took over the lock of {dead.holder.who} (`miyabi deploy staging`), which ended at"] == [
        sentence[:-24] for sentence in said
    ]


def test_who_has_lost_the_lock_notices_before_the_next_step(live: Live, aws: Aws) -> None:
    hung = take(live, BUCKET, "deploy staging", life=DEAD)
    hung.require()

    with lock(another(aws), BUCKET, "rotate staging") as held:
        with pytest.raises(LockLost, match="the lock of system staging was lost, since it could not be"):
            hung.require()
        hung.release()
        held.require()
    with pytest.raises(LockLost):
        # nobody has it now, but somebody has had it
        hung.require()

    assert is_free(live)


def test_a_lock_is_renewed_while_its_holder_lives(live: Live, aws: Aws) -> None:
    renewed = Event()

    class Watching(Cutting):
        def made(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
            answer = super().made(service, operation, arguments)
            if self.names().count("s3:put_object") > 3:
                renewed.set()
            return answer

    watching = Watching(aws.client)
    with lock(another(aws, watching), BUCKET, "deploy staging", every=0.001) as held:
        assert renewed.wait(10)
        assert not held.is_lost
    conditions = [call.get("IfMatch") for name, call in watching.calls if name == "s3:put_object"]

    assert conditions[0] is None
    assert None not in conditions[1:]
    assert is_free(live)


def test_a_renewal_that_does_not_get_through_is_made_again(live: Live, aws: Aws) -> None:
    tried = Event()

    class Cut(Cutting):
        def made(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
            if "IfMatch" in arguments and not tried.is_set():
                tried.set()
                return Cutting(self.connect, f"{service}:{operation}").made(service, operation, arguments)
            return super().made(service, operation, arguments)

    with lock(another(aws, Cut(aws.client)), BUCKET, "deploy staging", every=0.001) as held:
        assert tried.wait(10)
        held.require()

    assert is_free(live)


def test_of_two_who_take_over_a_dead_lock_one_wins(live: Live, aws: Aws) -> None:
    together = Barrier(2)
    operators = [another(aws), another(aws)]

    def attempt(operator: Live) -> bool:
        together.wait(10)
        try:
            held = take(operator, BUCKET, "deploy staging")
        except SystemLocked:
            together.wait(10)
            return False
        together.wait(10)
        held.release()
        return True

    with ThreadPoolExecutor() as pool:
        for _ in range(15):
            take(live, BUCKET, "deploy staging", life=DEAD)
            assert [False, True] == sorted(pool.map(attempt, operators))


def test_never_are_two_inside(aws: Aws, live: Live) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> int:
        operator, entered = another(aws), 0
        while entered < 12:
            try:
                with lock(operator, BUCKET, "deploy staging") as held:
                    inside.append(number)
                    held.require()
                    most.append(len(inside))
                    inside.remove(number)
                    entered += 1
            except SystemLocked:
                continue
        return entered

    with ThreadPoolExecutor() as pool:
        assert [12, 12] == list(pool.map(work, (1, 2)))
    assert ({1}, True) == (set(most), is_free(live))


@pytest.mark.parametrize("answered", [False, True])
def test_a_connection_that_ends_leaves_no_lock_of_ours(live: Live, aws: Aws, *, answered: bool) -> None:
    for name in ("sts:get_caller_identity", "s3:put_object"):
        with pytest.raises(Unreached):
            take(another(aws, Cutting(aws.client, name, answered)), BUCKET, "deploy staging")

        assert is_free(live)


def test_a_lock_that_cannot_be_let_go_is_said_to_end_by_itself(live: Live, aws: Aws) -> None:
    said: list[str] = []
    with lock(
        another(aws, Cutting(aws.client, "s3:delete_object")), BUCKET, "deploy staging", say=said.append
    ):
        pass

    [sentence] = said
    assert sentence.startswith("the lock could not be let go, and ends by itself in 300 s: s3 can't be asked")
    assert not is_free(live)


def test_requests_that_are_repeated_since_their_answers_were_lost_are_ours(live: Live, aws: Aws) -> None:
    repeating = another(aws, Repeating(aws.client))
    take(repeating, BUCKET, "deploy staging", life=DEAD)

    with lock(repeating, BUCKET, "deploy staging") as held:
        held.require()
        held.require()

    assert is_free(live)


def test_a_renewal_that_comes_beside_another_of_ours_loses_nothing(live: Live, aws: Aws) -> None:
    class Busy(Cutting):
        def made(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
            if "IfMatch" in arguments and operation == "put_object" and not self.answered:
                self.answered = True
                raise ClientError({"Error": {"Code": "ConditionalRequestConflict"}, **CONFLICT}, operation)
            return super().made(service, operation, arguments)

    with lock(another(aws, Busy(aws.client)), BUCKET, "deploy staging") as held:
        held.require()
        held.require()

    assert is_free(live)


def test_an_object_that_is_no_lock_is_left_alone(live: Live) -> None:
    s3 = live.client("s3")
    for content in (b"", b"[]", json.dumps({"who": "me"}).encode()):
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=content)

        with pytest.raises(LockUnreadable, match=f"aws s3 rm s3://{BUCKET}/{KEY}"):
            take(live, BUCKET, "deploy staging")
        assert content == s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()


def test_a_lock_of_a_later_release_with_more_in_it_is_understood(live: Live) -> None:
    held, s3 = take(live, BUCKET, "deploy staging"), live.client("s3")
    text = json.loads(s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()) | {"why": "because"}
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(text))

    with pytest.raises(SystemLocked, match="`miyabi deploy staging`") as refused:
        take(live, BUCKET, "rotate staging")

    assert held.holder == refused.value.holder


def test_a_bucket_that_is_not_there_is_named(live: Live) -> None:
    with pytest.raises(NotDeployed, match="there is no bucket no-bucket in us-east-1"):
        take(live, "no-bucket", "deploy staging")
