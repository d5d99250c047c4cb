"""Clients of a user pool: free for people; those of machines pay by the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Cognito::UserPoolClient"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
MACHINES = "client_credentials"
"""The flow by which a machine gets its tokens."""
TOKENS = "a client for machines, and the tokens that it asks for"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing for a client whose users are people: these are charged at the pool."""
    if MACHINES in context.entries(resource, "AllowedOAuthFlows"):
        yield NotPriced(TOKENS)
