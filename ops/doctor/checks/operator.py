"""Does whoever looks look at the right place?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence


@check("OPS-001", Effect.FAILS)
def other_account(evidence: Evidence) -> Answer:
    """Account and region of the credentials beside those of the settings; others end the diagnosis."""
    account = evidence.reading.require_account()
    looked = f"account {account}, region {evidence.reading.region}"
    if evidence.environment.account is None:
        return unknown(
            f"the settings name no account: {looked} was looked at",
            f"whether that is where {evidence.environment.name} lives; name it as `account` in the settings",
        )
    return ruled_out(f"it is {looked}, as in the settings")


@check("LOG-003", Effect.BLIND)
def other_region(evidence: Evidence) -> Answer:
    """The API invokes a function of another region or account than is looked at."""
    named, reading = evidence.function.named, evidence.reading
    here = (reading.region, reading.require_account())
    if (named["region"], named["account"]) != here:
        return proved(
            f"the API invokes function {named['name']} in {named['region']} of account {named['account']}, "
            f"and {here[0]} of {here[1]} is looked at",
            f"aws logs tail {evidence.function.log_group} --region {named['region']}",
        )
    return ruled_out(f"the function that the API invokes is in {here[0]} of account {here[1]}")
