"""Lambda: what the account may have, which moto does not tell.

Seen in moto 5.2.5: GetAccountSettings is not there. The limits are those of a new account, "Lambda quotas",
AWS Lambda Developer Guide; what functions reserve is taken off what is left for all others.
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

EXECUTIONS = 1000
"""Executions at a time."""
CODE_BYTES = 75 * 2**30
UNZIPPED_BYTES = 250 * 2**20
ZIPPED_BYTES = 50 * 2**20


def _get_account_settings(self: Any) -> str:
    functions = self.backend.list_functions()
    reserved = sum(int(one.reserved_concurrency or 0) for one in functions)
    limit = {
        "TotalCodeSize": CODE_BYTES,
        "CodeSizeUnzipped": UNZIPPED_BYTES,
        "CodeSizeZipped": ZIPPED_BYTES,
        "ConcurrentExecutions": EXECUTIONS,
        "UnreservedConcurrentExecutions": EXECUTIONS - reserved,
    }
    usage = {"TotalCodeSize": sum(one.code_size for one in functions), "FunctionCount": len(functions)}
    return json.dumps({"AccountLimit": limit, "AccountUsage": usage})


def mend() -> None:
    """Put it onto moto's class, and where it is found."""
    setattr(LambdaResponse, "get_account_settings", _get_account_settings)  # noqa: B010  (moto has none)
    urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch
