"""Metrics of distributions, as they put them into CloudWatch's namespace AWS/CloudFront.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from twin.answer import Answer
    from twin.event import Request
    from twin.recording import Recorder

NAMESPACE: Final = "AWS/CloudFront"
WHOLE: Final = 100.0


def put(recorder: Recorder, distribution_id: str, request: Request, answer: Answer) -> None:
    """Count one request; a rate's average over requests is the share of those that failed, in percent."""
    dimensions = {"DistributionId": distribution_id, "Region": "Global"}
    client, server = answer.status // 100 == 4, answer.status // 100 == 5  # noqa: PLR2004  (first digits)
    for name, value, unit in (
        ("Requests", 1.0, "None"),
        ("BytesDownloaded", float(len(answer.body)), "None"),
        ("BytesUploaded", float(len(request.body)), "None"),
        ("4xxErrorRate", WHOLE * client, "Percent"),
        ("5xxErrorRate", WHOLE * server, "Percent"),
        ("TotalErrorRate", WHOLE * (client or server), "Percent"),
    ):
        recorder.count(NAMESPACE, name, dimensions, value, unit)
