"""Receipts of a clip that shows a real person: what they prove, that none can be changed, that an erasure leaves them good."""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from registry.blobs import store_for
from registry.deciders.clip import DecideClip
from registry.deciders.production import ReserveBudget, SettleBudget
from registry.deciders.submission import NoteOnSubmission, ResolveQuarantine
from registry.deciders.verdicts import ApproveClip, WithdrawApproval
from registry.erasure import carry_out, erase_clip, order_erasure
from registry.errors import NotFound
from registry.evidence import evidence
from registry.log.tables import EVENTS
from registry.proof.held import Keyring
from registry.proof.leaf import leaf_hash
from registry.proof.proven import CannotTell, Refuted, canonical_json
from registry.proof.receipt import verify_receipt, write_receipt
from registry.proof.statement import Charge, Statement
from registry.receipts import receipt_of
from tests.registry.erasing.person import (
    ANNA,
    CLIP,
    ELEMENT,
    FACE,
    HER,
    MADE,
    PAID,
    PAPER,
    SCENE,
    SHOW,
    VOICE,
    Person,
)
from tests.registry.log.opened import ME, STUDIO, opened
from tests.registry.proof.proving import KEYS, ORIGIN, OTHER, proofs, proofs_over
from tests.servers.engines import ENGINES

both_engines = pytest.mark.parametrize("person", ENGINES, indirect=True)
KEY_ID = ME.actor


def receipt(person: Person, **how: Any) -> bytes:
    shown = proofs(person.log, **how)
    with person.log.registry.reading(STUDIO) as connection:
        rows = evidence(connection, STUDIO, CLIP, until=shown.checkpoint.size)
    return receipt_of(CLIP, rows, shown)


def pay(person: Person) -> None:
    person.log.handle(ReserveBudget(stream=SHOW, submission=PAID, subject=MADE, units="2"))
    person.log.handle(SettleBudget(stream=SHOW, submission=PAID, units="1.8"))


def position_of(person: Person, type: str) -> int:
    query = select(EVENTS.c.position).where(EVENTS.c.log == STUDIO, EVENTS.c.type == type)
    with person.log.registry.reading(STUDIO) as connection:
        return int(connection.execute(query.order_by(EVENTS.c.position.desc())).scalars().first() or 0)


def digest(person: Person) -> str:
    with person.blobs.open(f"{STUDIO}/{PAID}/clip") as chunks:
        return sha256(b"".join(chunks)).hexdigest()


@both_engines
def test_a_receipt_says_what_the_log_says(person: Person) -> None:
    """Bytes, position, inputs, plan, paid call, charge and verdict are read out of proven events alone."""
    pay(person)
    person.log.handle(ApproveClip(stream=CLIP, note="good"))

    said = verify_receipt(receipt(person), KEYS, sha256=digest(person))

    assert (said.clip, said.log, said.origin, said.scene) == (CLIP, STUDIO, ORIGIN, SCENE)
    assert (said.sha256, said.position) == (digest(person), position_of(person, "ClipRecorded"))
    assert (said.generation, said.submission, said.plan_digest) == (MADE, PAID, "1" * 64)
    assert [one.id for one in said.inputs] == [FACE, ELEMENT, ANNA, PAPER, VOICE, HER]
    assert not any(one.erased for one in said.inputs)
    assert said.sent is not None
    assert (said.sent.task_id, said.sent.wire_digest) == ("task-1", "sealed")
    assert said.charge == Charge("1.8", "charged", position_of(person, "BudgetSettled"))
    assert said.verdict is not None
    assert (said.verdict.approved, said.verdict.by) == (True, KEY_ID)
    assert said.state == "kept"


@both_engines
def test_a_receipt_holds_before_and_after_an_erasure(person: Person) -> None:
    """The same file verifies when she is erased; a new one says who was erased; no word of hers is in either."""
    pay(person)
    before = receipt(person)
    order_erasure(person.log.registry, STUDIO, HER, "request", context=ME)
    carry_out(person.tools(), STUDIO, HER)
    erase_clip(
        person.tools(), STUDIO, DecideClip(stream=CLIP, decision="erase", likeness=HER, reason="asked")
    )
    after = receipt(person)

    old, new = verify_receipt(before, KEYS), verify_receipt(after, KEYS)

    assert (old.sha256, old.position, old.charge) == (new.sha256, new.position, new.charge)
    assert old.state == "kept"
    assert new.state == "erased"
    assert {one.id for one in new.inputs if one.erased} == {FACE, PAPER, ANNA, HER}
    assert [word for word in person.words.made if word.encode() in before + after] == []


