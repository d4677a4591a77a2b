"""The exact bytes of a paid POST: the plan's payload, its pictures' bytes, and what the sender adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager

from generation.attach import Attachment, WireBody, prepare
from generation.desk import Desk
from generation.plan import Paid


def wire_body(
    desk: Desk, plan: Paid, *, extra: Mapping[str, str | None], urls: Mapping[str, str]
) -> WireBody:
    """The exact bytes to send, measured and verified. Raises PayloadRefused, BlobMissing, BlobCorrupt, BlobStoreDown.

    `extra` is what the sender adds to the plan: our id, and where to call. The plan's digest knows neither.
    """

    def open_blob(attachment: Attachment) -> AbstractContextManager[Iterator[bytes]]:
        return desk.blobs.open(attachment.key, sha256=attachment.sha256)

    attachments = {
        attached.ref: Attachment(
            ref=attached.ref,
            key=attached.key or "",
            sha256=attached.sha256 or "",
            bytes=attached.bytes or 0,
            url=urls.get(attached.ref),
        )
        for attached in plan.attachments
    }
    return prepare(plan.payload, attachments=attachments, extra=extra, open_blob=open_blob)


def video_urls(desk: Desk, plan: Paid, submission: str) -> dict[str, str]:
    """Which address stands for which clip or recording: the provider's, or ours where there is none. Raises PayloadRefused."""
    return {
        attached.ref: attached.url
        or desk.relayed(submission, attached.clip or attached.asset or "", attached.sha256 or "")
        for attached in plan.attachments
        if attached.url is not None or attached.relay
    }
