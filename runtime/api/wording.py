"""What the document of the API says in words: its introduction, tags, headers and examples."""

from __future__ import annotations

from typing import Any, Final

TITLE: Final = "Miyabi Society API"
INTRODUCTION: Final = """\
Organizations, their members and teams, and the work of agents in repositories: tasks, executions, workflows.

**Signing in.** `GET /api/v1/auth/github` leads a browser through GitHub and leaves a cookie that holds a \
refresh token. `POST /api/v1/auth/refresh` exchanges it for an access token, which the other routes want in \
the header `Authorization: Bearer …`.

**Where one works.** A token is for the caller alone or for one organization \
(`POST /api/v1/auth/switch-organization`). Repositories, tasks, workflows and executions are listed and made \
where the token says. What a caller may not read is not there (404); what may be read and not be changed is \
refused (403). `x-permission` of a route names what must be held in the organization.

**Errors** have one shape, `Problem`, whose `request_id` finds the request in the log. The gateway's own \
refusals, before a request gets here, are `{"message": …}` alone: 429 where there are too many requests, \
503 where an answer took longer than 30 seconds. A request that came past the public address is 403.

**Lists** come in pages. **Unknown fields and parameters** are refused, and texts with a \
NUL character. **A creation** that is sent with an \
`Idempotency-Key` may be sent again for a day: it happens once.
"""

TAGS: Final = {
    "auth": "Signing in, staying so, and the organization that one works in.",
    "organizations": "Organizations, which share repositories and work.",
    "members": "Who belongs to an organization, and as what: owner, admin, member or viewer.",
    "teams": "Groups of an organization's members.",
    "repositories": "Repositories at GitHub that agents work in.",
    "agents": "Executions: what agents were asked to do, how it went, and their logs.",
    "workflows": "Definitions of work that is done again.",
    "tasks": "What is to be done: pending, running, then completed, failed or cancelled.",
    "dashboard": "Figures to look at.",
    "health": "Whether the API runs, and its database.",
    "documents": "This document, and the page that shows it.",
}
"""In the order in which they are shown."""

PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "CorrelationId": {
        "name": "X-Correlation-Id",
        "in": "header",
        "required": False,
        "description": "Comes back, and stands in the log: up to 128 letters, digits and ._:/=+-.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Any new text; the same request with it within a day is answered as the first was.",
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]+$", "minLength": 1, "maxLength": 255},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of a copy that is at hand: 304 where it is current.",
        "schema": {"type": "string"},
    },
}

HEADERS: Final[dict[str, dict[str, Any]]] = {
    "RequestId": {"description": "By which the log knows the request.", "schema": {"type": "string"}},
    "CorrelationId": {
        "description": "The caller's X-Correlation-Id, or the request's id.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {"description": "Seconds after which to ask again.", "schema": {"type": "string"}},
    "WwwAuthenticate": {"description": "How to sign in (RFC 6750).", "schema": {"type": "string"}},
    "IdempotencyReplayed": {
        "description": "`true` where the answer is that to an earlier request with the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Location": {"description": "Where to go on.", "schema": {"type": "string"}},
    "ETag": {"description": "Changes with the document.", "schema": {"type": "string"}},
}

DESCRIPTIONS: Final = {
    200: "Done.",
    201: "Created.",
    204: "Done; there is nothing to tell.",
    302: "Go on at the address in the header Location.",
    304: "The copy at hand is current.",
}
"""Of the answers that are no refusals."""

EXAMPLES: Final[dict[str, Any]] = {
    "NewOrganization.name": "Ink and Paper",
    "NewTask.name": "Write the release notes",
    "NewTeam.name": "Translators",
    "NewWorkflow.name": "Review every pull request",
    "NewWorkflow.definition": {"steps": ["review", "report"]},
    "agent_type": "review",
    "description": "What it is about, in a sentence or two.",
    "error_message": "the build did not pass",
    "full_name": "octocat/hello-world",
    "identifier": "ada@example.org",
    "issue_number": 7,
    "name": "A better name",
    "options": {},
    "organization_id": None,
    "priority": "P1",
    "repository_id": "00000000-0000-4000-8000-000000000000",
    "result": {"changed_files": 3},
    "role": "member",
    "user_id": "00000000-0000-4000-8000-000000000000",
}
"""What a request's body may hold: by field, or by the body's name and field where that says more."""

OMITTED: Final = frozenset(
    {("NewTask", "repository_id"), ("NewWorkflow", "repository_id"), ("WorkflowChange", "repository_id")}
)
"""Fields that an example leaves out: it is to work as it stands, and there may be no repository yet."""
