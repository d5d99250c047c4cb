"""How stacks behave: what is done to one, and the events and the state that come of it.

`source` names the page of AWS's documentation that says so. An event is written as the logical id and the
status, `s` being the stack itself; the events are those of the last operation, oldest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.twin.aws.cloudformation.small import API, GUIDE, group, parameter, topic

FAILING = parameter(Name="aws")
"""A parameter that the service refuses: names that begin so are AWS's own."""
CREATION = GUIDE + "stack-creation-events.html"
FAILURE = GUIDE + "stack-failure-options.html"
UPDATING = GUIDE + "using-cfn-updating-stacks-update-behaviors.html"
ROLLBACK = GUIDE + "using-cfn-updating-stacks-continueupdaterollback.html"
DELETION = GUIDE + "cfn-console-delete-stack.html"
CLEANUP = "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
BACK = "s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "s UPDATE_ROLLBACK_COMPLETE"


def made(logical_id: str) -> tuple[str, str, str]:
    """Events of a creation: the second tells that the resource has its physical id."""
    return (
        f"{logical_id} CREATE_IN_PROGRESS",
        f"{logical_id} CREATE_IN_PROGRESS",
        f"{logical_id} CREATE_COMPLETE",
    )


def went(logical_id: str, verb: str, outcome: str = "COMPLETE") -> tuple[str, str]:
    """Events of a change or a deletion."""
    return f"{logical_id} {verb}_IN_PROGRESS", f"{logical_id} {verb}_{outcome}"


@dataclass(frozen=True, slots=True)
class Step:
    """A call on the stack; `resources` become its template."""

    operation: str
    resources: dict[str, Any] | None = None
    call: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Steps, and what the last of them comes to."""

    what: str
    source: str
    steps: tuple[Step, ...]
    events: tuple[str, ...]
    reason: str | None = None
    """The stack's reason, in any event of the last operation."""

    def __str__(self) -> str:
        """For the names of tests."""
        return self.what.replace(" ", "-")


def create(resources: dict[str, Any], **call: Any) -> Step:
    """CreateStack."""
    return Step("create_stack", resources, call)


def update(resources: dict[str, Any], **call: Any) -> Step:
    """UpdateStack."""
    return Step("update_stack", resources, call)


REPLACED = (
    create({"A": topic(TopicName="a")}),
    update({"A": topic(TopicName="b"), "B": {**FAILING, "DependsOn": "A"}}, DisableRollback=True),
)
"""An update that was left as it is once it had replaced a resource."""
A, B, CHANGED = parameter("a"), parameter("b"), parameter("changed")
NEEDING = parameter({"Ref": "A"})
KEPT_AS_IT_IS = update({"A": CHANGED, "B": FAILING}, DisableRollback=True)
DELETE = Step("delete_stack")
ROLL_BACK = Step("rollback_stack")

