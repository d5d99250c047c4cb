"""The document's next steps: what answers each in the environment at hand, or that it is still open.

docs/coverage.md has the same steps with what answers them in general; here templates decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn.values import many
from report.system.components.api import REASON, ROUTE, STAGE
from report.system.components.database import INSTANCE, sslmodes
from report.system.components.edge import DISTRIBUTION, FIREWALL
from report.system.components.functions import CUSTOM, FUNCTION, LOG_GROUP
from report.system.components.keeping import PLAN
from report.system.components.watching import ALARM
from report.system.model import NextStep, Progress, StepGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from report.system.components.making import Maker

    Done = Callable[[Maker], str]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the document.

    Attributes:
        text: In the document's words.
        done: Names what answers it here, or is empty.
        remedy: What would.
        is_command: Whether that is a command to run: templates don't tell whether it was.

    """

    text: str
    done: Done
    remedy: str
    is_command: bool = False


def step_groups(maker: Maker) -> tuple[StepGroup, ...]:
    """All steps by their terms, as the document has them."""
    return tuple(
        StepGroup(title, tuple(_judged(maker, step) for step in steps)) for title, steps in GROUPS.items()
    )


def _judged(maker: Maker, step: Step) -> NextStep:
    by = step.done(maker)
    if not by:
        return NextStep(step.text, Progress.OPEN, step.remedy)
    return NextStep(step.text, Progress.COMMAND if step.is_command else Progress.BUILT, by)


def _debug(maker: Maker) -> str:
    environment = maker.told.environment
    is_switchable = any(
        maker.get(one, f"Environment.Variables.{DEBUG}") is not None for one in maker.of(FUNCTION)
    )
    if not (environment and is_switchable):
        return ""
    return f"`miyabi debug {environment} on` writes more for a while, and ends by itself"


def _probe(maker: Maker) -> str:
    found = [one for one in maker.of(FUNCTION) if "Migrator" in one.logical_id]
    environment = maker.told.environment
    return (
        f"`miyabi migrate probe {environment}`: {found[0]} looks from inside" if found and environment else ""
    )


def _inspection(maker: Maker) -> str:
    return (
        "`miyabi package inspect ZIP` names what a zip lacks, before it is deployed"
        if maker.told.environment
        else ""
    )


def _all(kind: str, path: str, wanted: Callable[[Any], bool], what: str) -> Done:
    """Done where each resource of a type has a property as it should be."""

    def done(maker: Maker) -> str:
        found = maker.of(kind)
        if not found or not all(wanted(maker.get(one, path)) for one in found):
            return ""
        return f"{', '.join(map(str, found))}: {what}"

    return done


def _any(what: str, *kinds: str) -> Done:
    """Done where there is a resource of some types."""

    def done(maker: Maker) -> str:
        found = [str(one) for one in maker.of(*kinds)]
        named = f"{len(found)} of them" if len(found) > MANY else ", ".join(found)
        return f"{what}: {named}" if found else ""

    return done


DEBUG: Final = "DEBUG_UNTIL"
"""The variable by which our functions are told to write more for a while."""
MANY: Final = 4
"""Resources that are named; more are counted."""


def _database_url(maker: Maker) -> str:
    modes = sslmodes(maker)
    return f"put together in one place, with sslmode={' and '.join(modes)}; rules check it" if modes else ""


def _function_logs(maker: Maker) -> str:
    stages = [one for one in maker.of(STAGE) if REASON in str(maker.get(one, "AccessLogSettings.Format"))]
    if not (stages and maker.of(LOG_GROUP)):
        return ""
    return f"{', '.join(map(str, stages))}: an access log with the reason of what fails; see `miyabi logs`"


def _in_vpc(maker: Maker) -> str:
    found = [one for one in maker.of(FUNCTION) if maker.get(one, "VpcConfig") is not None]
    return f"in the VPC: {', '.join(map(str, found))}" if found else ""


def _own_runtime(maker: Maker) -> str:
    found = [str(maker.get(one, "Runtime", "")) for one in maker.of(FUNCTION)]
    return (
        "our application, see docs/api.md"
        if found and not any(one.startswith(CUSTOM) for one in found)
        else ""
    )


