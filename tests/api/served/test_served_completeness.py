"""What is missing from a record is told over HTTP: holes, checkpoints that are gone or late, another history, clips without a
receipt, and what Kling holds beside the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.root import cli
from api.completing import completeness
from registry.checkpoints.making import name_of
from registry.deciders.account import RecordCensus, RecordReconciliation
from registry.events.envelope import Context
from registry.proof.leaf import leaf_of
from tests.api.served.adopting import House, adopting
from tests.api.served.tampering import Intruder
from tests.registry.events.golden import example
from tests.servers.paying import ROUTE


class Record:
    """A service whose record lacks nothing: a clip that was made, one that was adopted, four checkpoints, and a comparison."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.service = house, house.service
        self.studio = house.service.continuity.studio
        self.intruder = Intruder(folder / "continuity.sqlite", self.studio)
        self.account = self.service.get("/v1/accounts").json()["items"][0]["id"]
        self.sizes = [self.checkpoint()]
        self.made = house.film.made(cast=[], action="The tide turns.")["clip"]
        self.sizes.append(self.checkpoint())
        self.compare()
        self.sizes += [self.checkpoint(), self.checkpoint(another=True)]
        origin = self.service.continuity.checkpoints.origin(self.studio)
        self.checkpoints = folder / "checkpoints" / origin

    def checkpoint(self, *, another: bool = False) -> int:
        if another:
            self.service.made("/v1/characters", {"name": "Another", "depicts": "fictional"})
        return int(self.service.post("/v1/log/checkpoints").json()["size"])

    def compare(self) -> None:
        self.service.made("/v1/reconciliations", {"account": self.account})

    def missing(self) -> list[dict[str, Any]]:
        """What the service answers."""
        answer = self.service.get("/v1/log/completeness")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["complete"] == (not found["missing"])
        return list(found["missing"])

    def told(self) -> set[tuple[str, str, int | None]]:
        """Kind, thing and position of all that is missing."""
        return {(one["kind"], one["thing"], one["position"]) for one in self.missing()}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    folder = tmp_path_factory.mktemp("record")
    with adopting(folder) as house:
        yield Record(house, folder)


