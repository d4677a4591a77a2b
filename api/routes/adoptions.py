"""Footage that was not made here: its bytes come with the words of whoever answers for them, and are a clip from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from litestar import Router, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery
from pydantic import ValidationError

from api.adopting import NewAdoption
from api.errors import Web, from_pydantic
from api.routes.answering import Answer, Reply, card_reply
from api.routes.commanding import Change
from api.routes.uploads import Upload, new_upload, receive
from registry.adoption import Brought, adopt_clip
from registry.deciders.attesting import Attested
from registry.registry import Connection
from registry.views import clips, productions, scenes
from registry.views.clips import ClipCard
from registry.views.places import production_of

FIELDS: Final = tuple(NewAdoption.model_fields)
LISTS: Final = ("characters", "likenesses")
"""Said once for each, or with commas between."""
Words = Mapping[str, str]


async def provide_words(  # noqa: PLR0913 - the words of one body
    *,
    source: FromQuery[str | None] = None,
    ai_generated: FromQuery[str | None] = None,
    label: FromQuery[str | None] = None,
    depicts_real_person: FromQuery[str | None] = None,
    scene: FromQuery[str | None] = None,
    production: FromQuery[str | None] = None,
    shot: FromQuery[str | None] = None,
    characters: FromQuery[str | None] = None,
    likenesses: FromQuery[str | None] = None,
) -> Words:
    """What is said in the address, for who sends the bytes as the body itself."""
    said = {
        "source": source,
        "ai_generated": ai_generated,
        "label": label,
        "depicts_real_person": depicts_real_person,
        "scene": scene,
        "production": production,
        "shot": shot,
        "characters": characters,
        "likenesses": likenesses,
    }
    return {name: words for name, words in said.items() if words is not None}


@post("/", opt={"upload": True, "form": NewAdoption, "again": True}, request_max_body_size=None)
async def adopt(
    request: Web, change: NamedDependency[Change], words: NamedDependency[Words]
) -> Answer[ClipCard]:
    """Adopt footage that was not made here (MP4, MOV) as a clip, on the word of the key's holder.

    As the part `file` of a form with the words as further parts (empty ones say nothing; `characters` and `likenesses` may come
    once for each), or as the body itself with the words in the address. Said are where it is from, whether a machine made it,
    where it stands, and who is seen in it: none of it is checked against the pictures, and all of it is told as attested.
    The bytes are read as far as this installation can (`adopted.footage.checked`).
    201 for a new clip; 200 with the first one where the scene has these bytes with the same words. 409 `clip-known` where the
    words differ, or where the bytes were made here.
    """
    with new_upload() as upload:
        await receive(
            request, upload, most=change.continuity.settings.upload_most_bytes, fields=FIELDS, lists=LISTS
        )
        return await sync_to_thread(_adopt, change, upload, {**words, **upload.words})


def _adopt(change: Change, upload: Upload, words: Words) -> Answer[ClipCard]:
    said = _read(words)
    change.must_not_match()
    this = change.about([dict(words), upload.sha256()])
    if (first := this.earlier()) is not None:
        return first
    brought = Brought(
        studio=this.studio,
        file=upload.file,
        label=said.label,
        source=said.source,
        ai_generated=said.generated,
        attested=_attested(this, said),
        sees=lambda clip: not this.within or this.read(production_of, clip) in this.within,
    )
    done = adopt_clip(
        this.registry,
        this.continuity.blobs,
        brought,
        context=this.context(),
        idempotency=lambda clip, created: this.idempotency(
            lambda connection: _reply(this, connection, clip, 201 if created else 200)
        ),
    )
    return change.told(done.handled)


def _read(words: Words) -> NewAdoption:
    """An empty word says nothing: nobody filled its field. Raises InvalidRequest with everything that is wrong."""
    try:
        return NewAdoption.model_validate({name: said for name, said in words.items() if said})
    except ValidationError as refused:
        raise from_pydantic(refused.errors(include_url=False)) from None


def _attested(change: Change, said: NewAdoption) -> Attested:
    """Footage that names no scene stands in its production's own. Raises NotFound, also for what the key does not open."""
    change.must_reach(said.production, said.scene)
    if said.scene is not None:
        scene, production = said.scene, change.read(scenes.scene, said.scene).production
    else:
        production = str(said.production)
        scene = change.read(productions.production, production).unplaced
    return Attested(
        production=said.production or production,
        scene=scene,
        shot=said.shot,
        depicts=said.depicts_real_person,
        seen=said.seen,
        likenesses=said.people,
    )


def _reply(change: Change, connection: Connection, clip: str, status: int) -> Reply:
    card = clips.clip(connection, change.studio, clip)
    return card_reply(card, status=status, location=f"/v1/clips/{clip}")


ROUTES: Any = Router(
    "/clips",
    route_handlers=[adopt],
    dependencies={"words": Provide(provide_words)},
    opt={"reach": "production", "changes": "asset_writer"},
    tags=["Clips"],
)