ROWS = (
    Behaviour(
        "a creation makes each resource behind those it needs",
        CREATION,
        (create({"A": parameter({"Ref": "B"}), "B": B}),),
        ("s CREATE_IN_PROGRESS", *made("B"), *made("A"), "s CREATE_COMPLETE"),
    ),
    Behaviour(
        "a failed creation is taken back, the last resource first",
        FAILURE,
        (create({"A": A, "B": NEEDING, "C": {**FAILING, "DependsOn": "B"}}),),
        (
            "s CREATE_IN_PROGRESS",
            *made("A"),
            *made("B"),
            *went("C", "CREATE", "FAILED"),
            "s ROLLBACK_IN_PROGRESS",
            *went("B", "DELETE"),
            *went("A", "DELETE"),
            "s ROLLBACK_COMPLETE",
        ),
        "The following resource(s) failed to create: [C]. Rollback requested by user.",
    ),
    Behaviour(
        "a failed creation is deleted where that was asked for",
        API + "API_CreateStack.html",
        (create({"A": A, "B": FAILING}, OnFailure="DELETE"),),
        (
            "s CREATE_IN_PROGRESS",
            *made("A"),
            *went("B", "CREATE", "FAILED"),
            "s DELETE_IN_PROGRESS",
            *went("A", "DELETE"),
            "s DELETE_COMPLETE",
        ),
        "The following resource(s) failed to create: [B]. Delete requested by user.",
    ),
    *(
        Behaviour(
            f"a failed creation is left as it is by {option}",
            FAILURE,
            (create({"A": A, "B": FAILING}, **call),),
            ("s CREATE_IN_PROGRESS", *made("A"), *went("B", "CREATE", "FAILED"), "s CREATE_FAILED"),
            "The following resource(s) failed to create: [B]. ",
        )
        for option, call in (
            ("OnFailure", {"OnFailure": "DO_NOTHING"}),
            ("DisableRollback", {"DisableRollback": True}),
            ("DeploymentConfig", {"DeploymentConfig": {"DisableRollback": True}}),
        )
    ),
    Behaviour(
        "a creation that was left as it is can be rolled back",
        FAILURE,
        (create({"A": A, "B": FAILING}, DisableRollback=True), ROLL_BACK),
        ("s ROLLBACK_IN_PROGRESS", *went("A", "DELETE"), "s ROLLBACK_COMPLETE"),
    ),
    Behaviour(
        "a creation that was left as it is can be mended by an update",
        FAILURE,
        (
            create({"A": A, "B": FAILING}, DisableRollback=True),
            update({"A": A, "B": B}, DisableRollback=True),
        ),
        ("s UPDATE_IN_PROGRESS", *made("B"), CLEANUP, "s UPDATE_COMPLETE"),
    ),
    Behaviour(
        "a missing export fails the stack before any resource",
        GUIDE + "intrinsic-function-reference-importvalue.html",
        (create({"A": parameter({"Fn::ImportValue": "none"})}),),
        ("s CREATE_IN_PROGRESS", "s ROLLBACK_IN_PROGRESS", "s ROLLBACK_COMPLETE"),
        "No export named none found. Rollback requested by user.",
    ),
    Behaviour(
        "an update touches only what changes",
        UPDATING,
        (create({"A": A, "B": B}), update({"A": CHANGED, "B": B})),
        ("s UPDATE_IN_PROGRESS", *went("A", "UPDATE"), CLEANUP, "s UPDATE_COMPLETE"),
    ),
    Behaviour(
        "a replaced resource goes at the end",
        UPDATING,
        (create({"A": topic(TopicName="a")}), update({"A": topic(TopicName="b")})),
        (
            "s UPDATE_IN_PROGRESS",
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_COMPLETE",
            CLEANUP,
            *went("A", "DELETE"),
            "s UPDATE_COMPLETE",
        ),
    ),
    Behaviour(
        "a removed resource goes at the end",
        UPDATING,
        (create({"A": A, "B": B}), update({"A": A})),
        ("s UPDATE_IN_PROGRESS", CLEANUP, *went("B", "DELETE"), "s UPDATE_COMPLETE"),
    ),
    Behaviour(
        "a removed resource that is put back is made again",
        UPDATING,
        (create({"A": A, "B": B}), update({"A": A}), update({"A": A, "B": B})),
        ("s UPDATE_IN_PROGRESS", *made("B"), CLEANUP, "s UPDATE_COMPLETE"),
    ),
    Behaviour(
        "a failed update is taken back",
        FAILURE,
        (create({"A": A}), update({"A": CHANGED, "B": B, "C": {**FAILING, "DependsOn": ["A", "B"]}})),
        (
            "s UPDATE_IN_PROGRESS",
            *went("A", "UPDATE"),
            *made("B"),
            *went("C", "CREATE", "FAILED"),
            "s UPDATE_ROLLBACK_IN_PROGRESS",
            *went("A", "UPDATE"),
            BACK[0],
            *went("B", "DELETE"),
            BACK[1],
        ),
        "The following resource(s) failed to create: [C]. ",
    ),
    Behaviour(
        "a replacement is taken back by keeping the old resource",
        FAILURE,
        (
            create({"A": topic(TopicName="a")}),
            update({"A": topic(TopicName="b"), "B": {**FAILING, "DependsOn": "A"}}),
        ),
        (
            "s UPDATE_IN_PROGRESS",
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_COMPLETE",
            *went("B", "CREATE", "FAILED"),
            "s UPDATE_ROLLBACK_IN_PROGRESS",
            "A UPDATE_COMPLETE",
            BACK[0],
            *went("A", "DELETE"),
            BACK[1],
        ),
    ),
    Behaviour(
        "a failed update can be left as it is",
        FAILURE,
        (create({"A": A}), KEPT_AS_IT_IS),
        ("s UPDATE_IN_PROGRESS", *went("A", "UPDATE"), *went("B", "CREATE", "FAILED"), "s UPDATE_FAILED"),
    ),
    Behaviour(
        "an update that was left as it is can be rolled back",
        FAILURE,
        (create({"A": A}), KEPT_AS_IT_IS, ROLL_BACK),
        ("s UPDATE_ROLLBACK_IN_PROGRESS", *went("A", "UPDATE"), *BACK),
    ),
    Behaviour(
        "an update that was left as it is can be mended by another",
        FAILURE,
        (create({"A": A}), KEPT_AS_IT_IS, update({"A": CHANGED, "B": B}, DisableRollback=True)),
        ("s UPDATE_IN_PROGRESS", *made("B"), CLEANUP, "s UPDATE_COMPLETE"),
    ),
    Behaviour(
        "a deletion takes the last resource first",
        DELETION,
        (create({"A": A, "B": NEEDING}), DELETE),
        ("s DELETE_IN_PROGRESS", *went("B", "DELETE"), *went("A", "DELETE"), "s DELETE_COMPLETE"),
        "User Initiated",
    ),
    Behaviour(
        "what was replaced goes with a stack that was left as it is",
        FAILURE,
        (*REPLACED, DELETE),
        ("s DELETE_IN_PROGRESS", *went("A", "DELETE"), *went("A", "DELETE"), "s DELETE_COMPLETE"),
    ),
    Behaviour(
        "what was replaced goes with the update that mends a failure",
        FAILURE,
        (*REPLACED, update({"A": topic(TopicName="b")}, DisableRollback=True), DELETE),
        ("s DELETE_IN_PROGRESS", *went("A", "DELETE"), "s DELETE_COMPLETE"),
    ),
    Behaviour(
        "what shows only once others are there fails its resource",
        GUIDE + "validate-stack-deployments.html",
        (create({"A": topic(), "B": parameter(Type={"Ref": "A"})}),),
        (
            "s CREATE_IN_PROGRESS",
            *made("A"),
            "B CREATE_FAILED",
            "s ROLLBACK_IN_PROGRESS",
            *went("A", "DELETE"),
            "s ROLLBACK_COMPLETE",
        ),
    ),
    Behaviour(
        "what is gone already is deleted",
        DELETION,
        (
            create({"A": group(LogGroupName="g")}),
            Step("logs:delete_log_group", call={"logGroupName": "g"}),
            DELETE,
        ),
        ("s DELETE_IN_PROGRESS", *went("A", "DELETE"), "s DELETE_COMPLETE"),
    ),
)
