"""Connects to AWS, and says in a sentence what botocore says in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ops.errors import CredentialsMissing, Declined, NotDeployed, Refused, Unreached

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.migrator.errors import AccessError

    Connect = Callable[[str], Any]
    """Gives the client of a service, such as `ssm`."""

DENIED: Final = (
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "UnauthorizedOperation",
    "OptInRequired",
    # of HeadBucket and HeadObject, whose answers have no body
    "403",
)
NOT_SIGNED_IN: Final = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "IncompleteSignature",
)
ABSENT: Final = (
    "404",
    "CertificateNotFound",
    "ChangeSetNotFound",
    "DBInstanceNotFound",
    "DBParameterGroupNotFound",
    "DBProxyNotFoundFault",
    "DBProxyTargetGroupNotFoundFault",
    "DBProxyTargetNotFoundFault",
    "DBSnapshotNotFound",
    "DBSubnetGroupNotFoundFault",
    "NoSuchBucket",
    "NoSuchCachePolicy",
    "NoSuchDistribution",
    "NoSuchEntity",
    "NoSuchHostedZone",
    "NoSuchKey",
    "NoSuchOriginRequestPolicy",
    "NoSuchResourceException",
    "NotFoundException",
    "ParameterNotFound",
    "ParameterVersionNotFound",
    "ProvisionedConcurrencyConfigNotFoundException",
    "ResourceNotFoundException",
    "ResourceNotFoundFault",
    "WAFNonexistentItemException",
)
PASSING: Final = (
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
)
"""AWS could not answer now; botocore has asked several times already."""
SERVER_ERROR: Final = 500
NOT_IMPLEMENTED: Final = 501
"""What the local AWS does not have; asking again does not help."""
ABSENT_IN_EC2: Final = ".NotFound"
"""How EC2's codes end for what is absent, such as `InvalidVpcID.NotFound`; botocore lists none of them."""
READ_TIMEOUT: Final = 10
"""Seconds to wait for an answer that tells how things are, and is given at once or not at all."""
INVOKE_TIMEOUT: Final = 910
"""Seconds to wait for a function's answer: Lambda's longest run, 900 s, and the way there and back."""


def connector(region: str, *, reads: bool = False) -> Connect:
    """What makes clients in a region, with the credentials of the environment.

    An invocation is never repeated by itself, since the first may be at work. Connections that are silent
    for minutes are kept alive: NAT gateways forget them after 350 s. With `reads`, clients are for questions
    alone: Lambda is asked as often as others, and none is waited for as an invocation is.
    """

    def connect(service: str) -> Any:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        invokes = service == "lambda" and not reads
        config = Config(
            connect_timeout=READ_TIMEOUT,
            read_timeout=READ_TIMEOUT if reads else INVOKE_TIMEOUT if invokes else 30,
            retries={"total_max_attempts": 1 if invokes else 4, "mode": "standard"},
            tcp_keepalive=True,
        )
        try:
            return boto3.Session().client(service, region_name=region, config=config)
        except BotoCoreError as error:
            raise told(error, service, service, region) from None

    return connect


def told(error: Exception, action: str, thing: str, region: str) -> AccessError:
    """What an error of botocore means for an operator who wanted to do `action` on `thing`."""
    from botocore import exceptions

    found = " ".join(str(error).split())
    if isinstance(error, exceptions.ClientError):
        return _answered(error.response, action, thing, region)
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return CredentialsMissing("there are no credentials")
    if isinstance(
        error,
        exceptions.TokenRetrievalError
        | exceptions.CredentialRetrievalError
        | exceptions.SSOError
        | exceptions.LoginError
        | exceptions.NoAuthTokenError
        | exceptions.ProfileNotFound,
    ):
        return CredentialsMissing(found)
    return Unreached(action.partition(":")[0], found)


def _answered(response: dict[str, Any], action: str, thing: str, region: str) -> AccessError:
    error = response.get("Error", {})
    code = error.get("Code", "unknown")
    message = " ".join(error.get("Message", "").split()).rstrip(".")
    if code in DENIED:
        return Refused(action, thing, code)
    if code in NOT_SIGNED_IN:
        return CredentialsMissing(f"the credentials are not valid ({code})")
    if _is_absent(code, message):
        return NotDeployed(thing, region)
    found = f"{code}: {message}" if message else code
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_ERROR)
    if code in PASSING or (status >= SERVER_ERROR and status != NOT_IMPLEMENTED):
        return Unreached(action.partition(":")[0], found)
    return Declined(action, thing, code, message)


def _is_absent(code: str, message: str) -> bool:
    if code in ABSENT or code.endswith(ABSENT_IN_EC2):
        return True
    return code == "ValidationError" and message.endswith("does not exist")
