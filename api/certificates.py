"""The certificate that clips are signed with (C2PA): its chain and key from files, looked at once when the service starts.

The chain is PEM, the signing certificate first, without the root. What the C2PA certificate profile asks of the first one is that
it is no authority, may sign, has an extended key usage (`emailProtection` will do) and names who signs; the library that writes
manifests checks the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID

from registry.blobs.credentials import Algorithm, SignerMaterial

_CURVES: Final[dict[str, Algorithm]] = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_MOST_BYTES: Final = 65_536
_LEAST_BITS: Final = 2048


class UnusableCertificate(Exception):
    """The chain or the key cannot be used; `variable` names the setting, the message says why and never what the key is."""

    def __init__(self, variable: str, why: str) -> None:
        super().__init__(why)
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who signs and how long that counts. `signer` is the name in the certificate."""

    material: SignerMaterial
    signer: str
    not_before: datetime
    not_after: datetime


def load_certificate(chain_file: Path, key_file: Path, time_stamps: str) -> Certificate:
    """Raises UnusableCertificate."""
    chain_pem = _read(chain_file, "CONTINUITY_C2PA_CHAIN_FILE")
    if key_file.exists() and key_file.stat().st_mode & 0o077:
        raise UnusableCertificate(
            "CONTINUITY_C2PA_KEY_FILE", f"{key_file} can be read by others: chmod 600 {key_file}"
        )
    key_pem = _read(key_file, "CONTINUITY_C2PA_KEY_FILE")
    leaf, key = _leaf(chain_pem, chain_file), _key(key_pem, key_file)
    if _is_authority(leaf):
        raise UnusableCertificate(
            "CONTINUITY_C2PA_CHAIN_FILE",
            f"the first certificate in {chain_file} is an authority's; the signing one stands first",
        )
    if leaf.public_key() != key.public_key():
        raise UnusableCertificate(
            "CONTINUITY_C2PA_KEY_FILE", f"{key_file} is not the key of the first certificate in {chain_file}"
        )
    pkcs8 = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    material = SignerMaterial(chain_pem.decode(), pkcs8.decode(), _algorithm(key, key_file), time_stamps)
    return Certificate(material, _name(leaf), leaf.not_valid_before_utc, leaf.not_valid_after_utc)


def _read(file: Path, variable: str) -> bytes:
    try:
        with file.open("rb") as opened:
            held = opened.read(_MOST_BYTES + 1)
    except OSError as refused:
        raise UnusableCertificate(variable, f"{file} cannot be read: {refused.strerror}") from None
    if len(held) > _MOST_BYTES:
        raise UnusableCertificate(variable, f"{file} is larger than {_MOST_BYTES} bytes")
    return held


def _leaf(pem: bytes, file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except (ValueError, IndexError):
        raise UnusableCertificate(
            "CONTINUITY_C2PA_CHAIN_FILE", f"{file} holds no certificates in PEM"
        ) from None


def _key(pem: bytes, file: Path) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise UnusableCertificate(
            "CONTINUITY_C2PA_KEY_FILE", f"{file} holds no private key in PEM without a password"
        ) from None


def _algorithm(key: PrivateKeyTypes, file: Path) -> Algorithm:
    """By the kind of key, as the C2PA specification lists them (section 13.2)."""
    match key:
        case ec.EllipticCurvePrivateKey(curve=curve) if curve.name in _CURVES:
            return _CURVES[curve.name]
        case rsa.RSAPrivateKey(key_size=bits) if bits >= _LEAST_BITS:
            return "ps256"
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
    raise UnusableCertificate(
        "CONTINUITY_C2PA_KEY_FILE",
        f"{file} is of a kind that C2PA does not sign with: use P-256, P-384, P-521, Ed25519 or RSA from 2048 bits",
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _name(certificate: x509.Certificate) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for found in certificate.subject.get_attributes_for_oid(kind):
            return str(found.value)
    return certificate.subject.rfc4514_string()
