"""What a plan is made of: its pictures and clips once each, who stands on which, its digest, its exact size and its price."""

from __future__ import annotations

from typing import Any

import orjson

from generation.casting import Person
from generation.grounds import AssetGround
from generation.patterns.omni import blob, clip
from generation.plan import Attachment, Grounded, Mapped
from generation.prices import Case, Estimate, estimate
from generation.resolve import Resolution
from registry.events.canonical import canonical_sha256


def pictures_of(resolution: Resolution) -> tuple[AssetGround, ...]:
    """Every picture of the resolution once, in the order of the payload."""
    faces = [person.picture for person in resolution.people if person.picture]
    frame = [resolution.opening] if resolution.opening else []
    every = [*faces, *resolution.references, *frame]
    return tuple({asset.id: asset for asset in every}.values())


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
    video = [Attachment(ref=clip(parent.clip), clip=parent.clip, url=parent.url)] if parent else []
    return (*pictures, *video)


def digest_of(
    endpoint: str, pattern: str, *, payload: dict[str, Any], attachments: tuple[Attachment, ...]
) -> str:
    """Changes with what would be sent and with nothing else: a picture counts by its digest, a clip by its id."""
    return canonical_sha256(
        {
            "endpoint": endpoint,
            "pattern": pattern,
            "payload": payload,
            "pictures": {attached.ref: attached.sha256 for attached in attachments if attached.asset},
        }
    )


def wire_bytes_of(payload: dict[str, Any], attachments: tuple[Attachment, ...]) -> int:
    """Compact JSON with each placeholder replaced: base64 takes four characters for every three bytes begun."""
    total = len(orjson.dumps(payload))
    urls = [entry["image_url"] for entry in payload.get("image_list", ())]
    urls += [entry["video_url"] for entry in payload.get("video_list", ())]
    for attached in attachments:
        filled = len(orjson.dumps(attached.url)) - 2 if attached.url else 4 * -(-(attached.bytes or 0) // 3)
        total += urls.count(attached.ref) * (filled - len(attached.ref))
    return total


def grounded_on(resolution: Resolution, payload: dict[str, Any]) -> tuple[Grounded, ...]:
    people = [
        Grounded(
            role="person",
            marker=person.marker,
            character=person.character.id,
            name=person.character.name,
            version=person.character.version,
            element=person.element.id if person.element else None,
            element_id=person.element.element_id if person.element else None,
            asset=person.picture.id if person.picture else None,
        )
        for person in resolution.people
    ]
    first = 1 + sum(1 for person in resolution.people if person.picture)
    references = [
        Grounded(role="reference", marker=f"<<<image_{first + index}>>>", asset=asset.id)
        for index, asset in enumerate(resolution.references)
    ]
    place = len(payload.get("image_list", ()))
    opening = (
        [Grounded(role="opening", marker=f"<<<image_{place}>>>", asset=resolution.opening.id)]
        if resolution.opening
        else []
    )
    parent = (
        [Grounded(role="parent", marker="<<<video_1>>>", clip=resolution.parent.clip)]
        if resolution.parent
        else []
    )
    return (*people, *references, *opening, *parent)


def mapping_of(resolution: Resolution, prompt: str) -> tuple[Mapped, ...]:
    return tuple(_mapped(person, prompt) for person in resolution.people)


def _mapped(person: Person, prompt: str) -> Mapped:
    return Mapped(
        number=person.number,
        character=person.character.id,
        name=person.character.name,
        reference=person.marker,
        voice=person.voice if person.voice in prompt else None,
    )


def price_of(payload: dict[str, Any], seconds: int) -> Estimate:
    case: Case = "video" if "video_list" in payload else "sound" if payload.get("sound") == "on" else "silent"
    price = estimate(payload["model_name"], payload["mode"], case=case, seconds=seconds)
    assert price is not None, "every production model and mode is on the list"  # noqa: S101
    return price
