"""The likely cause of a failed event, in words, and what to do about it.

AWS's reasons are the services' own sentences, wrapped by CloudFormation; a row of the table recognises one
by its resource type and a pattern. The first failed event is looked at: what follows it is its consequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.change_sets import Executed
    from ops.stack import Event


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause of failures whose reason matches `pattern`; `type` is a prefix of resource types."""

    pattern: str
    cause: str
    remedy: str
    type: str = "AWS::"

    def remedy_for(self, environment: str, stack: str = "") -> str:
        """What to do about it in an environment, and one of its stacks by its short name."""
        return self.remedy.format(environment=environment, stack=stack)

    def fits(self, event: Event) -> bool:
        """Whether it may be the cause of a failed event."""
        return event.type.startswith(self.type) and bool(re.search(self.pattern, event.reason, re.IGNORECASE))


CAUSES: Final = (
    Cause(
        r"action denied by stack policy",
        "the stack policy keeps this resource from being replaced or deleted",
        "look at `miyabi plan` for what replaces it; a change that is meant needs the policy taken off "
        "for once, by `aws cloudformation update-stack --stack-policy-during-update-body`",
    ),
    Cause(
        r"is not authorized to perform|access ?denied|AccessDenied|not authorized to",
        "whoever deploys, or a role that the resource uses, lacks a right that the reason names",
        "allow that action on that resource, and deploy again",
    ),
    Cause(
        r"can't find the specified secret|ResourceNotFoundException.*secret",
        "a secret that the template refers to is not there",
        "see `miyabi secret list {environment}` for what is missing, and enter it by `miyabi secret set`",
    ),
    Cause(
        r"Could not parse SecretString JSON|does not contain.*key|key .* not found in (the )?secret",
        "a secret is there, but its value is no JSON object with the key that the template asks for",
        "enter it anew by `miyabi secret set`",
    ),
    Cause(
        r"NoSuchKey|specified key does not exist|Error occurred while GetObject",
        "the package that the SSM parameter names is not in the bucket",
        "deploy without --only, which uploads it, or name one by --package",
        "AWS::Lambda::",
    ),
    Cause(
        r"UnreservedConcurrentExecution below its minimum",
        "the functions would reserve more concurrency than the account has beside the 100 that stay for all",
        "raise the quota `Concurrent executions` of Lambda, or lower reserved_concurrency in the settings",
        "AWS::Lambda::",
    ),
    Cause(
        r"A version for this Lambda function exists",
        "the function's code and configuration are those of its last version, so Lambda publishes none",
        "deploy again; if it stays, compare the function with its template by `miyabi drift`",
        "AWS::Lambda::Version",
    ),
    Cause(
        r"role defined for the function cannot be assumed",
        "IAM did not know the new role everywhere yet",
        "deploy again in a minute",
        "AWS::Lambda::",
    ),
    Cause(
        r"does not support.*availability zone|subnet.*is in the .* zone.*not support",
        "Lambda has no network interfaces in the zone of one of the subnets",
        "name subnets of other zones in AdoptedFunctionSubnetIds (in us-east-1, none of use1-az3)",
        "AWS::Lambda::",
    ),
    Cause(
        r"Cannot find version|InvalidParameterCombination.*version|engine version.*not (available|supported)",
        "RDS does not offer this engine version any more, or not for this class",
        "name one as database.engine_version that `aws rds describe-db-engine-versions --engine postgres` "
        "lists",
        "AWS::RDS::",
    ),
    Cause(
        r"Cannot upgrade .* from|downgrade",
        "RDS upgrades engine versions along certain ways only, and never goes back",
        "name a version that `aws rds describe-db-engine-versions` lists among the ValidUpgradeTarget",
        "AWS::RDS::",
    ),
    Cause(
        r"InsufficientDBInstanceCapacity|not (currently )?(have|has) (enough|sufficient).*capacity",
        "RDS has none of this instance class left in these zones at the moment",
        "deploy again later, or name another class as database.instance_class",
        "AWS::RDS::",
    ),
    Cause(
        r"Cannot delete protected DB Instance|deletion protection|DeletionProtection",
        "the database is protected against deletion",
        "nothing that is deployed should delete it: look at `miyabi plan`; `miyabi destroy` alone takes that "
        "off",
        "AWS::RDS::",
    ),
    Cause(
        r"quota|limit ?exceeded|LimitExceeded|maximum number of|TooMany(?!Requests)",
        "a quota of the account is used up",
        "raise it in Service Quotas, or delete what is not needed, and deploy again",
    ),
    Cause(
        r"Rate exceeded|Throttling|TooManyRequests",
        "AWS was asked more often than it answers, perhaps by somebody else in this account",
        "deploy again",
    ),
    Cause(
        r"BucketNotEmpty|bucket you tried to delete is not empty",
        "a bucket that is to be deleted still holds objects",
        "empty it, versions too; `miyabi destroy` does so when it is told to",
        "AWS::S3::",
    ),
    Cause(
        r"CNAMEAlreadyExists",
        "another CloudFront distribution has this domain as an alias",
        "take the alias away there first; edge.domain names it here",
        "AWS::CloudFront::",
    ),
    Cause(
        r"InvalidViewerCertificate|certificate.*(does(n't| not) exist|isn't valid|must be in us-east-1)",
        "CloudFront can't use the certificate: it must be in us-east-1, issued, and for this domain",
        "request one in us-east-1, and name it in the edge section",
        "AWS::CloudFront::",
    ),
    Cause(
        r"WAFLimitsExceeded|WebACL capacity|WCU",
        "the firewall's rules need more capacity than a web ACL has",
        "take rules out of the firewall",
        "AWS::WAFv2::",
    ),
    Cause(
        r"has a dependent object|DependencyViolation|resource .* in use|ResourceInUse|currently in use",
        "something outside of this stack still uses the resource",
        "a function's network interfaces go up to 20 minutes after it: wait and go on, or look who uses it",
    ),
    Cause(
        r"already exists|AlreadyExists|is not available|already taken|BucketAlreadyOwnedByYou",
        "something of that name is there already, outside of this stack",
        "if it was made by hand, take it over by `miyabi adopt`; else delete it, or choose another name",
    ),
    Cause(
        r"KMS|key .*(disabled|pending deletion|does not exist)|KMSKeyNotAccessible",
        "the KMS key can't be used: it is disabled, about to be deleted, or does not allow this service",
        "look at its state and policy by `aws kms describe-key` and `get-key-policy`",
    ),
    Cause(
        r"ParameterNotFound|Unable to fetch parameters|parameters? .* not found",
        "a value that another stack writes to SSM is not there",
        "deploy without --only, so that the stack which writes it comes first",
    ),
    Cause(
        r"Internal ?(Failure|Error|ServerError)|ServiceUnavailable|service is (currently )?unavailable|500",
        "the service failed; it was not about the request",
        "deploy again; if it stays, look at the AWS Health Dashboard",
    ),
    Cause(
        r"timed out|exceeded attempts to wait|NotStabilized|did not stabilize",
        "the resource did not get ready in the time that CloudFormation waits",
        "look at it in its service: what keeps it from getting ready is told there, if anywhere",
    ),
)
"""In this order: the first that fits is told.

The sentences are those that AWS's documentation and public reports of failed deployments have; a service
may word one otherwise tomorrow, and then no cause is told but its own reason.
"""


