"""Opening a further studio. It is open to one studio alone, the installation's first: its admins are who set the installation up.

A key opens one studio, so whoever opens another one needs a key to that: its first admin key is in the answer, this once.
"""

from __future__ import annotations

from typing import Any

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.access import NewStudio, OpenedStudio
from api.auth import new_secret
from api.refusals import NotTheFirstStudio
from api.routes.answering import Answer, Reply, card_reply
from api.routes.commanding import Change
from registry.deciders.access import IssueKey
from registry.deciders.studio import OpenStudio
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import ROLES
from registry.registry import Connection, Idempotency
from registry.views import access


@post("/studios", sync_to_thread=True)
def open_studio(data: JSONBody[NewStudio], change: NamedDependency[Change]) -> Answer[OpenedStudio]:
    """Open a further studio, a tenant with a log of its own, and give its holder a key to it with every role.

    For admins of the installation's first studio; 403 for those of any other. The key's secret is in this answer and nowhere
    else, nor in the answer to a repeat.
    """
    change.must_not_match()
    if change.studio != change.continuity.studio:
        raise NotTheFirstStudio(
            "further studios are opened from the installation's first one",
            hint="ask whoever runs the installation: continuity studio open NAME --holder NAME",
        )
    studio, key = change.registry.make_id("studio"), change.registry.make_id("key")
    secret = new_secret(key)
    commands = [
        OpenStudio(stream=studio, name=data.name),
        IssueKey(
            stream=key,
            studio=studio,
            holder=data.holder,
            secret_sha256=secret.sha256,
            roles=ROLES,
            now=change.registry.clock(),
        ),
    ]

    def build(connection: Connection) -> bytes:
        card = access.studio(connection, studio)
        opened = OpenedStudio(**card.model_dump(), key_id=key, holder=data.holder, key=None)
        return card_reply(opened, status=201).pack()

    handled = change.registry.handle(
        SYSTEM_LOG,
        commands,
        context=change.context(),
        idempotency=Idempotency(f"{change.studio} {change.key}", change.command_sha256, build),
    )
    reply = Reply.unpack(handled.answer or b"")
    if handled.replayed:
        return change.told(handled)
    card = OpenedStudio.model_validate_json(reply.body).model_copy(update={"key": secret.key})
    whole = Reply(reply.status, card.model_dump_json().encode(), reply.headers)
    return whole.answer(position=handled.position)


ROUTES: Any = Router(
    "/",
    route_handlers=[open_studio],
    opt={"reach": "studio", "changes": "admin", "log": SYSTEM_LOG, "secret": True},
    tags=["Studio"],
)
