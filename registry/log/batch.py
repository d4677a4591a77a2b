"""One batch of the writer: decide each call over what the batch has decided so far, and gather the rows.

Everything happens under the head lock, on states read there, so callers on one hot stream do not fight: they queue. A call that
is refused leaves no trace in the batch; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, insert, select, text, update

from registry.errors import (
    InvalidCommand,
    NotFound,
    RegistryError,
    StaleLease,
    VersionConflict,
)
from registry.events.envelope import Event, Recorded
from registry.events.ids import MakeId
from registry.log.answers import Answers
from registry.log.closing import check_open
from registry.log.engine.quick import Quick
from registry.log.roles import Clock, Command, Decider, Handle, Handled, Projection, State
from registry.log.rows import Place, RowWriter
from registry.log.states import Folded, States, decider_of
from registry.log.tables import EVENTS, HEADS, LEASES

_HEAD: Final = (
    select(HEADS.c.log, HEADS.c.position, HEADS.c.recorded_at, HEADS.c.closed)
    .where(HEADS.c.log == bindparam("of_log"))
    .with_for_update()
)
_MOVE_HEAD: Final = (
    update(HEADS)
    .where(HEADS.c.log == bindparam("of_log"))
    .values(position=bindparam("position"), recorded_at=bindparam("recorded_at"))
)
_ADD_EVENTS: Final = insert(EVENTS)
_EPOCH: Final = (
    select(LEASES.c.epoch)
    .where(LEASES.c.log == bindparam("of_log"), LEASES.c.work == bindparam("of_work"))
    .with_for_update(read=True)
)
"""Shared, so that nobody takes the work over before this transaction has ended."""
NEW_HEAD: Final = text(
    "INSERT INTO heads (log, position, recorded_at, closed) VALUES (:log, 0, 0, '') ON CONFLICT DO NOTHING"
)


@dataclass
class Head:
    """A log's head while its row is locked; `locked_at` is the position it was found at, `closed` why nothing may be added."""

    log: str
    position: int
    recorded_at: int
    locked_at: int
    closed: str = ""


@dataclass
class Outcome:
    """What came of one call in the batch: `handled`, or `refused`, or `again` (a twin of an earlier call in this batch)."""

    call: Handle
    recorded: tuple[Recorded, ...] = ()
    handled: Handled | None = None
    refused: RegistryError | None = None
    again: bool = False


