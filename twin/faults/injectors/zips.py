"""Builds packages that can't run, or that run badly: bootstraps for a custom runtime, modules for Python."""

from __future__ import annotations

import io
import platform
import zipfile
from typing import TYPE_CHECKING, Final

from twin.faults.injectors.elf import executable
from twin.faults.targets import TargetMissing
from twin.functions.stand_in import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_RUNS: Final = 0o100755
_READS: Final = 0o100644
_MADE: Final = (2026, 1, 1, 0, 0, 0)
MACH_O: Final = b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01" + bytes(4088)
"""The beginning of an arm64 program of macOS, and nothing after it: no Linux reads further."""
MACHINES: Final = {"x86_64": 62, "aarch64": 183, "arm64": 183}
"""The processor in an ELF header, by what `platform.machine` says."""

_PANICS: Final = b"""#!/bin/sh
echo "thread 'main' panicked at src/main.rs:41: Path segments must not start with ':'" >&2
exit 101
"""
_REPORTED: Final = b"""#!/bin/sh
for name in GITHUB_CLIENT_ID GITHUB_CLIENT_SECRET; do
    if [ -z "$(printenv "$name")" ]; then
        echo "$name must be set" >&2
        exit 1
    fi
done
echo "thread 'main' panicked at src/main.rs:41: Path segments must not start with ':'" >&2
exit 101
"""
"""Ends as the reported program did: for want of variables first, then for a path that its router refuses."""

_PER_REQUEST: Final = b"""
import os, runpy, sys
whole = runpy.run_path(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "whole.py"), run_name="whole")
sys.path += whole["FOUND_IN"]
import runtime.api.handler as api
answer = api.handle

def handle(event, context):
    api._service.cache_clear()
    return answer({**event, "headers": {}}, context)

api.handle = handle
whole["main"]()
"""
"""Runs the stand-in's own bootstrap, `whole.py`, over an application that is never kept."""

BOOTSTRAPS: Final[dict[str, Callable[[], Mapping[str, tuple[bytes, int]]]]] = {
    "mach-o": lambda: {"bootstrap": (MACH_O, _RUNS)},
    "other-cpu": lambda: {"bootstrap": (executable(_other_machine()), _RUNS)},
    "not-executable": lambda: {"bootstrap": (b"#!/bin/sh\nexit 0\n", _READS)},
    "missing-library": lambda: {"bootstrap": (executable(_machine(), needs="libssl.so.1.1"), _RUNS)},
    "newer-libc": lambda: {
        "bootstrap": (executable(_machine(), needs="libc.so.6", version="GLIBC_2.99"), _RUNS)
    },
    "carriage-returns": lambda: {"bootstrap": (b"#!/bin/sh\r\nexit 0\r\n", _RUNS)},
    "none": lambda: {"main": (b"#!/bin/sh\nexit 0\n", _RUNS)},
    "panics": lambda: {"bootstrap": (_PANICS, _RUNS)},
    "as-reported": lambda: {"bootstrap": (_REPORTED, _RUNS)},
    "takes-long": lambda: {"bootstrap": (b"#!/bin/sh\nexec sleep 60\n", _RUNS)},
}
"""Files of a package for a custom runtime, each with its mode."""

MODULES: Final = {
    "imports-what-is-missing": "import a_module_that_was_not_packaged\n\n{name} = None\n",
    "ends-at-the-start": (
        "import os\n\nprint('the start failed', flush=True)\nos._exit(101)\n\n{name} = None\n"
    ),
    "takes-long-to-start": "import time\n\ntime.sleep(60)\n\n{name} = None\n",
    "answers-late": (
        "import time\n\ndef {name}(event, context):\n    time.sleep(4)\n"
        "    headers = {{'content-type': 'application/json'}}\n"
        "    return {{'statusCode': 200, 'headers': headers, 'body': '{{\"status\": \"ok\"}}'}}\n"
    ),
    "answers-too-much": (
        "def {name}(event, context):\n    return {{'statusCode': 200, 'body': 'x' * 6_400_000}}\n"
    ),
    "takes-all-memory": (
        "def {name}(event, context):\n    held = []\n    while True:\n        held.append(b'x' * (8 << 20))\n"
    ),
    "asks-aws": (
        "import os, urllib.request\n\n\ndef {name}(event, context):\n"
        "    signed = 'AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/secretsmanager/aws4_request'\n"
        "    headers = {{'authorization': signed, 'x-amz-target': 'secretsmanager.ListSecrets'}}\n"
        "    asked = urllib.request.Request(os.environ['AWS_ENDPOINT_URL'], b'{{}}', headers)\n"
        "    with urllib.request.urlopen(asked, timeout=1) as answer:\n"
        "        return {{'statusCode': answer.status}}\n"
    ),
    "fails": "def {name}(event, context):\n    raise RuntimeError('this request can not be answered')\n",
}
"""The text of the handler's module, by what it does; `{name}` is the handler's name in it."""


def bootstrap_zip(kind: str) -> bytes:
    """A package for a custom runtime, one of `BOOTSTRAPS`."""
    return _zipped(BOOTSTRAPS[kind]())


def module_zip(kind: str, handler: str) -> bytes:
    """A package for Python, one of `MODULES`, with the module that a handler such as `a.b.handle` names."""
    module, _, name = handler.rpartition(".")
    text = MODULES[kind].format(name=name) if "{name}" in MODULES[kind] else MODULES[kind]
    return _zipped({module.replace(".", "/") + ".py": (text.encode(), _READS)})


def per_request_zip(stand_in: bytes) -> bytes:
    """The stand-in's package, which makes its application anew for each request, and sees no headers.

    Raises TargetMissing where a package is no stand-in: what is in another program can't be changed here.
    """
    with zipfile.ZipFile(io.BytesIO(stand_in)) as archive:
        if MARK not in archive.namelist():
            raise TargetMissing("the package that stands in for the reported program", "another is deployed")
        whole = archive.read("bootstrap")
    shebang = whole.splitlines(keepends=True)[0]
    return _zipped({"bootstrap": (shebang + _PER_REQUEST, _RUNS), "whole.py": (whole, _READS)})


def _zipped(files: Mapping[str, tuple[bytes, int]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in files.items():
            entry = zipfile.ZipInfo(name, _MADE)
            entry.create_system, entry.external_attr = 3, mode << 16  # Unix, which alone has modes
            archive.writestr(entry, content)
    return stream.getvalue()


def _machine() -> int:
    return MACHINES.get(platform.machine(), MACHINES["x86_64"])


def _other_machine() -> int:
    return next(machine for machine in MACHINES.values() if machine != _machine())