def likely_cause(event: Event) -> Cause | None:
    """The likely cause of a failed event; None where no row of the table fits."""
    return next((cause for cause in CAUSES if cause.fits(event)), None)


def explained(executed: Executed, environment: str) -> list[str]:
    """A failed execution in sentences: what failed first, the likely cause, what to do, how it stands."""
    sentences: list[str] = []
    names = {"environment": environment, "stack": executed.stack.name.rpartition("-")[2]}
    failures = executed.failures
    if failures:
        first = failures[0]
        sentences.append(
            f"{first.logical_id} ({first.type}) failed first: {first.reason or 'no reason is given'}"
        )
        cause = likely_cause(first)
        if cause:
            sentences += [f"the likely cause: {cause.cause}", f"what to do: {cause.remedy_for(**names)}"]
        sentences += [f"it was followed by {_listed(failures[1:])}"] if failures[1:] else []
    elif executed.stack.reason:
        sentences.append(f"CloudFormation says: {executed.stack.reason}")
    standing = STANDING.get(executed.stack.status, f"the stack is in {executed.stack.status}")
    sentences.append(standing.format(**names))
    return sentences


STANDING: Final = {
    "ROLLBACK_COMPLETE": "everything that was made is gone again, and the empty stack can only be deleted: "
    "`miyabi deploy {environment} --abandon {stack}`, then deploy again",
    "UPDATE_ROLLBACK_COMPLETE": "the stack is what it was before, and can be deployed again",
    "IMPORT_ROLLBACK_COMPLETE": "nothing was taken over, and nothing of it was changed",
    "UPDATE_ROLLBACK_FAILED": "the rollback failed too: mend what is named above, then go on with it by "
    "`miyabi deploy {environment} --continue-rollback {stack}`",
    "ROLLBACK_FAILED": "the rollback failed too, and left what the events name: delete the stack by "
    "`aws cloudformation delete-stack`, keeping those by --retain-resources",
}
"""How a stack stands after a failure, by its status."""


def _listed(failures: Iterable[Event]) -> str:
    return ", ".join(dict.fromkeys(event.logical_id for event in failures))
