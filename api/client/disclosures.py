"""Calls about deliveries of clips, and what is on record of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from api.client.answers import read_as
from api.client.pictures import quiet
from api.client.transfer import OnBytes, download
from api.client.wire import Calls, at, given
from registry.events.marks import DisclosureBasis, DisclosureRole
from registry.events.references import Purpose
from registry.views.disclosures import DisclosureCard


class DisclosureCalls(Calls):
    """To whom clips are delivered and how that is disclosed; to deliver one needs a key with the role approver."""

    def deliver_clip(  # noqa: PLR0913 - what a disclosure record says
        self,
        clip: str,
        *,
        to: str,
        role: DisclosureRole,
        basis: DisclosureBasis,
        reviewer: str,
        note: str = "",
        purpose: Purpose = "final",
        depicts_real_person: Literal["yes", "no"] | None = None,
        c2pa: bool = False,
        accept: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> DisclosureCard:
        """Put a delivery on record; with `c2pa` its bytes are a signed copy. ContinuityError tells all that is against it."""
        body = {
            **{
                "to": to,
                "role": role,
                "basis": basis,
                "reviewer": reviewer,
                "note": note,
                "purpose": purpose,
            },
            **{"c2pa": c2pa, "accept": dict(accept or {})},
            **given(depicts_real_person=depicts_real_person),
        }
        path = at("clips", clip, "deliveries")
        return read_as(DisclosureCard, self._wire.change("POST", path, body, key=idempotency_key))

    def deliveries(self, clip: str | None = None, *, sha256: str | None = None) -> Iterator[DisclosureCard]:
        """Deliveries in order: all, of a clip, or of bytes with that digest (not both)."""
        if clip is not None:
            return self._wire.pages(DisclosureCard, at("clips", clip, "deliveries"))
        return self._wire.pages(DisclosureCard, at("deliveries"), sha256=sha256)

    def download_delivery(self, clip: str, delivery: str, target: Path, *, on_bytes: OnBytes = quiet) -> Path:
        """The bytes that were delivered, in a file. Raises DigestMismatch, and leaves no file then."""
        return download(self._wire, at("clips", clip, "deliveries", delivery, "content"), target, on_bytes)
