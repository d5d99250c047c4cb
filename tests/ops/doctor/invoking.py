"""Evidence of one invocation that is made up: a function, its lines, and what came of the request."""

from __future__ import annotations

import io
import json
import zipfile
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.asking import Reply
from ops.doctor.check import checks
from ops.doctor.evidence.whole import Evidence
from tests.ops.doctor.reading import made_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.doctor.answer import Answer

ACCOUNT: Final = "590000000001"
ARN: Final = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:api"
REQUEST, LAMBDA = "gateway-id=", "0f6a1e9c-52d1-4b43-b3ed-3f7fbb7c6a11"
"""The ids of the request, the gateway's and Lambda's."""
AT: Final = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
URL: Final = "postgresql://user:secret@db.example:5432/miyabi?sslmode=require"
VARIABLES: Final = {
    "DATABASE_URL": URL,
    "DATABASE_CONNECT_TIMEOUT": "3",
    "DATABASE_STATEMENT_TIMEOUT": "20",
    "JWT_SECRET": "k" * 32,
    "JWT_EXPIRATION": "900",
    "REFRESH_EXPIRATION": "86400",
    "ENVIRONMENT": "staging",
    "LOG_LEVEL": "INFO",
}
CONFIGURATION: Final[dict[str, Any]] = {
    "FunctionName": "api",
    "Runtime": "python3.13",
    "Architectures": ["arm64"],
    "Handler": "runtime.api.handler.handle",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/api",
    "MemorySize": 512,
    "Timeout": 29,
    "Version": "3",
    "State": "Active",
    "LastModified": "2026-11-26T07:00:00.000+0000",
    "Environment": {"Variables": VARIABLES},
}
BODIES: Final = {
    200: '{"status":"ok","version":"1"}',
    500: '{"message":"Internal Server Error"}',
    503: '{"message":"Service Unavailable"}',
}
"""What comes with a status where nothing else is said: the application's if it is well."""


def made(  # noqa: PLR0913  (each is a part of what can be seen)
    *,
    status: int = 500,
    body: str | None = None,
    lines: Sequence[str] | Exception = (),
    access: Mapping[str, str] | None = None,
    configuration: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    package: bytes | None = None,
    integration: Mapping[str, Any] | None = None,
) -> Evidence:
    """What can be seen after a request.

    Args:
        status: What it was answered.
        body: With what.
        lines: What the function has written, in one log stream.
        access: The gateway's line beside its request id; without one the stage has no access log.
        configuration: What differs from a function of ours.
        answers: What AWS answers besides.
        package: The zip that is deployed.
        integration: What differs from an integration of ours.
    """
    found = {**CONFIGURATION, **(configuration or {})}
    found["CodeSha256"] = b64encode(sha256(package or b"").digest()).decode()

    def events(logGroupName: str, **_: Any) -> Any:  # noqa: N803  (botocore's spelling)
        if logGroupName == "access":
            texts: Sequence[str] = [json.dumps({"requestId": REQUEST, **(access or {})})]
        elif isinstance(lines, Exception):
            return lines
        else:
            texts = lines
        return {"events": [{"logStreamName": "one", "message": text} for text in texts]}

    reading = made_up(
        {
            "lambda:GetFunctionConfiguration": found,
            "lambda:GetFunctionConcurrency": {},
            "lambda:GetAccountSettings": {"AccountLimit": {"UnreservedConcurrentExecutions": 1000}},
            "lambda:GetFunction": {"Code": {"Location": "https://packages.example/zip?signature=secret"}},
            "logs:FilterLogEvents": events,
            "cloudwatch:GetMetricData": {"MetricDataResults": []},
            "iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": "allowed"}]},
            **(answers or {}),
        }
    )
    headers = {"apigw-requestid": REQUEST}
    reply = Reply("https://api.example", AT, 0.1, status, headers, BODIES[status] if body is None else body)
    evidence = Evidence(
        reading,
        address="https://api.example",
        ask=lambda _: reply,
        patience=0.0,
        fetch=lambda _: package or b"",
    )
    vars(evidence)["gateway"] = SimpleNamespace(
        integration={
            "IntegrationId": "i1",
            "IntegrationUri": f"{ARN}:live",
            "PayloadFormatVersion": "2.0",
            **(integration or {}),
        },
        access_log_group=None if access is None else "access",
        api_id="api1",
    )
    return evidence


def answer_of(fault: str, evidence: Evidence) -> Answer:
    """What the check of a fault answers."""
    return next(each for each in checks() if each.id == fault).answer(evidence)


def invocation(*between: str, end: str = "", start: str = "") -> list[str]:
    """The lines of one invocation in text, around what else was written; `end` follows in its report."""
    figures = (
        "Duration: 12.00 ms",
        "Billed Duration: 12 ms",
        "Memory Size: 512 MB",
        "Max Memory Used: 90 MB",
    )
    return [
        *([start] if start else []),
        f"START RequestId: {LAMBDA} Version: 3",
        *between,
        f"END RequestId: {LAMBDA}",
        "\t".join([f"REPORT RequestId: {LAMBDA}", *figures]) + end,
    ]


def zipped(files: Mapping[str, bytes | str], mode: int = 0o100755) -> bytes:
    """A zip of files that have one mode."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, mode << 16
            archive.writestr(entry, content)
    return stream.getvalue()
