"""Continuity records set right, and a scene's planned shots compiled without spending."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from pydantic import ValidationError

from api.errors import from_pydantic, invalid, shown
from api.routes.answering import Answer, Reply, answer_card, card_reply
from api.routes.commanding import Change, Visit, named
from api.routes.generations import must_reach
from api.takes import Correction, Rehearsal
from generation.rehearsal import ScenePreview
from generation.rehearsing import MOST_SHOTS, PLACES, rehearse, requests_of
from generation.shot import ShotRequest
from registry.deciders.records import CorrectContinuity
from registry.errors import InvalidCommand, NotFound
from registry.registry import Connection
from registry.views import continuity, scenes
from registry.views.continuity import ContinuityCard
from registry.views.scenes import SceneCard

_FURTHEST: Final = 2**63 - 1


def position_of(text: str) -> int:
    """A position of the log as an address names it. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _FURTHEST):
        raise NotFound(f"there is no position {text!r}", hint="positions are whole numbers from 1")
    return int(text)


@post("/{scene:str}/continuity/{position:str}/correct", status_code=200, sync_to_thread=True)
def correct_continuity(
    scene: FromPath[str], position: FromPath[str], data: JSONBody[Correction], change: NamedDependency[Change]
) -> Answer[ContinuityCard]:
    """Set right what the record at that position says: the shot it is a take of, its framing, what the cast wears.

    The record stays as it was written; the answer is the record with all corrections, and the ETag is the scene's. Who is in the
    clip, digests and costs cannot be corrected, nor what was said of an adopted clip. 404 for a position where the scene has no
    record, or a shot it does not have.
    """
    if (first := change.earlier()) is not None:
        return first
    stream, place = named("scene", scene), position_of(position)
    entry = change.read(continuity.record_at, stream, place)
    if entry.record is None:
        raise InvalidCommand(
            f"{entry.clip} was adopted: the entry at position {place} is its adopter's word, and no record of ours",
            hint="withdraw the clip, and adopt its footage again with what is right",
        )
    command = CorrectContinuity(
        stream=stream,
        generation=entry.record.generation,
        shot=data.shot,
        framing=data.framing,
        looks=data.worn,
        reason=data.reason,
    )

    def reply(connection: Connection) -> Reply:
        card = continuity.record_at(connection, change.studio, stream, place)
        version = scenes.scene(connection, change.studio, stream).version
        return card_reply(card, headers={"ETag": f'"{version}"'})

    return change.make(command, reply=reply)


@post("/{scene:str}/preview", opt={"role": "reader"}, status_code=200, sync_to_thread=True)
def preview_scene(
    scene: FromPath[str], data: JSONBody[Rehearsal], question: NamedDependency[Visit]
) -> Answer[ScenePreview]:
    """Every planned shot of the scene as it would be asked for now: findings, plan, price, and the price of all of them.

    At most 200 shots. Writes nothing, spends nothing; 422 names every field of every shot that cannot be.
    """
    card = question.read(scenes.scene, scene)
    requests = _requests(card, data)
    for _, request in requests.values():
        must_reach(question, dict(request))
    policies = question.continuity.settings.policies()
    return answer_card(rehearse(question.registry, question.studio, card.id, requests, policies=policies))


def _requests(card: SceneCard, data: Rehearsal) -> dict[str, tuple[int, ShotRequest]]:
    """Shot -> its number and request. Raises InvalidRequest with all that is malformed."""
    problems = [*_misplaced(card, data)]
    found: dict[str, tuple[int, ShotRequest]] = {}
    for shot, asked in requests_of(card, data.every, data.shots):
        if isinstance(asked, ValidationError):
            refused = from_pydantic(asked.errors(include_url=False), root=f"$.shots.{shot.id}")
            problems += refused.members["errors"]
        else:
            found[shot.id] = (shot.number, asked)
    if problems:
        raise invalid(problems)
    return found


def _misplaced(card: SceneCard, data: Rehearsal) -> list[dict[str, Any]]:
    """Shots that the scene does not have, more than are taken, and words that a rehearsal says itself."""
    known = {shot.id for shot in card.shots}
    wrong = [
        (f"$.shots.{shot}", f"{card.id} plans no such shot", shot) for shot in data.shots if shot not in known
    ]
    said = [("$.every", data.every), *((f"$.shots.{shot}", words) for shot, words in data.shots.items())]
    for path, words in said:
        named_here = [name for name in PLACES if name in words]
        wrong += [
            (f"{path}.{name}", "the scene and its shots are said already", words[name]) for name in named_here
        ]
    if len(known) > MOST_SHOTS:
        wrong.append(
            (
                "$",
                f"the scene plans {len(known)} shots, and at most {MOST_SHOTS} are compiled at once",
                card.id,
            )
        )
    return [{"path": path, "message": message, "value": shown(value)} for path, message, value in wrong]


ROUTES: Any = Router(
    "/scenes",
    route_handlers=[correct_continuity, preview_scene],
    opt={"reach": "production", "changes": "asset_writer"},
    tags=["Scenes"],
)
