"""WAF: an update of a web ACL takes away what it leaves out, as AWS has it.

Seen in moto 5.2.5: what UpdateWebACL does not mention stays, rules and description among it.
"""

from __future__ import annotations

from typing import Any

from moto.wafv2.models import FakeWebACL

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


def mend() -> None:
    """Put it onto moto's web ACL."""
    FakeWebACL.update = _replace  # type: ignore[method-assign,assignment]  # a mend
