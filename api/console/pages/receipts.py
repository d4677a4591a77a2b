"""Does the receipt hold? That of a clip as it is now, and any receipt file that somebody has."""

from __future__ import annotations

import re
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.console.inside import ask
from api.console.rendering import page, problem_page
from api.console.verifying import Verified, digest_of, verified
from api.errors import Web, invalid
from api.routes.commanding import Visit, named
from api.routes.uploads import new_upload, receive
from registry.proof.receipt import MOST_BYTES
from registry.views import clips

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_UPLOADED: Final = ("sha256",)


@post("/clips/{clip:str}/receipt", status_code=200)
async def verify_clip(request: Web, clip: FromPath[str], visit: NamedDependency[Visit]) -> Response[Any]:
    """Take the clip's receipt as anybody gets it, and check it with the studio's public keys and the bytes in the store."""
    clip = named("clip", clip)
    told = await ask(request, "GET", f"/v1/clips/{clip}/receipt")
    if not told.fine:
        return problem_page(request, told)
    found, erased = await sync_to_thread(_of_clip, visit, clip, told.content)
    return page(request, "receipt.html", title="Receipt", visit=visit, found=found, clip=clip, erased=erased)


def _of_clip(visit: Visit, clip: str, receipt: bytes) -> tuple[Verified, bool]:
    """Raises BlobError where the bytes cannot be read: that is no word about the receipt."""
    card = visit.read(clips.clip, clip)
    digest = None if card.erased else digest_of(visit.continuity.blobs, card.stored)
    return verified(receipt, visit.continuity.checkpoints.keys(visit.studio), sha256=digest), card.erased


@get("/receipts", sync_to_thread=True)
def ask_for_file(request: Web, visit: NamedDependency[Visit]) -> Response[str]:
    """Where a receipt file is handed in."""
    return page(request, "receipts.html", title="Verify a receipt", visit=visit)


@post("/receipts", status_code=200, request_max_body_size=None)
async def verify_file(request: Web, visit: NamedDependency[Visit]) -> Response[Any]:
    """Check a receipt that somebody has with the studio's public keys. Nothing of it is kept."""
    with new_upload() as upload:
        await receive(request, upload, most=MOST_BYTES, fields=_UPLOADED)
        digest = upload.words.get("sha256", "").strip() or None
        if digest is not None and not _SHA256.fullmatch(digest):
            message = "a SHA-256 has 64 hexadecimal digits"
            raise invalid([{"path": "$.sha256", "message": message, "value": digest[:80]}])
        upload.file.seek(0)
        found = await sync_to_thread(_of_file, visit, upload.file.read(), digest)
    return page(request, "receipt.html", title="Receipt", visit=visit, found=found, clip=None, erased=False)


def _of_file(visit: Visit, receipt: bytes, digest: str | None) -> Verified:
    return verified(receipt, visit.continuity.checkpoints.keys(visit.studio), sha256=digest)


ROUTES: Any = Router(
    "/",
    route_handlers=[verify_clip, ask_for_file, verify_file],
    opt={"reach": "production", "changes": "reader"},
)
