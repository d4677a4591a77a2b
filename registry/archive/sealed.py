"""The key file: what opens an archive's personal fields, sealed under a passphrase (scrypt, AES-256-GCM).

It holds data keys, the names of streams whose keys were destroyed, the API keys' digests with their holders, and what opens the
answers. First line: what it is, in clear and authenticated; then the sealed rest. Whoever has archive, key file and passphrase
can read everything, so keep the key file apart from the archive, and as shortly as backups of keys.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.archive.layout import Contents, KeyPart, damaged, unreadable, write_durably
from registry.errors import ArchiveError, WrongPassphrase
from registry.events.canonical import canonical
from registry.events.ids import KeyId, StudioId
from registry.events.references import Sha256
from registry.events.studio import Role
from registry.views.access import Limits

RandomBytes = Callable[[int], bytes]
SHORTEST: Final = 12
"""Characters a passphrase has at least."""
_COST: Final = {"n": 2**17, "r": 8, "p": 1}
"""Scrypt: 128 MiB and about half a second for each guess."""
_NONCE: Final = 12


class HeldKey(BaseModel):
    """An API key: who holds it, the digest of its secret, what it may do, whether it still opens anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: KeyId
    holder: str
    secret_sha256: Sha256
    roles: tuple[Role, ...]
    expires_at: int | None
    productions: tuple[str, ...] = ()
    limits: Limits = Field(default_factory=Limits)
    revoked: bool


class Ring(BaseModel):
    """What the key file holds. Keys are base64; `secrets` are the installation's own, where the studio was alone in it.

    `limits` bound all API keys of the studio together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: dict[str, str] = Field(repr=False)
    destroyed: tuple[str, ...]
    api_keys: tuple[HeldKey, ...]
    limits: Limits = Field(default_factory=Limits)
    secrets: dict[str, str] = Field(repr=False)
    answers: str = Field(repr=False)

    def key_of(self, stream: str) -> bytes:
        return b64decode(self.keys[stream])

    def decoded_secrets(self) -> dict[str, bytes]:
        return {name: b64decode(key) for name, key in self.secrets.items()}

    @property
    def answers_key(self) -> bytes:
        return b64decode(self.answers)


class _Header(BaseModel):
    """The first line. The digest names the history that the keys belong to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["continuity-keys-1"] = "continuity-keys-1"
    studio: StudioId
    digest: Sha256
    salt: str
    nonce: str


def text(key: bytes) -> str:
    """Key bytes as a ring holds them."""
    return b64encode(key).decode()


def check_passphrase(passphrase: str) -> str:
    """The passphrase itself. Raises ArchiveError when it is too short to seal anything."""
    if len(passphrase) < SHORTEST:
        raise ArchiveError(
            f"the passphrase has {len(passphrase)} characters",
            hint=f"take {SHORTEST} or more, such as five words",
        )
    return passphrase


def write_ring(
    file: Path, ring: Ring, passphrase: str, *, studio: str, digest: str, random_bytes: RandomBytes
) -> KeyPart:
    """Write the key file, for its owner only; what was under that name is replaced."""
    salt, nonce = random_bytes(16), random_bytes(_NONCE)
    header = _Header(studio=studio, digest=digest, salt=salt.hex(), nonce=nonce.hex())
    line = canonical(header.model_dump()) + b"\n"
    plain = canonical(ring.model_dump(mode="json"))
    content = line + AESGCM(_derived(passphrase, salt)).encrypt(nonce, plain, line)
    write_durably(file, content)
    return KeyPart(
        sha256=sha256(content).hexdigest(),
        streams=len(ring.keys),
        destroyed=len(ring.destroyed),
        api_keys=len(ring.api_keys),
    )


def read_ring(file: Path, passphrase: str, contents: Contents) -> Ring:
    """Open the key file of an archive. Raises ArchiveDamaged (changed, or another archive's) and WrongPassphrase."""
    try:
        content = file.read_bytes()
    except OSError as failure:
        raise unreadable(f"the key file {file}", failure) from None
    if sha256(content).hexdigest() != contents.keys.sha256:
        raise damaged(f"the key file {file}", "it was changed, or belongs to another export")
    line, _, sealed = content.partition(b"\n")
    try:
        header = _Header.model_validate_json(line)
        key = _derived(passphrase, bytes.fromhex(header.salt))
        plain = AESGCM(key).decrypt(bytes.fromhex(header.nonce), sealed, line + b"\n")
        return Ring.model_validate_json(plain)
    except InvalidTag:
        raise WrongPassphrase(
            f"the key file {file} does not open with this passphrase", hint="try the one it was made under"
        ) from None
    except (ValidationError, ValueError):
        raise damaged(f"the key file {file}", "it is no key file") from None


def seal_rows(key: bytes, rows: list[dict[str, Any]], *, bound_to: str, random_bytes: RandomBytes) -> bytes:
    """Rows of answers as sealed bytes; `bound_to` is authenticated and not stored."""
    plain = orjson.dumps([{**row, "answer": text(row["answer"])} for row in rows])
    nonce = random_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def open_rows(key: bytes, sealed: bytes, *, bound_to: str) -> list[dict[str, Any]]:
    """Raises ArchiveDamaged, naming `bound_to`."""
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
        rows: list[dict[str, Any]] = orjson.loads(plain)
        return [{**row, "answer": b64decode(row["answer"])} for row in rows]
    except (InvalidTag, ValueError, TypeError, KeyError):
        raise damaged(bound_to, "it does not open with its key") from None


def _derived(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_COST).derive(passphrase.encode())
