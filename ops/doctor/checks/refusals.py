"""What AWS refuses to the code of the function, by AWS's own words in the request's lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED
from ops.doctor.checks.network_out import BY_ENDPOINT
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

REFUSED: Final = r"is not authorized to perform: (?P<action>[\w-]+:\w+)(?P<why>.*)"
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
CALLED: Final = (
    r"\((?P<code>AccessDenied(?:Exception)?|UnauthorizedOperation|DisabledException"
    r"|KMSInvalidStateException|DecryptionFailure|KMSAccessDeniedException)\)"
    r" when calling the (?P<operation>\w+) operation(?P<why>.*)"
)
"""How botocore tells of a refusal whose text names no action."""
OF_KEY: Final = re.compile(
    r"DisabledException|KMS|DecryptionFailure|customer master key|\bkms\b", re.IGNORECASE
)
KEY: Final = re.compile(r"\barn:[\w-]+:kms:[\w-]+:\d{12}:key/[\w-]+")
POLICIES: Final = (
    ("service control policy", "aws organizations list-policies --filter SERVICE_CONTROL_POLICY"),
    ("resource control policy", "aws organizations list-policies --filter RESOURCE_CONTROL_POLICY"),
    ("permissions boundary", "aws iam get-role --role-name {role} --query Role.PermissionsBoundary"),
    ("session policy", "aws iam get-role --role-name {role}"),
    ("resource-based policy", ""),
    ("identity-based policy", "aws iam list-role-policies --role-name {role}"),
)
"""What AWS says that refuses, and what shows it."""


@check("LAM-035", Effect.FAILS, signs=FAILED, ran=True)
def refused_to_the_code(evidence: Evidence) -> Answer:
    """AWS says which action it refuses, and by which kind of policy; no policy that is seen has to say so."""
    function, role = evidence.function, evidence.role
    if evidence.sign is Sign.WELL:
        return ruled_out("the request was answered")
    if evidence.trace.search(BY_ENDPOINT):
        return ruled_out("what AWS refuses, it refuses for the policy of an endpoint")
    found = evidence.trace.search(REFUSED) or evidence.trace.search(CALLED)
    if found is None:
        return ruled_out(f"the lines of {function.short} tell of nothing that AWS refuses")
    parts = found.groupdict()
    asked = parts.get("action") or parts["operation"]
    asked = "an action" if function.holds(asked) else asked
    own = function.configuration.get("KMSKeyArn")
    keys = KEY.findall(found.string) or ([own] if own else [])
    if OF_KEY.search(parts.get("code") or "") or OF_KEY.search(parts["why"]):
        return proved(
            f"AWS refuses {asked} to function {function.short}, by this request's own lines, for a key of "
            "KMS that is disabled, gone, or closed to the function's role",
            *(f"aws kms describe-key --key-id {key} --query KeyMetadata.KeyState" for key in keys),
            change="let the key's policy, or the role's, allow kms:Decrypt",
        )
    policy, look = next((each for each in POLICIES if each[0] in parts["why"]), ("", ""))
    how = f"a {policy} denies it" if "explicit deny" in parts["why"] else f"no {policy} allows it"
    told = how if policy else "it does not say by which policy"
    simulate = (
        f"aws iam simulate-principal-policy --policy-source-arn {role.arn} --action-names {asked} "
        "--query 'EvaluationResults[].[EvalDecision,MatchedStatements]'"
    )
    return proved(
        f"AWS refuses {asked} to function {function.short}, by this request's own lines: {told}",
        *([look.format(role=role.name)] if look else []),
        *([simulate] if ":" in asked else []),
        change="allow it where AWS says; a role's rights are in the template of its stack",
    )
