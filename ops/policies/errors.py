"""What stops an evaluation: a policy that is not understood is never taken to allow, nor to deny, anything.

Unready
└── PolicyRefused   a policy has something that is not known here, or is no policy at all
"""

from __future__ import annotations

from ops.errors import Unready


class PolicyRefused(Unready):
    """A policy has something that is not known here, or is no policy at all."""

    def __init__(self, policy: str, found: str) -> None:
        self.policy, self.found = policy, found
        super().__init__(
            f"{policy} can't be evaluated: {found}; write it as IAM's reference of policies does"
        )
