"""Changes of membership that meet: each waits for the same lock, and what is left obeys the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.runtime.api.organizing import admit, arrange, invite, organize, owners, start_team
from tests.runtime.api.racing import MEMBER, ORGANIZATION, elsewhere, race

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client


def test_two_invitations_can_not_both_take_the_last_place(
    api: Client, shared_url: str, master_url: str
) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    path = f"/organizations/{organization}/members"
    arrange(master_url, "UPDATE organizations SET max_members = 2 WHERE id = %s", organization)
    first, second = ({"identifier": api.sign_in().session["user"]["email"]} for _ in range(2))
    other = elsewhere(owner, shared_url)

    answers = race(
        master_url,
        ORGANIZATION,
        [organization],
        lambda: owner.post(path, first),
        lambda: other.post(path, second),
    )

    assert [201, 409] == sorted(answer.status for answer in answers)
    assert 2 == owner.get(path)["total"]


def test_of_two_promotions_at_once_one_is_refused(api: Client, shared_url: str, master_url: str) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    heirs = [admit(owner, organization), admit(owner, organization)]
    first, second = (f"/organizations/{organization}/members/{heir.user_id}" for heir in heirs)
    other = elsewhere(owner, shared_url)

    answers = race(
        master_url,
        ORGANIZATION,
        [organization],
        lambda: owner.patch(first, {"role": "owner"}),
        lambda: other.patch(second, {"role": "owner"}),
    )

    assert [200, 403] == sorted(answer.status for answer in answers)
    held, named = owners(owner, organization)
    assert ([named], True) == (held, named in {heir.user_id for heir in heirs})


def test_two_owners_can_not_both_leave_at_once(api: Client, shared_url: str, master_url: str) -> None:
    first = api.sign_in()
    organization = organize(first)
    second = admit(first, organization)
    arrange(master_url, "UPDATE organization_members SET role = 'owner' WHERE user_id = %s", second.user_id)
    other = elsewhere(second, shared_url)
    path = f"/organizations/{organization}/members"

    answers = race(
        master_url,
        ORGANIZATION,
        [organization],
        lambda: first.delete(f"{path}/{first.user_id}"),
        lambda: other.delete(f"{path}/{second.user_id}"),
    )

    assert [204, 409] == sorted(answer.status for answer in answers)
    left = first if answers[1].status == 204 else second
    assert ([left.user_id], left.user_id) == owners(left, organization)


def test_an_invitation_accepted_twice_at_once_is_accepted_once(
    api: Client, shared_url: str, master_url: str
) -> None:
    owner, client = api.sign_in(), api.sign_in()
    organization = organize(owner)
    invite(owner, organization, client)
    path = f"/organizations/{organization}/members/accept"
    other = elsewhere(client, shared_url)

    first, second = race(
        master_url,
        MEMBER,
        [organization, client.user_id],
        lambda: client.post(path),
        lambda: other.post(path),
    )

    assert (200, 200) == (first.status, second.status)
    assert first.body == second.body


def test_a_member_who_is_removed_while_added_to_a_team_is_not_left_in_it(
    api: Client, shared_url: str, master_url: str
) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    client, team = admit(owner, organization), start_team(owner, organization)
    other = elsewhere(owner, shared_url)
    path = f"/organizations/{organization}"

    added, removed = race(
        master_url,
        MEMBER,
        [organization, client.user_id],
        lambda: owner.post(f"{path}/teams/{team}/members", {"user_id": client.user_id}),
        lambda: other.delete(f"{path}/members/{client.user_id}"),
    )

    assert (True, 204) == (added.status in {201, 409}, removed.status)
    assert 1 == owner.get(f"{path}/teams/{team}/members")["total"]
