"""A local AWS to talk to: an endpoint for any client, for as long as a context lasts.

    with LocalAws("123456789012", "us-east-1") as local:
        local.client("ssm").put_parameter(Name="/a", Value="b", Type="String")

It is moto in this process under our own CloudFormation. All of the account is gone afterwards, unless a
folder is named to keep it in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from twin.aws import keeping
from twin.aws.clients import MAKING, NO_CREDENTIALS, Aws, session
from twin.aws.serving import AwsServer, Served
from twin.errors import PortTaken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class LocalAws:
    """One account's AWS, served on 127.0.0.1 while the context lasts.

    Accounts of one process do not see each other; only the names of buckets are everybody's, as at AWS.

    Args:
        account: Twelve digits; whoever signs a request is this account's root.
        region: Where `aws` and `client` ask. Other regions answer as well.
        port: Where to listen; 0 is any free port.
        state: A folder whose file is read first, if there is one, and written at the end.
        on_served: Told of each request, by several threads at once.

    Raises:
        PortTaken: The port is taken.
        StateRefused: What the folder holds is damaged, of another version, or of another account.
        StateUnkept: The folder can't be written; at the end, so that nothing was kept of this time.
    """

    def __init__(
        self,
        account: str,
        region: str,
        *,
        port: int = 0,
        state: Path | None = None,
        on_served: Callable[[Served], None] = lambda _: None,
    ) -> None:
        self.account, self.region, self.state = account, region, state
        self.aws = Aws(account, region)
        self._port, self._on_served = port, on_served
        self._server: AwsServer | None = None

    @property
    def endpoint(self) -> str:
        """What to give as AWS_ENDPOINT_URL, such as `http://127.0.0.1:4566`."""
        if self._server is None:
            raise RuntimeError("the local AWS has no endpoint outside of its context")
        return self._server.endpoint

    @property
    def variables(self) -> dict[str, str]:
        """What to export for the AWS CLI, and for programs that use boto3."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": NO_CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": NO_CREDENTIALS["aws_secret_access_key"],
            "AWS_REGION": self.region,
            # of the two, boto3 and the AWS CLI 1 read this one alone
            "AWS_DEFAULT_REGION": self.region,
        }

    def client(self, service: str) -> Any:
        """A client of boto3 that asks by HTTP, as any program does; `aws.client` asks within the process."""
        with MAKING:
            return session().client(
                service, region_name=self.region, endpoint_url=self.endpoint, **NO_CREDENTIALS
            )

    def __enter__(self) -> Self:
        """Bring back what was kept, and begin to answer."""
        if self.state is not None:
            keeping.prepare(self.state)
            keeping.restore(self.account, self.state)
        try:
            self._server = AwsServer(self.account, self.region, port=self._port, on_served=self._on_served)
        except PortTaken:
            keeping.forget(self.account)
            raise
        self._server.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Answer no more, keep what there is if that was asked for, and forget it."""
        if self._server is not None:
            self._server.close()
            self._server = None
        try:
            if self.state is not None:
                keeping.keep(self.account, self.state)
        finally:
            keeping.forget(self.account)
