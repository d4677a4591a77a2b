"""Certificates of somebody who signs clips, as the C2PA profile wants them: a root, one between, and a leaf with its key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registry.blobs.credentials import SignerMaterial

DAY = timedelta(days=1)
_Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


@dataclass(frozen=True)
class House:
    """Who signs: `root` is whom others trust, `chain` and `key` are PEM."""

    root: str
    chain: str
    key: str

    @property
    def material(self) -> SignerMaterial:
        return SignerMaterial(self.chain, self.key, "es256")

    def files(self, folder: Path) -> dict[str, str]:
        """The settings of a service that signs with it."""
        chain, key = folder / "chain.pem", folder / "key.pem"
        chain.write_text(self.chain)
        key.write_text(self.key)
        key.chmod(0o600)
        return {"CONTINUITY_C2PA_CHAIN_FILE": str(chain), "CONTINUITY_C2PA_KEY_FILE": str(key)}


def house(name: str, *, days: int = 90, began: int = 1) -> House:
    """Certificates in that name, good until so many days from now, and from so many days ago on."""
    root = _issued(f"{name} root", None, days=days + 1, began=began, authority=True)
    between = _issued(f"{name} between", root, days=days + 1, began=began, authority=True)
    leaf = _issued(name, between, days=days, began=began, authority=False)
    pem = [one[0].public_bytes(serialization.Encoding.PEM).decode() for one in (root, between, leaf)]
    key = leaf[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return House(root=pem[0], chain=pem[2] + pem[1], key=key.decode())


def _issued(name: str, by: _Pair | None, *, days: int, began: int, authority: bool) -> _Pair:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    issuer, signing = (by[0].subject, by[1]) if by else (subject, key)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - began * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    )
    if not authority:
        mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(mail, critical=False)
    return made.sign(signing, hashes.SHA256()), key


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def read_by_library(path: Path, *, trusting: str = "") -> dict[str, Any]:
    """The whole manifest store as the library itself reads it, with `trusting` as root."""
    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False}}
    if trusting:
        settings["trust"] = {"user_anchors": trusting}
    with c2pa.Context.from_dict(settings) as context, c2pa.Reader(str(path), context=context) as reader:
        found: dict[str, Any] = json.loads(reader.json())
    return found
