"""What the stand-alone checks of receipts and bundles say, and the exit codes they end in. No output but text and JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from registry.proof.bundle import KEYS, as_json, check_bundle, digest_of, keys_in
from registry.proof.held import Keyring
from registry.proof.proven import CannotTell, Refuted
from registry.proof.receipt import verify_receipt

GOOD: Final = 0
TAMPERED: Final = 1
UNKNOWN: Final = 2
_OWN_KEYS: Final = (
    "everything here fits together, but by the keys that came with it: name the public keys that you have from elsewhere "
    "with --public-key"
)


def verified(ask: Callable[[], Any]) -> dict[str, Any]:
    """What a check came to, as JSON has it: `verdict`, `exit`, and what was found or what is wrong."""
    try:
        found = ask()
    except Refuted as refuted:
        return {"verdict": "tampered", "exit": TAMPERED, "why": str(refuted)}
    except CannotTell as unknown:
        return {"verdict": "cannot tell", "exit": UNKNOWN, "why": str(unknown)}
    return {"verdict": "good", "exit": GOOD, "found": asdict(found)}


def check_receipt_file(receipt: Path, file: Path | None, keys: Keyring) -> dict[str, Any]:
    """A receipt, and the file it shall be of."""

    def ask() -> Any:
        digest = None if file is None else _digest_of_clip(file)
        try:
            raw = receipt.read_bytes()
        except OSError as failure:
            raise CannotTell(f"{receipt} cannot be read: {failure.strerror}") from None
        return verify_receipt(raw, keys, sha256=digest)

    return verified(ask)


def _digest_of_clip(file: Path) -> str:
    """Raises CannotTell: of a file that is not there nobody says that it was changed."""
    try:
        return digest_of(file)[1]
    except Refuted as unread:
        raise CannotTell(str(unread)) from None


def check_bundle_folder(folder: Path, public_keys: Path | None) -> dict[str, Any]:
    """A bundle; by its own keys it can be refuted, and never be good."""
    own = public_keys is None
    answer = verified(lambda: check_bundle(folder, keys_in(folder / KEYS if own else Path(str(public_keys)))))
    if own and answer["exit"] == GOOD:
        return {"verdict": "cannot tell", "exit": UNKNOWN, "why": _OWN_KEYS, "found": answer["found"]}
    return answer


def check_this_bundle(folder: Path, arguments: Sequence[str]) -> int:
    """The command of a bundle's own `verify.py`."""
    parser = argparse.ArgumentParser(
        prog="verify.py", description="Checks this bundle; exit code 0 good, 1 changed, 2 cannot tell."
    )
    parser.add_argument(
        "--public-key", type=Path, help="file with the checkpoint's public keys, one a line, from elsewhere"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args(list(arguments))
    answer = check_bundle_folder(folder, options.public_key)
    if options.json:
        sys.stdout.write(as_json(answer) + "\n")
        return int(answer["exit"])
    sys.stdout.write(f"{answer['verdict']}\n")
    for name, value in answer.get("found", {}).items():
        sys.stdout.write(f"  {name}: {', '.join(value) if isinstance(value, (list, tuple)) else value}\n")
    if "why" in answer:
        sys.stdout.write(f"  {answer['why']}\n")
    return int(answer["exit"])
