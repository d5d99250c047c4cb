"""CloudWatch: statistics of the metric that is asked for, and of no other.

Seen in moto 5.2.5: GetMetricStatistics adds up all metrics that have the dimensions that are asked for, with
whatever others they have besides, and with any where none are asked for. At AWS, each combination of
dimensions is a metric of its own. "Dimensions", CloudWatch User Guide.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import CloudWatchBackend

if TYPE_CHECKING:
    from collections.abc import Callable


@cache
def mend() -> None:
    """Mend moto's CloudWatch."""
    setattr(  # noqa: B010  (mypy lets no method be assigned)
        CloudWatchBackend, "get_metric_statistics", _of_one_metric(CloudWatchBackend.get_metric_statistics)
    )


def _of_one_metric(get_metric_statistics: Callable[..., Any]) -> Callable[..., Any]:
    def get(
        self: Any,
        namespace: str,
        metric_name: str,
        *rest: Any,
        dimensions: list[dict[str, str]],
        **named: Any,
    ) -> Any:
        asked = sorted((each["Name"], each["Value"]) for each in dimensions)

        def metrics() -> list[Any]:
            return [
                datum
                for datum in self.get_all_metrics()
                if datum.name == metric_name
                and asked == sorted((each.name, each.value) for each in datum.dimensions)
            ]

        # All that the operation asks of its service.
        view = SimpleNamespace(get_all_metrics=metrics)
        return get_metric_statistics(view, namespace, metric_name, *rest, dimensions=dimensions, **named)

    return get
