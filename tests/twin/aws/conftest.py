"""An account of its own for each test, so that none sees another's resources."""

from __future__ import annotations

import hashlib

import pytest

from twin.aws.clients import Aws


@pytest.fixture
def aws(request: pytest.FixtureRequest) -> Aws:
    """The services of an account that no other test uses."""
    number = int(hashlib.sha256(request.node.nodeid.encode()).hexdigest(), 16) % 10**12
    return Aws(f"{number:012}", "us-east-1")
