"""The registry: the one door to everything that is true.

`handle` is the only way to write; `state`, `feed` and the views read. Everything it needs from outside (clock, ids, randomness,
keys, a database) is handed in, so the same code runs in tests, in the service and in the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from registry.deciders.command import Command
from registry.deciders.kinds import DECIDERS
from registry.deciders.rebuild import CertifyViews, checked_reason
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG, MakeId
from registry.log import key_uses, lanes, leases, rates, relays, sessions
from registry.log.engine.database import Database
from registry.log.feed.feed import Feed, actor_of, event_id, head, position_at, recorded_at, stored
from registry.log.feed.subscriber import Subscriber
from registry.log.history import History
from registry.log.lanes import DEFAULT_SLOTS, Lane, Pause
from registry.log.leases import Lease
from registry.log.log import Log, Parts
from registry.log.moving import Moves
from registry.log.nodes import Nodes
from registry.log.outgoing import Outgoing
from registry.log.rates import Taken
from registry.log.rebuild.certificate import certificate
from registry.log.rebuild.rebuild import Progress, Rebuilt
from registry.log.roles import AnswerWanted, Clock, Fence, Handle, Handled, Watch
from registry.log.sessions import Session
from registry.log.states import Folded
from registry.privacy.keys import KeyStore
from registry.privacy.sealing import Sealer
from registry.proof.leaf import leaf_hash
from registry.views import rounds, turns
from registry.views.projections import PROJECTIONS
from registry.views.rounds import Round

__all__ = ["ANSWER_LIFETIME_US", "Connection", "Handled", "Idempotency", "Registry"]
"""`Connection` is what `reading` and `snapshot` give: handed on to views, opaque to everybody above this door."""

ANSWER_LIFETIME_US: Final = 7 * 86_400 * 1_000_000
"""Stored answers to idempotent commands live seven days (DESIGN: answers expire)."""

_OPERATOR: Final = Context(actor="operator")
_IN_SYSTEM_LOG: Final = frozenset({"studio", "key", "rebuild", "reads", "signing"})


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The caller's key with the digest of the command it stands for; `build` makes the reply from the views, in the commit."""

    key: str
    command_sha256: str
    build: Callable[[Connection], bytes]


