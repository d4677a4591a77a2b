"""Deliveries: a clip is handed to somebody, with the record of how that was disclosed, and as a signed copy if that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from tempfile import TemporaryFile
from typing import Annotated, Any, Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.handlers import route
from litestar.params import FromPath, JSONBody, QueryParameter

from api.certificates import Certificate
from api.disclosing import NewDelivery
from api.errors import Web
from api.integrations.credentials import Facts, definition_of
from api.refusals import BytesErased, NotAvailable
from api.routes.answering import Answer, Reply, answer_page, card_reply
from api.routes.clips import ENDINGS
from api.routes.commanding import Change, Visit, named
from api.routes.contents import READ, serve
from generation.disclosing import Cleared, clear
from registry.blobs.aside import on_disk
from registry.blobs.credentials import can_credential, write_credentials
from registry.deciders.delivering import DeliverClip
from registry.deciders.generation import Generation
from registry.errors import BlobError, LogBusy, NotFound
from registry.events.clip import ClipDelivered
from registry.events.marks import C2paMark
from registry.events.references import StoredBytes
from registry.registry import Connection
from registry.views import assets, clips, disclosures
from registry.views.clips import ClipCard
from registry.views.continuity import entries_of
from registry.views.depicting import depictions
from registry.views.disclosures import DisclosureCard
from registry.views.page import Page, Span

_PIECE: Final = 1 << 20
Sha256 = Annotated[
    str | None, QueryParameter(pattern="^[0-9a-f]{64}$", description="Only those of bytes with this digest.")
]


@post("/clips/{clip:str}/deliveries", opt={"role": "approver", "refuses": (501,)}, sync_to_thread=True)
def deliver_clip(
    clip: FromPath[str], data: JSONBody[NewDelivery], change: NamedDependency[Change]
) -> Answer[DisclosureCard]:
    """Put on record that the clip is delivered to somebody, and how that is disclosed; fetch its bytes by `/content` then.

    What stands against it is answered at once (422, `delivery-refused`): a withdrawn or rejected clip, a real person without a
    consent for the purpose, a basis that the file does not bear out. With `c2pa` the bytes are a copy with a signed manifest; the
    clip itself and its digest stay as they are, and a manifest of the provider's becomes the parent of ours. 501 without a
    certificate.
    """
    if (first := change.earlier()) is not None:
        return first
    certificate = _certificate(change) if data.c2pa else None
    cleared = clear(change.registry, change.studio, named("clip", clip), data.handing)
    drafted = _drafted(change, cleared, data)
    if certificate is None:
        change.continuity.blobs.stat(cleared.card.stored.key)
        return _recorded(change, cleared, drafted)
    with _signed(change, cleared, drafted, certificate) as delivered:
        return _recorded(change, cleared, delivered)


def _certificate(change: Change) -> Certificate:
    """Raises NotAvailable."""
    if not can_credential():
        raise NotAvailable(
            "signed copies need c2pa-python, which is not installed here", hint="install continuity[c2pa]"
        )
    if change.continuity.certificate is None:
        raise NotAvailable(
            "signed copies need a certificate, and none is set",
            hint="set CONTINUITY_C2PA_CHAIN_FILE and CONTINUITY_C2PA_KEY_FILE, or deliver without c2pa",
        )
    return change.continuity.certificate


def _drafted(change: Change, cleared: Cleared, data: NewDelivery) -> ClipDelivered:
    """The record of the clip's own bytes."""
    return ClipDelivered(
        delivery=change.registry.make_id("delivery"),
        **data.model_dump(include={"to", "role", "basis", "reviewer", "note", "purpose"}),
        ai_generated=cleared.card.ai_generated,
        depicts_real_person=cleared.depicts,
        consents=cleared.consents,
        delivered=cleared.card.stored,
        accepted=dict(cleared.accepted),
    )


def _recorded(change: Change, cleared: Cleared, delivered: ClipDelivered) -> Answer[DisclosureCard]:
    def reply(connection: Connection) -> Reply:
        card = disclosures.disclosure(connection, change.studio, delivered.delivery)
        return card_reply(card, status=201, location=f"/v1/clips/{card.clip}/deliveries/{card.id}/content")

    command = DeliverClip(stream=cleared.card.id, delivered=delivered, standing=cleared.standing)
    return change.make(command, reply=reply)