def test_a_verdict_is_the_last_one(person: Person) -> None:
    """An approval that was taken back is none; under an older checkpoint it stands."""
    person.log.handle(ApproveClip(stream=CLIP, note="good"))
    approved = person.log.registry.feed.head(STUDIO)
    person.log.handle(WithdrawApproval(stream=CLIP, reason="the wrong take"))

    assert verify_receipt(receipt(person), KEYS).verdict is None
    older = verify_receipt(receipt(person, size=approved), KEYS)
    assert older.verdict is not None
    assert older.size == approved
    with pytest.raises(NotFound):
        receipt(person, size=position_of(person, "ClipRecorded") - 1)


class Adopted(Person):
    """Nobody knew what had come of the paid call, until a person found its task."""

    def note(self, name: str, **changes: Any) -> NoteOnSubmission:
        if name == "SubmissionConfirmed":
            for doubt in ("SubmissionUnknown", "SubmissionQuarantined"):
                self.log.handle(super().note(doubt))
            found = ResolveQuarantine(
                stream=PAID, decision="adopt", reason=self.words.word(), task_id="task-1"
            )
            self.log.handle(found)
            name, changes = "CallbackReceived", {}
        return super().note(name, **changes)


def test_a_clip_of_an_adopted_task_has_a_receipt(tmp_path: Path) -> None:
    """It says by whose word the task is this call's; the words of that person are sealed in it."""
    with opened(tmp_path) as log:
        person = Adopted(log, store_for(f"file://{tmp_path}/blobs"), tmp_path)
        person.tell()
        raw = receipt(person)

    said = verify_receipt(raw, KEYS)

    assert said.sent is not None
    assert (said.sent.task_id, said.sent.via) == ("task-1", "operator")
    assert [word for word in person.words.made if word.encode() in raw] == []


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One receipt with everything in it, the rows it was made of, and the proofs."""
    data = tmp_path_factory.mktemp("receipts")
    with opened(data) as log:
        person = Person(log, store_for(f"file://{data}/blobs"), data)
        person.tell()
        pay(person)
        log.handle(ApproveClip(stream=CLIP, note="good"))
        with log.registry.reading(STUDIO) as connection:
            rows = evidence(connection, STUDIO, CLIP)
        yield {"person": person, "receipt": receipt(person), "rows": rows, "proofs": proofs(log)}


def good(raw: bytes, keys: Keyring = KEYS) -> Statement | None:
    """What it proves; None when it is refused, and not by a crash."""
    try:
        return verify_receipt(raw, keys)
    except (Refuted, CannotTell):
        return None


def test_no_byte_of_a_receipt_can_be_another(told: dict[str, Any]) -> None:
    """Every byte of the event that records the clip, and one in sixty of all the others, with one bit flipped: all refused."""
    whole: bytes = told["receipt"]
    begins = whole.index(b'"type":"ClipRecorded"')
    leaf = range(whole.rindex(b'{"actor"', 0, begins), whole.index(b"}", begins) + 1)
    changed = sorted({*leaf, *range(0, len(whole), 60)})
    chance = random.Random(8)

    passed = [
        at
        for at in changed
        if good(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]) is not None
    ]

    assert good(whole) is not None
    assert len(changed) > 1_000
    assert passed == []


def test_made_up_receipts_are_refused(told: dict[str, Any]) -> None:
    """Events left out, twice, in another order, with another's path or columns, under another root: no such receipt is good."""
    chance, read = random.Random(9), orjson.loads(told["receipt"])
    passed = []
    for number in range(240):
        forged = orjson.loads(told["receipt"])
        what = _forge(forged, chance, number)
        if forged != read and (said := good(canonical_json(forged))) is not None:
            passed.append((what, said))

    # What may have come later can be left out: a receipt is as of its checkpoint, and denies nothing (docs/reference/receipt.md).
    later = ("ClipApproved", "BudgetSettled", "ConsentRevoked")
    assert {what for what, _ in passed} == {f"leave out {name}" for name in later}


def _forge(forged: dict[str, Any], chance: random.Random, number: int) -> str:
    events: list[dict[str, Any]] = forged["events"]
    one, other = chance.sample(range(len(events)), 2)
    match number % 6:
        case 0:
            return f"leave out {events.pop(one)['type']}"
        case 1:
            events.insert(other, dict(events[one]))
            return "twice"
        case 2:
            events[one], events[other] = events[other], events[one]
            return "another order"
        case 3:
            events[one]["path"] = events[other]["path"]
            return "another's path"
        case 4:
            column = chance.choice([name for name in events[one] if name not in ("path",)])
            events[one][column] = events[other][column]
            return f"another's {column}"
        case _:
            forged["checkpoint"] = str(told_by(other=True, size=chance.randrange(1, 90)))
            return "another checkpoint"


