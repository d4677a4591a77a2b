"""Taking an asset in: checked, measured, recognised, stored, registered; in that order, so that a refusal leaves nothing.

The bytes go to the blob store before the event, since an event must never name bytes that are not there. When the append is then
refused, they are removed again; after an outcome nobody knows they stay for the sweep.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from registry.blobs import Blobs
from registry.blobs.digest import chunks_of, sha256_of
from registry.blobs.examining import examine
from registry.blobs.kinds import Recognised, recognise
from registry.blobs.pictures import render
from registry.deciders.asset import DescribeAsset, RegisterAsset
from registry.errors import AlreadyRegistered, BlobError, LogBusy, NotAnAsset, RegistryError
from registry.events.asset import FrameOf
from registry.events.envelope import Context
from registry.events.references import AssetKind, FootageFacts, PictureFacts, SoundFacts, StoredBytes
from registry.log.roles import Handled
from registry.printing import print_footage
from registry.registry import Idempotency, Registry
from registry.views import assets, near
from registry.views.near import NearAsset


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody hands in: its bytes (a seekable file, from the beginning), its label, and the clip it was taken from.

    `kind` is what the caller says it is; None leaves that to the bytes.
    """

    studio: str
    file: BinaryIO
    label: str = ""
    derived_from: FrameOf | None = None
    kind: AssetKind | None = None


@dataclass(frozen=True, slots=True)
class Accession:
    """What became of an offer: the asset, and whether it is new. `handled` holds the kept answer, if one was asked for.

    `near` are assets that look much like it, as far as they were registered before it was compared.
    """

    asset: str
    created: bool
    handled: Handled
    near: tuple[NearAsset, ...] = ()


IdempotencyOf = Callable[[str, bool, tuple[NearAsset, ...]], Idempotency | None]
"""(asset, created, near) -> under which key the answer is kept."""


def _no_answer_kept(_asset: str, _created: bool, _near: tuple[NearAsset, ...]) -> None:
    return None


def accession_picture(
    registry: Registry,
    blobs: Blobs,
    offer: Offer,
    *,
    context: Context,
    idempotency: IdempotencyOf = _no_answer_kept,
) -> Accession:
    """Register a picture, or recognise it: the same bytes again are the first asset. One that looks alike is told, not merged.

    Raises NotAPicture (also for a bomb or a picture cut short), BlobStoreDown, and what `Registry.handle` raises; then neither
    log nor store has changed.
    """
    picture = Recognised("picture", "picture")
    return _accession(registry, blobs, offer, picture, context=context, idempotency=idempotency)


def accession_asset(
    registry: Registry,
    blobs: Blobs,
    offer: Offer,
    *,
    context: Context,
    idempotency: IdempotencyOf = _no_answer_kept,
) -> Accession:
    """Register bytes of whatever kind they are, or recognise them.

    Raises NotAnAsset (nothing that is taken, or not of the kind that was said), AssetTooLarge, NotAPicture, NotFootage, NotSound,
    NotADocument, and what `accession_picture` raises otherwise.
    """
    found = recognise(offer.file)
    if offer.kind not in (None, found.kind):
        raise NotAnAsset(
            f"the bytes are of kind {found.kind}, not {offer.kind}",
            hint="leave kind out, or send what it says",
        )
    return _accession(registry, blobs, offer, found, context=context, idempotency=idempotency)