@contextmanager
def _signed(
    change: Change, cleared: Cleared, drafted: ClipDelivered, certificate: Certificate
) -> Iterator[ClipDelivered]:
    """The record with a signed copy in it, which is deleted again where the record is not written. Raises CannotMark."""
    stored, blobs = cleared.card.stored, change.continuity.blobs
    facts = _facts(change, cleared, drafted)
    key = f"{change.studio}/{_place(cleared.card)}-{drafted.delivery}"
    with on_disk(blobs, stored) as file, TemporaryFile() as out:

        def define(before: C2paMark) -> dict[str, Any]:
            return definition_of(facts, before)

        mark = write_credentials(
            file,
            out,
            stored.media_type,
            define,
            certificate.material,
            opened=cleared.card.origin == "adopted",
        )
        out.seek(0)
        digest = file_digest(out, "sha256").hexdigest()
        out.seek(0)
        kept = blobs.put(
            key, iter(lambda: out.read(_PIECE), b""), content_type=stored.media_type, sha256=digest
        )
    copy = StoredBytes(key=key, bytes=kept.size, sha256=digest, media_type=stored.media_type)
    try:
        yield drafted.model_copy(update={"delivered": copy, "manifest": mark.manifest})
    except LogBusy:  # it may be on record all the same, and then its bytes must be there
        raise
    except Exception:
        _dropped(change, key)
        raise
    if not _is_recorded(change, drafted.delivery):  # a twin of this request came first
        _dropped(change, key)


def _place(card: ClipCard) -> str:
    """Beside what lies there: a result under its paid call, adopted footage under its own id."""
    return f"{card.submission}/clip" if card.submission else f"{card.id}/delivery"


def _dropped(change: Change, key: str) -> None:
    with suppress(BlobError):
        change.continuity.blobs.delete(key)


def _is_recorded(change: Change, delivery: str) -> bool:
    try:
        change.read(disclosures.disclosure, delivery)
    except NotFound:
        return False
    return True


def _facts(change: Change, cleared: Cleared, drafted: ClipDelivered) -> Facts:
    card = cleared.card
    made = change.registry.state(change.studio, card.generation).state if card.generation else None
    with change.registry.snapshot(change.studio) as connection:
        found = entries_of(connection, change.studio, card.scene).get(card.id)
        record = found.record if found else None
        framing = [one for one in (record.opening, record.closing) if one] if record else []
        inputs = record.assets if record else ()
        shown = depictions(connection, change.studio, inputs)
        pictures = {one: assets.asset(connection, change.studio, one) for one in {*inputs, *framing}}
    return Facts(
        studio=change.studio,
        card=card,
        position=found.position if found else 0,
        record=record,
        delivery=drafted,
        digests={
            one: known.sha256
            for one in inputs
            if shown[one] == "no" and (known := pictures[one].rendition or pictures[one].original) is not None
        },
        frames=tuple(one for one in framing if pictures[one].derived_from is None),
        model=made.plan.model if isinstance(made, Generation) and made.plan is not None else "",
    )


@get("/clips/{clip:str}/deliveries", sync_to_thread=True)
def list_of_clip(
    request: Web, clip: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[DisclosureCard]]:
    """To whom the clip was delivered, and how that was disclosed, in order."""
    visit.read(clips.clip, clip)
    return answer_page(request, visit.read(disclosures.disclosures, clip=clip, span=span))


@get("/deliveries", sync_to_thread=True)
def list_deliveries(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span], sha256: Sha256 = None
) -> Answer[Page[DisclosureCard]]:
    """All deliveries in order; with `sha256` those of these very bytes: what a file in somebody's hands was delivered as."""
    page = visit.read(disclosures.disclosures, span=span, sha256=sha256, within=visit.within)
    return answer_page(request, page)


@route(
    "/clips/{clip:str}/deliveries/{delivery:str}/content",
    http_method=READ,
    opt={"bytes": True, "ranges": True},
    sync_to_thread=True,
)
def show_delivered(
    request: Web, clip: FromPath[str], delivery: FromPath[str], visit: NamedDependency[Visit]
) -> Response[Any]:
    """The bytes that were delivered, with the digest that the record names. 410 once the clip is erased."""
    card, found = visit.read(clips.clip, clip), visit.read(disclosures.disclosure, delivery)
    if found.clip != card.id:
        raise NotFound(f"there is no {delivery} of {clip}", hint="look at the clip's deliveries")
    if card.erased:
        raise BytesErased(f"the bytes of {card.id} were erased", hint="that it was delivered stays on record")
    name = f"{card.id}-{found.id}.{ENDINGS[found.delivered.media_type]}"
    return serve(request, visit.continuity.blobs, found.delivered, name=name, note=visit.noting(clip, "clip"))


ROUTES: Any = Router(
    "/",
    route_handlers=[deliver_clip, list_of_clip, list_deliveries, show_delivered],
    opt={"reach": "production"},
    tags=["Deliveries"],
)
