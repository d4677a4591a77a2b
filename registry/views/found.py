"""What is this that was found? The clip or asset, where it stands in the film, whom it shows and whether they allow it now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, select

from registry.errors import NotFound
from registry.events.asset import FrameOf
from registry.events.personal import GONE
from registry.events.references import Depicts
from registry.views.adoptions import AdoptionCard
from registry.views.assets import ASSETS
from registry.views.characters import CHARACTERS
from registry.views.clips import CLIPS
from registry.views.likenesses import ConsentState, likeness
from registry.views.page import Card
from registry.views.persons import persons_in
from registry.views.places import production_of
from registry.views.recognised import Kept
from registry.views.rows import find
from registry.views.uses import USES

Way = Literal["digest", "stream", "looks"]
"""How it was recognised: by its exact bytes, by what its tracks hold, or by what it looks like."""
FoundAs = Kept | Literal["picture", "frame", "frames"]
_STANDS_FOR: Final = ("reference", "made-into")


class ConsentFound(Card):
    """A consent as it stands now; `ends_at` in microseconds, None for no end."""

    id: str
    state: ConsentState
    ends_at: int | None


class PersonFound(Card):
    """Somebody it shows or concerns: a character, a real person (`likeness`), or both. `name` is the character's, or theirs.

    `consents` are those of the likeness; a real person without one that is valid has allowed nothing now.
    """

    character: str | None
    likeness: str | None
    name: str
    depicts: Depicts
    erased: bool
    consents: tuple[ConsentFound, ...] = ()


class Evidence(Card):
    """How something was recognised. `certain` is a fact; else it looks like it, and `distance` of `bits` says how much.

    `kept` is what of it was recognised; `frames` how many were compared, their largest distance being the one that is told.
    """

    way: Way
    kept: FoundAs
    certain: bool
    says: str
    distance: int | None = None
    bits: int | None = None
    frames: int | None = None


class WayTried(Card):
    """A way that was gone or was not; `says` what came of it, or why it was not."""

    way: Way
    done: bool
    says: str


class Found(Card):
    """A clip or an asset of ours, and how it was recognised.

    `position` is where in the log it was recorded, `receipt` the path of a clip's proof. `ai_generated` is true for clips that
    were made here; of an adopted one it is what was said, and of a picture that was cut from a clip what is said of that. None
    where nobody has said it. An adopted clip came of no generation, an asset stands in no scene.
    """

    thing: str
    evidence: Evidence
    production: str | None = None
    scene: str | None = None
    shot: str | None = None
    generation: str | None = None
    clip: str | None = None
    people: tuple[PersonFound, ...]
    ai_generated: bool | None
    approved: bool | None = None
    withdrawn: bool
    erased: bool
    position: int
    recorded_at: int
    receipt: str | None = None


class LookedUp(Card):
    """What is known of some bytes: `known` by a fact, or something it `looks_like`, for a person to judge.

    `unknown` says no more than what was `tried`. `sha256` is the digest of the bytes. At most ten things are named, the surest
    first.
    """

    verdict: Literal["known", "looks_like", "unknown"]
    sha256: str
    found: tuple[Found, ...]
    tried: tuple[WayTried, ...]


def tell(connection: Connection, log: str, thing: str, evidence: Evidence, *, now: int) -> Found:
    """What is known of it now, `now` in microseconds. Raises NotFound for what is not on record yet."""
    if thing.startswith("clip_"):
        return _clip(connection, log, thing, evidence, now)
    rows = find(connection, ASSETS, {"log": log, "asset": thing})
    if not rows:
        raise NotFound(f"there is no {thing}", hint="check the id")
    row = rows[0]
    return Found(
        thing=thing,
        evidence=evidence,
        people=_people(connection, log, thing, _standing_for(connection, log, thing), now),
        ai_generated=None if row.derived_from is None else _generated(connection, log, row.derived_from),
        withdrawn=row.retired,
        erased=row.erased,
        position=row.position,
        recorded_at=row.registered_at,
    )


def _clip(connection: Connection, log: str, thing: str, evidence: Evidence, now: int) -> Found:
    rows = find(connection, CLIPS, {"log": log, "clip": thing})
    if not rows:
        raise NotFound(f"there is no {thing}", hint="check the id")
    row = rows[0]
    return Found(
        thing=thing,
        evidence=evidence,
        production=production_of(connection, log, thing),
        scene=row.scene,
        shot=row.shot,
        generation=row.generation or None,
        clip=thing,
        people=_people(connection, log, thing, _used_in(connection, log, row), now),
        ai_generated=row.ai_generated,
        approved=row.approved,
        withdrawn=row.withdrawn,
        erased=row.erased,
        position=row.position,
        recorded_at=row.recorded_at,
        receipt=f"/v1/clips/{thing}/receipt",
    )


def _generated(connection: Connection, log: str, cut_from: bytes) -> bool | None:
    """Whether the clip is generated that a picture was cut from."""
    clip = FrameOf.model_validate_json(cut_from).clip
    rows = find(connection, CLIPS, {"log": log, "clip": clip}, "ai_generated")
    return rows[0].ai_generated if rows else None


def _used_in(connection: Connection, log: str, clip: Row[Any]) -> set[str]:
    """The characters that its generation stood on, or that it was adopted with, whether anybody real is behind them or not."""
    if clip.adopted is not None:
        return {member.character for member in AdoptionCard.model_validate_json(clip.adopted).cast}
    query = select(USES.c.thing).where(
        USES.c.log == log, USES.c.generation == clip.generation, USES.c.how == "used", USES.c.thing_look == ""
    )
    return {one for one in connection.execute(query).scalars() if one.startswith("character_")}


def _standing_for(connection: Connection, log: str, asset: str) -> set[str]:
    query = select(USES.c.character).where(
        USES.c.log == log, USES.c.thing == asset, USES.c.how.in_(_STANDS_FOR), USES.c.character.is_not(None)
    )
    return set(connection.execute(query).scalars())


def _people(
    connection: Connection, log: str, thing: str, characters: set[str], now: int
) -> tuple[PersonFound, ...]:
    """The characters with those behind them, and real people whom no character stands for here: a signature shows one."""
    real = persons_in(connection, log, thing)
    characters = characters | {one for one in real if one.startswith("character_")}
    query = select(CHARACTERS).where(CHARACTERS.c.log == log, CHARACTERS.c.character.in_(sorted(characters)))
    rows = connection.execute(query.order_by(CHARACTERS.c.position)).all()
    behind = {row.likeness for row in rows}
    alone = [one for one in real if one.startswith("likeness_") and one not in behind]
    return (*(_character(connection, log, row, now) for row in rows), *_alone(connection, log, alone, now))


def _character(connection: Connection, log: str, row: Row[Any], now: int) -> PersonFound:
    return PersonFound(
        character=row.character,
        likeness=row.likeness,
        name=GONE if row.erased else row.name,
        depicts=row.depicts,
        erased=row.erased,
        consents=() if row.likeness is None else _consents(connection, log, row.likeness, now),
    )


def _alone(connection: Connection, log: str, likenesses: Iterable[str], now: int) -> Iterable[PersonFound]:
    for one in likenesses:
        card = likeness(connection, log, one, now=now)
        yield PersonFound(
            character=None,
            likeness=one,
            name=card.name,
            depicts="real_person",
            erased=card.erased,
            consents=_consents(connection, log, one, now),
        )


def _consents(connection: Connection, log: str, whose: str, now: int) -> tuple[ConsentFound, ...]:
    card = likeness(connection, log, whose, now=now)
    return tuple(ConsentFound(id=one.id, state=one.state, ends_at=one.ends_at) for one in card.consents)
