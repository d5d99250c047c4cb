"""CloudWatch: tags of dashboards, tags that go with what they were on, and the state of a new alarm.

Seen in moto 5.2.5: the tags of PutDashboard are dropped, those of a deleted alarm come back with its
name, and an alarm is OK from the moment that it is made, also again whenever it is changed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.responses import ActionResult

_STATE = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")


@cache
def mend() -> None:
    """Mend moto's CloudWatch."""
    for owner, name, wrap in (
        (CloudWatchBackend, "put_metric_alarm", _keeping_state),
        (CloudWatchBackend, "delete_alarms", _untagging_alarms),
        (CloudWatchBackend, "delete_dashboards", _untagging_dashboards),
        (CloudWatchBackend, "tag_resource", _tagging_dashboards),
        (CloudWatchResponse, "put_dashboard", _tagging),
    ):
        setattr(owner, name, wrap(getattr(owner, name)))


def _keeping_state(put_metric_alarm: Callable[..., Any]) -> Callable[..., Any]:
    """A new alarm has seen no data; a changed one keeps what it has seen."""

    def put(self: Any, name: str, **settings: Any) -> Any:
        before = self.alarms.get(name)
        alarm = put_metric_alarm(self, name=name, **settings)
        if before is None:
            alarm.state_value = "INSUFFICIENT_DATA"
        for attribute in _STATE if before else ():
            setattr(alarm, attribute, getattr(before, attribute))
        return alarm

    return put


def _untagging_alarms(delete_alarms: Callable[..., None]) -> Callable[..., None]:
    def delete(self: Any, alarm_names: list[str]) -> None:
        for alarm in self.get_alarms_by_alarm_names(alarm_names):
            self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        delete_alarms(self, alarm_names)

    return delete


def _untagging_dashboards(delete_dashboards: Callable[..., str | None]) -> Callable[..., str | None]:
    def delete(self: Any, dashboards: list[str]) -> str | None:
        arns = [self.dashboards[name].arn for name in dashboards if name in self.dashboards]
        error = delete_dashboards(self, dashboards)
        for arn in arns if error is None else ():
            self.tagger.delete_all_tags_for_resource(arn)
        return error

    return delete


def _tagging_dashboards(tag_resource: Callable[..., None]) -> Callable[..., None]:
    def tag(self: Any, arn: str, tags: dict[str, str]) -> None:
        if any(dashboard.arn == arn for dashboard in self.dashboards.values()):
            self.tagger.tag_resource(arn, self.tagger.convert_dict_to_tags_input(tags))
        else:
            tag_resource(self, arn, tags)

    return tag


def _tagging(put_dashboard: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """Only a new dashboard takes its tags from PutDashboard."""

    def answer(self: Any) -> ActionResult:
        backend, name = self.cloudwatch_backend, self._get_param("DashboardName")
        new = backend.get_dashboard(name) is None
        told = put_dashboard(self)
        if new:
            backend.tagger.tag_resource(backend.get_dashboard(name).arn, self._get_param("Tags", []))
        return told

    return answer