def test_a_whole_record_lacks_nothing(record: Record) -> None:
    """With every event, every checkpoint and a comparison that found nothing it is complete."""
    found = record.service.get("/v1/log/completeness").json()
    head = record.service.position()
    assert found == {"complete": True, "events": head, "covered": record.sizes[-1], "missing": []}


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_hole_is_told(record: Record, where: str) -> None:
    """An event that was taken out is missed with its position, under the newest checkpoint or not; the command ends with 4."""
    head = record.service.position()
    position = {"first": 1, "middle": head // 2, "last": head}[where]
    with record.intruder.does("DELETE", "position = ?", position):
        assert ("hole", record.studio, position) in record.told()
        given = {"CONTINUITY_URL": record.service.url, "CONTINUITY_KEY": record.service.key}
        done = CliRunner().invoke(cli, ["log", "completeness", "--json"], obj=given)
        assert done.exit_code == 4, done.output
    assert record.told() == set()


@pytest.mark.parametrize("which", [-1, -2, 0])
def test_a_checkpoint_that_is_gone_is_told(record: Record, which: int) -> None:
    """The newest, one in the middle, the first: each is missed by its size, and so is one that was overwritten."""
    size = record.sizes[which]
    file = record.checkpoints / name_of(size)
    kept = file.read_bytes()
    wanted = {("checkpoint", record.studio, size)}
    for content in (
        None,
        b"nothing that was signed",
        kept.replace(b"\n\xe2\x80\x94", b"\n\n\xe2\x80\x94", 1),
    ):
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        assert record.told() == wanted
        file.write_bytes(kept)
    assert record.told() == set()


def test_a_witness_remembers_what_nobody_wrote_down(record: Record) -> None:
    """A signature of a witness, or a time stamp, beside no checkpoint says that there was one."""
    beside = record.checkpoints / f"{record.sizes[-1] + 3:019d}.c0ffee00.cosigned"
    beside.write_text("signed")
    assert record.told() == {("checkpoint", record.studio, record.sizes[-1] + 3)}
    beside.unlink()


def test_a_late_checkpoint_is_told(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as late as was promised, by events or by the clock, and not before."""
    record.service.made("/v1/characters", {"name": "Late", "depicts": "fictional"})
    continuity, covered = record.service.continuity, record.sizes[-1]
    late, now = ("checkpoint", record.studio, covered + 1), continuity.registry.clock()
    behind = record.service.position() - covered
    for events, told in ((behind, set()), (behind // 2, {late})):
        settings = continuity.settings.model_copy(update={"checkpoint_events": events})
        found = completeness(replace(continuity, settings=settings), record.studio).missing
        assert {(one.kind, one.thing, one.position) for one in found} == told, events
    promised = int(continuity.settings.checkpoint_every * 1_000_000)
    for clock, told in ((now + promised, set()), (now + 2 * promised, {late})):
        monkeypatch.setattr(continuity.registry, "clock", lambda clock=clock: clock)
        assert record.told() == told, clock - now


def test_another_history_is_told(record: Record) -> None:
    """A row that was rewritten together with its hash is not the history that was signed."""
    [row] = record.intruder.ask("SELECT * FROM events WHERE log = ? AND position = 3")
    forged = [one.encode() if isinstance(one, str) else one for one in row]
    forged[8] = b"nobody"
    change = f"SET actor = 'nobody', leaf_hash = X'{leaf_of(forged[:13]).hex()}'"
    with record.intruder.does(change, "position = ?", 3):
        [found] = [one for one in record.missing() if one["kind"] == "history"]
        assert "it was rewritten" in found["message"]
    assert record.told() == set()


def test_a_log_behind_what_was_paid_for_is_told(record: Record) -> None:
    """The mark of a paid call, kept outside the database, names an event that this log has not."""
    [(position,)] = record.intruder.ask(
        "SELECT position FROM events WHERE log = ? AND type = 'SubmissionIntended'"
    )
    mark = record.service.continuity.marks.read(record.studio)
    assert mark is not None
    assert mark.position >= position
    with record.intruder.does(
        "SET event_id = 'event_00000000000000000000000000'", "position = ?", mark.position
    ):
        assert ("history", record.studio, mark.position) in record.told()


GONE = {
    "its record": "type = 'ClipRecorded'",
    "what it was made from": "type = 'ContinuityRecorded'",
    "the end": "type = 'GenerationEnded'",
    "its plan": "type = 'PlanCompiled'",
    "the generation": "stream LIKE 'generation_%'",
    "the intent": "type = 'SubmissionIntended'",
    "the paid call": "stream LIKE 'submission_%'",
}


@pytest.mark.parametrize("where", GONE.values(), ids=GONE.keys())
def test_a_clip_whose_evidence_is_gone_is_told(record: Record, where: str) -> None:
    """Whatever a receipt stands on: without it the clip is named, as one of which no receipt can be made."""
    with record.intruder.does("DELETE", where):
        assert ("receipt", record.made) in {one[:2] for one in record.told()}


@pytest.mark.parametrize("said", ['{"wrong":1}', "no JSON"])
@pytest.mark.parametrize(
    "type", ["ClipRecorded", "ContinuityRecorded", "SubmissionIntended", "BudgetSettled"]
)
def test_a_clip_whose_evidence_was_changed_is_told(record: Record, type: str, said: str) -> None:
    """An event whose hash does not fit any more proves nothing, whether it can be read or not."""
    with record.intruder.does(f"SET body = CAST('{said}' AS BLOB)", f"type = '{type}'"):
        assert ("receipt", record.made) in {one[:2] for one in record.told()}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("DELETE", "type = 'ClipAdopted'"),
        ("DELETE", "type = 'LikenessRegistered'"),
        ("SET actor = 'nobody'", "type = 'ClipAdopted'"),
        ("SET recorded_at = recorded_at + 1", "type = 'CharacterIntroduced'"),
    ],
)
def test_adopted_footage_has_receipts_too(record: Record, change: str, where: str) -> None:
    """Its own event, and the first of everybody who is said to be in it, there and unchanged."""
    with record.intruder.does(change, where):
        assert ("receipt", record.house.clip) in {one[:2] for one in record.told()}
    assert record.told() - {("checkpoint", record.studio, record.sizes[-1] + 1)} == set()


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("twin", True),
        ("not_in_log", True),
        ("charge", True),
        ("no_charge", True),
        ("missing", True),
        ("foreign", False),
    ],
)
def test_what_a_comparison_found_is_told(record: Record, kind: str, counts: bool) -> None:
    """What speaks against the log appears, what is explained does not; the newest comparison of an account counts."""
    run = example("AccountReconciled").model_copy(
        update={
            "reconciliation": record.service.continuity.registry.make_id("reconciliation"),
            "counts": {kind: 2},
        }
    )
    command = RecordReconciliation(stream=record.account, reconciled=run)  # type: ignore[arg-type]
    record.service.continuity.registry.handle(record.studio, [command], context=Context("tester"))
    assert record.told() == ({("reconciliation", record.account, None)} if counts else set())
    if counts:
        [found] = record.missing()
        assert f"2 of the kind {kind}" in found["message"]
    record.compare()
    assert record.told() == set()


def test_what_kling_holds_beside_the_log_is_told(record: Record) -> None:
    """A task that nobody here asked for is found by the next comparison, and stays told; so is an element by a census."""
    kling = record.house.film.kling
    kling.order(on="list", do="invent", route=ROUTE, external_task_id=f"s-{'0' * 26}")
    record.compare()
    [found] = record.missing()
    assert (found["kind"], found["thing"]) == ("reconciliation", record.account)
    assert "not_in_log" in found["message"]
    taken = example("CensusTaken").model_copy(
        update={"census": record.service.continuity.registry.make_id("census"), "counts": {"orphan": 1}}
    )
    command = RecordCensus(stream=record.account, taken=taken)  # type: ignore[arg-type]
    record.service.continuity.registry.handle(record.studio, [command], context=Context("tester"))
    assert {one[:2] for one in record.told()} == {
        ("reconciliation", record.account),
        ("census", record.account),
    }