def _accession(
    registry: Registry,
    blobs: Blobs,
    offer: Offer,
    found: Recognised,
    *,
    context: Context,
    idempotency: IdempotencyOf,
) -> Accession:
    sha256 = sha256_of(offer.file)
    fingerprint = registry.fingerprint(offer.studio, sha256)
    twin = _twin(registry, offer.studio, fingerprint)
    if twin is None:
        keep = _keep if found.kind == "picture" else _keep_as_it_is
        command = keep(registry, blobs, offer, sha256, fingerprint)
        with registry.reading(
            offer.studio
        ) as connection:  # not in the commit: others would wait for the comparison
            alike = near.near(connection, offer.studio, command.perceptual)
        answer = idempotency(command.stream, True, alike)
        try:
            handled = registry.handle(offer.studio, [command], context=context, idempotency=answer)
        except LogBusy as busy:
            if busy.detail.get("landed") is False:
                _remove(blobs, command)
            raise
        except AlreadyRegistered:  # the same bytes were registered while these were being read
            _remove(blobs, command)
            twin = _twin(registry, offer.studio, fingerprint)
            if twin is None:
                raise
        except BaseException:
            _remove(blobs, command)
            raise
        else:
            if (
                not handled.recorded
            ):  # this very request was answered before, while the picture was being read
                _remove(blobs, command)
            return Accession(command.stream, bool(handled.recorded), handled, alike)
    with registry.reading(offer.studio) as connection:
        alike = near.near_asset(connection, offer.studio, twin)
    unchanged, answer = DescribeAsset(stream=twin), idempotency(twin, False, alike)
    handled = registry.handle(offer.studio, [unchanged], context=context, idempotency=answer)
    return Accession(twin, False, handled, alike)


def _keep(registry: Registry, blobs: Blobs, offer: Offer, sha256: str, fingerprint: str) -> RegisterAsset:
    """Read the picture, make its rendition, store both; answers the command that registers them."""
    with render(offer.file) as rendition:
        asset = registry.make_id("asset")
        place = f"{offer.studio}/{asset}"
        picture = rendition.picture
        command = RegisterAsset(
            stream=asset,
            kind="picture",
            label=offer.label,
            original=StoredBytes(
                key=f"{place}/original",
                bytes=offer.file.seek(0, 2),
                sha256=sha256,
                media_type=f"image/{picture.format}",
            ),
            rendition=StoredBytes(
                key=f"{place}/rendition",
                bytes=rendition.size,
                sha256=rendition.sha256,
                media_type=rendition.content_type,
            ),
            picture=PictureFacts(
                format=picture.format, width=picture.upright_width, height=picture.upright_height
            ),
            fingerprint=fingerprint,
            perceptual=rendition.perceptual,
            rendition_fingerprint=registry.fingerprint(offer.studio, rendition.sha256),
            derived_from=offer.derived_from,
        )
        try:
            for stored, chunks in zip(
                _blobs_of(command), (chunks_of(offer.file), rendition.chunks()), strict=True
            ):
                blobs.put(stored.key, chunks, content_type=stored.media_type, sha256=stored.sha256)
        except RegistryError:
            _remove(blobs, command)
            raise
        return command


def _keep_as_it_is(
    registry: Registry, blobs: Blobs, offer: Offer, sha256: str, fingerprint: str
) -> RegisterAsset:
    """Footage, sound and documents: read to see that they are whole, and stored without a rendition."""
    facts = examine(offer.file)
    asset = registry.make_id("asset")
    original = StoredBytes(
        key=f"{offer.studio}/{asset}/original",
        bytes=offer.file.seek(0, 2),
        sha256=sha256,
        media_type=facts.media_type,
    )
    command = RegisterAsset(
        stream=asset,
        kind=facts.kind,
        label=offer.label,
        original=original,
        footage=FootageFacts(**facts.footage) if facts.footage else None,
        sound=SoundFacts(**facts.sound) if facts.sound else None,
        fingerprint=fingerprint,
        recognised_by=print_footage(registry, offer.studio, offer.file) if facts.kind == "video" else None,
        derived_from=offer.derived_from,
    )
    try:
        blobs.put(
            original.key, chunks_of(offer.file), content_type=original.media_type, sha256=original.sha256
        )
    except RegistryError:
        _remove(blobs, command)
        raise
    return command


def _twin(registry: Registry, studio: str, fingerprint: str) -> str | None:
    with registry.reading(studio) as connection:
        found = assets.asset_with_fingerprint(connection, studio, fingerprint)
    return None if found is None else found.id


def _remove(blobs: Blobs, command: RegisterAsset) -> None:
    """Best effort: what cannot be removed now is an orphan, and the sweep's."""
    for stored in _blobs_of(command):
        with suppress(BlobError):
            blobs.delete(stored.key)


def _blobs_of(command: RegisterAsset) -> list[StoredBytes]:
    return [stored for stored in (command.original, command.rendition) if stored is not None]
