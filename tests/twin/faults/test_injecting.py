"""Each fault changes what it says in a deployed local AWS, and nothing else; undone, all is as it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sampling import examples
from tests.twin.faults.reading_back import Entry, changed, read_back
from twin.aws import keeping
from twin.aws.clients import Aws
from twin.aws.deploying import Written, deploy
from twin.aws.invoking import Answered, run_functions
from twin.deployed import Deployed
from twin.faults.catalogue import FaultUnknown, find, read_catalogue
from twin.faults.injecting import FaultRefused, inject, injected, missing, permit_first
from twin.faults.injectors import INJECTORS
from twin.faults.injectors.permission import has_permission
from twin.faults.targets import TargetMissing, Targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twin.aws.invoking import Invocation
    from twin.faults.catalogue import Way

ACCOUNTS = {"reported": "693147180511", "production": "693147180512", "staging": "693147180513"}
"""Of each environment; but for the first, which is soonest deployed, they have their turn in the soak, and in
test_shown.py."""

RELEASE = {("lambda", "function"), ("lambda", "alias")}
"""A change to a function, with a new version and the alias led to it."""
CHANGES: dict[str, set[tuple[str, str]]] = {
    "remove_permission": {("lambda", "policy")},
    "permit": {("lambda", "policy")},
    "remove_route": {("apigatewayv2", "route")},
    "rename_stage": {("apigatewayv2", "stage")},
    "stop_deploying": {("apigatewayv2", "stage")},
    "add_route": {("apigatewayv2", "route")},
    "limit": {("apigatewayv2", "stage")},
    "write_no_access_log": {("apigatewayv2", "stage")},
    "integrate": {("apigatewayv2", "integration")},
    "integrate_as_powerless": {("apigatewayv2", "integration"), ("iam", "role")},
    "authorize": {("apigatewayv2", "route")},
    "authorize_by_jwt": {("apigatewayv2", "route")},
    "allow_origin": {("apigatewayv2", "api")},
    "close_endpoint": {("apigatewayv2", "api")},
    "take_log_rights": {("iam", "role policy"), ("iam", "role")},
    "delete_log_group": {("logs", "group")},
    "configure": RELEASE,
    "set_variable": RELEASE,
    "start_anew": RELEASE,
    "unset_variable": RELEASE,
    "write_url": RELEASE,
    "replace_in_url": RELEASE,
    "reserve": {("lambda", "concurrency")},
    "deploy_bootstrap": RELEASE,
    "deploy_module": RELEASE,
    "close_database": {("ec2", "IpPermissions")},
    "let_nothing_out": {("ec2", "IpPermissionsEgress")},
    "deny_returns": {("ec2", "network acl")},
    "leave_vpc": RELEASE,
    "move_to_other_vpc": RELEASE
    | {("ec2", kind) for kind in ("vpc", "network acl", "IpPermissions", "IpPermissionsEgress")},
    "make_private": {("rds", "instance")},
    "stop": {("rds", "instance")},
    "change_master_password": set(),
    "change_login_password": RELEASE,
    "forward_host": {("cloudfront", "distribution")},
    "lose_origin_secret": {("cloudfront", "distribution")},
    "block_everybody": {("wafv2", "web acl")},
    "fill_storage": set(),
    "use_up_connections": set(),
    "delay": set(),
    "present_certificate": set(),
}
"""What of an account each injector may change."""
WAYS = [name for fault in read_catalogue().values() for name, _ in fault.names()]
SAMPLE = max(1, len(WAYS) // examples(12, len(WAYS)))
"""Every how manyeth way is tried."""


@dataclass
class Databases:
    """Stands in for the twin's databases: it remembers what is asked of it, and what is undone."""

    asked: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Be as what is deployed now is."""

    def __getattr__(self, name: str) -> Callable[..., Callable[[], None]]:
        """Take whatever is asked."""

        def ask(*arguments: Any) -> Callable[[], None]:
            told = f"{name} {arguments}"
            self.asked.append(told)
            return lambda: self.asked.remove(told)

        return ask


@dataclass
class Stage:
    """An environment that is deployed, with nothing that runs in it."""

    aws: Aws
    deployed: Deployed
    databases: Databases = field(default_factory=Databases)
    apis: Any = None
    edge: Any = None
    recorder: Any = None
    before: dict[Entry, str] = field(default_factory=dict)
    """All of it as it was deployed."""


def answer(invocation: Invocation) -> Answered:
    """Answer as the migrator does when it has set passwords."""
    assert "migrator" in invocation.configuration["Handler"]
    return Answered(b'{"ok": true, "answer": {}}')


@pytest.fixture(scope="module")
def stages() -> Iterator[dict[str, Stage]]:
    """Each environment, deployed once: every test leaves it as it was."""
    made = {}
    for name, account in list(ACCOUNTS.items())[: examples(1, 3)]:
        aws = Aws(account, "us-east-1")
        deploy(aws, Written(Path(__file__).parents[2] / "golden" / name))
        run_functions(account, answer)
        made[name] = Stage(aws, Deployed(aws), before=read_back(aws))
    yield made
    for account in ACCOUNTS.values():
        run_functions(account, None)
        keeping.forget(account)


def way_of(name: str) -> Way:
    """The way of a name."""
    way = find(name)[1]
    assert way is not None
    return way


def fitting(stage: Stage, name: str) -> bool:
    """Whether an environment has what a way needs."""
    return not missing(Targets.of(stage.deployed), way_of(name))


def test_every_injector_is_known_here_and_used_by_some_fault() -> None:
    used = {
        change.injector for fault in read_catalogue().values() for way in fault.ways for change in way.changes
    }

    assert set(INJECTORS) == set(CHANGES) == used


def test_every_way_has_a_meaning_in_some_environment(stages: dict[str, Stage]) -> None:
    lacking = [name for name in WAYS if not any(fitting(stage, name) for stage in stages.values())]
    elsewhere = [name for name in lacking if way_of(name).needs] if len(stages) < len(ACCOUNTS) else []

    assert elsewhere == lacking


@pytest.mark.parametrize("name", WAYS[::SAMPLE])
def test_a_fault_changes_what_it_says_and_is_undone_whole(stages: dict[str, Stage], name: str) -> None:
    for stage in [stage for stage in stages.values() if fitting(stage, name)]:
        fault = inject(stage, name)
        told = changed(stage.before, read_back(stage.aws))
        allowed = set().union(*(CHANGES[change.injector] for change in fault.way.changes))

        assert told <= allowed
        assert bool(told) == bool(allowed) or name == "API-001"
        assert len(fault.did) == len(fault.way.changes)

        fault.undo()

        assert stage.before == read_back(stage.aws)
        assert [] == stage.databases.asked


def test_no_sentence_of_a_fault_holds_a_secret(stages: dict[str, Stage]) -> None:
    stage = stages["reported"]
    secrets = {*_passwords(stage), Targets.of(stage.deployed).variables["JWT_SECRET"]}
    with injected(stage, "DB-001", "DB-007", "LAM-015:too-short") as faults:
        told = " ".join(sentence for fault in faults for sentence in fault.did) + repr(faults)

    assert [] == [secret for secret in secrets if secret in told]


def _passwords(stage: Stage) -> set[str]:
    url = Targets.of(stage.deployed).variables["DATABASE_URL"]
    return {url, url.partition("://")[2].partition("@")[0].partition(":")[2]}


def test_several_faults_are_given_and_taken_away_together(stages: dict[str, Stage]) -> None:
    stage = stages["reported"]
    with injected(stage, "API-002", "LAM-014", "PKG-001") as faults:
        seen = changed(stage.before, read_back(stage.aws))

    assert ["API-002", "LAM-014", "PKG-001"] == [fault.name for fault in faults]
    assert {("lambda", "policy"), ("lambda", "concurrency"), ("lambda", "function")} == seen
    assert stage.before == read_back(stage.aws)


def test_what_was_given_is_taken_away_when_a_later_fault_is_refused(stages: dict[str, Stage]) -> None:
    stage = stages["reported"]
    refused = pytest.raises(FaultRefused, match="PKG-008 can't be shown here: it needs a managed runtime")
    with refused, injected(stage, "LAM-014", "PKG-008"):
        pass

    assert stage.before == read_back(stage.aws)


def test_a_change_is_undone_when_the_next_of_the_same_fault_fails(
    stages: dict[str, Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError("the local AWS has gone")

    monkeypatch.setitem(INJECTORS, "start_anew", fail)
    with pytest.raises(ConnectionError):
        inject(stages["reported"], "NET-001")

    assert stages["reported"].before == read_back(stages["reported"].aws)


def test_the_reported_api_is_given_its_permission_first_or_nothing_else_would_be_seen(
    stages: dict[str, Stage],
) -> None:
    stage = stages["reported"]
    with injected(stage, "LAM-014"):
        given = has_permission(stage, Targets.of(stage.deployed))
        once_more = permit_first(stage)

    assert (True, None) == (given, once_more)
    assert stage.before == read_back(stage.aws)


def test_a_fault_without_local_meaning_is_refused_with_the_reason(stages: dict[str, Stage]) -> None:
    with pytest.raises(FaultRefused, match=r"DB-016 can't be shown here: no environment of ours has a proxy"):
        inject(stages["reported"], "DB-016")


def test_an_unknown_fault_is_refused_with_a_guess(stages: dict[str, Stage]) -> None:
    with pytest.raises(FaultUnknown, match=r"there is no fault API-01; did you mean API-0\d\d"):
        inject(stages["reported"], "API-01")


def test_nothing_is_given_where_nothing_is_deployed() -> None:
    aws = Aws("693147180514", "us-east-1")
    with pytest.raises(TargetMissing, match="an API that answers health, and there is none"):
        inject(Stage(aws, Deployed(aws)), "API-001")
    keeping.forget(aws.account)
