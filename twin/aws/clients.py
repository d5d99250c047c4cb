"""Clients of the local AWS: boto3's own, which check every request against the service's model.

Their requests are handed to moto within the process and never leave it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from functools import cache
from threading import RLock
from typing import Any

from twin.aws.dispatch import dispatch

NO_CREDENTIALS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
"""Whoever asks the local AWS is the account's root; nothing is a secret there."""


NOTHING_CONFIGURED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Variables of botocore's session: name in a file, in the environment, value, conversion."""

MAKING = RLock()
"""A session makes one client at a time."""

USER_AGENT = "miyabi-local"
"""What the clients call themselves: left to botocore, it is put together of thirty parts for each request."""


class Aws:
    """The services of one account in one region.

    >>> aws = Aws("123456789012", "us-east-1")
    >>> aws.client("ssm").put_parameter(Name="/a", Value="b", Type="String")["Version"]
    1
    """

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region
        self._clients: dict[str, Any] = {}
        self._lock = RLock()

    def __repr__(self) -> str:
        """For example `<aws 123456789012 us-east-1>`."""
        return f"<aws {self.account} {self.region}>"

    @property
    def partition(self) -> str:
        """Such as `aws`."""
        from cfn.pseudo_parameters import pseudo_parameters

        partition: str = pseudo_parameters("", self.region, self.account, None)["AWS::Partition"]
        return partition

    def client(self, service: str) -> Any:
        """The client of a service, such as `ssm`."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._made(service)
            return self._clients[service]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def _made(self, service: str) -> Any:
        """A client that minds no file and no variable of the machine."""
        from botocore.config import Config

        with MAKING:
            client = session().client(
                service,
                region_name=self.region,
                config=Config(
                    ignore_configured_endpoint_urls=True,
                    retries={"mode": "standard", "total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    user_agent=USER_AGENT,
                ),
                **NO_CREDENTIALS,
            )
        client.meta.events.register_first("choose-signer", _signer)
        client.meta.events.register("before-sign", _name_scope)
        client.meta.events.register("before-send", self._answer)
        return client

    def _answer(self, request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse
        from moto.core.botocore_stubber import MockRawResponse

        status, headers, body = dispatch(
            self.account, request.method, request.url, request.headers, request.body
        )
        return AWSResponse(request.url, status, headers, MockRawResponse(body))


def _signer(signature_version: Any, signing_name: str, **_: Any) -> Any:
    """No signer where nobody checks: signatures take a twentieth of a call. Addresses and S3 keep theirs."""
    from botocore import UNSIGNED

    return UNSIGNED if signature_version == "v4" and not signing_name.startswith("s3") else None


def _name_scope(request: Any, signature_version: Any, signing_name: str, region_name: str, **_: Any) -> None:
    """Name service and region where a signature would: some services learn their region from there alone."""
    from botocore import UNSIGNED

    if signature_version is UNSIGNED:
        signing = request.context.get("signing", {})
        region, service = signing.get("region", region_name), signing.get("signing_name", signing_name)
        scope = f"{NO_CREDENTIALS['aws_access_key_id']}/20260101/{region}/{service}/aws4_request"
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        )


@cache
def session() -> Any:
    """What makes the clients of all accounts."""
    import boto3

    return boto3.Session(botocore_session=_core())


def models() -> Any:
    """What reads the services' models, each once in a process: they have megabytes of JSON."""
    return _core().get_component("data_loader")


@cache
def _core() -> Any:
    from botocore.session import Session

    core = Session(session_vars=NOTHING_CONFIGURED)
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    return core


def _moment(value: Any) -> Any:
    """A time that a service tells; what is no ISO 8601, botocore reads, which tries every form there is."""
    if isinstance(value, str) and value[4:5] == "-":
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    from botocore.utils import parse_timestamp

    return parse_timestamp(value)