def told_by(*, other: bool, size: int) -> Any:
    from registry.proof.note import Checkpoint, sign
    from tests.registry.proof.proving import SIGNER

    return sign(Checkpoint(ORIGIN, size, bytes([size]) * 32), [OTHER if other else SIGNER])


def test_events_of_another_clip_are_refused(told: dict[str, Any]) -> None:
    """A receipt that names another clip, or mixes another proven event in, is refused."""
    rows, shown = told["rows"], told["proofs"]
    with shown.paths() as path:
        pairs = [(row, path(row["position"])) for row in rows]
    other = CLIP[:-1] + "2"
    assert good(write_receipt(CLIP, shown.note, pairs)) is not None
    with pytest.raises(Refuted, match=r"no event in it records clip_"):
        verify_receipt(write_receipt(other, shown.note, pairs), KEYS)
    strange = {row["position"] for row in rows}
    spare = next(position for position in range(1, shown.checkpoint.size) if position not in strange)
    query = select(EVENTS).where(EVENTS.c.log == STUDIO, EVENTS.c.position == spare)
    with told["person"].log.registry.reading(STUDIO) as connection:
        row = dict(connection.execute(query).one()._mapping)
    with pytest.raises(Refuted, match=rf"position {spare} does not belong"):
        verify_receipt(write_receipt(CLIP, shown.note, [*pairs, (row, path(spare))]), KEYS)


@pytest.mark.parametrize(
    ("type", "member", "value"),
    [
        ("ContinuityRecorded", "clip_sha256", "0" * 64),
        ("ContinuityRecorded", "clip", CLIP[:-1] + "2"),
        ("ContinuityRecorded", "generation", MADE[:-1] + "7"),
        ("ContinuityRecorded", "submission", PAID[:-1] + "7"),
        ("ContinuityRecorded", "plan_digest", "2" * 64),
        ("ContinuityRecorded", "task_id", "task-2"),
        ("PlanCompiled", "plan_digest", "2" * 64),
        ("GenerationEnded", "clip", CLIP[:-1] + "2"),
        ("SubmissionIntended", "subject", MADE[:-1] + "7"),
        ("SubmissionIntended", "plan_digest", "2" * 64),
        ("SubmissionConfirmed", "task_id", "task-2"),
        ("BudgetSettled", "submission", PAID[:-1] + "7"),
        ("ConsentGranted", "consent", "consent_01jd0000000000000000000007"),
        ("ClipRecorded", "stored", "nothing"),
    ],
)
def test_proven_events_that_contradict_each_other_are_refused(
    told: dict[str, Any], type: str, member: str, value: str
) -> None:
    """Even whoever signs the log cannot make a good receipt of events that are not of one clip, one plan and one paid call."""
    rows = [dict(row) for row in told["rows"]]
    [row] = [row for row in rows if row["type"] == type]
    row["body"] = canonical_json({**orjson.loads(row["body"]), member: value})
    leaves = [bytes(32)] * rows[-1]["position"]
    for one in rows:
        leaves[one["position"] - 1] = leaf_hash(one)
    shown = proofs_over(leaves)
    with shown.paths() as path:
        raw = write_receipt(CLIP, shown.note, [(one, path(one["position"])) for one in rows])
    with pytest.raises(Refuted):
        verify_receipt(raw, KEYS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"version":1}', b'"version": 1}'),
        (b'"version":1}', b'"version":1,"version":1}'),
        (b'"format":', b'"more":1,"format":'),
        (b'"version":1}', b'"version":1}\n'),
        (b'"format"', b'"\\u0066ormat"'),
    ],
)
def test_there_is_one_way_to_write_a_receipt(told: dict[str, Any], old: bytes, new: bytes) -> None:
    """Spaces, names given twice or escaped, members of one's own: such a file is no receipt."""
    assert told["receipt"].endswith(b'"version":1}')
    changed = new.join(told["receipt"].rsplit(old, 1))
    assert good(changed) is None


def test_what_cannot_be_told_is_not_called_tampered(told: dict[str, Any]) -> None:
    """Another signer's key, a newer version, and what is no receipt say nothing either way; a wrong file is refuted."""
    whole = told["receipt"]
    for raw, keys in (
        (whole, Keyring((OTHER.key(ORIGIN),))),
        (whole.replace(b'"version":1}', b'"version":2}'), KEYS),
        (b"\x89PNG", KEYS),
        (b"{}", KEYS),
        (b"[" * 100_000, KEYS),
    ):
        with pytest.raises(CannotTell):
            verify_receipt(raw, keys)
    with pytest.raises(Refuted, match="the file has SHA-256"):
        verify_receipt(whole, KEYS, sha256="0" * 64)
    bare = Keyring(bare=(told["proofs"].keys[0].public,))
    assert verify_receipt(whole, bare).clip == CLIP