class Registry:
    """Open once per process; `close` finishes what waits. `scratch` is the folder where views are rebuilt, beside an SQLite
    database when it is not given.
    """

    def __init__(  # noqa: PLR0913 - all that comes from outside is handed in here
        self,
        database: Database,
        *,
        keys: KeyStore,
        clock: Clock,
        make_id: MakeId,
        random_bytes: Callable[[int], bytes],
        scratch: Path | None = None,
        watch: Watch = Watch(),  # noqa: B008 - frozen
    ) -> None:
        self.clock = clock
        self.make_id = make_id
        self._watch = watch
        self._keys = keys
        self._sealer = Sealer(keys, random_bytes)
        parts = Parts(DECIDERS, PROJECTIONS, self._sealer, leaf_hash, clock, make_id, watch)
        self._log = Log(database, parts, scratch=scratch)

    @property
    def feed(self) -> Feed:
        return self._log.feed

    @property
    def history(self) -> History:
        """The door for one thing's events (`registry.past`)."""
        return self._log.history

    @property
    def moves(self) -> Moves:
        """The door for whole logs, that leave or arrive (`registry.archive`)."""
        return self._log.moves

    @property
    def nodes(self) -> Nodes:
        """The door for the trees of logs (`registry.checkpoints`)."""
        return self._log.nodes

    @property
    def outgoing(self) -> Outgoing:
        """The door for who tells others of what happens (webhooks)."""
        return Outgoing(self._log, self.clock)

    def handle(
        self,
        studio: str,
        commands: Sequence[Command],
        *,
        context: Context,
        idempotency: Idempotency | None = None,
        fence: Fence | None = None,
        expected: dict[str, int] | None = None,
    ) -> Handled:
        """Decide and append in the studio's log, all or nothing.

        Raises the decider's Refusal, NotFound, VersionConflict (against `expected`), KeyReused, StaleLease (against `fence`),
        AlreadyRegistered and LogBusy. Nothing is written when it raises, except that after LogBusy the outcome may be unknown.
        """
        answer = None if idempotency is None else _answer(idempotency)
        log = SYSTEM_LOG if commands[0].stream.partition("_")[0] in _IN_SYSTEM_LOG else studio
        call = Handle(log, tuple(commands), context, answer=answer, fence=fence, expected=expected or {})
        with self._watch.trace("append", log=log, stream=commands[0].stream):
            return self._log.handle(call)

    def once(self, studio: str, context: Context, idempotency: Idempotency) -> Handled:
        """Do what `idempotency.build` does once per key, and keep its answer, in one commit and without an event.

        For what is kept beside the events. Raises what `build` raises, KeyReused and LogBusy.
        """
        return self._log.handle(Handle(studio, (), context, answer=_answer(idempotency)))

    def subscriber(self, studio: str, name: str) -> Subscriber:
        """A runner of the studio's named subscription."""
        return Subscriber(self._log, self.clock, studio, name)

    def check_writing(self, *, seconds: float) -> None:
        """Prove within `seconds` that commands could be committed now; leaves no event. Raises LogBusy."""
        self._log.check(seconds=seconds)

    def waiting(self) -> int:
        """How many commands wait for this process' writer."""
        return self._log.waiting()

    def answered(self, studio: str, key: str, command_sha256: str) -> bytes | None:
        """The first answer under an idempotency key, before any work is done. Raises KeyReused."""
        return self._log.answered(studio, key, command_sha256)

    def state(self, log: str, stream: str, *, as_of: int | None = None) -> Folded:
        """A stream's folded state, now or as of a position; version 0 means it does not exist (then)."""
        return self._log.state(log, stream, as_of=as_of)

    def states(
        self, connection: Connection, log: str, streams: Iterable[str], *, as_of: int
    ) -> dict[str, Folded]:
        """Those of `streams` that existed as of a position, folded in the snapshot that `connection` sees."""
        return self._log.states(connection, log, streams, as_of=as_of)

    def versions(self, connection: Connection, log: str, versions: Mapping[str, int]) -> dict[str, Folded]:
        """Each stream folded up to its version, where it ever came so far, in the snapshot that `connection` sees."""
        return self._log.versions(connection, log, versions)

    @contextmanager
    def reading(self, log: str | None = None) -> Iterator[Connection]:
        """A connection for one view query; each statement sees the newest commit.

        With a `log`, the database shows no row of another where it can (PostgreSQL).
        """
        with self._log.database.reading(log) as connection:
            yield connection

    @contextmanager
    def snapshot(self, log: str | None = None) -> Iterator[Connection]:
        """A connection whose queries all see one state of the registry; of one `log` alone where it is named."""
        with self._log.database.snapshot(log) as connection:
            yield connection

    def head(self, connection: Connection, log: str) -> int:
        """A log's last position as `connection` sees it."""
        return head(connection, log)

    def recorded_at(self, connection: Connection, log: str, position: int) -> int:
        """When the event at a position was recorded, in microseconds. Raises HistoryTampered when there is none."""
        return recorded_at(connection, log, position)

    def position_at(self, connection: Connection, log: str, moment: int) -> int:
        """The last position that was recorded by a moment (microseconds); 0 when nothing was."""
        return position_at(connection, log, moment)

    def event_id(self, connection: Connection, log: str, position: int) -> str | None:
        """The id of the event at a position as `connection` sees it; None when the log does not reach it."""
        return event_id(connection, log, position)

    def fingerprint(self, studio: str, sha256: str) -> str:
        """The studio-keyed digest by which a second registration of the same bytes is recognised."""
        return self._sealer.keyed_digest(studio, sha256)

    def keyed(self, stream: str, sha256: str) -> str | None:
        """The same under the key of any stream; None where the key store holds no such key. None is made."""
        return self._sealer.keyed_digest(stream, sha256) if self._sealer.known([stream]) else None

    def claim(self, *, owner: str, lease_us: int, slots: int = DEFAULT_SLOTS) -> Lease | None:
        """Take what has been due the longest, or whose turn it is to be sent (`views.turns`), or None.

        `slots` is how many tasks of a model an account may have open where nobody said otherwise.
        """
        now = self.clock()
        return self._log.transact(
            lambda connection: turns.claim(
                connection, owner=owner, now=now, until=now + lease_us, slots=slots
            )
        )

    def strike(self, lane: Lane, *, pause: Callable[[int], int]) -> Pause:
        """The provider said that the lane is full: nothing is sent there for `pause(strikes)` microseconds."""
        now = self.clock()
        return self._log.transact(lambda connection: lanes.strike(connection, lane, now=now, pause=pause))

    def ease(self, lane: Lane) -> None:
        """The provider took something: the lane is free of strikes."""
        with self.reading(lane.log) as connection:
            struck = lanes.pause_of(connection, lane).strikes
        if struck:
            self._log.transact(lambda connection: lanes.ease(connection, lane))

    def extend(self, lease: Lease, *, lease_us: int) -> Lease:
        """Hold a lease longer. Raises StaleLease when somebody else took over."""
        until = self.clock() + lease_us
        return self._log.transact(lambda connection: leases.extend(connection, lease, until=until))

    def holds(self, lease: Lease) -> bool:
        """Whether nobody has taken a lease over. Raises LogBusy when that cannot be read."""
        with self.reading(lease.log) as connection:
            return leases.held(connection, lease)

    def release(self, lease: Lease, *, due: int, note: str, progressed: bool, memory: str = "") -> None:
        """Let go of a lease until `due`; `note` says what it waits for, `memory` is for the next holder."""
        self._log.transact(
            lambda connection: leases.release(
                connection,
                replace(lease, memory=memory),
                now=self.clock(),
                due=due,
                note=note,
                progressed=progressed,
            )
        )

    def hurry(self, log: str, work: str, *, due: int, floor: int = 0) -> None:
        """Make waiting work due at `due` (microseconds) at the latest, but not within `floor` of when it was last let go."""
        self._log.transact(
            lambda connection: leases.hurry(connection, log, work, now=self.clock(), due=due, floor=floor)
        )

    def actor_of(self, studio: str, stream: str, types: Collection[str]) -> str | None:
        """Who made the stream's newest event of these types; None when it has none."""
        with self.reading(studio) as connection:
            return actor_of(connection, studio, stream, types)

    def note_key_use(self, key: str) -> None:
        """The API key was used now. Raises LogBusy."""
        now = self.clock()
        self._log.apart(lambda connection: key_uses.note(connection, key, now=now))

    def begin_session(self, token_sha256: str, session: Session) -> None:
        """Somebody signed in at the console. Raises LogBusy."""
        now = self.clock()
        self._log.apart(lambda connection: sessions.begin(connection, token_sha256, session, now=now))

    def session(self, token_sha256: str) -> Session | None:
        """The session of a token that has not ended. Raises LogBusy when that cannot be read."""
        with self.reading() as connection:
            return sessions.find(connection, token_sha256, now=self.clock())

    def end_session(self, token_sha256: str) -> None:
        """Somebody signed out. Raises LogBusy."""
        self._log.apart(lambda connection: sessions.end(connection, token_sha256))

    def take_requests(self, holder: str, *, share: int) -> Taken:
        """Take so many of the minute's requests of a key or a studio, for this process to give out. Raises LogBusy."""
        minute = self.clock() // rates.MINUTE_US
        return self._log.apart(lambda connection: rates.take(connection, holder, minute=minute, share=share))

    def count_relay(self, seal: str, *, most: int, ends: int) -> bool:
        """Count one use of a relay address; False when it was used `most` times."""
        now = self.clock()
        return self._log.transact(
            lambda connection: relays.count(connection, seal, most=most, ends=ends, now=now)
        )

    def hurry_all(self, log: str, works: Iterable[str], *, due: int) -> None:
        """The same for several pieces of work, in one transaction."""
        now = self.clock()

        def each(connection: Connection) -> None:
            for work in works:
                leases.hurry(connection, log, work, now=now, due=due)

        self._log.transact(each)

    def hurry_account(self, log: str, account: str) -> None:
        """Make all that waits on an account due now: its calls go out again."""
        now = self.clock()
        self._log.transact(lambda connection: turns.hurry(connection, log, account, now=now))

    def finish(self, lease: Lease) -> None:
        """The leased work has come to its end."""
        self._log.transact(lambda connection: leases.finish(connection, lease))

    def account_is_due(self, *, every: int, round: Round = "account") -> bool:
        """Whether an account is to be compared with the provider again, `every` microseconds after the last time."""
        with self.reading() as connection:
            return rounds.due(connection, now=self.clock(), every=every, round=round)

    def claim_due_account(
        self, *, owner: str, lease_us: int, every: int, round: Round = "account"
    ) -> Lease | None:
        """Take the account whose round has been due the longest, or None."""
        claim = self._claim(owner, lease_us, every, round)
        return self._log.transact(lambda connection: rounds.claim_due(connection, claim))

    def claim_account(
        self, log: str, account: str, *, owner: str, lease_us: int, every: int, round: Round = "account"
    ) -> Lease | None:
        """Take this account for a round now; None while somebody else is on it."""
        claim = self._claim(owner, lease_us, every, round)
        return self._log.transact(lambda connection: rounds.claim_now(connection, log, account, claim))

    def let_go(self, lease: Lease) -> None:
        """Give an account back; when it is due again stays as it was."""
        self._log.transact(lambda connection: rounds.let_go(connection, lease))

    def _claim(self, owner: str, lease_us: int, every: int, round: Round) -> rounds.Claim:
        now = self.clock()
        return rounds.Claim(owner=owner, now=now, until=now + lease_us, every=every, round=round)

    def rebuild(
        self,
        progress: Progress = lambda _what, _done, _all: None,
        *,
        replace: str | None = None,
        context: Context = _OPERATOR,
    ) -> Rebuilt:
        """Make every view anew from the log, compare it with the live one, and put on record what came of it.

        What differs is left alone, unless `replace` says why its rows are to be those of the log. Raises InvalidCommand
        for less than three letters of a reason, and LogBusy.
        """
        reason = "" if replace is None else checked_reason(replace)
        return self._log.rebuild(self._certify(reason, context), progress, replace=replace is not None)

    def destroy_keys(self, studio: str, streams: Sequence[str]) -> None:
        """Make everything ever sealed under these streams of the studio unreadable, for good; no key is ever made for them again.

        The log's head is held meanwhile, so whatever another process seals is sealed before it or reads erased. May be repeated.
        The digests of certified views go too, as they were made over the words that go.
        """
        self._log.transact(lambda _connection: self._keys.destroy(streams), log=studio)
        self._destroy_digests()

    def _destroy_digests(self) -> None:
        """After keys were destroyed. Who certifies meanwhile finds that out and comes here too."""
        with self.reading() as connection:
            certified = [event.stream for event in stored(connection, SYSTEM_LOG, ("ViewsRebuilt",))]
        if certified:
            self._log.transact(lambda _connection: self._keys.destroy(certified), log=SYSTEM_LOG)

    def forget(self, studio: str, works: Sequence[str], *, context: Context) -> None:
        """Take what is erased out of views, kept answers, the notes of these works, free pages and the write-ahead log."""
        self._log.forget(studio, works, self._certify("somebody was erased", context))

    def _certify(self, reason: str, context: Context) -> Callable[[Rebuilt], None]:
        def certify(rebuilt: Rebuilt) -> None:
            command = CertifyViews(stream=rebuilt.id, certified=certificate(rebuilt, reason))
            self.handle(SYSTEM_LOG, [command], context=context)
            if self._sealer.erasures() != rebuilt.erasures:
                self._destroy_digests()  # its own were made before somebody was erased

        return certify

    def close(self) -> None:
        self._log.close()


def _answer(wanted: Idempotency) -> AnswerWanted:
    return AnswerWanted(
        wanted.key, wanted.command_sha256, lambda connection, _: wanted.build(connection), ANSWER_LIFETIME_US
    )
