"""Calls for what proves the record to others: receipts and audit bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from api.client.pictures import quiet
from api.client.transfer import OnBytes, download
from api.client.wire import Calls, at

_PACKING_SECONDS: Final = 3_600
"""How long the service may take to make the bundle of a large production before it sends it."""
RECEIPT_ENDING: Final = ".receipt.json"
"""What is added to a file's name for the receipt beside it."""


def receipt_beside(file: Path) -> Path:
    """Where the receipt of a downloaded clip lies."""
    return file.with_name(file.name + RECEIPT_ENDING)


class ProofCalls(Calls):
    """Receipts, bundles."""

    def download_receipt(self, clip: str, target: Path) -> Path:
        """The clip's receipt in a file; `registry.proof.receipt` and `continuity receipts verify` check it offline."""
        return download(self._wire, at("clips", clip, "receipt"), target, quiet)

    def download_bundle(
        self, thing: str, target: Path, *, pictures: bool = True, on_bytes: OnBytes = quiet
    ) -> Path:
        """The audit bundle of a clip, scene or production, a ZIP; needs a key with the role auditor."""
        asked = {} if pictures else {"pictures": "false"}
        path = at("audit", thing, "bundle")
        return download(self._wire, path, target, on_bytes, _PACKING_SECONDS, **asked)
