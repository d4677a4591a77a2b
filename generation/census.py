"""An account's elements and voices at the provider against our bindings, under the account's census lease.

1. Carry out deletions that were ordered and never answered. 2. Note which bindings there are; read every list to its end; read
the bindings: what came between is neither missing nor an orphan. 3. Compare (`generation.tallying`); where something is missing,
read once more, because a list that changes while it is read can skip an entry. 4. Note what was lost, recovered and deleted.
5. Record the census.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import structlog

from generation.deleting import finish_deletions
from generation.desk import Desk
from generation.errors import CensusRunning, KlingUnreachable
from generation.holding import silenced
from generation.shelves import Shelves, merged, read_shelves
from generation.tallying import KINDS, Of, Ours, Recipe, Tally, report_of, tally
from registry.deciders.account import Account, RecordCensus
from registry.deciders.command import Command
from registry.deciders.element import Element, NoteOnElement
from registry.deciders.voice import NoteOnVoice, Voice
from registry.events.account import CensusTaken
from registry.events.element import ElementDeleted, ElementLost, ElementRecovered, LostCause
from registry.events.envelope import Context
from registry.events.ids import is_id
from registry.events.personal import known
from registry.events.voice import VoiceDeleted, VoiceLost, VoiceRecovered
from registry.log.leases import Lease
from registry.log.roles import Handled
from registry.registry import Idempotency
from registry.views.rounds import account_of
from registry.views.streams import streams_of

_PORTION: Final = 200

_log = structlog.get_logger("census")


@dataclass(frozen=True, slots=True)
class Count:
    """One census: its name (`census_…`), who wants it, and the reply that is kept for a caller."""

    name: str
    context: Context
    idempotency: Idempotency | None = None


def census_now(desk: Desk, log: str, account: str, count: Count) -> Handled:
    """Take a census now, in place of the next scheduled one.

    Raises CensusRunning while somebody else does, KlingUnreachable, and what the registry refuses.
    """
    lease = desk.registry.claim_account(
        log,
        account,
        owner=count.context.actor,
        lease_us=_us(desk.durations.lease),
        every=census_every_us(desk),
        round="census",
    )
    if lease is None:
        raise CensusRunning(
            f"a census of {account} is being taken just now",
            hint="GET /v1/elements/census shows it when it is done",
        )
    try:
        handled = take_census(desk, lease, count)
    except BaseException:
        desk.registry.let_go(lease)
        raise
    desk.registry.release(lease, due=desk.now() + census_every_us(desk), note="", progressed=True)
    return handled


def take_census(desk: Desk, lease: Lease, count: Count) -> Handled:
    """One census under its lease. Nothing is recorded when no list could be read (KlingUnreachable)."""
    account, ran_at = account_of(lease), desk.now()
    with desk.kling_for(_account(desk, lease, account)) as client:
        finish_deletions(desk, lease.log, account, client, context=count.context)
        before = {binding.stream for binding in _bindings(desk, lease.log, account)}
        lists = read_shelves(client, hold_on=lambda: _hold_on(desk, lease))
        compared = _compared(desk, lease, account, before, lists)
        if any(cause == "missing" for _, cause, _ in compared.lost):
            again = read_shelves(client, hold_on=lambda: _hold_on(desk, lease))
            compared = _compared(desk, lease, account, before, merged(lists, again))
    _note(desk, lease, count, compared)
    shown, omitted, counts = report_of(compared.findings)
    taken = CensusTaken(
        census=count.name,
        ran_at=ran_at,
        listed=lists.counts(),
        bindings=len(before),
        complete=not lists.unread,
        unread=tuple(lists.unread),
        counts=counts,
        findings=shown,
        omitted=omitted,
    )
    _log.info("census_taken", account=account, counts=counts)
    return desk.registry.handle(
        lease.log,
        [RecordCensus(stream=account, taken=taken)],
        context=count.context,
        idempotency=count.idempotency,
        fence=lease.fence,
    )


def census_every_us(desk: Desk) -> int:
    """Microseconds between two scheduled censuses."""
    return _us(desk.durations.census_every)


def _account(desk: Desk, lease: Lease, account: str) -> Account:
    """Raises KlingUnreachable while all calls of the account are held."""
    state = desk.registry.state(lease.log, account).state
    if not isinstance(state, Account):
        raise RuntimeError(f"{account} is no account")
    if silenced(state):
        raise KlingUnreachable(f"all calls of {account} are held", hint="resume the account first")
    return state


def _hold_on(desk: Desk, lease: Lease) -> None:
    desk.registry.extend(lease, lease_us=_us(desk.durations.lease))


def _compared(desk: Desk, lease: Lease, account: str, before: set[str], lists: Shelves) -> Tally:
    """The comparison; what was bound after the lists were begun may rightly be on none, so it is only known, not judged."""
    bindings = list(_bindings(desk, lease.log, account))
    since = [one for one in bindings if one.stream not in before]
    bound = {(one.of, one.vendor_id) for one in since}
    being_made = {one.made_by for one in since if one.made_by is not None}
    entries = [
        one
        for one in lists.entries.values()
        if (one.of, one.vendor_id) not in bound and one.external_task_id not in being_made
    ]
    return tally([one for one in bindings if one.stream in before], entries, whole=lists.whole_kinds)


def _bindings(desk: Desk, log: str, account: str) -> Iterator[Ours]:
    """The account's elements and voices, and the vendor's voices that are bound."""
    with desk.registry.snapshot(log) as connection:
        names = [name for kind in KINDS for name in streams_of(connection, log, kind)]
        head = desk.registry.head(connection, log)
        states = desk.registry.states(connection, log, names, as_of=head)
    for name in names:
        state = states[name].state
        if state.account in (account, None):
            yield ours(name, state)


def ours(stream: str, state: Element | Voice) -> Ours:
    """A folded binding as the comparison knows it."""
    of: Of = "element" if isinstance(state, Element) else "voice"
    vendor_id = state.element_id if isinstance(state, Element) else state.voice_id
    found = Ours(
        stream=stream,
        of=of,
        vendor_id=None if vendor_id is None else str(vendor_id),
        account=state.account,
        retired=state.retired,
        lost=state.lost,
        deleted=state.deleted,
        doomed=state.doomed,
    )
    if state.mint is None:
        return found
    made_by = state.mint.submission if state.mint.stage == "submitting" else None
    return replace(found, recipe=_recipe(state), made_by=made_by)


def _recipe(state: Element | Voice) -> Recipe | None:
    if state.mint is None:
        return None
    asked = state.mint.requested
    name = known(asked.name, None)
    if isinstance(state, Voice):
        return Recipe(name)
    inputs = state.mint.requested.inputs
    filmed = inputs.video is not None
    return Recipe(
        name,
        known(state.mint.requested.description, None),
        "video_refer" if filmed else "image_refer",
        1 if filmed else 1 + len(inputs.views),
    )


def _note(desk: Desk, lease: Lease, count: Count, compared: Tally) -> None:
    commands = [
        *(_lost(*one) for one in compared.lost),
        *(_command(stream, ElementRecovered(), VoiceRecovered()) for stream in compared.recovered),
        *(_command(stream, ElementDeleted(), VoiceDeleted()) for stream in compared.deleted),
    ]
    for start in range(0, len(commands), _PORTION):
        portion = commands[start : start + _PORTION]
        desk.registry.handle(lease.log, portion, context=count.context, fence=lease.fence)


def _lost(stream: str, cause: LostCause, detail: str) -> Command:
    return _command(stream, ElementLost(cause=cause, detail=detail), VoiceLost(cause=cause, detail=detail))


def _command(
    stream: str,
    of_element: ElementLost | ElementRecovered | ElementDeleted,
    of_voice: VoiceLost | VoiceRecovered | VoiceDeleted,
) -> Command:
    if is_id(stream, "element"):
        return NoteOnElement(stream=stream, event=of_element)
    return NoteOnVoice(stream=stream, event=of_voice)


def _us(seconds: float) -> int:
    return int(seconds * 1_000_000)
