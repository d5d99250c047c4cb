"""CloudFormation's API: moto reads requests and writes answers, by botocore's model of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import get_service_model

from twin.aws.cloudformation import api_changes, api_reading, api_templates
from twin.aws.cloudformation.errors import InvalidRequest, Refused
from twin.aws.cloudformation.fetching import template_text
from twin.aws.cloudformation.limits import refuse_beyond
from twin.aws.cloudformation.options import refuse_role
from twin.aws.cloudformation.rolling_back import cancel_update, continue_rollback, protect, roll_back
from twin.aws.cloudformation.service import cloudformation_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.cloudformation.service import CloudFormation

    Arguments = dict[str, Any]


def create_stack(cloud: CloudFormation, call: Arguments) -> Arguments:
    """CreateStack."""
    if "OnFailure" in call and "DisableRollback" in call:
        raise InvalidRequest("You can specify either OnFailure or DisableRollback, but not both.")
    text = template_text(cloud.aws, call)
    if text is None:
        raise InvalidRequest("Either Template URL or Template Body must be specified.")
    stack = cloud.create_stack(call["StackName"], text, call)
    return {"StackId": stack.id, "OperationId": stack.operation}


def update_stack(cloud: CloudFormation, call: Arguments) -> Arguments:
    """UpdateStack."""
    text = template_text(cloud.aws, call)
    if (text is None) != bool(call.get("UsePreviousTemplate")):
        raise InvalidRequest("Either Template URL or Template Body must be specified.")
    stack = cloud.update_stack(call["StackName"], text, call)
    return {"StackId": stack.id, "OperationId": stack.operation}


def delete_stack(cloud: CloudFormation, call: Arguments) -> None:
    """DeleteStack."""
    if call.get("DeletionMode", "STANDARD") != "STANDARD":
        raise InvalidRequest(
            f"the local AWS does not know DeletionMode {call['DeletionMode']}; name RetainResources instead"
        )
    refuse_role(cloud.aws, call.get("RoleARN"))
    cloud.delete_stack(call["StackName"], call.get("RetainResources", ()), call.get("ClientRequestToken"))


def rollback_stack(cloud: CloudFormation, call: Arguments) -> Arguments:
    """RollbackStack."""
    stack = roll_back(cloud, call)
    return {"StackId": stack.id, "OperationId": stack.operation}


def continue_update_rollback(cloud: CloudFormation, call: Arguments) -> Arguments:
    """ContinueUpdateRollback."""
    continue_rollback(cloud, call)
    return {}


def cancel_update_stack(cloud: CloudFormation, call: Arguments) -> None:
    """CancelUpdateStack."""
    cancel_update(cloud, call["StackName"])


def update_termination_protection(cloud: CloudFormation, call: Arguments) -> Arguments:
    """UpdateTerminationProtection."""
    stack = protect(cloud, call["StackName"], is_protected=call["EnableTerminationProtection"])
    return {"StackId": stack.id}


ACTIONS: dict[str, Callable[[CloudFormation, Arguments], Arguments | None]] = {
    "CancelUpdateStack": cancel_update_stack,
    "ContinueUpdateRollback": continue_update_rollback,
    "CreateStack": create_stack,
    "DeleteStack": delete_stack,
    "RollbackStack": rollback_stack,
    "UpdateStack": update_stack,
    "UpdateTerminationProtection": update_termination_protection,
    **api_changes.ACTIONS,
    **api_reading.ACTIONS,
    **api_templates.ACTIONS,
}
"""Every operation that is answered; another is refused by its name."""


class Response(BaseResponse):
    """Moto's way to an action: one method for all, which looks into the table."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def call_action(self) -> Any:
        """Answer a request; what is refused goes out as CloudFormation's error."""
        try:
            answer = self._answer(self._get_action())
        except Refused as refused:
            return self.serialized(ActionResult(refused))
        return self.serialized(EmptyResult() if answer is None else ActionResult(answer))

    def _answer(self, action: str) -> Arguments | None:
        if action not in ACTIONS:
            raise InvalidRequest(f"the local AWS does not know cloudformation:{action}")
        model = get_service_model(self.boto3_service_name).operation_model(action)
        refuse_beyond(model.input_shape, self.params)
        return ACTIONS[action](cloudformation_of(self.current_account, self.region), self.params)
