"""ARNs and the patterns that policies compare them with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from cfn.errors import ArnInvalid

_PARTS = 6
_COLON_OR_PLACEHOLDER = re.compile(r"\$\{[^{}]*\}|:")
_WILDCARD_OR_PLACEHOLDER = re.compile(r"\$\{[^{}]*\}|\*|\?")


@dataclass(frozen=True, slots=True)
class Arn:
    """An Amazon Resource Name in its six parts; the sixth keeps its colons and slashes."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Take an ARN apart; placeholders such as `${AWS::AccountId}` are kept whole. Raises ArnInvalid."""
        parts = arn_parts(text)
        if len(parts) < _PARTS or parts[0] != "arn":
            raise ArnInvalid(text)
        return cls(*parts[1:])

    def __str__(self) -> str:
        """The ARN as text again."""
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def arn_like(pattern: str, arn: str) -> bool:
    """Compare as IAM's ArnLike: part by part between colons, the sixth part being all the rest.

    `*` and `?` match any characters of a part, slashes too. So `<api>/*/*/$default` does not match the ARN
    of an HTTP API's `$default` route, `<api>/<stage>/$default`: it asks for one slash more than there is.
    Placeholders are ordinary characters. Unless both begin with `arn:`, they are compared as one part.
    """
    if not (pattern.startswith("arn:") and arn.startswith("arn:")):
        return matches(pattern, arn)
    patterns, parts = arn_parts(pattern), arn_parts(arn)
    return len(patterns) == len(parts) and all(map(matches, patterns, parts))


def arn_parts(text: str) -> list[str]:
    """Up to six parts between the colons that stand outside placeholders."""
    colons = (found.start() for found in _COLON_OR_PLACEHOLDER.finditer(text) if found[0] == ":")
    cuts = [-1, *islice(colons, _PARTS - 1), len(text)]
    return [text[start + 1 : end] for start, end in pairwise(cuts)]


def matches(pattern: str, text: str) -> bool:
    """Whether `*` (any characters) and `?` (any one) make the pattern the text."""
    return pattern == text or _compiled(str(pattern)).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    expression, position = "", 0
    for found in _WILDCARD_OR_PLACEHOLDER.finditer(pattern):
        expression += re.escape(pattern[position : found.start()])
        expression += {"*": ".*", "?": "."}.get(found[0]) or re.escape(found[0])
        position = found.end()
    return re.compile(expression + re.escape(pattern[position:]), re.DOTALL)
