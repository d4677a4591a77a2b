"""Calls about bytes: what is known of a file, or of its digest alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

from api.client.answers import read_as
from api.client.errors import LocalFailure
from api.client.pictures import quiet
from api.client.transfer import FileBody, OnBytes
from api.client.wire import Call, Calls, at
from registry.views.found import LookedUp

_PATIENCE = 60.0
"""Seconds beyond the usual that looking into a film may take."""


class LookupCalls(Calls):
    """From a file to its record."""

    def look_up_digest(self, sha256: str) -> LookedUp:
        """By the SHA-256 alone, which finds exact bytes; nothing else leaves this machine."""
        call = Call("POST", at("lookup"), json={"sha256": sha256})
        return read_as(LookedUp, self._wire.answer(call).body)

    def look_up(self, file: Path, *, digest_only: bool = False, on_bytes: OnBytes = quiet) -> LookedUp:
        """By the digest first; only where nothing has it the bytes are sent, unless `digest_only`. They are not kept there.

        Raises ContinuityError, and LocalFailure for a file that cannot be read.
        """
        try:
            with file.open("rb") as opened:
                sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            found = self.look_up_digest(sha256)
            if found.found or digest_only:
                return found
            body = FileBody(file, on_bytes)
            headers = {**body.headers(), "Content-Type": "application/octet-stream"}
            call = Call("POST", at("lookup"), {}, headers, stream=body.stream, patience=_PATIENCE)
            return read_as(LookedUp, self._wire.answer(call).body)
        except OSError as failed:
            why = failed.strerror or str(failed)
            raise LocalFailure(
                "unreadable-file", f"{file} cannot be read: {why}", "check path and rights"
            ) from failed
