"""The function's variables, as its code reads them; no value is ever told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.doctor.answer import Verdict
from ops.doctor.evidence.variables import Form, form_of, mistakes, unknown_parameter, unresolved
from runtime.contract import Function, required_variables
from tests.ops.doctor.invoking import LAMBDA, URL, VARIABLES, answer_of, invocation, made, zipped

PROVED, RULED_OUT, UNKNOWN = Verdict.PROVED, Verdict.RULED_OUT, Verdict.UNKNOWN
APPLICATION = '{"error":"configuration_error"}'
RAN = {"integrationRequestId": LAMBDA, "integrationStatus": "200"}
CUSTOM = {"Runtime": "provided.al2023", "Handler": "bootstrap"}


def variables(**changed: str | None) -> dict[str, Any]:
    found = {name: value for name, value in (VARIABLES | changed).items() if value is not None}
    return {"Environment": {"Variables": found}}


@pytest.mark.parametrize("name", sorted(required_variables(Function.API)))
def test_each_variable_that_the_contract_requires_is_missed(name: str) -> None:
    answer = answer_of("LAM-015", made(body=APPLICATION, configuration=variables(**{name: None})))

    assert PROVED is answer.verdict
    assert f"variable {name}: it is missing" in answer.because


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("JWT_SECRET", "short-one", "it has fewer than 32 bytes"),
        ("DATABASE_CONNECT_TIMEOUT", "soon-one", "it is no whole number"),
        ("DATABASE_STATEMENT_TIMEOUT", "1000000", "less than or equal to 27"),
        ("LOG_LEVEL", "loud-one", "'DEBUG', 'INFO', 'WARN' or 'ERROR'"),
        ("ORIGIN_SECRET", "", "too short"),
    ],
)
def test_what_the_code_refuses_is_refused_without_telling_it(name: str, value: str, why: str) -> None:
    answer = answer_of("LAM-015", made(body=APPLICATION, configuration=variables(**{name: value})))

    assert PROVED is answer.verdict
    assert why in answer.because
    assert not value or value not in answer.because


def test_variables_that_the_code_can_do_with_rule_it_out() -> None:
    assert RULED_OUT is answer_of("LAM-015", made(body=APPLICATION)).verdict


def test_the_doctor_s_own_environment_is_none_of_the_function_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "k" * 40)

    assert [("JWT_SECRET", "it is missing")] == mistakes(
        Function.API, {name: value for name, value in VARIABLES.items() if name != "JWT_SECRET"}
    )


def test_a_name_that_is_nearly_right_is_pointed_out() -> None:
    wrong = variables(JWT_SECRET=None, JWT_SECERT="k" * 32)

    assert "JWT_SECERT is set" in answer_of("LAM-015", made(body=APPLICATION, configuration=wrong)).because


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("thread 'main' panicked: GITHUB_CLIENT_ID must be set", PROVED),
        ("Error: environment variable `API_KEY` not found", PROVED),
        ("[ERROR] KeyError: 'SOME_SETTING'", PROVED),
        ("""{"errorType": "KeyError", "errorMessage": "'SOME_SETTING'"}""", PROVED),
        ("thread 'main' panicked: DATABASE_URL must be set", UNKNOWN),
        ("nothing of that kind", UNKNOWN),
    ],
)
def test_other_code_is_taken_at_its_word_for_what_is_missing(line: str, verdict: Verdict) -> None:
    start = "INIT_REPORT Init Duration: 5 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError"
    evidence = made(lines=invocation(line, start=start), configuration=CUSTOM, access=RAN)

    assert verdict is answer_of("LAM-015", evidence).verdict


def test_a_variable_that_a_program_names_and_does_not_get_is_told_before_it_runs() -> None:
    package = zipped({"bootstrap": "#!/bin/sh\n: $GITHUB_CLIENT_ID $DATABASE_URL\n"})
    evidence = made(configuration=CUSTOM, package=package, access={"integrationRequestId": "-"})

    assert "GITHUB_CLIENT_ID" in answer_of("LAM-015", evidence).because


def test_variables_that_aws_does_not_show_leave_all_unknown() -> None:
    hidden = {"Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}}
    answers = [answer_of(each, made(configuration=hidden)) for each in ("LAM-015", "DB-001", "PKG-011")]

    assert [(UNKNOWN, True)] * 3 == [(each.verdict, each.unseen) for each in answers]


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (URL, Form.READABLE),
        ("postgresql://u:a%20b@h/d", Form.READABLE),
        ("host=h dbname=d sslmode=require", Form.READABLE),
        (f"{URL}\n", Form.SURROUNDED),
        (f" {URL}", Form.SURROUNDED),
        (f'"{URL}"', Form.SURROUNDED),
        (f"'{URL}'", Form.SURROUNDED),
        ("postgresql://u:p@h/miyabi%0A?sslmode=require", Form.ENDED),
        ("", Form.EMPTY),
        (' "" \n', Form.EMPTY),
        ("postgresql+asyncpg://u:p@h/d", Form.SCHEME),
        ("mysql://u:p@h/d", Form.SCHEME),
        ("3q8%zz9a-value-of-another-variable", Form.SCHEME),
        ("postgresql://u:100%zz@h/d", Form.BROKEN),
        ("postgresql://u:ab/cd@h:5432/d", Form.BROKEN),
        ("postgresql://u:12/cd@h:5432/d", Form.BROKEN),
        ("postgresql://u:ab@cd@h:5432/d", Form.BROKEN),
        ("postgresql://u:p@h/d?nonsense=1", Form.PARAMETER),
    ],
)
def test_a_url_is_of_one_form(url: str, form: Form) -> None:
    assert form is form_of(url)


@given(st.text(st.characters(codec="ascii"), max_size=40))
@settings(max_examples=50, deadline=None)
def test_any_text_has_a_form(url: str) -> None:
    assert form_of(url) in Form


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (f"{URL}\n", "DB-003"),
        ("", "DB-022"),
        ("postgres+x://u:p@h/d", "DB-022"),
        ("postgresql://u:se/cret@h:5432/d", "DB-001"),
        ("{{resolve:secretsmanager:secret}}", None),
    ],
)
def test_one_fault_is_proved_by_a_url_and_none_of_its_parts_is_told(url: str, fault: str | None) -> None:
    evidence = made(body=APPLICATION, configuration=variables(DATABASE_URL=url))
    answers = {each: answer_of(each, evidence) for each in ("DB-001", "DB-003", "DB-022")}

    assert ([fault] if fault else []) == [
        name for name, answer in answers.items() if answer.verdict is PROVED
    ]
    assert not any("secret" in each.because or "cret" in each.because for each in answers.values())


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sslmod=require", "sslmod"),
        ("sslmode=require&schema=public", "schema"),
        ("sslmode=require&pool_size=5", "pool_size"),
        ("?sslmode=require", ""),
        ("sslmode", "sslmode"),
        ("sslmode=require", None),
        ("sslmod=p@ss", None),
    ],
)
def test_the_parameter_that_libpq_does_not_know_is_told_unless_it_may_be_a_password(
    query: str, name: str | None
) -> None:
    assert unknown_parameter(f"postgresql://u:secret@h:5432/d?{query}") == name


def test_a_parameter_that_is_misspelt_is_told_with_what_is_meant() -> None:
    url = "postgresql://u:secret@h:5432/d?sslmod=verify-full"
    found = answer_of("DB-072", made(body=APPLICATION, configuration=variables(DATABASE_URL=url)))

    assert (PROVED, True) == (found.verdict, "parameter sslmod" in found.because)
    assert ("sslmode is one" in found.because, "secret" in found.because) == (True, False)
    assert RULED_OUT is answer_of("DB-001", made(configuration=variables(DATABASE_URL=url))).verdict


@given(st.text(st.characters(codec="ascii"), max_size=30))
@settings(max_examples=50, deadline=None)
def test_a_password_with_a_question_mark_is_no_parameter(password: str) -> None:
    """What follows its question mark ends in the `@` of the host."""
    assert unknown_parameter(f"postgresql://u:a?{password}@h/d") is None


def test_what_a_driver_passes_over_is_no_fault_of_a_request_that_is_well() -> None:
    evidence = made(status=200, configuration=variables(DATABASE_URL=f"{URL}\n"))

    assert RULED_OUT is answer_of("DB-003", evidence).verdict


@pytest.mark.parametrize(
    "value",
    ["{{resolve:secretsmanager:x}}", "${Secret}", "arn:aws:secretsmanager:us-east-1:1:secret:x", "<key>"],
)
def test_a_reference_that_nobody_resolved_is_found(value: str) -> None:
    answer = answer_of("PKG-038", made(configuration=variables(JWT_SECRET=value)))

    assert (PROVED, False) == (answer.verdict, answer.explains)
    assert value not in answer.because


def test_a_value_is_no_reference() -> None:
    assert [] == unresolved(VARIABLES)


def test_variables_near_their_limit_are_a_risk() -> None:
    assert PROVED is answer_of("PKG-011", made(configuration=variables(CORS_ORIGINS="x" * 3800))).verdict
    assert PROVED is answer_of("PKG-011", made(configuration=variables(AWS_REGION="us-east-1"))).verdict
    assert RULED_OUT is answer_of("PKG-011", made()).verdict
