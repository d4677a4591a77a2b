"""A receipt checked here, step by step, by the verifier that everybody else has too (`registry.proof`).

What a service says of itself proves nothing to who does not trust it; the page says so, and how to check without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from registry.blobs import Blobs
from registry.events.references import StoredBytes
from registry.proof.held import Keyring
from registry.proof.note import VerifierKey
from registry.proof.proven import CannotTell, Refuted
from registry.proof.receipt import STEPS, Step, verify_receipt
from registry.proof.statement import Statement

Outcome = Literal["holds", "refuted", "cannot tell", "not reached", "not asked"]
ASKS: Final[dict[Step, str]] = {
    "form": "It is written as receipts are, in the one spelling that each has",
    "signature": "Its checkpoint is signed with a key of this studio",
    "events": "Each of its events leads to the root that was signed",
    "statement": "The events belong together, and none is missing between them",
    "file": "The footage is the one they speak of, by its SHA-256",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One step, what came of it, and why where it does not hold."""

    asks: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a receipt came to. `statement` is what it proves, None where it proves nothing."""

    checks: tuple[Check, ...]
    statement: Statement | None
    keys: Sequence[str]

    @property
    def good(self) -> bool:
        """Everything that was asked holds."""
        return self.statement is not None

    @property
    def verdict(self) -> str:
        """In a word, as the command line says it."""
        if self.good:
            return "good"
        refuted = any(check.outcome == "refuted" for check in self.checks)
        return "tampered" if refuted else "cannot tell"


def verified(raw: bytes, keys: Sequence[VerifierKey], *, sha256: str | None) -> Verified:
    """Check a receipt with the studio's keys; `sha256` is that of the file it shall be of, None where only it is asked."""
    held: list[Step] = []
    said = [str(key) for key in keys]
    try:
        statement = verify_receipt(raw, Keyring(tuple(keys)), sha256=sha256, holds=held.append)
    except Refuted as refuted:
        return Verified(_checks(held, "refuted", str(refuted)), None, said)
    except CannotTell as unknown:
        return Verified(_checks(held, "cannot tell", str(unknown)), None, said)
    return Verified(_checks(held, "not asked"), statement, said)


def _checks(held: Sequence[Step], outcome: Outcome, why: str = "") -> tuple[Check, ...]:
    """Those that held, the one that came to `outcome`, and those that were not reached."""
    rest = STEPS[len(held) :]
    later: Outcome = "not asked" if outcome == "not asked" else "not reached"
    return (
        *(Check(ASKS[step], "holds") for step in held),
        *(Check(ASKS[step], outcome, why) for step in rest[:1]),
        *(Check(ASKS[step], later) for step in rest[1:]),
    )


def digest_of(blobs: Blobs, stored: StoredBytes) -> str:
    """The SHA-256 of the bytes as they lie in the store now, read whole. Raises BlobError."""
    found = sha256()
    with blobs.open(stored.key) as chunks:
        for chunk in chunks:
            found.update(chunk)
    return found.hexdigest()
