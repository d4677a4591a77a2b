"""What a plan is made of: its pictures and clips once each, who stands on which, its digest, its exact size and its price."""

from __future__ import annotations

from typing import Any, Literal

import orjson

from generation.casting import Person
from generation.grounds import AssetGround, ParentGround, VoiceGround
from generation.patterns.omni import blob, clip
from generation.plan import Attachment, Grounded, Mapped
from generation.plan import Shown as Seen
from generation.prices import Case, Estimate, estimate
from generation.resolve import Resolution, Shown
from generation.shot import RemotePicture
from generation.voices import heard_in
from registry.events.canonical import canonical_sha256


def pictures_of(resolution: Resolution) -> tuple[AssetGround, ...]:
    """Every picture we attach, once, in the order of the payload; pictures elsewhere travel as their address."""
    faces = [person.picture for person in resolution.people if person.picture]
    every = [*faces, *resolution.references, resolution.opening, resolution.closing]
    ours = [picture for picture in every if isinstance(picture, AssetGround)]
    return tuple({asset.id: asset for asset in ours}.values())


def attachments_of(resolution: Resolution) -> tuple[Attachment, ...]:
    pictures = [
        Attachment(
            ref=blob(asset),
            asset=asset.id,
            key=asset.rendition_key,
            sha256=asset.rendition_digest,
            bytes=asset.rendition_bytes,
        )
        for asset in pictures_of(resolution)
    ]
    parent = resolution.parent
    return (*pictures, *([_parent(parent)] if parent else ()))


def _parent(parent: ParentGround) -> Attachment:
    """The provider's address of the clip, or, where that is too old, word that we serve these bytes ourselves."""
    relayed = parent.url is None
    return Attachment(
        ref=clip(parent.clip),
        clip=parent.clip,
        url=parent.url,
        relay=relayed,
        sha256=parent.sha256 if relayed else None,
    )


def digest_of(
    endpoint: str, pattern: str, *, payload: dict[str, Any], attachments: tuple[Attachment, ...]
) -> str:
    """Changes with what would be sent and with nothing else: a picture counts by its asset, whose bytes never change.

    By its id and not its digest, as this stands in clear and a portrait's digest would tell for ever that it was here.
    """
    return canonical_sha256(
        {
            "endpoint": endpoint,
            "pattern": pattern,
            "payload": payload,
            "pictures": {attached.ref: attached.asset for attached in attachments if attached.asset},
        }
    )


def wire_bytes_of(payload: dict[str, Any], attachments: tuple[Attachment, ...]) -> int:
    """Compact JSON with each placeholder replaced: base64 takes four characters for every three bytes begun."""
    total = len(orjson.dumps(payload))
    urls = [entry["image_url"] for entry in payload.get("image_list", ())]
    urls += [entry["video_url"] for entry in payload.get("video_list", ())]
    urls += [payload[key] for key in ("image", "image_tail") if key in payload]
    for attached in attachments:
        filled = len(orjson.dumps(attached.url)) - 2 if attached.url else 4 * -(-(attached.bytes or 0) // 3)
        total += urls.count(attached.ref) * (filled - len(attached.ref))
    return total


def shown_by(resolution: Resolution) -> tuple[Seen, ...]:
    """Everybody who can be recognised, and by which consent."""
    return tuple(
        Seen(
            character=one.character.id,
            version=one.character.version,
            heard=one.heard,
            cast=one.cast,
            asset=one.asset,
            clip=one.clip,
            likeness=one.likeness,
            consent=one.consent,
        )
        for one in resolution.shows
    )


def grounded_on(resolution: Resolution, payload: dict[str, Any]) -> tuple[Grounded, ...]:
    consents = {one.character.id: one for one in resolution.shows}
    people = [
        Grounded(
            role="person",
            marker=person.marker,
            character=person.character.id,
            name=person.character.name,
            version=person.character.version,
            look=person.character.look,
            element=person.element.id if person.element else None,
            element_id=person.element.element_id if person.element else None,
            asset=person.picture.id if person.picture else None,
            likeness=consents[person.character.id].likeness,
            consent=consents[person.character.id].consent,
        )
        for person in resolution.people
    ]
    first = 1 + sum(1 for person in resolution.people if person.picture)
    references = [
        _shown("reference", f"<<<image_{first + index}>>>", picture)
        for index, picture in enumerate(resolution.references)
    ]
    parent = (
        [Grounded(role="parent", marker="<<<video_1>>>", clip=resolution.parent.clip)]
        if resolution.parent
        else []
    )
    return (*people, *references, *_frames(resolution, payload), *parent)


def _frames(resolution: Resolution, payload: dict[str, Any]) -> list[Grounded]:
    """Frames come last in an omni list; image2video has fields for them, which no marker points at."""
    frames: list[tuple[Literal["opening", "closing"], Shown | None]] = [
        ("opening", resolution.opening),
        ("closing", resolution.closing),
    ]
    shown = [(role, picture) for role, picture in frames if picture is not None]
    entries = payload.get("image_list")
    first = len(entries) - len(shown) + 1 if entries else None
    return [
        _shown(role, f"<<<image_{first + index}>>>" if first is not None else None, picture)
        for index, (role, picture) in enumerate(shown)
    ]


def _shown(role: Literal["opening", "closing", "reference"], marker: str | None, picture: Shown) -> Grounded:
    if isinstance(picture, RemotePicture):
        return Grounded(role=role, marker=marker, url=picture.url)
    return Grounded(role=role, marker=marker, asset=picture.id)


def mapping_of(resolution: Resolution, prompt: str) -> tuple[Mapped, ...]:
    """`prompt` is every prompt of the payload, those of its shots included."""
    heard = {speaker.person.number: speaker.heard for speaker in heard_in(resolution)}
    return tuple(_mapped(person, prompt, heard.get(person.number)) for person in resolution.people)


def _mapped(person: Person, prompt: str, heard: VoiceGround | None) -> Mapped:
    return Mapped(
        number=person.number,
        character=person.character.id,
        name=person.character.name,
        reference=person.marker,
        voice=person.voice if person.voice in prompt else None,
        speaks_with=heard.id if heard else None,
        voice_id=(heard.voice_id or None) if heard else None,
    )


def price_of(payload: dict[str, Any], seconds: int) -> Estimate:
    case: Case = "video" if "video_list" in payload else "sound" if payload.get("sound") == "on" else "silent"
    price = estimate(payload["model_name"], payload["mode"], case=case, seconds=seconds)
    assert price is not None, "every production model and mode is on the list"  # noqa: S101
    return price
