"""An account's task lists, read to their end: the provider documents no order (contract 5.2), so no page may be left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from generation.comparing import Listed
from generation.kling.answers import Pack, Task
from generation.kling.client import PATH_OF_ROUTE, KlingClient, NoInformation, Page
from generation.posting import route_of
from registry.events.account import ResourcePack
from registry.events.references import plain

PAGE: Final = 500
MOST_PAGES: Final = 200
"""Pages of a route that one run reads at most: 100,000 tasks."""
TRIES: Final = 3
_PACKS_SINCE_MS: Final = 366 * 86_400 * 1_000
"""How far back packs are asked for (a guess: the contract does not say which moment of a pack the times mean)."""
_ID: Final = re.compile(r"[\x21-\x7e]{1,200}")
_UNITS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


@dataclass(slots=True)
class Lists:
    """What was read. `whole` are the routes read to the end; `unread` says in words what was not; `answered` counts pages."""

    tasks: dict[str, Listed] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)
    answered: int = 0

    def take(self, route: str, task: Task) -> bool:
        """Keep a task. False when its id cannot be one."""
        if not _ID.fullmatch(task.task_id):
            return False
        said = task.final_unit_deduction or ""
        if said and not _UNITS.fullmatch(said):
            self.unread.append(f"task {task.task_id}: its deduction {printable(said)!r} cannot be read")
        self.tasks[task.task_id] = listed(route, task)
        return True


def read_lists(client: KlingClient, *, before_each: Callable[[], None]) -> Lists:
    """Every page of every video route. `before_each` is called before each question, to hold on to the lease."""
    lists = Lists()
    for route in PATH_OF_ROUTE:
        why = _read_route(client, route, lists, before_each)
        if why is None:
            lists.whole.add(route)
        else:
            lists.unread.append(f"{route}: {why}")
    return lists


def listed(route: str, task: Task) -> Listed:
    """A task as the comparison knows it; what cannot be read is left out."""
    said = task.final_unit_deduction or ""
    return Listed(
        route=route,
        task_id=task.task_id,
        external_task_id=printable(task.external_task_id or ""),
        status=printable(task.task_status),
        units=Decimal(said) if _UNITS.fullmatch(said) else None,
        created_at=_micro(task.created_at),
        updated_at=_micro(task.updated_at),
    )


def read_packs(client: KlingClient, now_ms: int) -> tuple[ResourcePack, ...] | NoInformation:
    """The account's packs of units; those whose numbers cannot be read are left out."""
    packs = client.costs(now_ms - _PACKS_SINCE_MS, now_ms)
    if isinstance(packs, NoInformation):
        return packs
    return tuple(pack for pack in map(_pack, packs) if pack is not None)


def packs_used(before: tuple[ResourcePack, ...], now: tuple[ResourcePack, ...]) -> Decimal | None:
    """How much less the packs of both moments hold now; None when there is none of both."""
    held = {pack.id: Decimal(pack.remaining) for pack in before}
    both = [held[pack.id] - Decimal(pack.remaining) for pack in now if pack.id in held]
    return sum(both, Decimal(0)) if both else None


def printable(text: str, most: int = 200) -> str:
    """A stranger's text as the log can keep it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:most])


def _read_route(client: KlingClient, route: str, lists: Lists, before_each: Callable[[], None]) -> str | None:
    """None when it was read to the end, else why not."""
    broken = 0
    for number in range(1, MOST_PAGES + 1):
        page = _page(client, route, number, before_each)
        if isinstance(page, NoInformation):
            return f"page {number}: {page.why}"
        lists.answered += 1
        broken += page.unreadable + sum(not lists.take(route, task) for task in page.tasks)
        if len(page.tasks) + page.unreadable < PAGE:
            return f"{broken} entries cannot be read" if broken else None
    return f"more than {MOST_PAGES} pages of {PAGE} tasks"


def _page(
    client: KlingClient, route: str, number: int, before_each: Callable[[], None]
) -> Page | NoInformation:
    for _ in range(TRIES):
        before_each()
        page = client.tasks(route_of(route), number, PAGE)
        if isinstance(page, Page):
            return page
    return page


def _pack(pack: Pack) -> ResourcePack | None:
    numbers = [_amount(text) for text in (pack.total_quantity, pack.remaining_quantity)]
    if None in numbers:
        return None
    return ResourcePack(
        id=printable(pack.resource_pack_id),
        name=printable(pack.resource_pack_name),
        kind=printable(pack.resource_pack_type),
        status=printable(pack.status),
        total=str(numbers[0]),
        remaining=str(numbers[1]),
    )


def _amount(text: str) -> str | None:
    """A number of units, to a millionth."""
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,20})?", text):
        return None
    return plain(round(Decimal(text), 6))


def _micro(milliseconds: int | None) -> int | None:
    if milliseconds is None or not 0 <= milliseconds < 1 << 52:
        return None
    return milliseconds * 1_000
