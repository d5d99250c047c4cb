"""Whether the package can be started: by its zip, by the log, and by both."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.check import checks
from ops.doctor.evidence import fetching
from ops.doctor.fault import Layer
from ops.errors import Unreached
from tests.ops.doctor.invoking import LAMBDA, answer_of, invocation, made, zipped
from tests.ops.doctor.reading import refusal
from twin.aws.local import LocalAws
from twin.faults.injectors.zips import BOOTSTRAPS, bootstrap_zip

if TYPE_CHECKING:
    from pathlib import Path

PROVED, RULED_OUT, UNKNOWN = Verdict.PROVED, Verdict.RULED_OUT, Verdict.UNKNOWN
HERE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
CUSTOM = {"Runtime": "provided.al2", "Handler": "bootstrap", "Architectures": [HERE]}
RAN = {"integrationRequestId": LAMBDA, "integrationStatus": "200"}
NOT_RUN = {"integrationRequestId": "-"}
HANDLER = "runtime/api/handler.py"
HANDLES = "def handle(e, c): ..."
NOT_IMPORTED = "[ERROR] Runtime.ImportModuleError: Unable to import module 'runtime.api.handler': "
PACKAGE = [each.id for each in checks() if each.fault.layer is Layer.PACKAGE]


def proved(**given: Any) -> list[str]:
    """The faults of a package that are proved, in their order."""
    evidence = made(**given)
    return [name for name in PACKAGE if answer_of(name, evidence).verdict is PROVED]


def failed(text: str, kind: str = "Runtime.ExitError") -> list[str]:
    """The lines of an invocation whose start has failed."""
    report = f"INIT_REPORT Init Duration: 5.00 ms\tPhase: init\tStatus: error\tError Type: {kind}"
    return invocation(text, kind, start=report, end=f"\tStatus: error\tError Type: {kind}")


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("mach-o", "PKG-001"),
        ("other-cpu", "PKG-002"),
        ("not-executable", "PKG-004"),
        ("newer-libc", "PKG-005"),
        ("missing-library", "PKG-006"),
        ("carriage-returns", "PKG-019"),
        ("none", "PKG-020"),
    ],
)
def test_a_bootstrap_that_can_not_be_started_is_named_by_its_zip_alone(kind: str, fault: str) -> None:
    assert [fault] == proved(configuration=CUSTOM, package=bootstrap_zip(kind), access=NOT_RUN)


@pytest.mark.parametrize("kind", sorted(BOOTSTRAPS))
def test_what_was_started_has_none_of_these_faults_whatever_is_in_the_zip(kind: str) -> None:
    assert [] == proved(status=200, configuration=CUSTOM, package=bootstrap_zip(kind))


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00", b"", b"\xef\xbb\xbf#!/bin/sh\n", b"#!sh\n", b"echo hello\n"],
)
def test_any_other_bootstrap_that_is_none_is_told_for_what_it_is(content: bytes) -> None:
    package = zipped({"bootstrap": content, "more": "x"})

    assert ["PKG-035"] == proved(configuration=CUSTOM, package=package, access=NOT_RUN)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"RequestId: {LAMBDA} Error: Couldn't find valid bootstrap(s): [/opt/bootstrap]", "PKG-020"),
        (f"RequestId: {LAMBDA} Error: fork/exec /var/task/bootstrap: permission denied", "PKG-004"),
        ("/lib64/libc.so.6: version `GLIBC_2.34' not found (required by bootstrap)", "PKG-005"),
        (
            "bootstrap: error while loading shared libraries: libssl.so.1.1: cannot open shared object file",
            "PKG-006",
        ),
    ],
)
def test_the_log_decides_where_the_package_can_not_be_had(line: str, fault: str) -> None:
    denied = {"lambda:GetFunction": refusal()}

    assert [fault] == proved(configuration=CUSTOM, lines=failed(line), access=RAN, answers=denied)


def test_what_the_log_alone_can_not_tell_apart_is_unknown_and_shown_in_general() -> None:
    line = f"RequestId: {LAMBDA} Error: fork/exec /var/task/bootstrap: exec format error"
    evidence = made(
        configuration=CUSTOM,
        lines=failed(line, "Runtime.InvalidEntrypoint"),
        access=RAN,
        answers={"lambda:GetFunction": refusal()},
    )

    assert [UNKNOWN] * 3 == [answer_of(each, evidence).verdict for each in ("PKG-001", "PKG-002", "PKG-035")]
    assert "exec format error" in answer_of("PKG-036", evidence).because


def test_a_compiled_module_that_is_not_found_may_be_there_for_another_python() -> None:
    line = f"{NOT_IMPORTED}No module named 'pydantic_core._pydantic_core'"
    denied = made(lines=failed(line), access=RAN, answers={"lambda:GetFunction": refusal()})

    assert [UNKNOWN] * 2 == [answer_of(each, denied).verdict for each in ("PKG-021", "PKG-030")]
    assert PROVED is answer_of("PKG-037", denied).verdict
    other = {HANDLER: "def handle(e, c): ...", "pydantic_core/_pydantic_core.cpython-39-darwin.so": "x"}
    assert "PKG-030" == proved(lines=failed(line), access=RAN, package=zipped(other))[0]


@pytest.mark.parametrize(
    ("runtime", "files", "fault"),
    [
        ("python3.12", {HANDLER: "import distutils\ndef handle(e, c): ..."}, "PKG-021"),
        ("python3.13", {HANDLER: "import cgi\ndef handle(e, c): ..."}, "PKG-021"),
        ("python3.11", {HANDLER: "import cgi, tomllib\ndef handle(e, c): ..."}, ""),
        ("python3.10", {HANDLER: "import tomllib\ndef handle(e, c): ..."}, "PKG-021"),
        ("python3.13", {HANDLER: "import compression.zstd\ndef handle(e, c): ..."}, "PKG-021"),
        ("python3.14", {HANDLER: "import compression.zstd\ndef handle(e, c): ..."}, ""),
        ("python3.9", {HANDLER: "def handle(e, c):\n    match e:\n        case 1: ..."}, "PKG-034"),
        ("python3.10", {HANDLER: "def handle(e, c):\n    match e:\n        case 1: ..."}, ""),
        ("python3.14", {HANDLER: HANDLES, "x.cpython-313t-aarch64-linux-gnu.so": "x"}, "PKG-030"),
        ("python3.14", {HANDLER: HANDLES, "x.cpython-314-aarch64-linux-gnu.so": "x"}, ""),
        ("python3.13", {HANDLER: HANDLES, "x.pyc": b"\xcb\r\r\n" + bytes(12)}, "PKG-030"),
        ("python3.12", {HANDLER: HANDLES, "x.pyc": b"\xcb\r\r\n" + bytes(12)}, ""),
    ],
)
def test_each_python_is_judged_by_its_own(runtime: str, files: dict[str, bytes | str], fault: str) -> None:
    """Its standard library, its syntax and its compiled modules, whichever Python judges."""
    found = proved(configuration={"Runtime": runtime}, package=zipped(files))

    assert [fault] * bool(fault) == [each for each in found if each != "PKG-012"]


def test_a_layer_may_bring_what_the_package_lacks() -> None:
    layers = {"Layers": [{"Arn": "arn:aws:lambda:us-east-1:590000000001:layer:l:1"}]}
    evidence = made(configuration=CUSTOM | layers, package=bootstrap_zip("none"), access=NOT_RUN)

    assert UNKNOWN is answer_of("PKG-020", evidence).verdict


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("[ERROR] Runtime.MalformedHandlerName: Bad handler 'handler': not enough values", "PKG-008"),
        ("[ERROR] Runtime.HandlerNotFound: Handler 'x' missing on module 'runtime.api.handler'", "PKG-008"),
        (
            f"{NOT_IMPORTED}No module named 'runtime'",
            "PKG-008",
        ),
        (
            f"{NOT_IMPORTED}No module named 'pydantic'",
            "PKG-021",
        ),
        (
            f"{NOT_IMPORTED}/var/task/x.so: invalid ELF header",
            "PKG-030",
        ),
        ("[ERROR] Runtime.UserCodeSyntaxError: Syntax error in module 'app': invalid syntax", "PKG-034"),
        ("[ERROR] PermissionError: [Errno 13] Permission denied: '/var/task/app.py'", "PKG-031"),
    ],
)
def test_what_python_s_client_writes_names_the_fault(line: str, fault: str) -> None:
    denied = {"lambda:GetFunction": refusal()}

    assert fault == proved(lines=failed(line, "Runtime.Unknown"), access=RAN, answers=denied)[0]


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"main.py": "def handle(e, c): ..."}, "PKG-008"),
        ({HANDLER: "def other(e, c): ..."}, "PKG-008"),
        ({HANDLER: "def handle(e, c): (", "x.py": ""}, "PKG-034"),
        ({HANDLER: "import nowhere\ndef handle(e, c): ..."}, "PKG-021"),
        (
            {HANDLER: "from runtime import more\ndef handle(e, c): ...", "runtime/more.py": "import nowhere"},
            "PKG-021",
        ),
        ({HANDLER: "def handle(e, c): ...", "x.cpython-39-x86_64-linux-gnu.so": "x"}, "PKG-030"),
        ({f"folder/{HANDLER}": "def handle(e, c): ..."}, "PKG-032"),
    ],
)
def test_a_package_for_python_is_judged_before_it_runs(files: dict[str, str], fault: str) -> None:
    assert fault == proved(package=zipped(files), access=NOT_RUN)[0]


def test_a_folder_without_what_lambda_starts_is_not_why_it_is_not_found() -> None:
    files = {"elsewhere/module.py": "", "elsewhere/__init__.py": ""}

    assert "PKG-032" not in proved(package=zipped(files), access=NOT_RUN)


def test_imports_that_may_fail_are_not_missed() -> None:
    source = (
        "import boto3, json\ntry:\n    import nowhere\nexcept ImportError:\n    pass\n"
        "def handle(e, c):\n    import elsewhere\n"
    )

    assert [] == proved(package=zipped({HANDLER: source, "runtime/__init__.py": ""}), access=NOT_RUN)


def test_code_that_may_not_be_read_is_told_and_other_files_are_not() -> None:
    code = {HANDLER: "def handle(e, c): ...", "runtime/__init__.py": ""}

    assert ["PKG-031"] == proved(package=zipped(code, mode=0o100600), access=NOT_RUN)


def test_what_is_no_zip_is_damaged() -> None:
    assert "PKG-033" in proved(package=b"no zip", access=NOT_RUN)


def test_what_the_log_says_of_the_start_counts_more_than_what_else_is_wrong_in_the_zip() -> None:
    line = "[ERROR] Runtime.ImportModuleError: Unable to import module 'x': No module named 'nowhere'"
    evidence = made(package=zipped({HANDLER: ""}), lines=failed(line), access=RAN)

    assert (PROVED, False) == ((answer := answer_of("PKG-008", evidence)).verdict, answer.explains)
    assert answer_of("PKG-021", evidence).explains


def test_a_container_image_is_not_looked_into() -> None:
    evidence = made(configuration={"PackageType": "Image", "Runtime": None}, access=NOT_RUN)

    assert UNKNOWN is answer_of("PKG-032", evidence).verdict


def test_another_package_than_the_deployed_one_is_not_judged() -> None:
    evidence = made(package=zipped({HANDLER: ""}), access=NOT_RUN)
    vars(evidence)["_fetch"] = lambda _: zipped({})

    answer = answer_of("PKG-008", evidence)
    assert (UNKNOWN, True) == (answer.verdict, answer.unseen)
    assert "signature" not in answer.because


def test_the_zip_is_gone_once_it_was_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = made(package=zipped({HANDLER: ""}), access=NOT_RUN).package.seen

    assert seen.inspection is not None
    assert [] == list(tmp_path.iterdir())


def test_the_local_aws_gives_a_package_to_whoever_asks_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({"app.py": "def handle(e, c): ..."})
    with LocalAws("590000000001", "us-east-1") as local:
        role = local.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        functions = local.client("lambda")
        functions.create_function(
            FunctionName="f", Role=role, Runtime="python3.13", Handler="app.handle", Code={"ZipFile": content}
        )
        address = functions.get_function(FunctionName="f")["Code"]["Location"]

        assert content == fetching.fetch(address)
        monkeypatch.setattr(fetching, "LARGEST", 10)
        with pytest.raises(Unreached, match="more than 10 bytes"):
            fetching.fetch(address)
        with pytest.raises(Unreached) as refused:
            fetching.fetch(address.replace("snapshots", "nowhere"))
    assert "127.0.0.1" not in str(refused.value)
    with pytest.raises(Unreached) as gone:
        fetching.fetch(address)
    assert "127.0.0.1" not in str(gone.value)
    with pytest.raises(Unreached, match="none of HTTP"):
        fetching.fetch("file:///etc/passwd")
