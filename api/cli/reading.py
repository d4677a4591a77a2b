"""JSON that a caller hands in as a file, read as strictly as the service reads a body."""

from __future__ import annotations

from typing import Any

import orjson

from api.client import LocalFailure
from api.duplicates import sent_twice, told


def json_of(raw: bytes, what: str, hint: str = "it holds one JSON document") -> Any:
    """The document. Raises LocalFailure for what is no JSON, and for names that stand twice in one object."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as unfit:
        raise LocalFailure("not-json", f"{what} is not JSON: {unfit}", hint) from None
    if names := sent_twice(raw):
        raise LocalFailure(
            "invalid-request",
            f"{what} names {', '.join(names)} twice",
            "correct every place named in errors",
            problem={"errors": told(names)},
        )
    return found
