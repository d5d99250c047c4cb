"""The document of the API, and the page that shows it: files that the package carries, read once."""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aws_lambda_powertools.event_handler import Response

from runtime.api.call import Call
from runtime.api.routing import answers

FOLDER: Final = Path(__file__).parent.parent
FRESH: Final = "public, max-age=300"
"""For how long, in seconds, a copy need not be asked for again."""
POLICY: Final = (
    "default-src 'none'",
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
"""What the page may do beside running its own script and style: ask this API, and no one else."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is answered with."""

    body: str
    kind: str
    headers: dict[str, str]


@answers("GET /openapi.json", "This document, as OpenAPI 3.1", database=False)
def document(call: Call) -> Response[str]:
    """Answer with what the package holds; it was made with the package, not for the request."""
    return _answer(call, _read("openapi.json", "application/json"))


@answers("GET /docs", "The page that shows this document and sends requests", database=False)
def page(call: Call) -> Response[str]:
    """Answer with the page, which reads the document that lies beside it."""
    return _answer(call, _read("docs.html", "text/html; charset=utf-8"))


def _answer(call: Call, file: File) -> Response[str]:
    current = call.request.headers.get("if-none-match", "")
    if file.headers["etag"] in (tag.strip().removeprefix("W/") for tag in current.split(",")):
        return Response(HTTPStatus.NOT_MODIFIED.value, file.kind, "", dict(file.headers))
    return Response(HTTPStatus.OK.value, file.kind, file.body, dict(file.headers))


@cache
def _read(name: str, kind: str) -> File:
    body = (FOLDER / name).read_text(encoding="utf-8")
    headers = {"cache-control": FRESH, "etag": f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'}
    if kind.startswith("text/html"):
        headers["content-security-policy"] = "; ".join((*POLICY, *_own_parts(body)))
    return File(body, kind, headers)


def _own_parts(html: str) -> tuple[str, ...]:
    """What allows the scripts and styles that stand in the page, by their hashes (CSP 3, section 6.7)."""
    return tuple(
        " ".join([f"{element}-src", *(f"'sha256-{_digest(part)}'" for part in _parts(html, element))])
        for element in ("script", "style")
    )


def _parts(html: str, element: str) -> list[str]:
    found: list[str] = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
    return found


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()
