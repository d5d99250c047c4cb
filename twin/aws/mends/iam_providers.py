"""Identity and Access Management: the audiences of a provider of identities, which can be added and removed.

Seen in moto 5.2.5: it lacks AddClientIDToOpenIDConnectProvider and RemoveClientIDFromOpenIDConnectProvider.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import EmptyResult
from moto.iam.responses import IamResponse


def add_client_id_to_open_id_connect_provider(self: Any) -> EmptyResult:
    """Add an audience, unless it is there."""
    clients = _clients(self)
    client = self._get_param("ClientID")
    if client not in clients:
        clients.append(client)
    return EmptyResult()


def remove_client_id_from_open_id_connect_provider(self: Any) -> EmptyResult:
    """Remove an audience, if it is there."""
    clients = _clients(self)
    clients[:] = [client for client in clients if client != self._get_param("ClientID")]
    return EmptyResult()


def _clients(self: Any) -> list[str]:
    arn = self._get_param("OpenIDConnectProviderArn")
    clients: list[str] = self.backend.get_open_id_connect_provider(arn).client_id_list
    return clients


_MENDED = (add_client_id_to_open_id_connect_provider, remove_client_id_from_open_id_connect_provider)


def mend() -> None:
    """Put the operations onto moto's class."""
    for operation in _MENDED:
        setattr(IamResponse, operation.__name__, operation)
