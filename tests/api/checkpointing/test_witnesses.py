"""Who else signs checkpoints: a witness that remembers (C2SP tlog-witness), and an authority that stamps the time (RFC 3161)."""

from __future__ import annotations

import subprocess
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from api.checkpointing.rounds import Rounds
from api.checkpointing.stamping import Stamping
from api.checkpointing.witness import Witness
from generation.outbound import Outbound
from registry.proof.held import Held, Keyring, notes_in
from registry.proof.note import COSIGNATURE, Checkpoint, Note, VerifierKey, open_checkpoint
from registry.proof.tree import check_consistency
from tests.api.delivering.telling import POLICY
from tests.registry.checkpoints.conftest import House, made_in
from tests.registry.log.opened import STUDIO, opened
from tests.registry.proof.test_note import WITNESS
from tests.servers.receiver import Answer, Heard, Receiver, receiving

NAME = "witness.example/w1"
KEY = VerifierKey(NAME, WITNESS.public, COSIGNATURE)
OUTBOUND = Outbound(POLICY)


@pytest.fixture
def house(on_file: Path) -> Iterator[House]:
    with opened(on_file) as log:
        yield House(log, made_in(log, on_file), on_file)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@dataclass
class Remembering:
    """A witness as the specification describes it, knowing one log's keys."""

    house: House
    size: int = 0
    root: bytes = b""

    def __call__(self, heard: Heard) -> Answer:
        head, _, note = heard.raw.decode().partition("\n\n")
        old, *proof = head.split("\n")
        checkpoint = open_checkpoint(note, self.house.checkpoints.keys(STUDIO))
        if old != f"old {self.size}":
            return Answer(409, {"content-type": "text/x.tlog.size"}, f"{self.size}\n".encode())
        path = [b64decode(line) for line in proof]
        root = self.root or checkpoint.root
        if self.size and not check_consistency(self.size, checkpoint.size, path, root, checkpoint.root):
            return Answer(422)
        self.size, self.root = checkpoint.size, checkpoint.root
        text = Note.parse(note).text
        return Answer(200, {}, f"{WITNESS.cosign(NAME, text, seconds=1_795_370_400)}\n".encode())


def test_a_witness_signs_what_goes_on(house: House, receiver: Receiver) -> None:
    """Its signature is kept beside the checkpoint; it is asked from where it was, and once; a verifier reads both files."""
    witness, receiver.says = Witness(OUTBOUND, receiver.url, KEY), Remembering(house)
    house.grow(3)
    first = house.checkpoints.make(STUDIO)
    assert witness.see(house.checkpoints, STUDIO, first)
    assert witness.see(house.checkpoints, STUDIO, first)
    house.grow(2)
    assert witness.see(house.checkpoints, STUDIO, house.checkpoints.make(STUDIO))
    assert [one.raw.split(b"\n")[0] for one in receiver.heard] == [b"old 0", b"old 3"]
    assert {one.path for one in receiver.heard} == {"/hook/add-checkpoint"}
    kept = sorted((house.folder / "checkpoints").rglob("*.cosigned"))
    for file in kept:
        assert KEY in Note.parse(file.read_bytes()).signed_by([KEY])
    keys = Keyring((*house.checkpoints.keys(STUDIO), KEY))
    held = Held.open(notes_in([house.folder / "checkpoints"]), keys)
    assert (len(kept), [one.size for one in held.opened[STUDIO]], held.doubts) == (2, [3, 3, 5, 5], [])


def test_a_witness_that_knows_another_size_is_asked_from_there(house: House, receiver: Receiver) -> None:
    """What it remembers counts, also when nothing of it is kept here."""
    house.grow(4)
    older: Checkpoint = house.checkpoints.make(STUDIO).checkpoint
    receiver.says = Remembering(house, older.size, older.root)
    house.grow(1)
    assert Witness(OUTBOUND, receiver.url, KEY).see(house.checkpoints, STUDIO, house.checkpoints.make(STUDIO))
    assert [one.raw.split(b"\n")[0] for one in receiver.heard] == [b"old 0", b"old 4"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(0),
        Answer(200, {}, b"hello\n"),
        Answer(200, {}, f"— {NAME} AAAAAAAA\n".encode()),
        Answer(409, {}, b"77\n"),
        Answer(409, {}, b"many\n"),
        Answer(404),
    ],
)
def test_a_witness_that_fails_keeps_no_checkpoint_from_being_made(
    house: House, receiver: Receiver, answer: Answer
) -> None:
    """Silent, lost, lying or ahead of us: nothing of it is kept, and the checkpoint stands."""
    receiver.says = lambda _heard: answer
    house.grow(2)
    rounds = Rounds(
        house.checkpoints, events=1, every=60.0, witnesses=(Witness(OUTBOUND, receiver.url, KEY),)
    )
    rounds.look()
    assert house.checkpoints.newest(STUDIO) is not None
    assert list((house.folder / "checkpoints").rglob("*.cosigned")) == []


def test_a_checkpoint_is_stamped_with_the_time(house: House, receiver: Receiver, tmp_path: Path) -> None:
    """The authority's answer is kept as it came and checked by the tool that everybody has; one for other bytes is refused."""
    authority = _authority(tmp_path)
    receiver.says = lambda heard: Answer(200, {}, _stamped(authority, heard.raw))
    stamping = Stamping(OUTBOUND, receiver.url)
    house.grow(2)
    kept = house.checkpoints.make(STUDIO)
    assert stamping.see(house.checkpoints, STUDIO, kept)
    assert stamping.see(house.checkpoints, STUDIO, kept)
    assert len(receiver.heard) == 1
    [stamp] = (house.folder / "checkpoints").rglob("*.tsr")
    checked = ["ts", "-verify", "-data", str(stamp.with_suffix(".checkpoint")), "-in", str(stamp)]
    _openssl(*checked, "-CAfile", str(authority / "root.pem"))

    first = receiver.heard[0].raw
    receiver.says = lambda _heard: Answer(200, {}, _stamped(authority, first))
    house.grow(1)
    assert not stamping.see(house.checkpoints, STUDIO, house.checkpoints.make(STUDIO))


def _authority(folder: Path) -> Path:
    """A time-stamping authority: a root, a certificate for stamping, and what the tool wants to know."""
    folder = folder / "authority"
    folder.mkdir()
    private, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stamps")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(private, hashes.SHA256())
    )
    (folder / "root.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "ts.cnf").write_text(
        f"[tsa]\nserial = {folder}/serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\n"
        "digests = sha256, sha512\nordering = no\naccuracy = secs:1\n"
    )
    return folder


def _stamped(authority: Path, query: bytes) -> bytes:
    asked, answered = authority / "query.tsq", authority / "answer.tsr"
    asked.write_bytes(query)
    signing = ("-inkey", f"{authority}/key.pem", "-signer", f"{authority}/root.pem")
    _openssl(
        *("ts", "-reply", "-config", f"{authority}/ts.cnf", "-section", "tsa", "-queryfile", str(asked)),
        *(*signing, "-out", str(answered)),
    )
    return answered.read_bytes()


def _openssl(*arguments: str) -> None:
    tool = which("openssl")
    assert tool is not None, "this test needs the openssl program, which every Debian has"
    subprocess.run([tool, *arguments], check=True, capture_output=True)
