"""Assets: pictures, footage, sound and documents, kept as they came; of pictures a rendition goes out."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeVar

from litestar import Response, Router, get, patch, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.handlers import route
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import TypeAdapter, ValidationError

from api.bodies import AssetAnswer, AssetWords, Because, Label, Successor
from api.errors import Web, from_pydantic
from api.refusals import BytesErased
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.routes.contents import READ, serve, serve_made
from api.routes.uploads import Upload, new_upload, receive
from generation.rules.finding import Finding
from generation.rules.images import picture_findings
from registry.accession import Offer, accession_asset
from registry.blobs.aside import on_disk
from registry.blobs.pictures import thumbnail
from registry.deciders.asset import DescribeAsset, RetireAsset, SupersedeAsset
from registry.deciders.command import Command
from registry.errors import NotFound
from registry.events.reads import Form
from registry.events.references import AssetKind, StoredBytes
from registry.registry import Connection
from registry.views import assets as view
from registry.views.assets import AssetCard
from registry.views.near import NearAsset, near_asset
from registry.views.page import Page, Span

T = TypeVar("T")
_LABEL: Final[TypeAdapter[str]] = TypeAdapter(Label)
_KIND: Final[TypeAdapter[AssetKind | None]] = TypeAdapter(AssetKind | None)
_SUFFIXES: Final = {"mpeg": "mp3", "quicktime": "mov", "plain": "txt"}
"""What a file is called where its media type has another word."""
Rendition = Annotated[
    Literal["", "true", "false", "1", "0"] | None,
    QueryParameter(description="The rendition instead of the original; `?rendition` alone says so too."),
]
Side = Annotated[int, QueryParameter(ge=16, le=2048, description="The longest side, in pixels.")]


def answer_of(card: AssetCard, near: tuple[NearAsset, ...] | None = None) -> AssetAnswer:
    """The asset with what the vendor's limits say about its rendition."""
    findings: tuple[Finding, ...] = ()
    if card.picture is not None and card.rendition is not None:
        sent = card.rendition
        findings = picture_findings(
            card.picture.width,
            card.picture.height,
            bytes=sent.bytes,
            format=sent.media_type.removeprefix("image/"),
        )
    return AssetAnswer(**dict(card), findings=findings, near=near)


def _reply(
    change: Change,
    connection: Connection,
    asset: str,
    status: int,
    near: tuple[NearAsset, ...] | None = None,
) -> Reply:
    card = answer_of(view.asset(connection, change.studio, asset), near)
    return card_reply(card, status=status, location=f"/v1/assets/{asset}")


def _changed(change: Change, command: Command) -> Answer[AssetAnswer]:
    return change.make(command, reply=lambda connection: _reply(change, connection, command.stream, 200))


@post("/", opt={"upload": True, "again": True}, request_max_body_size=None)
async def register(
    request: Web,
    change: NamedDependency[Change],
    label: FromQuery[str] = "",
    kind: FromQuery[AssetKind | None] = None,
) -> Answer[AssetAnswer]:
    """Register a picture (JPEG, PNG, WebP), footage (MP4, MOV), sound (MP3, WAV) or a document (PDF, plain text).

    As the part `file` of a form, or as the body itself. The bytes say what they are; `kind` refuses any other. 201 for new bytes,
    200 with the first asset for bytes that were registered before. A picture outside the vendor's limits is kept, with findings;
    what is of no kind, cut short, or grows into a bomb when decoded, is refused. `near` names the
    pictures that look much like it: nothing is done about them.
    """
    with new_upload() as upload:
        await receive(request, upload, most=change.continuity.settings.upload_most_bytes)
        words = {"label": label, "kind": kind or "", **upload.words}
        return await sync_to_thread(_register, change, upload, words)


def _register(change: Change, upload: Upload, words: dict[str, str]) -> Answer[AssetAnswer]:
    label, kind = _checked(_LABEL, words["label"], "label"), _checked(_KIND, words["kind"] or None, "kind")
    change.must_not_match()
    this = change.about([words, upload.sha256()])
    if (first := this.earlier()) is not None:
        return first
    done = accession_asset(
        this.registry,
        this.continuity.blobs,
        Offer(this.studio, upload.file, label, kind=kind),
        context=this.context(),
        idempotency=lambda asset, created, near: this.idempotency(
            lambda connection: _reply(this, connection, asset, 201 if created else 200, near)
        ),
    )
    return change.told(done.handled)


