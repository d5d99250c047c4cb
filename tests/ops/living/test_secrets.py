"""Secrets: entered from standard input alone, checked, and told by their names and keys only."""

from __future__ import annotations

import io
import json
import string
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import conninfo

from ops.errors import Refused
from ops.live import Live
from ops.secrets import (
    PASSWORD,
    TYPE,
    WITH_SECRETS,
    Entered,
    MasterPasswordInUse,
    SecretBeingDeleted,
    SecretRefused,
    SecretUnknown,
    enter,
    generate,
    list_secrets,
    problems_of,
    read_value,
    what_is_next,
)
from ops.wanted import Wanted
from scripts.commands.secret import entering
from stacks.loading import load_environment
from stacks.secrets import ENTERED
from tests.ops.living.conftest import GOLDEN
from tests.ops.living.running import held

if TYPE_CHECKING:
    from tests.ops.living.running import Program
    from twin.aws.clients import Aws

GITHUB = {"client_id": "Iv1", "client_secret": "geheim-0123456789"}
JWT = {"secret": "geheim-0123456789-0123456789-0123"}
MASTER = {"password": "geheim-0123456789"}
NAME = "miyabi/staging/github"


def production(aws: Aws) -> Live:
    """Production, whose secrets a person enters; nothing of it is deployed in this account."""
    return Live(load_environment("production").model_copy(update={"account": aws.account}), aws.client)


def value(aws: Aws, name: str = NAME) -> Any:
    """What a secret holds."""
    return json.loads(aws.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def versions(aws: Aws, name: str = NAME) -> int:
    """How many versions of a secret there are."""
    return len(aws.client("secretsmanager").describe_secret(SecretId=name)["VersionIdsToStages"])


# What is there.


def test_all_secrets_are_told_without_a_value(live: Live, aws: Aws) -> None:
    found = {one.name: one for one in list_secrets(live)}

    assert ["github", "database.ApiLoginASecret"] == list(found)[:2]
    assert ("client_id", "client_secret") == found["github"].keys
    assert ("password", "username") == found["database.DatabaseMasterSecret"].keys
    assert {()} == {one.problems for one in found.values()}
    assert held(aws, "service", "JwtSecret") == found["service.JwtSecret"].where
    assert "entered-client_secret" not in str(found)


def test_the_stacks_that_generate_secrets_are_those_that_are_asked() -> None:
    folders = [GOLDEN.parent / name for name in ("staging", "production", "reported")]
    wanted = [stack for folder in folders for stack in Wanted.of_folder(folder).stacks]

    assert {stack.stack for stack in wanted if f'"{TYPE}"' in stack.text} == set(WITH_SECRETS)


def test_what_is_entered_is_what_the_manifest_asks_for(aws: Aws) -> None:
    for environment in ("staging", "production", "reported"):
        wanted = Wanted.of_folder(GOLDEN.parent / environment).entered_secrets
        live = Live(load_environment(environment).model_copy(update={"account": aws.account}), aws.client)
        told = [one for one in list_secrets(live) if one.is_entered]

        assert [(one.name, one.keys) for one in wanted] == [(one.where, one.wanted) for one in told]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('{"client_id": "a", "client_secret": "b"}', ()),
        ('{"client_id": "a"}', ("client_secret is missing",)),
        ('{"client_id": "a", "client_secret": ""}', ("client_secret is no text, or empty",)),
        ('{"client_id": "a", "client_secret": "b", "x": "c"}', ("x is no key of it",)),
        ("geheim", ("its value is no JSON object",)),
        ('["geheim"]', ("its value is no JSON object",)),
    ],
)
def test_a_value_that_would_not_work_is_told(
    text: str, problems: tuple[str, ...], live: Live, aws: Aws
) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId=NAME, SecretString=text)

    github = list_secrets(live)[0]

    assert problems == github.problems
    assert "geheim" not in str(github)


