"""Service Quotas: of Lambda's executions too, and of the account and region that ask.

Seen in moto 5.2.5: it knows the VPC's quotas alone, with ARNs of another region and of no account, and
ListServiceQuotas is not there. A new account's values are told: nobody raises quotas here. What else an
account may have is told by its services, such as Lambda's GetAccountSettings.
"""

from __future__ import annotations

import json
from typing import Any, Final

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

from twin.aws.mends.awslambda_account import EXECUTIONS

CONCURRENT_EXECUTIONS: Final = {
    "ServiceCode": "lambda",
    "ServiceName": "AWS Lambda",
    "QuotaCode": "L-B99A9384",
    "QuotaName": "Concurrent executions",
    "Value": float(EXECUTIONS),
    "Unit": "None",
    "Adjustable": True,
    "GlobalQuota": False,
}
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

_of_moto = ServiceQuotasBackend.list_aws_default_service_quotas


def _quotas(self: Any, service_code: str) -> list[dict[str, Any]]:
    """Those that are known of a service. Raises NoSuchResource."""
    known = [CONCURRENT_EXECUTIONS] if service_code == "lambda" else _of_moto(self, service_code)
    owner = f"arn:aws:servicequotas:{self.region_name}:{self.account_id}"
    return [one | {"QuotaArn": f"{owner}:{service_code}/{one['QuotaCode']}"} for one in known]


def _quota(self: Any, service_code: str, quota_code: str) -> dict[str, Any]:
    for one in _quotas(self, service_code):
        if one["QuotaCode"] == quota_code:
            return one
    raise NoSuchResource


def _list_service_quotas(self: Any) -> str:
    service = str(json.loads(self.body).get("ServiceCode"))
    return json.dumps({"Quotas": _quotas(self.backend, service)})


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, name, operation in (
        (ServiceQuotasBackend, "list_aws_default_service_quotas", _quotas),
        (ServiceQuotasBackend, "get_service_quota", _quota),
        (ServiceQuotasResponse, "list_service_quotas", _list_service_quotas),
    ):
        setattr(owner, name, operation)
