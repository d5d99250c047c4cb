"""Texts that a call brings along or names by their address in S3: templates and stack policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from twin.aws.cloudformation.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.aws.clients import Aws

MOST_BYTES = 1_000_000
"""Bytes of a template in S3; AWS's "1 MB" is no power of two, as its own sentence tells."""
OWN_HOSTS = ("127.0.0.1", "localhost")
"""Where the local AWS itself answers for S3."""


def template_text(aws: Aws, call: Mapping[str, Any]) -> str | None:
    """The template of a call, from its body or from S3; None when it has none. Raises InvalidRequest."""
    if "TemplateBody" in call and "TemplateURL" in call:
        raise InvalidRequest("TemplateBody and TemplateURL can not be specified together; give one of them")
    if "TemplateURL" not in call:
        body: str | None = call.get("TemplateBody")
        return body
    text = text_at(aws, call["TemplateURL"])
    if len(text.encode()) > MOST_BYTES:
        raise InvalidRequest(f"Template may not exceed {MOST_BYTES} bytes in size.")
    return text


def text_at(aws: Aws, url: str) -> str:
    """What stands in S3 at an address, of either of S3's forms; raises InvalidRequest."""
    bucket, key = _place(url)
    s3 = aws.client("s3")
    try:
        text: str = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        raise InvalidRequest(f"S3 error: The specified key does not exist: {url}") from None
    return text


def _place(url: str) -> tuple[str, str]:
    """Bucket and key of an address, which has the bucket in its host or at the beginning of its path."""
    parts = urlparse(url)
    _refuse_foreign(parts.scheme, parts.hostname or "")
    host, _, rest = parts.netloc.partition(".")
    if rest.startswith("s3") and host != "s3":
        return host, unquote(parts.path[1:])
    bucket, _, key = parts.path[1:].partition("/")
    return bucket, unquote(key)


def _refuse_foreign(scheme: str, host: str) -> None:
    """Raise InvalidRequest for an address that is none of S3's."""
    if scheme == "s3":
        raise InvalidRequest(f"S3 error: Domain name specified in {host} is not a valid S3 domain")
    labels = host.split(".")
    is_s3 = any(label.startswith("s3") for label in labels[:2]) and ".amazonaws." in host
    if scheme not in ("http", "https") or not (is_s3 or host in OWN_HOSTS):
        raise InvalidRequest("TemplateURL must be a supported URL.")