def _checked(form: TypeAdapter[T], said: str | None, name: str) -> T:
    try:
        return form.validate_python(said)
    except ValidationError as refused:
        raise from_pydantic(refused.errors(include_url=False), f"$.{name}") from None


@get("/", sync_to_thread=True)
def list_assets(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    kind: FromQuery[AssetKind | None] = None,
) -> Answer[Page[AssetCard]]:
    """Assets in order of registration."""
    return answer_page(request, visit.read(view.assets, span=span, kind=kind))


@get("/{asset:str}", sync_to_thread=True)
def show_asset(asset: FromPath[str], visit: NamedDependency[Visit]) -> Answer[AssetAnswer]:
    """One asset, with what the vendor's limits say about its rendition, and the assets that look much like it."""
    card = visit.read(view.asset, asset)
    return answer_card(answer_of(card, visit.read(near_asset, asset)))


@patch("/{asset:str}", sync_to_thread=True)
def describe(
    asset: FromPath[str], data: JSONBody[AssetWords], change: NamedDependency[Change]
) -> Answer[AssetAnswer]:
    """Say what it is called and shows."""
    return _changed(change, DescribeAsset(stream=named("asset", asset), **data.model_dump()))


@post("/{asset:str}/supersede", status_code=200, sync_to_thread=True)
def supersede(
    asset: FromPath[str], data: JSONBody[Successor], change: NamedDependency[Change]
) -> Answer[AssetAnswer]:
    """Put another asset in its place. What was made from this one keeps pointing at it."""
    command = SupersedeAsset(stream=named("asset", asset), by=data.by, reason=data.reason)
    return _changed(change, command)


@post("/{asset:str}/retire", status_code=200, sync_to_thread=True)
def retire(
    asset: FromPath[str], data: JSONBody[Because], change: NamedDependency[Change]
) -> Answer[AssetAnswer]:
    """Let nothing new stand on it."""
    return _changed(change, RetireAsset(stream=named("asset", asset), reason=data.reason))


@route("/{asset:str}/content", http_method=READ, opt={"bytes": True, "ranges": True}, sync_to_thread=True)
def show_content(
    request: Web, asset: FromPath[str], visit: NamedDependency[Visit], rendition: Rendition = None
) -> Response[Any]:
    """The original, byte for byte, or the rendition that goes out. Ranges are answered."""
    card = visit.read(view.asset, asset)
    wanted = rendition not in (None, "false", "0")
    stored = _bytes_of(card, rendition=wanted)
    kind: Form = "rendition" if wanted else "original"
    suffix = stored.media_type.rpartition("/")[2]
    name = f"{card.id}-{kind}.{_SUFFIXES.get(suffix, suffix)}"
    note = visit.noting(card.id, kind, always=card.kind == "document")
    return serve(request, visit.continuity.blobs, stored, name=name, note=note)


@route("/{asset:str}/thumbnail", http_method=READ, opt={"bytes": True}, sync_to_thread=True)
def show_thumbnail(
    request: Web, asset: FromPath[str], visit: NamedDependency[Visit], side: Side = 320
) -> Response[Any]:
    """A small upright JPEG."""
    stored = _bytes_of(visit.read(view.asset, asset), rendition=True)

    def make() -> bytes:
        with on_disk(visit.continuity.blobs, stored) as file:
            return thumbnail(file, side=side)

    tag, note = f"{stored.sha256}-{side}", visit.noting(asset, "thumbnail")
    return serve_made(request, make, media_type="image/jpeg", tag=tag, note=note)


def _bytes_of(card: AssetCard, *, rendition: bool) -> StoredBytes:
    if card.erased:
        raise BytesErased(
            f"the bytes of {card.id} were erased", hint="that it was here, and what was made from it, stays"
        )
    stored = card.rendition if rendition else card.original
    if stored is None:
        raise NotFound(f"{card.id} has no such bytes", hint="they were erased, or the asset is no picture")
    return stored


ROUTES: Any = Router(
    "/assets",
    route_handlers=[
        register,
        list_assets,
        show_asset,
        describe,
        supersede,
        retire,
        show_content,
        show_thumbnail,
    ],
    opt={"reach": "library", "changes": "asset_writer"},
    tags=["Assets"],
)
