"""Erasing a person: everything that speaks of them becomes unreadable, and what they looked and sounded like is deleted.

Order, then steps, then record. The order blocks every use at once. Every step may be repeated and finds by itself what is left to
do, so an erasure that was killed is finished by carrying it out again; links are ids in clear and outlive the keys. What happened
stays on record: the log is not touched, its proofs hold, and lineage answers with the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from registry.blobs import Blobs
from registry.deciders.account import Account
from registry.deciders.asset import EraseAsset
from registry.deciders.character import EraseCharacter
from registry.deciders.clip import Clip, DecideClip
from registry.deciders.command import Command
from registry.deciders.element import Element, NoteOnElement, RetireElement
from registry.deciders.likeness import OrderErasure, RecordErasure
from registry.deciders.voice import NoteOnVoice, RetireVoice, Voice
from registry.errors import Refusal
from registry.events.element import ElementDeleted
from registry.events.envelope import Context
from registry.events.likeness import ErasureBasis, LikenessErased
from registry.events.voice import VoiceDeleted
from registry.linked import Linked, find_linked
from registry.log.feed.feed import stored
from registry.log.roles import Handled
from registry.registry import Idempotency, Registry
from registry.views import access

_WHY: Final = "the person was erased"


class ErasureUnfinished(Refusal):
    """All of ours is gone, and the provider still holds something; it is asked again when the erasure is carried out again."""

    code = "erasure-unfinished"


class Provider(Protocol):
    """Who made elements and voices from a person, and can delete them. May be asked again for what is gone already."""

    def delete(self, account: Account, made: Element | Voice) -> str | None:
        """None once it is gone, else why it is not."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What an erasure works with. `after` hears of every finished step, for tests that end it there."""

    registry: Registry
    blobs: Blobs
    provider: Provider
    context: Context
    after: Callable[[str], None] = lambda _step: None


def order_erasure(
    registry: Registry, studio: str, likeness: str, basis: ErasureBasis, *, context: Context
) -> None:
    """Block every use of the person from now on. Raises NotFound and AlreadyErased; ordering again changes nothing."""
    registry.handle(studio, [OrderErasure(stream=likeness, basis=basis)], context=context)


def carry_out(tools: Tools, studio: str, likeness: str, *, idempotency: Idempotency | None = None) -> Handled:
    """Do what was ordered, whatever is left of it, and record it.

    Raises BlobStoreDown and LogBusy with nothing lost, and ErasureUnfinished when only the provider's part is missing.
    """
    for name, step in _STEPS:
        linked = find_linked(tools.registry, studio, likeness)
        step(tools, studio, linked)
        tools.after(name)
    linked = find_linked(tools.registry, studio, likeness)
    erased = LikenessErased(
        likeness=likeness, streams=linked.streams, clips=linked.clips, blobs=linked.objects
    )
    return tools.registry.handle(
        studio,
        [RecordErasure(stream=likeness, erased=erased)],
        context=tools.context,
        idempotency=idempotency,
    )


def unfinished(registry: Registry) -> list[tuple[str, str]]:
    """(studio, likeness) of every erasure that was ordered and is not recorded."""
    found: dict[tuple[str, str], None] = {}
    with registry.snapshot() as connection:
        for studio in access.studios(connection):
            for event in stored(connection, studio.id, ("ErasureOrdered", "LikenessErased")):
                if event.type == "ErasureOrdered":
                    found[studio.id, event.stream] = None
                else:
                    found.pop((studio.id, event.stream), None)
    return list(found)


def erase_clip(tools: Tools, studio: str, command: DecideClip) -> None:
    """Decide that a clip goes, delete its bytes and the pictures cut from it. May be repeated. Raises NotFound."""
    _handle(tools, studio, command)
    clip = tools.registry.state(studio, command.stream).state
    stored = clip.stored if isinstance(clip, Clip) else None
    if stored is None:
        return
    for key in {stored.key, *tools.blobs.list(f"{studio}/{_place(clip, command.stream)}")}:
        tools.blobs.delete(key)
    if command.likeness is not None:
        linked = find_linked(tools.registry, studio, command.likeness)
        frames = tuple(asset for asset, source in linked.frames if source == command.stream)
        _erase_frames(tools, studio, frames, likeness=command.likeness)


def _place(clip: Clip, stream: str) -> str:
    """Under what its bytes and signed copies of them lie: a result under its paid call, adopted footage under its own id."""
    return f"{clip.recorded.submission}/clip" if clip.recorded else f"{stream}/"


def _erase_frames(tools: Tools, studio: str, frames: tuple[str, ...], *, likeness: str) -> None:
    """Pictures cut from a clip that goes."""
    if frames:
        tools.registry.destroy_keys(studio, frames)
        _delete_pictures(tools, studio, frames)
        tools.registry.forget(studio, (), context=tools.context)
        _handle(tools, studio, *(EraseAsset(stream=frame, likeness=likeness) for frame in frames))


