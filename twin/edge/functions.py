"""CloudFront functions: those of which the twin knows by their text what they do.

There is no JavaScript here. A function that only passes the request on, and one that leads paths without a
file to a page, are recognised; any other is refused by name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from twin.edge.errors import NotServed

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.deployed import Deployed

_COMMENT: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PASSES: Final = re.compile(r"functionhandler\(event\)\{returnevent\.request;?\}")
_LEADS_TO_PAGE: Final = re.compile(
    r"functionhandler\(event\)\{(?:var|const|let)request=event\.request;"
    r"if\(request\.uri\.split\('/'\)\.pop\(\)\.indexOf\('\.'\)===-1\)\{request\.uri='(?P<page>/[^']*)';\}"
    r"returnrequest;?\}"
)


def read_function(deployed: Deployed, arn: str) -> Callable[[str], str]:
    """What the function that serves viewers makes of a path; raises NotServed.

    Its code is a stream, which can be read once: so this is not asked of `deployed`, which keeps answers.
    """
    from botocore.exceptions import ClientError

    name = arn.rpartition("/")[2]
    try:
        found = deployed.aws.client("cloudfront").get_function(Name=name, Stage="LIVE")
    except ClientError:
        raise NotServed(f"the CloudFront function {name}, which is not published") from None
    return understood(name, found["FunctionCode"].read().decode())


@lru_cache(maxsize=16)
def understood(name: str, code: str) -> Callable[[str], str]:
    """What a function with this code makes of a path; raises NotServed."""
    text = re.sub(r"\s+", "", _COMMENT.sub("", code).replace('"', "'"))
    if _PASSES.fullmatch(text):
        return lambda path: path
    if found := _LEADS_TO_PAGE.fullmatch(text):
        page = found["page"]
        return lambda path: path if "." in path.rpartition("/")[2] else page
    raise NotServed(f"the CloudFront function {name}, whose code it does not know")