def _routes(maker: Maker) -> str:
    keys = [str(maker.get(one, "RouteKey")) for one in maker.of(ROUTE)]
    named = bool(keys) and "$default" not in keys
    return (
        f"{len(keys)} named routes, all else is 404 at the gateway; bodies are validated in the function"
        if named
        else ""
    )


def _limits(maker: Maker) -> str:
    stages = [
        one
        for one in maker.of(STAGE)
        if maker.get(one, "DefaultRouteSettings.ThrottlingRateLimit") is not None
    ]
    if not stages:
        return ""
    walls = ", ".join(map(str, maker.of(FIREWALL)))
    return f"{', '.join(map(str, stages))} throttles every route" + (
        f"; {walls} limits each address" if walls else ""
    )


def _origin(maker: Maker) -> str:
    found = [
        one
        for one in maker.of(DISTRIBUTION)
        if any(
            isinstance(each, dict) and str(each.get("PathPattern", "")).startswith("/api")
            for each in many(maker.get(one, "DistributionConfig.CacheBehaviors"))
        )
    ]
    return (
        f"{', '.join(map(str, found))} serves /api/* from the API: the frontend needs no other address"
        if found
        else ""
    )


def _frontend(maker: Maker) -> str:
    if not (maker.told.environment and maker.of(DISTRIBUTION)):
        return ""
    return (
        f"`miyabi frontend {maker.told.environment} DIR` publishes it, with a config.json that names the API"
    )


def _backups(maker: Maker) -> str:
    days = [maker.get(one, "BackupRetentionPeriod") for one in maker.of(INSTANCE)]
    if not days or not all(isinstance(one, int) and one > 0 for one in days):
        return ""
    plans = ", ".join(map(str, maker.of(PLAN)))
    return f"daily by RDS, kept {min(days)} days" + (f"; {plans}" if plans else "")


GROUPS: Final = {
    "Immediate (debug Lambda)": (
        Step(
            "Investigate Lambda CloudWatch logs (empty)",
            _function_logs,
            "http_api.access_log and log settings; the doctor says why a log is empty",
        ),
        Step(
            "Test RDS connectivity from Lambda",
            _probe,
            "a migrator function, which looks from inside",
            is_command=True,
        ),
        Step("Verify DATABASE_URL format", _database_url, "a DATABASE_URL in the templates"),
        Step(
            "Add debug logging",
            _debug,
            "our application, which `miyabi debug` switches; log_level of the function",
        ),
        Step(
            "Check Lambda runtime initialization",
            _inspection,
            "`miyabi package inspect ZIP`",
            is_command=True,
        ),
    ),
    "Short-term (optimize)": (
        Step(
            "Refactor Lambda handler for connection pooling",
            _own_runtime,
            "our application in place of the binary: one connection for each execution environment",
        ),
        Step(
            "Implement proper error handling",
            _own_runtime,
            "our application in place of the binary: one shape for every error",
        ),
        Step("Add API Gateway request validation", _routes, "http_api.named_routes"),
        Step("Configure CloudWatch alarms", _any("alarms", ALARM), "the observability stack"),
    ),
    "Long-term (production ready)": (
        Step("Update CloudFront API_BASE to API Gateway endpoint", _origin, "the edge stack"),
        Step(
            "Redeploy frontend with new API endpoint",
            _frontend,
            "the edge stack, then `miyabi frontend`",
            is_command=True,
        ),
        Step(
            "Set up Multi-AZ RDS for high availability",
            _all(INSTANCE, "MultiAZ", lambda found: found is True, "MultiAZ"),
            "database.multi_az",
        ),
        Step("Implement Lambda VPC configuration", _in_vpc, "api.in_vpc"),
        Step(
            "Add X-Ray tracing",
            _all(FUNCTION, "TracingConfig.Mode", lambda found: found == "Active", "traced"),
            "api.tracing",
        ),
        Step("Set up automated backups", _backups, "database.backup_days"),
        Step(
            "Configure auto-scaling for RDS",
            _all(
                INSTANCE,
                "MaxAllocatedStorage",
                lambda found: found is not None,
                "its storage grows by itself",
            ),
            "database.max_storage_gb",
        ),
        Step("Implement API rate limiting", _limits, "http_api.throttle_rate"),
    ),
}
"""Steps by term, in the words of the document."""
