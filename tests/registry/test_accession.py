"""Taking pictures in: bytes first, then the event; what is refused leaves nothing behind."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from registry.accession import Offer, accession_picture
from registry.blobs import Blobs, store_for
from registry.deciders.studio import OpenStudio
from registry.errors import BlobStoreDown, LogBusy, NotAPicture
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.registry import Registry
from registry.views import assets
from tests.servers.world import new_id, open_registry

CONTEXT = Context("key_test")


@pytest.fixture
def registry(on_file: Path) -> Iterator[Registry]:
    opened = open_registry(on_file)
    yield opened
    opened.close()


@pytest.fixture
def studio(registry: Registry) -> str:
    made = new_id("studio")
    registry.handle(SYSTEM_LOG, [OpenStudio(stream=made, name="Studio")], context=CONTEXT)
    return made


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return store_for(f"file://{tmp_path}/blobs")


def _drawn(colour: str, **how: Any) -> io.BytesIO:
    """A face of a kind: enough of a picture to tell it from others."""
    image = Image.new("RGB", (360, 360), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((90, 60, 270, 330), fill=colour)
    draw.rectangle((0, 300, 180, 360), fill="navy")
    out = io.BytesIO()
    image.save(out, **({"format": "PNG"} | how))
    return out


def _file(colour: str = "navy", **how: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (360, 320), colour).save(out, "JPEG", **how)
    return out


def test_a_picture_is_kept_with_its_rendition(registry: Registry, blobs: Blobs, studio: str) -> None:
    """The original stays as it came, the rendition stands beside it, and the event names both digests."""
    file = _file(comment=b"taken at home")
    done = accession_picture(registry, blobs, Offer(studio, file, "Portrait"), context=CONTEXT)
    with registry.reading() as connection:
        card = assets.asset(connection, studio, done.asset)
    assert (done.created, card.label) == (True, "Portrait")
    assert card.original is not None
    assert card.rendition is not None
    assert card.original.sha256 == hashlib.sha256(file.getvalue()).hexdigest()
    with blobs.open(card.rendition.key) as chunks:
        assert b"taken at home" not in b"".join(chunks)
    assert list(blobs.list("")) == [f"{studio}/{done.asset}/original", f"{studio}/{done.asset}/rendition"]


def test_known_bytes_are_recognised_without_a_new_event(
    registry: Registry, blobs: Blobs, studio: str
) -> None:
    """The same bytes again are the first asset; another studio's are its own."""
    first = accession_picture(registry, blobs, Offer(studio, _file()), context=CONTEXT)
    head = registry.feed.head(studio)
    again = accession_picture(registry, blobs, Offer(studio, _file(), "other label"), context=CONTEXT)
    assert (again.asset, again.created, registry.feed.head(studio)) == (first.asset, False, head)
    other = new_id("studio")
    registry.handle(SYSTEM_LOG, [OpenStudio(stream=other, name="Other")], context=CONTEXT)
    foreign = accession_picture(registry, blobs, Offer(other, _file()), context=CONTEXT)
    assert foreign.created
    assert foreign.asset != first.asset


def test_a_refused_picture_leaves_nothing(registry: Registry, blobs: Blobs, studio: str) -> None:
    """What cannot be decoded reaches neither store nor log."""
    with pytest.raises(NotAPicture):
        accession_picture(registry, blobs, Offer(studio, io.BytesIO(b"text")), context=CONTEXT)
    assert (list(blobs.list("")), registry.feed.head(studio)) == ([], 0)


def test_a_store_that_fails_half_way_keeps_no_half(
    registry: Registry, blobs: Blobs, studio: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the rendition cannot be stored, the original is removed again."""
    put = blobs.put

    def failing(key: str, *args: Any, **kwargs: Any) -> Any:
        if key.endswith("rendition"):
            raise BlobStoreDown("full")
        return put(key, *args, **kwargs)

    monkeypatch.setattr(blobs, "put", failing)
    with pytest.raises(BlobStoreDown):
        accession_picture(registry, blobs, Offer(studio, _file()), context=CONTEXT)
    assert (list(blobs.list("")), registry.feed.head(studio)) == ([], 0)


class DiskFull(LogBusy):
    """A commit that certainly did not land."""

    def __init__(self, message: str) -> None:
        super().__init__(message, landed=False)


@pytest.mark.parametrize(("failure", "left"), [(RuntimeError, 0), (DiskFull, 0), (LogBusy, 2)])
def test_bytes_of_a_failed_append_are_removed_unless_it_may_have_happened(
    registry: Registry, blobs: Blobs, studio: str, monkeypatch: pytest.MonkeyPatch, failure: Any, left: int
) -> None:
    """A certain failure takes the bytes away; after an unknown outcome they stay, for the event may name them."""

    def fail(*_: object, **__: object) -> None:
        raise failure("the log says no")

    monkeypatch.setattr(registry, "handle", fail)
    with pytest.raises(failure):
        accession_picture(registry, blobs, Offer(studio, _file()), context=CONTEXT)
    assert len(list(blobs.list(""))) == left


def test_what_looks_alike_is_told_and_not_merged(registry: Registry, blobs: Blobs, studio: str) -> None:
    """A re-encoded picture is an asset of its own that names the first one; the same bytes again are the first asset."""
    first = accession_picture(registry, blobs, Offer(studio, _drawn("tan")), context=CONTEXT)
    second = accession_picture(
        registry, blobs, Offer(studio, _drawn("tan", format="JPEG", quality=40)), context=CONTEXT
    )
    again = accession_picture(registry, blobs, Offer(studio, _drawn("tan")), context=CONTEXT)

    assert (first.created, first.near) == (True, ())
    assert second.created
    assert second.asset != first.asset
    assert [alike.asset for alike in second.near] == [first.asset]
    assert (again.created, again.asset) == (False, first.asset)
    assert [alike.asset for alike in again.near] == [second.asset]


def test_another_studio_is_never_named(registry: Registry, blobs: Blobs, studio: str) -> None:
    """What looks alike is looked for in the studio of the offer alone."""
    other = new_id("studio")
    registry.handle(SYSTEM_LOG, [OpenStudio(stream=other, name="Other")], context=CONTEXT)
    accession_picture(registry, blobs, Offer(other, _drawn("tan")), context=CONTEXT)

    offered = accession_picture(registry, blobs, Offer(studio, _drawn("tan", format="JPEG")), context=CONTEXT)

    assert offered.near == ()
