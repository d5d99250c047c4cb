"""Identity and Access Management: providers of identities by OpenID Connect, such as GitHub Actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def _create(request: Request) -> Identifier:
    wanted = request.desired
    made = request.client("iam").create_open_id_connect_provider(
        Url=wanted["Url"],
        ClientIDList=wanted.get("ClientIdList", []),
        ThumbprintList=wanted.get("ThumbprintList", []),
        Tags=as_pairs(wanted.get("Tags")),
    )
    return request.begin(Arn=made["OpenIDConnectProviderArn"])


def _read(aws: Aws, identifier: Identifier) -> Properties:
    iam, arn = aws.client("iam"), identifier["Arn"]
    try:
        told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    except iam.exceptions.NoSuchEntityException:
        raise Absent(f"provider {arn} does not exist") from None
    return {
        "Arn": arn,
        "Url": f"https://{told['Url']}",
        "ClientIdList": told.get("ClientIDList", []),
        "ThumbprintList": told.get("ThumbprintList", []),
        "Tags": without(told.get("Tags", [])),
    }


def _update(request: Request, identifier: Identifier) -> None:
    iam, provider = request.client("iam"), {"OpenIDConnectProviderArn": identifier["Arn"]}
    before, wanted = request.previous, request.desired
    if request.changed("ThumbprintList"):
        iam.update_open_id_connect_provider_thumbprint(
            **provider, ThumbprintList=wanted.get("ThumbprintList", [])
        )
    clients_before, clients = (set(side.get("ClientIdList", [])) for side in (before, wanted))
    for client in sorted(clients - clients_before):
        iam.add_client_id_to_open_id_connect_provider(**provider, ClientID=client)
    for client in sorted(clients_before - clients):
        iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID=client)
    retag(
        before.get("Tags"),
        wanted.get("Tags"),
        lambda tags: iam.tag_open_id_connect_provider(**provider, Tags=as_pairs(tags)),
        lambda names: iam.untag_open_id_connect_provider(**provider, TagKeys=names),
    )


def _delete(aws: Aws, identifier: Identifier) -> None:
    _read(aws, identifier)
    aws.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=identifier["Arn"])


HANDLERS = (
    Handler(
        type="AWS::IAM::OIDCProvider",
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
    ),
)
