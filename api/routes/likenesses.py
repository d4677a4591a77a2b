"""Likenesses: real people, what they allowed, and what follows when they take it back. Changes need the role consent_officer."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.bodies import Because
from api.errors import Web
from api.rights import Declaration, LikenessOf, NewConsent, NewLikeness, ReleasedIn
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from generation.moments import microseconds
from generation.revoking import end_what_waits
from registry.deciders.command import Command
from registry.deciders.likeness import GrantConsent, RegisterLikeness, RevokeConsent
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness, UnlinkLikeness
from registry.deciders.production import SetTerritories
from registry.errors import InvalidCommand
from registry.events.likeness import ConsentGranted
from registry.registry import Connection
from registry.views import characters, productions
from registry.views import likenesses as view
from registry.views.characters import CharacterCard
from registry.views.likenesses import LikenessCard
from registry.views.page import Page, Span
from registry.views.productions import ProductionCard


def _told(change: Change, likeness: str, **reply: Any) -> Any:
    """The reply to a change of a likeness: its card, as it stands then."""

    def read(connection: Connection) -> Reply:
        now = change.registry.clock()
        return card_reply(view.likeness(connection, change.studio, likeness, now=now), **reply)

    return read


@post("/likenesses", sync_to_thread=True)
def register_likeness(data: JSONBody[NewLikeness], change: NamedDependency[Change]) -> Answer[LikenessCard]:
    """Register a real person."""
    likeness = change.registry.make_id("likeness")
    command = RegisterLikeness(stream=likeness, **data.model_dump())
    location = f"/v1/likenesses/{likeness}"
    return change.create(command, reply=_told(change, likeness, status=201, location=location))


@get("/likenesses", sync_to_thread=True)
def list_likenesses(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[LikenessCard]]:
    """Real people in order of registration, each with consents, characters, refused uses and what is left to do."""
    now = visit.registry.clock()
    return answer_page(request, visit.read(view.likenesses, now=now, span=span))


@get("/likenesses/{likeness:str}", sync_to_thread=True)
def show_likeness(likeness: FromPath[str], visit: NamedDependency[Visit]) -> Answer[LikenessCard]:
    """One real person. `follow_ups` is what is left to do since a consent was taken back."""
    return answer_card(visit.read(view.likeness, likeness, now=visit.registry.clock()))


@post("/likenesses/{likeness:str}/consents", opt={"versioned": True}, sync_to_thread=True)
def grant_consent(
    likeness: FromPath[str], data: JSONBody[NewConsent], change: NamedDependency[Change]
) -> Answer[LikenessCard]:
    """Write down what the person allowed, with the signed document.

    422 when it ends before it starts, 404 when the evidence or a production is not there.
    """
    stream = named("likeness", likeness)
    said = data.model_dump(exclude={"starts_at", "ends_at"})
    starts = change.registry.clock() if data.starts_at is None else microseconds(data.starts_at)
    ends = None if data.ends_at is None else microseconds(data.ends_at)
    if ends is not None and ends <= starts:  # the decider says it too, in the log's microseconds
        raise InvalidCommand(
            f"the consent ends at {data.ends_at}, and it starts at {data.starts_at or 'this moment'}",
            hint="let it end after it starts, or leave the end out",
            path="ends_at",
        )
    granted = ConsentGranted(
        consent=change.registry.make_id("consent"), starts_at=starts, ends_at=ends, **said
    )
    return change.make(GrantConsent(stream=stream, consent=granted), reply=_told(change, stream, status=201))


@post("/likenesses/{likeness:str}/consents/{consent:str}/revoke", status_code=200, sync_to_thread=True)
def revoke_consent(
    likeness: FromPath[str],
    consent: FromPath[str],
    data: JSONBody[Because],
    change: NamedDependency[Change],
) -> Answer[LikenessCard]:
    """They take it back: nothing is sent on it from here on, and what waits on it is refused.

    `follow_ups` names the elements and voices to retire and the clips to review; `refused`, when it is read again, what waited.
    409 when it was revoked before.
    """
    stream = named("likeness", likeness)
    command = RevokeConsent(stream=stream, consent=named("consent", consent), reason=data.reason)
    answer = change.make(command, reply=_told(change, stream))
    end_what_waits(change.registry, change.studio, stream, context=change.context())
    return answer


def _character(change: Change, command: Command) -> Answer[CharacterCard]:
    def reply(connection: Connection) -> Reply:
        return card_reply(characters.character(connection, change.studio, command.stream))

    return change.make(command, reply=reply)


@post("/characters/{character:str}/likeness", status_code=200, sync_to_thread=True)
def link_likeness(
    character: FromPath[str], data: JSONBody[LikenessOf], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """Say which real person is behind a character that depicts one."""
    return _character(change, LinkLikeness(stream=named("character", character), likeness=data.likeness))


@delete("/characters/{character:str}/likeness", status_code=200, sync_to_thread=True)
def unlink_likeness(
    character: FromPath[str], reason: FromQuery[str], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """The link was a mistake. Until another is made nothing is generated with the character."""
    return _character(change, UnlinkLikeness(stream=named("character", character), reason=reason))


@post("/characters/{character:str}/declare", status_code=200, sync_to_thread=True)
def declare_character(
    character: FromPath[str], data: JSONBody[Declaration], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """Say whether a real person is behind the character."""
    command = DeclareCharacter(stream=named("character", character), depicts=data.depicts, reason=data.reason)
    return _character(change, command)


@put("/productions/{production:str}/territories", opt={"reach": "production"}, sync_to_thread=True)
def set_territories(
    production: FromPath[str], data: JSONBody[ReleasedIn], change: NamedDependency[Change]
) -> Answer[ProductionCard]:
    """Where the show is released, which consents must cover; empty is the whole world."""
    command = SetTerritories(stream=named("production", production), territories=data.territories)

    def reply(connection: Connection) -> Reply:
        return card_reply(productions.production(connection, change.studio, command.stream))

    return change.make(command, reply=reply)


ROUTES: Any = Router(
    "/",
    route_handlers=[
        register_likeness,
        list_likenesses,
        show_likeness,
        grant_consent,
        revoke_consent,
        link_likeness,
        unlink_likeness,
        declare_character,
        set_territories,
    ],
    opt={"reach": "library", "changes": "consent_officer", "personal": True},
    tags=["Likenesses"],
)
