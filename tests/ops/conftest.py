"""An AWS account that is empty again for each test, as for the tests of the local AWS itself."""

from __future__ import annotations

from tests.twin.aws.conftest import aws

__all__ = ["aws"]
