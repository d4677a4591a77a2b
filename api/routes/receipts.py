"""Receipts and audit bundles: what the log says of clips, in files that prove it without us."""

from __future__ import annotations

from contextlib import ExitStack
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any, Final

from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.handlers import route
from litestar.params import FromPath, FromQuery

from api.errors import Web
from api.reporting.packing import Order, pack
from api.reporting.showing import Pictures, Teller
from api.routes.commanding import Visit, named
from api.routes.contents import READ, serve_file, serve_made
from registry.events.reads import Form
from registry.evidence import evidence
from registry.proof.receipt import MEDIA_TYPE
from registry.reach import clips_of, name_of
from registry.receipts import proofs_of, receipt_of

ZIP: Final = "application/zip"


def _unnoted(_part: str) -> None:
    """A receipt holds nobody's bytes and nothing that an erasure has to reach: that it was read is not on record."""


@route(
    "/clips/{clip:str}/receipt",
    http_method=READ,
    opt={"bytes": True, "reach": "production", "refuses": (409,)},
    sync_to_thread=True,
)
def show_receipt(request: Web, clip: FromPath[str], visit: NamedDependency[Visit]) -> Response[Any]:
    """The clip's receipt: a file that proves what the log says of it, offline, with the public key of the checkpoints alone.

    Which bytes, made from what, by which plan, approved by which key, charged what; under the newest checkpoint, and one is made
    where the newest does not reach that far. What is personal stays sealed in it, so it verifies alike before and after somebody
    is erased. `continuity receipts verify` checks it.
    """
    clip = named("clip", clip)
    with visit.registry.reading(visit.studio) as connection:
        last = evidence(connection, visit.studio, clip)[-1]["position"]
    proofs = proofs_of(visit.continuity.checkpoints, visit.studio, until=last)
    with visit.registry.reading(visit.studio) as connection:  # again: all that the checkpoint reaches
        rows = evidence(connection, visit.studio, clip, until=proofs.checkpoint.size)
    receipt = receipt_of(clip, rows, proofs)
    answer = serve_made(
        request, lambda: receipt, media_type=MEDIA_TYPE, tag=sha256(receipt).hexdigest(), note=_unnoted
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{clip}.receipt.json"'
    return answer


@route(
    "/audit/{thing:str}/bundle",
    http_method=READ,
    opt={"bytes": True, "reach": "studio", "role": "auditor", "refuses": (409,)},
    sync_to_thread=True,
)
def show_bundle(
    request: Web, thing: FromPath[str], visit: NamedDependency[Visit], *, pictures: FromQuery[bool] = True
) -> Response[Any]:
    """An audit bundle of a clip, a scene or a production, as a ZIP: events, proofs, receipts, a report, and the verifier.

    With names, prompts and pictures in its report it may show real people: that it was taken is on record, and so is each picture
    in it. `pictures=false` leaves the pictures out. Clips and pictures in full are fetched beside it, as `media.jsonl` has them.
    """
    if request.method == "HEAD":
        with visit.registry.reading(visit.studio) as connection:
            name_of(connection, visit.studio, thing)
        return Response(b"", media_type=ZIP)
    with visit.registry.reading(visit.studio) as connection:
        name_of(connection, visit.studio, thing)
        found = clips_of(connection, visit.studio, thing)
        head = visit.registry.head(connection, visit.studio)
    visit.noting(thing, "export", always=True)("")
    proofs = proofs_of(visit.continuity.checkpoints, visit.studio, until=head)

    def note(shown: str, form: Form) -> None:
        visit.noting(shown, form)("")

    shown = Pictures(visit.continuity.blobs, note) if pictures else None
    order = Order(
        log=visit.studio,
        thing=thing,
        clips=found,
        proofs=proofs,
        teller=Teller(visit.studio, shown),
        reading=lambda: visit.registry.reading(visit.studio),
    )
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        pack(order, file)
        size = file.tell()
        file.seek(0)
        digest = sha256()
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
        stack.pop_all()
    return serve_file(request, file, size, digest.digest(), media_type=ZIP, name=f"{thing}.zip")


ROUTES: Any = Router("/", route_handlers=[show_receipt, show_bundle], tags=["Proof"])