def _retire_made(tools: Tools, studio: str, linked: Linked) -> None:
    """Nothing new stands on their elements and voices, which the provider is to delete."""
    for element in linked.elements:
        if not tools.registry.state(studio, element).state.retired:
            _handle(tools, studio, RetireElement(stream=element, reason=_WHY, delete=True))
    for voice in linked.voices:
        if not tools.registry.state(studio, voice).state.retired:
            _handle(tools, studio, RetireVoice(stream=voice, reason=_WHY, delete=True))


def _destroy_keys(tools: Tools, studio: str, linked: Linked) -> None:
    """From here on nothing of theirs can be read, in no copy of the log."""
    tools.registry.destroy_keys(studio, linked.streams)


def _delete_blobs(tools: Tools, studio: str, linked: Linked) -> None:
    """Pictures, documents, recordings, and the provider's raw answers to their generations, in all versions."""
    _delete_pictures(tools, studio, linked.assets)
    for submission in linked.submissions:
        for key in tools.blobs.list(f"{studio}/{submission}/answer-"):
            tools.blobs.delete(key)


def _delete_pictures(tools: Tools, studio: str, assets: tuple[str, ...]) -> None:
    """By their known names too: a listing leaves out what somebody has hidden under a newer version."""
    for asset in assets:
        place = f"{studio}/{asset}"
        for key in {f"{place}/original", f"{place}/rendition", *tools.blobs.list(f"{place}/")}:
            tools.blobs.delete(key)


def _forget(tools: Tools, studio: str, linked: Linked) -> None:
    """Views, kept answers, notes of leases, free pages, write-ahead log."""
    works = (*linked.generations, *linked.elements, *linked.voices)
    tools.registry.forget(studio, works, context=tools.context)


def _set_tombstones(tools: Tools, studio: str, linked: Linked) -> None:
    """Whoever looks them up sees that they were erased, and with whom."""
    _handle(
        tools,
        studio,
        *(EraseCharacter(stream=one, likeness=linked.likeness) for one in linked.characters),
        *(EraseAsset(stream=one, likeness=linked.likeness) for one in linked.assets),
    )


def _delete_at_provider(tools: Tools, studio: str, linked: Linked) -> None:
    """Raises ErasureUnfinished with all that is not gone there, after everything was asked for."""
    left = list(_left_at_provider(tools, studio, linked))
    if left:
        raise ErasureUnfinished(
            f"the provider still holds something of {linked.likeness}: {'; '.join(left)}",
            hint="all that is ours is gone; repeat the erasure when the provider can be reached",
        )


def _left_at_provider(tools: Tools, studio: str, linked: Linked) -> Iterator[str]:
    for stream in (*linked.elements, *linked.voices):
        made: Element | Voice = tools.registry.state(studio, stream).state
        if made.deleted:
            continue
        if vendor_id_of(made) is None:
            if made.mint is not None and made.mint.stage == "submitting":
                yield f"{stream} is being made"
            continue
        if made.account is None:  # a preset of the vendor's is nobody's voice
            continue
        why = tools.provider.delete(_account(tools, studio, made.account), made)
        if why is None:
            _handle(tools, studio, note_deleted(stream, made))
        else:
            yield f"{stream}: {why}"


def vendor_id_of(made: Element | Voice) -> str | None:
    """Kling's id of it; None until it is made."""
    found = made.element_id if isinstance(made, Element) else made.voice_id
    return None if found is None else str(found)


def note_deleted(stream: str, made: Element | Voice) -> Command:
    """What puts on record that the provider has deleted it."""
    if isinstance(made, Element):
        return NoteOnElement(stream=stream, event=ElementDeleted())
    return NoteOnVoice(stream=stream, event=VoiceDeleted())


def _account(tools: Tools, studio: str, account: str) -> Account:
    state: Account = tools.registry.state(studio, account).state
    return state


def _handle(tools: Tools, studio: str, *commands: Command) -> None:
    if commands:
        tools.registry.handle(studio, commands, context=tools.context)


_STEPS: Final = (
    ("retire", _retire_made),
    ("destroy", _destroy_keys),
    ("destroy again", _destroy_keys),
    ("delete", _delete_blobs),
    ("forget", _forget),
    ("mark", _set_tombstones),
    ("provider", _delete_at_provider),
)
"""In this order: nothing new is made, then nothing can be read, then nothing is kept; the provider last, as it may be away.

Keys are destroyed twice: what came in while they were, by a request that had been judged before the order, is linked by then.
"""
STEPS: Final = tuple(name for name, _ in _STEPS)
