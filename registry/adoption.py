"""Taking in footage that we did not make: recognised, read, stored, adopted; in that order, so that a refusal leaves nothing.

A clip's digest stands in its record in clear, so the same bytes are found by it: a scene holds them once, whoever brings them.
Bytes of a clip that was made here are no footage from elsewhere, and what was erased does not come back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from registry.blobs import Blobs
from registry.blobs.credentials import read_mark
from registry.blobs.digest import chunks_of, sha256_of
from registry.blobs.examining import examine
from registry.blobs.kinds import recognise
from registry.deciders.adopting import AdoptClip
from registry.deciders.attesting import Attested, Seen
from registry.deciders.clip import ClipGone
from registry.errors import AlreadyRegistered, BlobError, LogBusy, NotAnAsset, Refusal
from registry.events.envelope import Context
from registry.events.marks import Marks
from registry.events.references import FootageFacts, StoredBytes
from registry.log.roles import Handled
from registry.printing import print_footage
from registry.registry import Connection, Idempotency, Registry
from registry.views.clips import ClipCard, adopted_twin, clip
from registry.views.recognised import known_bytes


class ClipKnown(Refusal):
    """These bytes are a clip already: one that was made here, or one that was adopted into the scene with other words."""

    code = "clip-known"


@dataclass(frozen=True, slots=True)
class Brought:
    """Footage that somebody hands in (a seekable file, from the beginning), and what they say of it.

    `sees` tells whether they may see a clip: nobody is told of one that is closed to them.
    """

    studio: str
    file: BinaryIO
    label: str
    source: str
    ai_generated: bool | None
    attested: Attested
    sees: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of it: the clip, and whether it is new. `handled` holds the kept answer."""

    clip: str
    created: bool
    handled: Handled


IdempotencyOf = Callable[[str, bool], Idempotency]
"""(clip, created) -> under which key the answer is kept."""


def adopt_clip(
    registry: Registry,
    blobs: Blobs,
    brought: Brought,
    *,
    context: Context,
    idempotency: IdempotencyOf,
) -> Adoption:
    """Adopt the footage, or recognise what was adopted into its scene before with the same words.

    Raises NotAnAsset (no footage), AssetTooLarge, NotFootage, ClipKnown, ClipGone (it was erased), BlobStoreDown, what
    `Attested.must_hold` raises and what `Registry.handle` does; then neither log nor store has changed.
    """
    found = recognise(brought.file)
    if found.kind != "video":
        raise NotAnAsset(f"the bytes are of kind {found.kind}, and a clip is footage", hint="send MP4 or MOV")
    sha256 = sha256_of(brought.file)
    twin = _twin(registry, brought, sha256)
    if twin is None:
        command = _keep(registry, blobs, brought, sha256)
        answer = idempotency(command.stream, True)
        try:
            handled = registry.handle(brought.studio, [command], context=context, idempotency=answer)
        except LogBusy as busy:
            if busy.detail.get("landed") is False:
                _remove(blobs, command)
            raise
        except AlreadyRegistered:  # the same footage was adopted while this was being read
            _remove(blobs, command)
            twin = _twin(registry, brought, sha256)
            if twin is None:
                raise
        except BaseException:
            _remove(blobs, command)
            raise
        else:
            if not handled.recorded:  # this very request was answered before, meanwhile
                _remove(blobs, command)
            return Adoption(command.stream, bool(handled.recorded), handled)
    return Adoption(twin, False, registry.once(brought.studio, context, idempotency(twin, False)))


def _twin(registry: Registry, brought: Brought, sha256: str) -> str | None:
    """The clip that was adopted into the scene with these bytes and these words. Raises ClipKnown and ClipGone."""
    with registry.reading(brought.studio) as connection:
        _must_be_from_elsewhere(connection, brought, sha256)
        twin = adopted_twin(connection, brought.studio, brought.attested.scene, sha256)
    if twin is None:
        return None
    if not _says_the_same(twin, brought):
        raise ClipKnown(
            f"these bytes were adopted as {twin.id} into {twin.scene}, with other words",
            hint="look at that clip; if what it says is wrong, withdraw it and adopt them again",
            clip=twin.id,
        )
    return twin.id


def _must_be_from_elsewhere(connection: Connection, brought: Brought, sha256: str) -> None:
    for known in known_bytes(connection, brought.studio, [sha256], ["clip"]):
        card = clip(connection, brought.studio, known.thing)
        if card.erased:
            raise ClipGone(
                "these bytes were erased here, and are not taken in again", hint="leave the footage out"
            )
        if card.origin == "generated" and brought.sees(card.id):
            raise ClipKnown(
                f"these bytes are {card.id}, which was made here",
                hint="use that clip: what it was made from is on record with it",
                clip=card.id,
            )


def _says_the_same(twin: ClipCard, brought: Brought) -> bool:
    said, attested = twin.adopted, brought.attested
    return said is not None and (
        (said.label, said.source, said.ai_generated) == (brought.label, brought.source, brought.ai_generated)
        and (said.depicts_real_person, twin.shot) == (attested.depicts, attested.shot)
        and tuple(Seen(one.character, one.look) for one in said.cast) == attested.seen
        and said.likenesses == attested.likenesses
    )


def _keep(registry: Registry, blobs: Blobs, brought: Brought, sha256: str) -> AdoptClip:
    """Read the footage, as far as it can be read here, and store it; answers the command that adopts it."""
    facts = examine(brought.file)
    stream = registry.make_id("clip")
    command = AdoptClip(
        stream=stream,
        label=brought.label,
        source=brought.source,
        ai_generated=brought.ai_generated,
        attested=brought.attested,
        stored=StoredBytes(
            key=f"{brought.studio}/{stream}/original",
            bytes=brought.file.seek(0, 2),
            sha256=sha256,
            media_type=facts.media_type,
        ),
        footage=FootageFacts(**facts.footage),
        marks=Marks(c2pa=read_mark(brought.file, facts.media_type)),
        recognised_by=print_footage(registry, brought.studio, brought.file),
    )
    kept = command.stored
    try:
        blobs.put(kept.key, chunks_of(brought.file), content_type=kept.media_type, sha256=sha256)
    except BlobError:
        _remove(blobs, command)
        raise
    return command


def _remove(blobs: Blobs, command: AdoptClip) -> None:
    """Best effort: what cannot be removed now is an orphan, and the sweep's."""
    with suppress(BlobError):
        blobs.delete(command.stored.key)
