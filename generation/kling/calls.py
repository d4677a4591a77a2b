"""What the vendor calls us with (contract section 9): two body shapes, and the Standard Webhooks signature over the raw body.

Nothing here is believed: a call that can be read is a reason to ask, never an answer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from standardwebhooks import Webhook

from generation.errors import CallRefused, CallUnsigned
from registry.events.strict import JsonRefused, read_strictly

TOLERANCE_SECONDS: Final = 300
"""How far a signature's time may be from ours, either way (contract section 9)."""
_MOST_SIGNATURES: Final = 16
_TASK: Final = re.compile(r"[\x21-\x7e]{1,128}")
_STATUS: Final = re.compile(r"[a-z_]{1,40}")
_TIME: Final = re.compile(r"[0-9]{1,12}")
_ID: Final = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True, slots=True)
class Call:
    """What a callback claims: which task, and how it is. `body_sha256` names the exact bytes."""

    task_id: str
    status: str
    body_sha256: str


def read_call(body: bytes) -> Call:
    """Either shape: legacy (`task_id`, `task_status`) or new (`id`, `status`). Raises CallRefused."""
    try:
        said = read_strictly(body)
    except JsonRefused as wrong:
        raise CallRefused(f"the callback is no JSON: {wrong}", hint="send the JSON of the contract") from None
    if not isinstance(said, dict):
        raise CallRefused(
            f"the callback is a JSON {type(said).__name__}, not an object", hint="send an object"
        )
    names = ("task_id", "task_status") if "task_id" in said else ("id", "status")
    task_id = _text(said, names[0], _TASK)
    status = _text(said, names[1], _STATUS)
    return Call(task_id, status, hashlib.sha256(body).hexdigest())


def _text(said: dict[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        shown = repr(value)[:80]
        raise CallRefused(
            f"{name} is {shown}, which is none", hint="send task_id and task_status, or id and status"
        )
    return value


class Signatures:
    """Checks calls against one or several secrets; a rotated secret stays good as long as it is listed.

    Raises ValueError for a secret that is no `whsec_…` base64 text; the message never shows it.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._signers: list[Webhook] = []
        for number, secret in enumerate(secrets, 1):
            try:
                self._signers.append(Webhook(secret))
            except Exception:  # noqa: BLE001 - the library raises what base64 raises, and an error of its own it does not export
                raise ValueError(f"webhook secret {number} is no whsec_ and base64") from None

    def __bool__(self) -> bool:
        return bool(self._signers)

    def check(self, headers: Mapping[str, str], body: bytes, *, now: int) -> None:
        """Pass a rightly signed call of now (microseconds). Raises CallUnsigned.

        The library's own `verify` reads the machine's clock; here the time comes in, and the library signs.
        """
        call_id, sent, given = (
            headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
        )
        if not (_ID.fullmatch(call_id) and _TIME.fullmatch(sent) and given):
            raise CallUnsigned("the callback is not signed", hint="sign it as Standard Webhooks says")
        if abs(now - int(sent) * 1_000_000) > TOLERANCE_SECONDS * 1_000_000:
            raise CallUnsigned(
                f"the callback was signed at {sent}, more than {TOLERANCE_SECONDS} s from now",
                hint="check both clocks",
            )
        try:
            text, when = body.decode(), datetime.fromtimestamp(int(sent), tz=UTC)
        except (UnicodeDecodeError, ValueError, OverflowError, OSError):
            raise CallUnsigned("the callback cannot be what was signed", hint="send UTF-8") from None
        right = [signer.sign(call_id, when, text).encode() for signer in self._signers]
        named = [one.encode("utf-8", "replace") for one in given.split(" ")[:_MOST_SIGNATURES]]
        # Every pair is compared, so the time says nothing about which secret or signature was near.
        if not sum(hmac.compare_digest(one, expected) for one in named for expected in right):
            raise CallUnsigned("none of the callback's signatures is right", hint="check the webhook secret")
