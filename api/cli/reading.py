"""JSON that a caller hands in as a file, read as strictly as the service reads a body."""

from __future__ import annotations

from typing import Any

from api.client import LocalFailure
from registry.events.strict import JsonRefused, read_strictly


def json_of(raw: bytes, what: str, hint: str = "it holds one JSON document") -> Any:
    """The document. Raises LocalFailure for what is no JSON, and for what the service would not take either."""
    try:
        return read_strictly(raw)
    except JsonRefused as refused:
        if refused.kind == "malformed":
            raise LocalFailure("not-json", f"{what} is not JSON: {refused}", hint) from None
        raise LocalFailure(
            "invalid-request" if refused.kind == "invalid" else "too-large",
            f"{what} cannot be taken: {refused}",
            "correct every place named in errors",
            problem={"errors": refused.errors},
        ) from None
