"""The private keys that sign checkpoints: a PEM file that only its owner reads, the current key first, older ones after it.

Every process of an installation is given the same file. It is made at first use, and never made again where the log has named
a key already: a lost file is a person's matter, not a reason for another identity.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from registry.errors import CheckpointsUnusable
from registry.lasting import make_folder, sync_folder
from registry.proof.note import Signer

_BLOCK: Final = re.compile(rb"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----", re.DOTALL)
_HINT: Final = (
    "put the key file back from its own backup; docs/how-to/audit.md says what to do when it is lost"
)


class KeyFile:
    """The file of an installation's signing keys."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def signers(self) -> list[Signer]:
        """The keys in it, the current one first; none where there is no file. Raises CheckpointsUnusable."""
        try:
            if self.path.stat().st_mode & 0o077:
                raise CheckpointsUnusable(
                    f"{self.path.name} can be read by others", hint=f"chmod 600 {self.path.name}"
                )
            blocks = _BLOCK.findall(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except OSError as failure:
            raise CheckpointsUnusable(
                f"{self.path.name} cannot be read: {failure.strerror}", hint=_HINT
            ) from None
        if not blocks:
            raise CheckpointsUnusable(f"{self.path.name} holds no private key in PEM", hint=_HINT)
        return [Signer(_private(self.path.name, block)) for block in blocks]

    def make(self) -> list[Signer]:
        """A first key, unless somebody made one just now; answers what is there then. Raises CheckpointsUnusable."""
        self._write(_pem(Ed25519PrivateKey.generate()), replace=False)
        return self.signers()

    def rotate(self) -> list[Signer]:
        """A new key in front of those that are there. Raises CheckpointsUnusable."""
        before = self.path.read_bytes() if self.path.exists() else b""
        self._write(_pem(Ed25519PrivateKey.generate()) + before, replace=True)
        return self.signers()

    def retire(self) -> list[Signer]:
        """Only the current key stays: older ones sign no more. Raises CheckpointsUnusable."""
        blocks = _BLOCK.findall(self.path.read_bytes())
        self._write(blocks[0] + b"\n", replace=True)
        return self.signers()

    def _write(self, content: bytes, *, replace: bool) -> None:
        """The file is whole under its name, and on the disk, when this returns."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
        try:
            make_folder(self.path.parent, mode=0o700)
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            if replace:
                beside.replace(self.path)
            else:
                _take_name(beside, self.path)
            sync_folder(self.path.parent)
        except OSError as failure:
            raise CheckpointsUnusable(
                f"{self.path.name} cannot be written: {failure.strerror}", hint=_HINT
            ) from None
        finally:
            beside.unlink(missing_ok=True)


def public_text(signer: Signer) -> str:
    """Its public key as the log names it."""
    return b64encode(signer.public).decode()


def _take_name(beside: Path, name: Path) -> None:
    """Give the file its name unless there is one of that name."""
    try:
        os.link(beside, name)
    except FileExistsError:
        return


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _private(name: str, block: bytes) -> Ed25519PrivateKey:
    try:
        found = load_pem_private_key(block, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CheckpointsUnusable(f"{name} holds a private key that cannot be read", hint=_HINT) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise CheckpointsUnusable(f"{name} holds another kind of key than Ed25519", hint=_HINT)
    return found
