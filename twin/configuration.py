"""What a Lambda function is made of, and the variables that Lambda sets for its process."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.function_log import JSON, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

INIT_SECONDS: Final = 10.0
"""How long a function may take to start.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
"""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A function as it is deployed, for this machine.

    Attributes:
        code: Folder of the unpacked package, or the checkout.
        handler: Module and callable: `runtime.api.handler.handle`.
        variables: Its environment; Lambda's own variables win, as at AWS.
        packages: Folders with packages that it may import besides `code`, as a layer's; a checkout needs
            the interpreter's `site-packages`, a package nothing.
        program: What is started in place of AWS's client for Python: the bootstrap of a custom runtime.
        python: The interpreter; our own if left out.
        runtime: A folder with awslambdaric for that interpreter; our own if left out.
        runtime_name: What the function is told it runs on.
        memory_mb: Told and reported; `twin.functions` enforces it.
        group: Where Lambda writes its log; by its name if left out.
        log_format: `Text` or `JSON`, with `log_level` only in the latter.
    """

    code: Path
    handler: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    packages: tuple[Path, ...] = ()
    program: Path | None = None
    python: Path = Path(sys.executable)
    runtime: Path | None = None
    runtime_name: str = "python3.13"
    name: str = "local"
    version: str = "$LATEST"
    memory_mb: int = 512
    timeout_seconds: float = 29.0
    init_seconds: float = INIT_SECONDS
    region: str = "us-east-1"
    account_id: str = "123456789012"
    group: str | None = None
    log_format: str = TEXT
    log_level: str = "INFO"

    @property
    def arn(self) -> str:
        """What invokes it; a version or an alias stands at its end."""
        arn = f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.name}"
        return arn if self.version == "$LATEST" else f"{arn}:{self.version}"

    @property
    def log_group(self) -> str:
        """Where Lambda would write its log."""
        return self.group or f"/aws/lambda/{self.name}"

    @property
    def command(self) -> list[str | Path]:
        """What is started.

        Without -S it would see what is installed for us; without -B it would write beside the code, which
        Lambda mounts read-only.
        """
        if self.program:
            return [self.program]
        return [self.python, "-B", "-S", "-m", "awslambdaric", self.handler]

    def environment(self, runtime: Path, runtime_api: str, log_stream: str) -> dict[str, str]:
        """The whole environment of its process.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
        """
        level = {"AWS_LAMBDA_LOG_LEVEL": self.log_level} if self.log_format == JSON else {}
        preset = {"LANG": "en_US.UTF-8", "TZ": ":UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}
        return {
            **preset,
            **self.variables,
            **level,
            **(self._of_custom_runtimes() if self.program else self._of_python(runtime)),
            "AWS_DEFAULT_REGION": self.region,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_FORMAT": self.log_format,
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_REGION": self.region,
            "LAMBDA_RUNTIME_DIR": str(runtime),
            "LAMBDA_TASK_ROOT": str(self.code),
            "_HANDLER": self.handler,
        }

    def _of_python(self, runtime: Path) -> dict[str, str]:
        search = [self.variables.get("PYTHONPATH"), *map(str, self.packages), str(runtime)]
        return {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime_name}",
            "PYTHONPATH": os.pathsep.join(filter(None, search)),
        }

    def _of_custom_runtimes(self) -> dict[str, str]:
        """They have no AWS_EXECUTION_ENV, by the same page."""
        search = [self.variables.get("LD_LIBRARY_PATH"), str(self.code), str(self.code / "lib")]
        return {"LD_LIBRARY_PATH": os.pathsep.join(filter(None, search))}
