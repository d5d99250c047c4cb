"""A small account: functions of a few lines, and what they leave behind."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from twin.aws import keeping
from twin.aws.clients import Aws
from twin.deployed import Deployed
from twin.functions import Functions
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.functions import Outcome

RUNS: Final = 0o755
READS: Final = 0o644
BASIC: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
ECHO: Final = "def handle(event, context):\n    return event\n"


def zipped(files: Mapping[str, bytes | str], modes: Mapping[str, int] | None = None) -> bytes:
    """A zip of files; each may be run where its mode says so."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, (modes or {}).get(name, READS) << 16
            archive.writestr(entry, content)
    return packed.getvalue()


class World:
    """An account whose functions run.

    Args:
        account: Its number.
        settings: As of `Functions`.
    """

    def __init__(self, account: str, **settings: Any) -> None:
        self.aws = Aws(account, "us-east-1")
        self.deployed = Deployed(self.aws)
        self.recorder = Recorder(self.aws)
        self.functions = Functions(self.deployed, self.recorder, **settings)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Make a role that may write logs, and begin."""
        self._open.callback(keeping.forget, self.aws.account)
        iam = self.aws.client("iam")
        self.role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="runs", PolicyArn=BASIC)
        self._open.enter_context(self.recorder)
        self._open.enter_context(self.functions)
        return self

    def __exit__(self, *error: object) -> None:
        """End all of it."""
        self._open.close()

    def deploy(self, name: str, code: str | bytes = ECHO, **settings: Any) -> None:
        """Deploy a function: the text of its module, or a zip."""
        packed = zipped({"module.py": code}) if isinstance(code, str) else code
        given = {"Runtime": "python3.11", "Handler": "module.handle", "Role": self.role, "Timeout": 10}
        self.aws.client("lambda").create_function(
            FunctionName=name, Code={"ZipFile": packed}, **given | settings
        )

    def run(self, name: str, event: Any = None, **more: Any) -> Outcome:
        """Invoke a function."""
        return self.functions.run(name, json.dumps(event).encode(), **more)

    def streams(self, group: str) -> dict[str, list[str]]:
        """What the streams of a group have, by name."""
        self.recorder.flush()
        logs = self.aws.client("logs")
        try:
            found = logs.describe_log_streams(logGroupName=group)["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return {}
        return {
            stream["logStreamName"]: [
                event["message"]
                for event in logs.get_log_events(
                    logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
                )["events"]
            ]
            for stream in found
        }

    def lines(self, name: str) -> list[str]:
        """What a function's only stream has."""
        [lines] = self.streams(f"/aws/lambda/{name}").values()
        return lines

    def total(self, metric: str, **dimensions: str) -> float | None:
        """The sum of a metric of Lambda's; None where it was not put."""
        self.recorder.flush()
        now = datetime.now(UTC)
        points = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=2),
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points) if points else None
