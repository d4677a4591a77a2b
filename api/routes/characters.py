"""Characters: who recurs, and which pictures stand for them."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.bodies import Because, CharacterWords, NewCharacter, NewReference
from api.errors import Web
from api.looks import NewLook
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.routes.elements import with_staleness
from registry.deciders.character import (
    AssignReference,
    IntroduceCharacter,
    RetireCharacter,
    ReviseCharacter,
    WithdrawReference,
)
from registry.deciders.command import Command
from registry.deciders.looks import DefineLook, RetireLook
from registry.events.references import ReferenceRole
from registry.registry import Connection
from registry.views import characters as view
from registry.views import elements
from registry.views.characters import CharacterCard
from registry.views.elements import ElementCard
from registry.views.page import Page, Span


def _changed(change: Change, command: Command) -> Answer[CharacterCard]:
    def reply(connection: Connection) -> Reply:
        return card_reply(view.character(connection, change.studio, command.stream))

    return change.make(command, reply=reply)


@post("/", sync_to_thread=True)
def introduce(data: JSONBody[NewCharacter], change: NamedDependency[Change]) -> Answer[CharacterCard]:
    """Introduce a character. Names are for people and need not be unique; the id is what everything else holds."""
    character = change.registry.make_id("character")
    command = IntroduceCharacter(
        stream=character,
        name=data.name,
        aliases=data.aliases,
        kind=data.kind,
        depicts=data.depicted,
        description=data.description,
        client_reference=data.client_reference,
    )
    return change.create(
        command,
        reply=lambda connection: card_reply(
            view.character(connection, change.studio, character),
            status=201,
            location=f"/v1/characters/{character}",
        ),
    )


@get("/", sync_to_thread=True)
def list_characters(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    name: Annotated[str | None, QueryParameter(description="A name or alias, in any case.")] = None,
) -> Answer[Page[CharacterCard]]:
    """Characters in order of introduction."""
    return answer_page(request, visit.read(view.characters, span=span, name=name))


@get("/{character:str}", sync_to_thread=True)
def show_character(character: FromPath[str], visit: NamedDependency[Visit]) -> Answer[CharacterCard]:
    """One character, with its reference pictures."""
    return answer_card(visit.read(view.character, character))


@patch("/{character:str}", sync_to_thread=True)
def revise(
    character: FromPath[str], data: JSONBody[CharacterWords], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """Change name, aliases or description."""
    return _changed(change, ReviseCharacter(stream=named("character", character), **data.model_dump()))


@post("/{character:str}/references", status_code=200, sync_to_thread=True)
def assign_reference(
    character: FromPath[str], data: JSONBody[NewReference], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """Let a picture stand for the character in a role, in a look or as introduced."""
    return _changed(change, AssignReference(stream=named("character", character), **data.model_dump()))


@delete("/{character:str}/references", status_code=200, sync_to_thread=True)
def withdraw_reference(
    character: FromPath[str],
    asset: FromQuery[str],
    role: FromQuery[ReferenceRole],
    change: NamedDependency[Change],
    look: FromQuery[str | None] = None,
    reason: FromQuery[str] = "",
) -> Answer[CharacterCard]:
    """Let the picture stand for the character in that role, and in that look, no longer."""
    stream, picture = named("character", character), named("asset", asset)
    return _changed(
        change, WithdrawReference(stream=stream, asset=picture, role=role, look=look, reason=reason)
    )


@post("/{character:str}/looks", status_code=200, sync_to_thread=True)
def define_look(
    character: FromPath[str], data: JSONBody[NewLook], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """Define a look, or say anew how the character looks in it. Pinned scenes keep the words of their version."""
    return _changed(change, DefineLook(stream=named("character", character), **data.model_dump()))


@post("/{character:str}/looks/{look:str}/retire", status_code=200, sync_to_thread=True)
def retire_look(
    character: FromPath[str],
    look: FromPath[str],
    data: JSONBody[Because],
    change: NamedDependency[Change],
) -> Answer[CharacterCard]:
    """Make nothing new in the look; defining it again ends that."""
    return _changed(change, RetireLook(stream=named("character", character), look=look, reason=data.reason))


@post("/{character:str}/retire", status_code=200, sync_to_thread=True)
def retire_character(
    character: FromPath[str], data: JSONBody[Because], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """Cast the character no more. What was made stays."""
    return _changed(change, RetireCharacter(stream=named("character", character), reason=data.reason))


@get("/{character:str}/elements", sync_to_thread=True)
def list_elements_of(
    request: Web,
    character: FromPath[str],
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
) -> Answer[Page[ElementCard]]:
    """The Kling elements that show the character, on all accounts."""
    visit.read(view.character, character)
    page = visit.read(elements.elements, span=span, character=character)
    return answer_page(request, with_staleness(visit, page))


ROUTES: Any = Router(
    "/characters",
    route_handlers=[
        introduce,
        list_characters,
        show_character,
        revise,
        assign_reference,
        withdraw_reference,
        define_look,
        retire_look,
        retire_character,
        list_elements_of,
    ],
    opt={"reach": "library", "changes": "asset_writer"},
    tags=["Characters"],
)
