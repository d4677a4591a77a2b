"""Scenes: places in the story, with their cast, their planned shots and their continuity log."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.bodies import Because, NewCastMember, NewScene, SceneWords
from api.errors import Web
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.routes.pins import meant
from api.takes import NewShot, ParentClip
from registry.deciders.command import Command
from registry.deciders.pins import PinCharacter
from registry.deciders.scene import (
    CastInScene,
    CloseScene,
    ContinueScene,
    DescribeScene,
    DropShot,
    OpenScene,
    PlanShot,
    ReleaseFromScene,
)
from registry.registry import Connection
from registry.views import continuity
from registry.views import scenes as view
from registry.views.continuity import ContinuityCard
from registry.views.page import Page, Span
from registry.views.scenes import SceneCard


def _changed(change: Change, command: Command, *more: Command, status: int = 200) -> Answer[SceneCard]:
    def reply(connection: Connection) -> Reply:
        card = view.scene(connection, change.studio, command.stream)
        location = f"/v1/scenes/{card.id}" if status == 201 else None
        return card_reply(card, status=status, location=location)

    return change.make(command, *more, reply=reply)


@post("/", sync_to_thread=True)
def open_scene(data: JSONBody[NewScene], change: NamedDependency[Change]) -> Answer[SceneCard]:
    """Open a scene of a production."""
    change.must_not_match()
    change.must_reach(data.production)
    command = OpenScene(stream=change.registry.make_id("scene"), **data.model_dump())
    return _changed(change, command, status=201)


@get("/", sync_to_thread=True)
def list_scenes(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    production: FromQuery[str | None] = None,
) -> Answer[Page[SceneCard]]:
    """Scenes in the order they were opened."""
    return answer_page(
        request, visit.read(view.scenes, span=span, production=production, within=visit.within)
    )


@get("/{scene:str}", sync_to_thread=True)
def show_scene(scene: FromPath[str], visit: NamedDependency[Visit]) -> Answer[SceneCard]:
    """One scene with its cast and shots."""
    return answer_card(visit.read(view.scene, scene))


@patch("/{scene:str}", sync_to_thread=True)
def describe_scene(
    scene: FromPath[str], data: JSONBody[SceneWords], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Change name or setting."""
    return _changed(change, DescribeScene(stream=named("scene", scene), **data.model_dump()))


@post("/{scene:str}/cast", status_code=200, sync_to_thread=True)
def cast(
    scene: FromPath[str], data: JSONBody[NewCastMember], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Let a character (id, name or alias) play in the scene, as the character is now, or pinned at a version or to a look."""
    if (first := change.earlier()) is not None:
        return first
    stream, who = named("scene", scene), meant(change, data.character)
    pin = PinCharacter(stream=stream, character=who, version=data.version, look=data.look)
    pinned = data.version is not None or data.look is not None
    return _changed(change, CastInScene(stream=stream, character=who), *([pin] if pinned else []))


@delete("/{scene:str}/cast", status_code=200, sync_to_thread=True)
def release(
    scene: FromPath[str], character: FromQuery[str], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Let the character play in it no longer; what was made keeps it."""
    if (first := change.earlier()) is not None:
        return first
    command = ReleaseFromScene(stream=named("scene", scene), character=meant(change, character))
    return _changed(change, command)


@post("/{scene:str}/continue-from", status_code=200, sync_to_thread=True)
def continue_from(
    scene: FromPath[str], data: JSONBody[ParentClip], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Take up where another scene's clip left off (guide E)."""
    change.must_reach(data.clip)
    return _changed(change, ContinueScene(stream=named("scene", scene), clip=data.clip))


@get("/{scene:str}/continuity", sync_to_thread=True)
def list_continuity(
    request: Web,
    scene: FromPath[str],
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
) -> Answer[Page[ContinuityCard]]:
    """The scene's continuity log: how every request ended, what it was made from, what it carries over."""
    visit.read(view.scene, scene)
    return answer_page(request, visit.read(continuity.continuity, scene, span=span))


@post("/{scene:str}/shots", status_code=200, sync_to_thread=True)
def plan_shot(
    scene: FromPath[str], data: JSONBody[NewShot], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Plan a moment to film; its clips will be its takes."""
    shot = change.registry.make_id("shot")
    return _changed(change, PlanShot(stream=named("scene", scene), shot=shot, **data.model_dump()))


@delete("/{scene:str}/shots/{shot:str}", status_code=200, sync_to_thread=True)
def drop_shot(
    scene: FromPath[str], shot: FromPath[str], change: NamedDependency[Change], reason: FromQuery[str] = ""
) -> Answer[SceneCard]:
    """Film that moment no more."""
    return _changed(change, DropShot(stream=named("scene", scene), shot=named("shot", shot), reason=reason))


@post("/{scene:str}/close", status_code=200, sync_to_thread=True)
def close_scene(
    scene: FromPath[str], data: JSONBody[Because], change: NamedDependency[Change]
) -> Answer[SceneCard]:
    """Take no further requests."""
    return _changed(change, CloseScene(stream=named("scene", scene), reason=data.reason))


ROUTES: Any = Router(
    "/scenes",
    route_handlers=[
        open_scene,
        list_scenes,
        show_scene,
        describe_scene,
        cast,
        release,
        continue_from,
        list_continuity,
        plan_shot,
        drop_shot,
        close_scene,
    ],
    opt={"reach": "production", "changes": "asset_writer"},
    tags=["Scenes"],
)
