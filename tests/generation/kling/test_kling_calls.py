"""What the vendor calls us with: the signature of its own example, and both body shapes."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import orjson
import pytest

from generation.errors import CallRefused, CallUnsigned
from generation.kling.calls import Signatures, read_call

SECRET: Final = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
OTHER: Final = "whsec_YW5vdGhlcnNlY3JldGFub3RoZXJzZWNyZXQ="
SENT: Final = 1781080794
BODY: Final = (
    b'{"id":"1234567890","status":"succeeded","message":"",'
    b'"create_time":1781080778802,"update_time":1781080794151}'
)
RIGHT: Final = "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="
"""The vendor's published example (contract section 9)."""


def headers(**changed: str) -> dict[str, str]:
    said = {"webhook-id": "9876543210", "webhook-timestamp": str(SENT), "webhook-signature": RIGHT}
    return said | {f"webhook-{name}": value for name, value in changed.items()}


def check(
    said: dict[str, str], body: bytes = BODY, *, secrets: tuple[str, ...] = (SECRET,), late: float = 0.0
) -> None:
    Signatures(secrets).check(said, body, now=int((SENT + late) * 1_000_000))


@pytest.mark.parametrize("secrets", [(SECRET,), (OTHER, SECRET), (SECRET, OTHER)])
def test_the_vendor_s_example_is_right(secrets: tuple[str, ...]) -> None:
    """The published signature passes, whichever of the listed secrets it was made with (rotation)."""
    check(headers(), secrets=secrets)
    check(headers(signature=f"v2,xyz v1,AAAA {RIGHT}"))
    check(headers(), late=299)
    check(headers(), late=-299)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "not signed"),
        (headers(id=""), "not signed"),
        (headers(timestamp="soon"), "not signed"),
        (headers(timestamp="9" * 12), "from now"),
        (headers(timestamp=str(SENT - 1)), "none of"),
        (headers(id="9876543211"), "none of"),
        (headers(signature=RIGHT[:-2] + "5="), "none of"),
        (headers(signature=RIGHT.removeprefix("v1,")), "none of"),
        (headers(signature="é,ü v1, ,"), "none of"),
        (headers(signature=f"{'x ' * 16}{RIGHT}"), "none of"),
    ],
)
def test_what_is_not_rightly_signed_is_refused(said: dict[str, str], words: str) -> None:
    """A missing, foreign, misread or buried signature is refused, and nothing it says can break the check."""
    with pytest.raises(CallUnsigned, match=words):
        check(said)


def test_a_changed_body_an_old_call_and_a_retired_secret_are_refused() -> None:
    """The signature covers the exact bytes, holds five minutes, and dies with its secret."""
    for changed in (BODY + b" ", b"\xff", b""):
        with pytest.raises(CallUnsigned):
            check(headers(), changed)
    for late in (301, -301):
        with pytest.raises(CallUnsigned, match="from now"):
            check(headers(), late=late)
    with pytest.raises(CallUnsigned, match="none of"):
        check(headers(), secrets=(OTHER,))


def test_both_shapes_are_read() -> None:
    """Legacy bodies name task_id and task_status, new ones id and status; the digest is the body's own."""
    new = read_call(BODY)
    assert (new.task_id, new.status) == ("1234567890", "succeeded")
    assert new.body_sha256 == hashlib.sha256(BODY).hexdigest()
    legacy = read_call(orjson.dumps({"task_id": "86", "task_status": "processing", "id": "x", "status": "y"}))
    assert (legacy.task_id, legacy.status) == ("86", "processing")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"task_id":',
        b"[" * 100_000,
        {"task_id": "86"},
        {"task_id": 86, "task_status": "succeed"},
        {"task_id": "a b", "task_status": "succeed"},
        {"task_id": "x" * 129, "task_status": "succeed"},
        {"task_id": "86", "task_status": "succeed\u0000"},
        {"id": "86", "status": ["succeed"]},
        {"id": "86", "status": "s" * 41},
    ],
)
def test_a_body_that_is_neither_is_refused(body: Any) -> None:
    """Anything else is refused in words, whatever it is made of."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    with pytest.raises(CallRefused) as refused:
        read_call(raw)
    assert refused.value.hint
