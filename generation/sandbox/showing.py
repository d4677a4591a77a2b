"""What the steering surface shows: accounts, the ledger's entries, tasks as they truly are, waiting faults."""

from __future__ import annotations

from typing import Any

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.creations import Found
from generation.sandbox.ledger import Entry
from generation.sandbox.occasions import Queued
from generation.sandbox.prices import shortest
from generation.sandbox.world import World


def account_shown(world: World, account: SeededAccount) -> dict[str, Any]:
    """An account without its secrets."""
    now = world.clock.now()
    with world.lock:
        spent, held = world.spent(account.name, now), world.held(account.name, now)
        account = world.library.stocked(account, now)
    return {
        "name": account.name,
        "access_key": account.access_key,
        "units_spent": shortest(spent),
        "units_held": shortest(held),
        "elements": [
            {"element_id": e.element_id, "name": e.name, "kind": e.kind, "deleted": e.deleted}
            for e in account.elements
        ],
    }


def entry_shown(world: World, number: int, entry: Entry) -> dict[str, Any]:
    """A ledger entry with what became of its task: billed units are known at its end, null before."""
    now = world.clock.now()
    task = world.posted(entry.account, entry.task_id) if entry.task_id else None
    ended = task is not None and not task.open(now)
    return {
        "number": number,
        **entry.record(),
        "task_status": task.status(now) if task else None,
        "billed_units": shortest(task.billed(now)) if task and ended else None,
    }


def task_shown(task: Found, now: float) -> dict[str, Any]:
    """A task, element or voice as it truly is, whatever lists and look-ups say of it."""
    return {
        "account": task.account,
        "product": task.product,
        "task_id": task.task_id,
        "external_task_id": task.external_task_id,
        "status": task.status(now),
        "units": task.units,
        "billed_units": None if task.open(now) else shortest(task.billed(now)),
        "created_at": int(task.created * 1000),
    }


def fault_shown(queued: Queued) -> dict[str, Any]:
    return {"fault_id": queued.fault_id, "remaining": queued.remaining, "fault": queued.fault.model_dump()}
