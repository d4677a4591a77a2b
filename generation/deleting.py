"""Deleting elements and voices at the provider: ordered in the log first, then asked for, then noted as done.

A crash in between leaves an order that is open (`registry.views.deletions`); the worker and every census carry open orders out.
The provider answers a second deletion like the first, so that carrying one out twice does no harm.
"""

from __future__ import annotations

from typing import Final

import structlog
from structlog.contextvars import bound_contextvars

from generation.desk import Desk
from generation.errors import CannotDelete, GenerationError
from generation.holding import silenced
from generation.kling.client import KlingClient, NoInformation
from generation.kling.library import Deleted, NotDeletable, delete_element, delete_voice
from generation.shelves import read_shelves
from registry.deciders.account import Account
from registry.deciders.element import Element
from registry.deciders.voice import Voice
from registry.erasure import note_deleted, vendor_id_of
from registry.errors import RegistryError
from registry.events.envelope import Context
from registry.views.deletions import open_deletions

MOST_AT_ONCE: Final = 100
_AGAIN_FIRST_US: Final = 60 * 1_000_000
_AGAIN_MOST_US: Final = 86_400 * 1_000_000

_log = structlog.get_logger("deleting")


def must_be_deletable(desk: Desk, log: str, stream: str) -> None:
    """Refuse what the provider will not delete: presets, and what the account's own list does not hold (contract R59).

    Raises CannotDelete. Where the lists cannot be read nothing is refused: the provider decides when it is asked.
    """
    state = desk.registry.state(log, stream).state
    vendor_id = vendor_id_of(state)
    if vendor_id is None or state.deleted:
        return
    if state.account is None:
        raise _refused(stream, f"voice {vendor_id} is a preset of the vendor's")
    try:
        account = desk.registry.state(log, state.account).state
        if not isinstance(account, Account) or silenced(account):
            return
        with desk.kling_for(account) as client:
            shelves = read_shelves(client, hold_on=lambda: None)
    except GenerationError as unread:
        _log.warning("not_checked", stream=stream, code=unread.code, message=unread.message)
        return
    of = "element" if isinstance(state, Element) else "voice"
    listed = {
        shelf for shelf, listed_id in shelves.entries if listed_id == vendor_id and shelf.startswith(of)
    }
    if listed == {f"{of}_preset"}:
        raise _refused(stream, f"{of} {vendor_id} is a preset of the vendor's")
    if not listed and of in shelves.whole_kinds:
        raise _refused(stream, f"{of} {vendor_id} is not in the list of {state.account}")


def _refused(stream: str, why: str) -> CannotDelete:
    return CannotDelete(
        f"{stream} cannot be deleted at Kling: {why} (contract R59)", hint="retire it without delete"
    )


def carry_out(desk: Desk, log: str, stream: str, *, context: Context) -> bool:
    """Carry out one order that is open, under a client of its own. False when it stays open."""
    state = desk.registry.state(log, stream).state
    account = None if state.account is None else desk.registry.state(log, state.account).state
    if not isinstance(account, Account) or silenced(account):
        return False
    try:
        with desk.kling_for(account) as client:
            return _delete(desk, log, stream, client, context=context)
    except (GenerationError, RegistryError) as failure:
        _log.warning("not_deleted", stream=stream, code=failure.code, message=failure.message)
        return False


def finish_deletions(desk: Desk, log: str, account: str, client: KlingClient, *, context: Context) -> None:
    """Carry out the open orders of an account."""
    with desk.registry.reading(log) as connection:
        orders = open_deletions(connection, most=MOST_AT_ONCE, log=log)
    for order in orders:
        if desk.registry.state(log, order.stream).state.account == account:
            _delete(desk, log, order.stream, client, context=context)


def _delete(desk: Desk, log: str, stream: str, client: KlingClient, *, context: Context) -> bool:
    state = desk.registry.state(log, stream).state
    if not state.doomed or state.deleted or vendor_id_of(state) is None:
        return bool(state.deleted)
    answer = ask(client, state)
    if not isinstance(answer, Deleted):
        _log.warning("not_deleted", stream=stream, message=answer.why)
        return False
    desk.registry.handle(log, [note_deleted(stream, state)], context=context)
    return True


def ask(client: KlingClient, made: Element | Voice) -> Deleted | NotDeletable | NoInformation:
    """Have it deleted on the account that has it; once it is gone, again and again."""
    if isinstance(made, Element):
        return delete_element(client, made.element_id or 0)
    return delete_voice(client, made.voice_id or "")


class Sweep:
    """One worker's part of carrying out open orders; one that fails is left alone for longer each time."""

    def __init__(self, desk: Desk, *, owner: str) -> None:
        self._desk = desk
        self._context = Context(actor=owner)
        self._look_at = 0
        self._again: dict[str, tuple[int, int]] = {}

    def go(self) -> bool:
        """Carry out the oldest order that may be tried. False when there is none, or it is not time to look yet."""
        now = self._desk.now()
        if now < self._look_at:
            return False
        self._look_at = now + _AGAIN_FIRST_US
        with self._desk.registry.reading() as connection:
            orders = open_deletions(connection, most=MOST_AT_ONCE)
        for order in orders:
            due, tries = self._again.get(order.stream, (0, 0))
            if now >= due:
                pause = min(_AGAIN_MOST_US, _AGAIN_FIRST_US * 2**tries)
                self._again[order.stream] = (now + pause, min(tries + 1, 20))
                self._look_at = now
                self._try(order.log, order.stream)
                return True
        return False

    def _try(self, log: str, stream: str) -> None:
        with bound_contextvars(studio=log):
            if carry_out(self._desk, log, stream, context=self._context):
                self._again.pop(stream, None)