@dataclass
class Batch:
    """The work of one transaction. Use once."""

    quick: Quick
    states: States
    deciders: Mapping[str, Decider]
    writer: RowWriter
    clock: Clock
    make_id: MakeId
    answers: Answers
    heads: dict[str, Head] = field(default_factory=dict)
    overlay: dict[tuple[str, str], Folded] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    keys: set[tuple[str, str]] = field(default_factory=set)
    erasures: int = 0

    @property
    def connection(self) -> Connection:
        """What projections and answers ask: of a connection they use `execute` alone, and that is here."""
        return cast("Connection", self.quick)

    def prepare(self, calls: Sequence[Handle], logs: Iterable[str], *, brief: bool) -> None:
        """Lock the heads, in an order that all processes share, and read what the calls need, in few questions.

        `brief` says that nothing else is done under the locks: who holds them for long is hung.
        """
        lock = self.quick.lock if brief else self.quick.ask
        for log in sorted(set(logs)):
            mine = [call for call in calls if call.log == log]
            keys = {call.answer.key for call in mine if call.answer is not None}
            streams = [stream for call in mine for stream in _streams(call)]
            head = lock(_HEAD, {"of_log": log})
            take_answers = self.answers.ask(self.quick, log, keys, self.clock())
            take_states = self.states.ask(self.quick, log, streams)
            if first := not (rows := head.all()):
                # Two processes may come to a new log at once; one of them makes the row, both then wait for it.
                self.connection.execute(NEW_HEAD, {"log": log})
                rows = lock(_HEAD, {"of_log": log}).all()
            self._locked(rows[0])
            if first:  # nothing was held yet when those were read
                take_answers = self.answers.ask(self.quick, log, keys, self.clock())
                take_states = self.states.ask(self.quick, log, streams)
            take_answers()
            take_states()
            self.states.ask(self.quick, log, streams)()
        self.writer.begin(self.erasures)

    def keys_are_durable(self) -> bool:
        """Make the data keys of what was sealed durable. False: another process made one first; the batch must run again."""
        return self.writer.flush()

    def promote(self) -> None:
        """After the commit: what was decided is what is known."""
        positions = {log: head.position for log, head in self.heads.items()}
        self.states.promote(self.overlay, positions, erasures=self.erasures)

    def decide(self, call: Handle) -> Outcome:
        """Decide one call. Its events join the batch only if all of its commands agree."""
        head = self.heads[call.log]
        try:
            if (settled := self._answered(call, head)) is not None:
                return settled
            check_open(head.closed)
            self._check_fence(call)
            recorded, changed = self._events(call, head)
        except RegistryError as refused:
            return Outcome(call, refused=refused)
        self.overlay.update(changed)
        if recorded:
            head.position, head.recorded_at = recorded[-1].position, recorded[-1].recorded_at
        if call.answer is not None:
            self.keys.add((call.log, call.answer.key))
        return Outcome(call, recorded=recorded)

    def write(self, outcomes: Iterable[Outcome], projections: Iterable[Projection]) -> None:
        """Insert, project the whole batch, build the answers, move the heads."""
        happened = [
            outcome
            for outcome in outcomes
            if outcome.refused is None and outcome.handled is None and not outcome.again
        ]
        recorded = [event for outcome in happened for event in outcome.recorded]
        if self.rows:
            self.connection.execute(_ADD_EVENTS, self.rows)
        types = {event.type for event in recorded}
        for projection in projections:
            if not types.isdisjoint(projection.events):
                projection.project(
                    self.connection, [event for event in recorded if event.type in projection.events]
                )
        for outcome in happened:
            outcome.handled = self._finish(outcome)
        self.answers.keep(self.connection, self.clock())
        for head in self.heads.values():
            if head.position != head.locked_at:
                moved = {"of_log": head.log, "position": head.position, "recorded_at": head.recorded_at}
                self.connection.execute(_MOVE_HEAD, moved)

    def _finish(self, outcome: Outcome) -> Handled:
        call, position = outcome.call, self.heads[outcome.call.log].position
        if outcome.recorded:
            position = outcome.recorded[-1].position
        answer = None
        if call.answer is not None:
            # Without events it is the answer itself that writes, and it asks how many rows that changed.
            connection = self.connection if call.commands else self.quick.plain()
            answer = call.answer.build(connection, outcome.recorded)
            self.answers.add(call.log, call.answer, answer, position=position)
        return Handled(outcome.recorded, position, answer)

    def _locked(self, row: Sequence[Any]) -> None:
        log, position, recorded_at, closed, *_ = row
        self.heads[log] = Head(log, position, recorded_at, position, closed)
        self.erasures = self.states.catch_up(self.connection, log, position)

    def _answered(self, call: Handle, head: Head) -> Outcome | None:
        if call.answer is None:
            return None
        if (call.log, call.answer.key) in self.keys:
            return Outcome(call, again=True)
        found = self.answers.find(call.log, call.answer)
        if found is None:
            return None
        return Outcome(call, handled=Handled((), head.position, found, replayed=True))

    def _check_fence(self, call: Handle) -> None:
        if call.fence is None:
            return
        asked = {"of_log": call.log, "of_work": call.fence.work}
        epoch = self.connection.execute(_EPOCH, asked).scalar()
        if epoch != call.fence.epoch:
            raise StaleLease(
                f"the lease on {call.fence.work} has epoch {epoch}, this worker holds {call.fence.epoch}",
                hint="another worker took over; drop the work",
            )

    def _events(self, call: Handle, head: Head) -> tuple[tuple[Recorded, ...], dict[tuple[str, str], Folded]]:
        mine: dict[tuple[str, str], Folded] = {}
        recorded: list[Recorded] = []
        rows: list[dict[str, Any]] = []
        self._check_expected(call)
        for command in call.commands:
            decider = decider_of(self.deciders, command.stream)
            folded = self._folded(call.log, command.stream, mine)
            reads = {stream: self._folded(call.log, stream, mine).state for stream in command.reads}
            state, version = folded.state, folded.version
            for event in _decided(decider, command, state, reads):
                version += 1
                place = Place(
                    call.log,
                    command.stream,
                    version,
                    head.position + len(rows) + 1,
                    self.make_id("event"),
                    max(self.clock(), head.recorded_at, rows[-1]["recorded_at"] if rows else 0),
                )
                row, written = self.writer.row(event, place, call.context)
                rows.append(row)
                recorded.append(Recorded(**row, event=written))
                state = decider.evolve(state, written)
            mine[call.log, command.stream] = Folded(version, state)
        self.rows.extend(rows)
        return tuple(recorded), mine

    def _check_expected(self, call: Handle) -> None:
        for stream, expected in call.expected.items():
            current = self._folded(call.log, stream, {}).version
            if current == 0:
                raise NotFound(f"there is no {stream}", hint="check the id")
            if current != expected:
                raise VersionConflict(
                    f"{stream} is at version {current}, not {expected}",
                    hint="read it again, look at what changed, and repeat with the current version",
                    current=current,
                )

    def _folded(self, log: str, stream: str, mine: Mapping[tuple[str, str], Folded]) -> Folded:
        address = (log, stream)
        if address in mine:
            return mine[address]
        if address in self.overlay:
            return self.overlay[address]
        return self.states.load(self.connection, log, stream)


def _decided(decider: Decider, command: Command, state: State, reads: Mapping[str, State]) -> Sequence[Event]:
    """What the decider says. A value that an event's own form refuses is the command's fault, and named."""
    try:
        return decider.decide(command, state, reads)
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_context=False)[0]
        path = ".".join(str(step) for step in first["loc"])
        raise InvalidCommand(
            f"{path} cannot be {first['input']!r:.200}: {first['msg']}",
            hint=f"change {path}",
            path=path,
            errors=refused.errors(include_url=False, include_context=False, include_input=False),
        ) from None


def _streams(call: Handle) -> Iterable[str]:
    """Every stream a call writes, reads or names the version of."""
    for command in call.commands:
        yield command.stream
        yield from command.reads
    yield from call.expected
