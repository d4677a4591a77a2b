"""Signed notes and checkpoints: the known answer of others opens, and nothing that was changed does."""

from __future__ import annotations

from base64 import b64encode
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.proof.note import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteInvalid,
    Signer,
    VerifierKey,
    open_checkpoint,
    sign,
)
from tests.registry.proof.sizes import MUTANTS

KNOWN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
KNOWN_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The note that Go's implementation is documented with."""
ORIGIN = "films.example/studio_01jd0000000000000000000001"


def signer(seed: int) -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


OURS, NEXT, WITNESS = signer(1), signer(2), signer(3)
KEY = OURS.key(ORIGIN)
CHECKPOINT = Checkpoint(ORIGIN, 4711, bytes(range(32)))
SIGNED = str(sign(CHECKPOINT, [OURS]))


def test_a_note_of_others_opens() -> None:
    """A note and a key that another implementation made are read, checked, and written again byte for byte."""
    key = VerifierKey.parse(KNOWN_KEY)
    note = Note.parse(KNOWN_NOTE)
    assert note.signed_by([key]) == (key,)
    assert (str(key), str(note)) == (KNOWN_KEY, KNOWN_NOTE)


def test_a_checkpoint_is_written_as_the_specification_says() -> None:
    """Origin, size, root in base64, an empty line, a dash and the signature; our own vector keeps it so."""
    lines = SIGNED.split("\n")
    assert lines[:4] == [ORIGIN, "4711", b64encode(bytes(range(32))).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]
    assert open_checkpoint(SIGNED.encode(), [KEY]) == CHECKPOINT
    assert CHECKPOINT.log == "studio_01jd0000000000000000000001"


def test_what_a_key_of_another_log_signs_is_nobody_s() -> None:
    """The same private key under another name opens nothing: a signature for one log never passes for another's."""
    other = OURS.key("films.example/studio_01jd0000000000000000000002")
    with pytest.raises(NoteInvalid, match="none of the known keys"):
        open_checkpoint(SIGNED, [other])
    with pytest.raises(NoteInvalid, match="no public key was given"):
        open_checkpoint(SIGNED, [])
    foreign = Note(CHECKPOINT.text(), (OURS.sign(other.name, CHECKPOINT.text()),))
    with pytest.raises(NoteInvalid, match="no key of films"):
        open_checkpoint(foreign, [other])


def test_old_and_new_key_sign_the_overlap() -> None:
    """A note of two keys opens with either; one that nobody knows says nothing; a wrong line of a known one spoils it."""
    both = str(sign(CHECKPOINT, [OURS, NEXT]))
    for key in (KEY, NEXT.key(ORIGIN)):
        assert open_checkpoint(both, [key]) == CHECKPOINT
    spoilt = Note.parse(both)
    wrong = spoilt.signatures[1]._replace(signature=bytes(64))
    with pytest.raises(NoteInvalid, match="does not fit the text"):
        open_checkpoint(Note(spoilt.text, (spoilt.signatures[0], wrong)), [KEY, NEXT.key(ORIGIN)])
    assert open_checkpoint(Note(spoilt.text, (spoilt.signatures[0], wrong)), [KEY]) == CHECKPOINT


def test_a_witness_signs_with_its_time_and_vouches_for_no_log_alone() -> None:
    """A cosignature says when and is checked with it; without the log's own signature it opens no checkpoint."""
    told = WITNESS.cosign("witness.example/w1", CHECKPOINT.text(), seconds=1_795_370_400)
    key = VerifierKey("witness.example/w1", WITNESS.public, COSIGNATURE)
    note = Note.parse(SIGNED).joined(Note(CHECKPOINT.text(), (told,)))
    assert note.signed_by([KEY, key]) == (KEY, key)
    assert note.signatures[1].cosigned_at == 1_795_370_400
    assert VerifierKey.parse(str(key)) == key
    later = told._replace(signature=(1_795_370_401).to_bytes(8) + told.signature[8:])
    with pytest.raises(NoteInvalid, match="does not fit"):
        Note(CHECKPOINT.text(), (told._replace(signature=later.signature),)).signed_by([key])
    with pytest.raises(NoteInvalid, match="no key of"):
        open_checkpoint(Note(CHECKPOINT.text(), (told,)), [key])


NO_NOTES = {
    "no signatures": CHECKPOINT.text(),
    "an empty last half": CHECKPOINT.text() + "\n",
    "bytes behind the end": SIGNED + "x",
    "a line without an end": SIGNED[:-1],
    "carriage returns": SIGNED.replace("\n", "\r\n"),
    "a tabulator": SIGNED.replace("4711", "4711\t"),
    "another dash": SIGNED.replace("—", "-"),
    "two spaces": SIGNED.replace("— ", "—  "),
    "base64 without its end": SIGNED.replace("=\n", "\n"),
    "base64 for addresses": SIGNED.replace("+", "-").replace("/", "_"),
    "a size with a zero in front": SIGNED.replace("\n4711\n", "\n04711\n"),
    "a size with a sign": SIGNED.replace("\n4711\n", "\n+4711\n"),
    "a size in other digits": SIGNED.replace("\n4711\n", "\n٤٧١١\n"),
    "no UTF-8": SIGNED.encode() + b"\xff\n",
    "a lone surrogate": SIGNED + "\ud800\n",
}


@pytest.mark.parametrize("what", NO_NOTES)
def test_there_is_one_way_to_write_it(what: str) -> None:
    """Whatever is written otherwise is no checkpoint, even where a lenient reader would see the same."""
    with pytest.raises(NoteInvalid):
        open_checkpoint(NO_NOTES[what], [KEY])


@pytest.mark.parametrize(
    "text",
    [
        str(KEY).replace("+", "-", 1),
        str(KEY) + " ",
        str(KEY)[:-2],
        f"{ORIGIN}+00000000+{str(KEY).rpartition('+')[2]}",
        f"a b+{str(KEY).partition('+')[2]}",
        "",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """A key names its own hash, so one that was mistyped is found before it is used."""
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(text)


def test_no_changed_note_is_accepted() -> None:
    """A bit flipped anywhere, letters left out, doubled or moved: no note opens, or it says exactly what was signed."""
    random, raw, accepted = Random(1), SIGNED.encode(), 0
    for _ in range(MUTANTS):
        accepted += _opens(_changed(raw, random))
    assert accepted == 0


def _changed(raw: bytes, random: Random) -> bytes:
    at, other = random.randrange(len(raw)), random.randrange(len(raw))
    made = raw
    while made == raw:
        match random.randrange(4):
            case 0:
                made = raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]
            case 1:
                made = raw[:at] + raw[at + 1 :]
            case 2:
                made = raw[:at] + raw[other : other + 1] + raw[at:]
            case _:
                made = raw[:at] + random.randbytes(2) + raw[at + 2 :]
        at, other = random.randrange(len(raw)), random.randrange(len(raw))
    return made


def _opens(raw: bytes) -> bool:
    try:
        open_checkpoint(raw, [KEY])
    except NoteInvalid:
        return False
    return True