def test_a_secret_whose_value_may_not_be_read_is_there_all_the_same(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = live.call

    def refusing(action: str, thing: str, **arguments: Any) -> Any:
        if action == "secretsmanager:GetSecretValue":
            raise Refused(action, thing, "AccessDeniedException")
        return call(action, thing, **arguments)

    monkeypatch.setattr(live, "call", refusing)
    github = list_secrets(live)[0]

    assert (True, None, ()) == (github.is_there, github.keys, github.problems)


def test_a_secret_that_is_being_deleted_is_not_in_order(live: Live, aws: Aws) -> None:
    aws.client("secretsmanager").delete_secret(SecretId=NAME)

    assert ("it is being deleted",) == list_secrets(live)[0].problems
    with pytest.raises(SecretBeingDeleted, match="restore-secret --secret-id miyabi/staging/github"):
        enter(live, "github", GITHUB)


# What is entered.


def test_a_secret_is_made_then_changed_then_left_alone(aws: Aws) -> None:
    live = production(aws)
    first, second = enter(live, "jwt", JWT), enter(live, "jwt", JWT)
    third = enter(live, "jwt", {"secret": JWT["secret"] + "x"})

    assert ["created", "unchanged", "changed"] == [one.outcome for one in (first, second, third)]
    assert {"secret": JWT["secret"] + "x"} == value(aws, "miyabi/production/jwt")
    assert 2 == versions(aws, "miyabi/production/jwt"), "the one before stays, to be accepted for a while"


def test_the_master_password_of_a_database_that_is_there_stays(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = production(aws)
    enter(live, "master-password", MASTER)
    enter(live, "master-password", {"password": "another-0123456789"})
    monkeypatch.setattr(live, "stack_name", lambda _: "miyabi-staging-database")

    with pytest.raises(MasterPasswordInUse, match="the migrator be locked out") as refused:
        enter(live, "master-password", MASTER)

    assert "unchanged" == enter(live, "master-password", {"password": "another-0123456789"}).outcome
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("name", ["jwt", "master-password", "githab", "../production/jwt"])
def test_only_what_a_person_enters_is_entered(name: str, live: Live) -> None:
    with pytest.raises(SecretUnknown, match=f"nobody enters '{name}' in staging, but github; "):
        enter(live, name, {"secret": "geheim"})


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("jwt", {"secret": "x" * 31}, "secret has 31 bytes and needs 32 or more"),
        ("jwt", {"secret": "ä" * 16}, None),
        ("jwt", {"secret": "x" * 40 + "\n"}, "secret has a line break or another blank at an end"),
        ("jwt", {"secret": "x" * 20 + "\x00" * 20}, "or a character without a shape"),
        ("jwt", {"secret": 12}, "secret is no text, or empty"),
        ("jwt", {}, "secret is missing"),
        ("github", {"client_id": "a", "client_secret": "b", "token": "c"}, "token is no key of it"),
        ("master-password", {"password": "short"}, "8 to 128"),
        ("master-password", {"password": "x" * 129}, "8 to 128"),
        ("master-password", {"password": "geheim/geheim"}, "which RDS or a connection string does not take"),
        ("master-password", {"password": "geheim%41geheim"}, "or has a blank or one of"),
        ("master-password", {"password": "!#$&'()*+,-.:;<=>?[]^_`{|}~\\"}, None),
    ],
)
def test_the_form_of_a_value_is_checked_and_the_value_not_told(
    name: str, values: dict[str, Any], words: str | None
) -> None:
    problems = problems_of(name, values)

    assert bool(words) == bool(problems)
    assert words is None or words in problems[0]
    assert "geheim" not in str(problems)


@pytest.mark.parametrize("sign", string.punctuation)
def test_a_password_that_is_taken_survives_the_connection_string(sign: str) -> None:
    password = f"ab{sign}41cdefgh"
    url = f"postgresql://miyabi_admin:{password}@host:5432/miyabi?sslmode=verify-full"

    survives = conninfo.conninfo_to_dict(url)["password"] == password if sign not in "/@" else False
    assert (survives and sign != '"') is bool(PASSWORD.fullmatch(password))


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("jwt", "geheim", {"secret": "geheim"}),
        ("jwt", "geheim\n", {"secret": "geheim"}),
        ("jwt", "geheim\r\n", {"secret": "geheim"}),
        ("jwt", "geheim\n\n", {"secret": "geheim\n"}),
        ("jwt", '{"secret": "geheim"}\n', {"secret": "geheim"}),
        ("jwt", "12", {"secret": "12"}),
        ("github", json.dumps(GITHUB), GITHUB),
    ],
)
def test_what_is_piped_in_is_an_object_or_the_value_itself(
    name: str, text: str, values: dict[str, str]
) -> None:
    assert values == read_value(name, text)


