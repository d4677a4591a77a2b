"""Content credentials (C2PA): what a file says of where it is from, and a copy that says it in our name.

Both happen in confined children, as manifests are strangers' structures. The child that signs is of a pool of its own: those that
read what comes from outside never hold the private key. The bytes that are stored are never changed; whoever signs gets a copy.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, Literal

from pydantic import ValidationError

from registry.errors import BlobError, CannotMark
from registry.events.marks import C2paMark, C2paState

from .confined import CONFINED, Confined, DecodingError

Algorithm = Literal["es256", "es384", "es512", "ps256", "ed25519"]
SIGNING: Final = Confined(size=1)


@dataclass(frozen=True, slots=True)
class SignerMaterial:
    """Who signs: the certificate chain as PEM, leaf first, and its key; `time_stamps` is an RFC 3161 authority's address."""

    certificates: str
    key: str = field(repr=False)
    algorithm: Algorithm
    time_stamps: str = ""


def can_credential() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("c2pa") is not None


def read_mark(file: BinaryIO, media_type: str, *, confined: Confined = CONFINED) -> C2paMark:
    """What a file says of itself by a C2PA manifest; `not_looked` where the library is not installed."""
    if not can_credential():
        return C2paMark()
    try:
        return C2paMark.model_validate(confined.run("c2pa.read", file, media_type=media_type))
    except DecodingError as refused:  # too much for a child says nothing of the file
        state: C2paState = "not_looked" if refused.too_large else "damaged"
        return C2paMark(state=state, problems=(_short(refused),))
    except ValidationError as refused:
        return C2paMark(state="damaged", problems=(_short(refused),))


def write_credentials(
    file: BinaryIO,
    out: BinaryIO,
    media_type: str,
    define: Callable[[C2paMark], Mapping[str, Any]],
    signer: SignerMaterial,
    *,
    opened: bool = False,
) -> C2paMark:
    """Write a copy of `file` into `out` with a manifest of ours, and read it back.

    `define` makes the manifest for what the file says already: that becomes its parent. With `opened` the file is a parent also
    where it says nothing: it was made elsewhere.

    Raises CannotMark where the file bears one that cannot be read (a copy would lose it) or no copy can be made, and BlobError
    where the library is not installed.
    """
    if not can_credential():
        raise BlobError("no C2PA manifest can be written here", hint="install continuity[c2pa]")
    before = read_mark(file, media_type)
    if before.state in ("damaged", "not_looked"):
        raise CannotMark(
            f"it bears a C2PA manifest that cannot be read ({', '.join(before.problems)}), and a signed copy would lose it",
            hint="deliver it as it is, without c2pa",
        )
    try:
        SIGNING.run(
            "c2pa.write",
            file,
            into=out,
            media_type=media_type,
            definition=dict(define(before)),
            parent=opened or before.state != "absent",
            certificates=signer.certificates,
            key=signer.key,
            algorithm=signer.algorithm,
            time_stamps=signer.time_stamps,
        )
    except DecodingError as refused:
        raise CannotMark(
            f"no C2PA manifest could be written into it: {_short(refused)}",
            hint="look at the certificate (continuity doctor), or deliver it as it is, without c2pa",
        ) from refused
    written = read_mark(out, media_type)
    if not written.present:
        raise CannotMark(
            f"the C2PA manifest that was written is {written.state} ({', '.join(written.problems)})",
            hint="look at the certificate (continuity doctor), or deliver it as it is, without c2pa",
        )
    return written


def _short(refused: Exception) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in str(refused))[:200].strip()
