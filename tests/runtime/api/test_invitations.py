"""Invitations: to somebody who is clearly meant, as long as there is a place, and accepted by them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.runtime.api.organizing import admit, arrange, invite, organize, roles, suspend

if TYPE_CHECKING:
    from tests.runtime.api.asking import Client


@pytest.mark.parametrize("field", ["email", "name"])
def test_somebody_is_invited_by_address_or_name_and_accepts(api: Client, field: str) -> None:
    owner, client = api.sign_in(), api.sign_in()
    organization = organize(owner)
    path = f"/organizations/{organization}/members"

    invited = owner.post(path, {"identifier": f" {client.session['user'][field].upper()} "})
    before = client.get(path).status
    accepted = client.post(f"{path}/accept")
    again = client.post(f"{path}/accept")

    assert (201, client.user_id, "member", "invited") == (
        invited.status,
        invited["user_id"],
        invited["role"],
        invited["status"],
    )
    assert (owner.user_id, None) == (invited["invited_by"], invited["accepted_at"])
    assert (404, 200, "active") == (before, accepted.status, accepted["status"])
    assert accepted["accepted_at"] is not None
    assert (200, accepted.body) == (again.status, again.body)
    assert accepted.body in client.get(path)["members"]


def test_an_invitation_tells_no_address_before_it_is_accepted(api: Client) -> None:
    """Else anybody could learn an address by a name."""
    owner, client = api.sign_in(), api.sign_in()
    path = f"/organizations/{organize(owner)}/members"

    invited = owner.post(path, {"identifier": client.session["user"]["name"]})
    listed = owner.get(path)["members"]
    accepted = client.post(f"{path}/accept")

    assert [None, None] == [invited["email"], listed[1]["email"]]
    assert client.session["user"]["email"] == accepted["email"] == owner.get(path)["members"][1]["email"]


def test_who_is_meant_must_be_clear(api: Client) -> None:
    owner = api.sign_in()
    path = f"/organizations/{organize(owner)}/members"
    name = f"twin-{uuid4().hex[:8]}"
    api.sign_in(name), api.sign_in(name.upper())

    several = owner.post(path, {"identifier": name})
    nobody = owner.post(path, {"identifier": f"{name}-2"})
    oneself = owner.post(path, {"identifier": owner.session["user"]["email"]})

    assert [(409, "conflict"), (404, "not_found"), (409, "conflict")] == [
        (answer.status, answer["error"]) for answer in (several, nobody, oneself)
    ]
    assert "address" in several["message"]
    assert 1 == owner.get(path)["total"]


def test_nobody_is_invited_for_calling_themselves_by_anothers_address(api: Client) -> None:
    owner, meant = api.sign_in(), api.sign_in()
    address = meant.session["user"]["email"]
    api.sign_in(address)

    invited = owner.post(f"/organizations/{organize(owner)}/members", {"identifier": address})

    assert (201, meant.user_id) == (invited.status, invited["user_id"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"identifier": ""},
        {"identifier": "x" * 256},
        {"identifier": "a\0"},
        {"identifier": "x", "role": "owner"},
        {"identifier": "x", "role": "lead"},
        {"identifier": "x", "status": "active"},
        {"user_id": "3b3c0f1e-0000-4000-8000-000000000000"},
    ],
)
def test_an_invitation_that_breaks_a_rule_of_form_is_refused(api: Client, body: Any) -> None:
    owner = api.sign_in()

    answer = owner.post(f"/organizations/{organize(owner)}/members", body)

    assert (400, "validation_error") == (answer.status, answer["error"])


@pytest.mark.parametrize("identifier", ["%", "_", "' OR true --", "*@*"])
def test_an_identifier_is_no_pattern_and_no_sql(api: Client, identifier: str) -> None:
    owner = api.sign_in()
    path = f"/organizations/{organize(owner)}/members"

    assert 404 == owner.post(path, {"identifier": identifier}).status


def test_who_is_there_already_is_not_invited_again(api: Client, master_url: str) -> None:
    owner, invited = api.sign_in(), api.sign_in()
    organization = organize(owner)
    active, suspended = admit(owner, organization, "admin"), admit(owner, organization)
    invite(owner, organization, invited)
    suspend(master_url, organization, suspended)
    before = roles(owner, organization)

    for client in (active, invited, suspended):
        invitation = {"identifier": client.session["user"]["email"], "role": "viewer"}
        answer = owner.post(f"/organizations/{organization}/members", invitation)
        assert (409, "conflict") == (answer.status, answer["error"])

    assert before == roles(owner, organization)


def test_invitations_take_places_and_suspended_members_do_not(api: Client, master_url: str) -> None:
    owner = api.sign_in()
    organization = organize(owner)
    path = f"/organizations/{organization}/members"
    arrange(master_url, "UPDATE organizations SET max_members = 3 WHERE id = %s", organization)
    suspended, active, late = admit(owner, organization), admit(owner, organization), api.sign_in()
    invitation = {"identifier": late.session["user"]["email"]}

    full = owner.post(path, invitation)
    suspend(master_url, organization, suspended)
    fits = owner.post(path, invitation)
    again = owner.post(path, {"identifier": api.sign_in().session["user"]["email"]})
    left = active.delete(f"{path}/{active.user_id}")
    after = owner.post(path, {"identifier": active.session["user"]["email"]})

    assert [409, 201, 409, 204, 201] == [each.status for each in (full, fits, again, left, after)]
    assert "3 members" in full["message"]


def test_only_who_is_invited_accepts(api: Client, master_url: str) -> None:
    owner, outsider = api.sign_in(), api.sign_in()
    organization = organize(owner)
    suspended = admit(owner, organization)
    suspend(master_url, organization, suspended)
    path = f"/organizations/{organization}/members/accept"

    assert [200, 404, 404] == [client.post(path).status for client in (owner, outsider, suspended)]
    assert 404 == outsider.post(f"/organizations/{uuid4()}/members/accept").status
    assert owner.get(f"/organizations/{organization}/members")["members"][-1]["status"] == "suspended"
    assert 404 == suspended.get(f"/organizations/{organization}").status


def test_an_old_invitation_to_own_an_organization_makes_an_admin(api: Client, master_url: str) -> None:
    """The original let two owners be."""
    owner, client = api.sign_in(), api.sign_in()
    organization = organize(owner)
    invite(owner, organization, client)
    arrange(master_url, "UPDATE organization_members SET role = 'owner' WHERE user_id = %s", client.user_id)

    accepted = client.post(f"/organizations/{organization}/members/accept")

    assert (200, "admin") == (accepted.status, accepted["role"])