def test_what_is_piped_in_for_several_keys_must_be_an_object() -> None:
    with pytest.raises(SecretRefused, match="is no JSON object such as") as refused:
        read_value("github", "geheim")

    assert "geheim" not in str(refused.value)


def test_a_generated_value_has_the_form_that_is_asked_for(live: Live) -> None:
    values = generate(live)

    assert [] == problems_of("jwt", values)
    assert values != generate(live)


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        (Entered("github", NAME, "changed"), "--only service --parameter service.SecretsRevision=2`"),
        (Entered("jwt", NAME, "changed"), "`miyabi rotate staging jwt` renews it without that"),
        (Entered("github", NAME, "unchanged"), "nothing is to be done"),
    ],
)
def test_what_comes_next_is_said(entered: Entered, words: str, live: Live) -> None:
    assert words in what_is_next(live, entered)


def test_before_the_first_deployment_that_comes_next(aws: Aws) -> None:
    live = production(aws)

    assert "`miyabi deploy production` takes it from there" == what_is_next(live, enter(live, "jwt", JWT))


# The commands.


def test_the_command_enters_what_is_piped_in_and_tells_no_value(miyabi: Program, aws: Aws) -> None:
    told = miyabi("secret", "set", "staging", "github", "--yes", stdin=json.dumps(GITHUB))

    assert (0, f"{NAME}: changed\n") == (told.code, told.out)
    assert GITHUB == value(aws)
    assert "encrypted by AWS's own key" in told.err
    assert "geheim" not in told.out + told.err


@pytest.mark.parametrize(
    ("words", "stdin", "sentence"),
    [
        ((), "geheim", "secret set asks before it changes anything, and there is nobody to ask"),
        (("--yes",), "geheim", "is no JSON object such as"),
        (("--yes",), '{"client_id": "geheim"}', "client_secret is missing"),
        (("--yes", "--generate"), "", "--generate draws the secret jwt alone"),
    ],
)
def test_the_command_refuses_in_one_sentence_and_changes_nothing(
    words: tuple[str, ...], stdin: str, sentence: str, miyabi: Program, aws: Aws
) -> None:
    told = miyabi("secret", "set", "staging", "github", *words, stdin=stdin)

    assert (2, "") == (told.code, told.out)
    assert sentence in told.err
    assert "geheim" not in told.err
    assert 1 == versions(aws)


def test_a_dry_run_checks_and_enters_nothing(miyabi: Program, aws: Aws) -> None:
    told = miyabi("secret", "set", "staging", "github", "--dry-run", "--json", stdin=json.dumps(GITHUB))

    assert (0, "not entered") == (told.code, told.document["outcome"])
    assert 1 == versions(aws)


class Terminal(io.StringIO):
    """Standard input where somebody sits."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_on_a_terminal_each_key_is_asked_for_without_echo(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return "typed"

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(entering, "getpass", typed)

    values = entering._values(live, "github", ENTERED["github"], generate=False)

    assert {"client_id": "typed", "client_secret": "typed"} == values
    assert ["github client_id (it is not shown): ", "github client_secret (it is not shown): "] == asked


def test_the_list_says_what_is_missing_and_how_to_enter_it(miyabi: Program, aws: Aws) -> None:
    whole = miyabi("secret", "list", "staging")
    aws.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    missing = miyabi("secret", "list", "staging")
    document = miyabi("secret", "list", "staging", "--json").document

    assert (0, 6) == (whole.code, missing.code)
    assert "it is not there" in missing.out.splitlines()[1]
    assert "enter it: miyabi secret set staging github\n" == missing.err
    assert (False, ["it is not there"]) == (document[0]["is_there"], document[0]["problems"])
    assert "entered-" not in whole.out + json.dumps(document)
