"""A time stamp of a checkpoint by an authority outside (RFC 3161): when it was there, by somebody else's clock.

The answer is kept as it came, `<size>.tsr` beside the checkpoint; `openssl ts -verify` reads it. Needs the extra `tsa`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha512
from typing import Final

import structlog

from api.refusals import NotAvailable
from generation.errors import OutboundRefused, ReceiverUnreachable
from generation.outbound import Outbound
from registry.checkpoints.making import Checkpoints, Kept
from registry.errors import CheckpointsUnusable

_log = structlog.get_logger("checkpoints")
STAMP: Final = ".tsr"
_SECONDS: Final = 15.0
_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Stamping:
    """The authority's address."""

    outbound: Outbound
    address: str

    def see(self, checkpoints: Checkpoints, log: str, kept: Kept) -> bool:
        """Have the checkpoint stamped, unless it is; whether a stamp is kept now. Nothing is raised."""
        name = f"{kept.checkpoint.size:019d}{STAMP}"
        origin = checkpoints.origin(log)
        try:
            if any(name in place.names(origin, after=_before(name)) for place in checkpoints.places):
                return True
            stamp = self.stamp(str(kept.note).encode())
        except (CheckpointsUnusable, OutboundRefused, ReceiverUnreachable, NotAvailable) as failure:
            _log.warning("not_stamped", log=log, why=failure.message)
            return False
        except ValueError as refused:
            _log.error("stamp_unusable", log=log, why=str(refused))
            return False
        for place in checkpoints.places:
            with suppress(CheckpointsUnusable):
                place.keep(origin, name, stamp)
        return True

    def stamp(self, content: bytes) -> bytes:
        """The authority's answer about the bytes, once it speaks of these bytes and no others.

        Raises ValueError, NotAvailable, OutboundRefused and ReceiverUnreachable.
        """
        try:
            from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response
        except ImportError:
            raise NotAvailable(
                "time stamps need rfc3161-client, which is not installed here", hint="install continuity[tsa]"
            ) from None
        asked = TimestampRequestBuilder().data(content).nonce(nonce=True).build()
        said = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}
        answer = self.outbound.post(
            self.address, asked.as_bytes(), said, most_bytes=_MOST_BYTES, deadline_seconds=_SECONDS
        )
        if answer.status != 200:
            raise ValueError(f"the authority answered {answer.status}")
        stamp = decode_timestamp_response(answer.body)
        if stamp.status != 0:
            raise ValueError(f"the authority refused with status {stamp.status}")
        told = stamp.tst_info
        if told.message_imprint.message != sha512(content).digest() or told.nonce != asked.nonce:
            raise ValueError("the authority stamped something else")
        return answer.body


def _before(name: str) -> str:
    """What sorts in front of a name, with everything of its size after it."""
    return name[:19]
