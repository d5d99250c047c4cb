"""Who may do what under an organization's path: every route of the contract, for everybody in each standing.

What is expected is worked out of two tables: the contract's permissions and the grants in the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract import ROUTES
from tests.runtime.api.organizing import admit, arrange, invite, organize, start_team, suspend

if TYPE_CHECKING:
    from runtime.contract import Route
    from tests.runtime.api.asking import Answer, Client

ORGANIZATION = "/organizations/{org_id}"
ACCEPT = f"{ORGANIZATION}/members/accept"
"""Is for who was invited, and no matter of permission: see test_members.py."""
FOUND = [route for route in ROUTES if route.path.startswith(ORGANIZATION) and route.path != ACCEPT]
ORDER = ("GET", "PATCH", "POST", "DELETE")
GENTLY = sorted(FOUND, key=lambda route: (ORDER.index(route.method), -len(route.path)))
"""In an order in which nothing is gone before it is asked for."""
ROLES = ("owner", "admin", "member", "viewer")
OUTSIDE = ("invited", "suspended", "outsider")
DONE = {"GET": 200, "PATCH": 200, "POST": 201, "DELETE": 204}


@dataclass(frozen=True, slots=True)
class Place:
    """An organization with its owner, a member in a team, and one in none."""

    owner: Client
    ids: dict[str, str]
    """What the parameters of a path stand for."""
    spare: Client
    newcomer: Client

    def ask(self, client: Client, route: Route, **foreign: str) -> Answer:
        """Ask what a route is for, of this organization; some ids may be another's."""
        bodies: dict[str, Any] = {
            f"PATCH {ORGANIZATION}": {"description": "changed"},
            f"POST {ORGANIZATION}/members": {"identifier": self.newcomer.session["user"]["email"]},
            f"PATCH {ORGANIZATION}/members/{{user_id}}": {"role": "viewer"},
            f"POST {ORGANIZATION}/teams": {"name": "Another team"},
            f"PATCH {ORGANIZATION}/teams/{{team_id}}": {"description": "changed"},
            f"POST {ORGANIZATION}/teams/{{team_id}}/members": {"user_id": self.spare.user_id},
        }
        body = None if route.method in ("GET", "DELETE") else bodies[f"{route.method} {route.path}"]
        return client.ask(route.method, route.path.format_map(self.ids | foreign), body)

    def shown(self) -> list[Any]:
        """All that the owner sees."""
        return [
            self.owner.get(path.format_map(self.ids)).body
            for path in (
                ORGANIZATION,
                f"{ORGANIZATION}/members",
                f"{ORGANIZATION}/teams",
                f"{ORGANIZATION}/teams/{{team_id}}/members",
            )
        ]


def settle(api: Client) -> Place:
    """Make such an organization."""
    owner = api.sign_in()
    organization = organize(owner)
    member = admit(owner, organization)
    team = start_team(owner, organization, member)
    ids = {"org_id": organization, "team_id": team, "user_id": member.user_id}
    return Place(owner, ids, admit(owner, organization), api.sign_in())


def somebody(place: Place, master_url: str, standing: str) -> Client:
    """A caller of each kind."""
    organization = place.ids["org_id"]
    if standing == "owner":
        return place.owner
    if standing in ROLES:
        return admit(place.owner, organization, standing)
    client = place.owner.sign_in()
    if standing != "outsider":
        invite(place.owner, organization, client, "admin")
    if standing == "suspended":
        suspend(master_url, organization, client)
    return client


def granted(master_url: str, role: str) -> set[str]:
    """The permissions of a role, by the table of grants."""
    asked = (
        "SELECT permissions.code FROM role_permissions JOIN roles ON roles.id = role_id"
        " JOIN permissions ON permissions.id = permission_id WHERE roles.code = %s"
    )
    return {code for (code,) in arrange(master_url, asked, f"org:{role}")}


@pytest.mark.parametrize("standing", [*ROLES, *OUTSIDE])
def test_each_route_is_for_who_holds_its_permission(api: Client, master_url: str, standing: str) -> None:
    place = settle(api)
    client = somebody(place, master_url, standing)
    held = granted(master_url, standing) if standing in ROLES else set()
    refused = 403 if standing in ROLES else 404

    found = {route.key: place.ask(client, route).status for route in GENTLY}

    assert {
        route.key: DONE[route.method] if route.permission in held else refused for route in GENTLY
    } == found


def test_nothing_changes_by_a_refused_request(api: Client, master_url: str) -> None:
    place = settle(api)
    clients = [somebody(place, master_url, standing) for standing in ("viewer", "outsider")]
    before = place.shown()

    for client in clients:
        for route in GENTLY:
            if route.method != "GET":
                assert place.ask(client, route).status in {403, 404}

    assert before == place.shown()


def foreign_places() -> list[tuple[Route, tuple[str, ...]]]:
    """Each place of each path where an id of another organization may stand, alone or with what is below."""
    places = [(route, tuple(re.findall(r"{(\w+)}", route.path))) for route in GENTLY]
    each = [(route, (name,)) for route, names in places for name in names]
    return [*each, *((route, names[1:]) for route, names in places if len(names) > 2)]


def test_an_id_of_another_organization_is_not_there_at_any_place_of_a_path(api: Client) -> None:
    """The original let a team be changed from another organization."""
    own, other = settle(api), settle(api)
    before, places = other.shown(), foreign_places()

    found = {
        (route.key, names): own.ask(own.owner, route, **{name: other.ids[name] for name in names}).status
        for route, names in places
    }

    assert {(route.key, names): 404 for route, names in places} == found
    assert before == other.shown()


def test_nobody_of_another_organization_is_put_into_a_team(api: Client) -> None:
    own, other = settle(api), settle(api)
    path = f"{ORGANIZATION}/teams/{{team_id}}/members".format_map(own.ids)

    answer = own.owner.post(path, {"user_id": other.ids["user_id"]})

    assert (409, "conflict") == (answer.status, answer["error"])
    assert 2 == own.owner.get(path)["total"]


def test_who_holds_a_permission_in_the_whole_system_needs_no_membership(api: Client, master_url: str) -> None:
    place, operator = settle(api), api.sign_in()
    grant = (
        "INSERT INTO user_permissions (user_id, permission_id)"
        " SELECT %s, id FROM permissions WHERE code = ANY (%s)"
    )
    codes = ["organization.members.manage", "teams.create"]
    arrange(master_url, grant, operator.user_id, codes)

    found = {route.key: place.ask(operator, route).status for route in GENTLY}
    owner = operator.delete(f"/organizations/{place.ids['org_id']}/members/{place.owner.user_id}")

    assert {route.key: DONE[route.method] if route.permission in codes else 404 for route in GENTLY} == found
    assert (403, "authorization_error") == (owner.status, owner["error"])
