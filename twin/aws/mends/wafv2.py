"""WAF: an update of a web ACL takes away what it leaves out, as AWS has it; samples of requests.

Seen in moto 5.2.5: what UpdateWebACL does not mention stays, rules and description among it.
Added: GetSampledRequests, which has no samples, since moto takes no requests.
"""

from __future__ import annotations

import json
from typing import Any

from moto.wafv2.models import FakeWebACL
from moto.wafv2.responses import WAFV2Response

_update = FakeWebACL.update
_OPTIONAL = (
    "association_config",
    "captcha_config",
    "challenge_config",
    "custom_response_bodies",
    "token_domains",
)


def _replace(acl: FakeWebACL, *given: Any) -> None:
    """UpdateWebACL replaces all that may change, rules and description among it."""
    acl.rules, acl.description = [], ""
    for name in _OPTIONAL:
        setattr(acl, name, None)
    _update(acl, *given)


def _get_sampled_requests(self: Any) -> Any:
    window = json.loads(self.body)["TimeWindow"]
    return 200, {}, json.dumps({"SampledRequests": [], "PopulationSize": 0, "TimeWindow": window})


def mend() -> None:
    """Put both onto moto's classes."""
    WAFV2Response.get_sampled_requests = _get_sampled_requests  # type: ignore[attr-defined]  # a mend
    FakeWebACL.update = _replace  # type: ignore[method-assign,assignment]  # a mend
