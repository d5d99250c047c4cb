"""SNS: e-mail subscriptions that wait to be confirmed, and all attributes of a topic.

Seen in moto 5.2.5: a subscription is confirmed at once whatever its endpoint, a topic's counts stay at
nought, and GetTopicAttributes leaves out attributes that CreateTopic took.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from moto.core.utils import camelcase_to_underscores
from moto.sns.models import SNSBackend, Subscription
from moto.sns.responses import SNSResponse

if TYPE_CHECKING:
    from collections.abc import Callable

_CONFIRMED_BY_A_READER = ("email", "email-json")
_LEFT_OUT = (
    "ArchivePolicy",
    "FifoThroughputScope",
    "MaximumMessageSize",
    "SignatureVersion",
    "TracingConfig",
)


@cache
def mend() -> None:
    """Mend moto's SNS."""
    for owner, name, mended in (
        (SNSBackend, "subscribe", _pending(SNSBackend.subscribe)),
        (Subscription, "subscription_arn", property(_listed_arn)),
        (SNSResponse, "subscribe", _telling_pending(SNSResponse.subscribe)),
        (SNSResponse, "get_topic_attributes", _telling_all(SNSResponse.get_topic_attributes)),
    ):
        setattr(owner, name, mended)


def _is_pending(subscription: Any) -> bool:
    pending: bool = subscription.attributes["PendingConfirmation"]
    return pending


def _listed_arn(self: Any) -> str:
    """What lists of subscriptions give for an ARN."""
    return "PendingConfirmation" if _is_pending(self) else str(self.arn)


def _pending(subscribe: Callable[..., Any]) -> Callable[..., Any]:
    def subscribed(self: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:
        subscription = subscribe(self, topic_arn, endpoint, protocol)
        if protocol in _CONFIRMED_BY_A_READER:
            subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        return subscription

    return subscribed


def _telling_pending(subscribe: Callable[..., Any]) -> Callable[..., Any]:
    """The ARN of a pending subscription is told to those alone who ask for it."""

    def answer(self: Any) -> Any:
        told: Any = subscribe(self)
        made = self.backend.subscriptions[told.result["SubscriptionArn"]]
        if _is_pending(made) and not self._get_param("ReturnSubscriptionArn"):
            told.result["SubscriptionArn"] = "pending confirmation"
        return told

    return answer


def _telling_all(get_topic_attributes: Callable[..., Any]) -> Callable[..., Any]:
    def answer(self: Any) -> Any:
        told: Any = get_topic_attributes(self)
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        pending = [_is_pending(one) for one in self.backend._get_topic_subscriptions(topic)]  # noqa: SLF001  (moto's own way to ask)
        told.result["Attributes"] |= {
            "SubscriptionsPending": str(pending.count(True)),
            "SubscriptionsConfirmed": str(pending.count(False)),
        }
        for name in _LEFT_OUT:
            if value := getattr(topic, camelcase_to_underscores(name), None):
                told.result["Attributes"][name] = value
        return told

    return answer
