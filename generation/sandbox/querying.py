"""Reading routes: what is told of one task, pages, and the account's units (contract 5 and 7.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.creations import Creation, creation_view
from generation.sandbox.envelope import Problem, Refused, bad_value
from generation.sandbox.results import ResultName
from generation.sandbox.shaping import Told
from generation.sandbox.tasks import Task, task_view
from generation.sandbox.world import World

LARGEST_PAGE = 500
LARGEST_PAGES = {"custom-voices": 1000}
"""Products whose pages may be of another size (contract 7, R60)."""
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_T = TypeVar("_T")


def tell(world: World, told: Told, base: str) -> dict[str, Any]:
    """One task, element or voice as the vendor shows it or as ordered faults would have it told, with fresh result URLs
    once it succeeded.
    """
    now, task = world.clock.now(), told.task
    status = told.word if told.word is not None else task.status(now)
    message = told.message
    if told.word is None and status == "failed":
        message = task.fail_message
    if isinstance(task, Creation):
        with world.lock:
            deleted = world.library.deleted(task)
        view = creation_view(task, now, base=base, deleted=deleted, status=status, message=message)
    else:
        videos = [_video(world, task, base, now)]
        view = task_view(task, now, videos, status=status, message=message)
    return view if told.units is None else {**view, "final_unit_deduction": told.units}


def _video(world: World, task: Task, base: str, now: float) -> dict[str, str]:
    """The one result. `duration` is the file's real length, as everywhere a film here is short."""
    video = {
        "id": task.video_id,
        "url": world.results.make(base, ResultName(task.video_id, marked=False), now),
        "duration": world.films.seconds(task),
    }
    if task.watermark:
        video["watermark_url"] = world.results.make(base, ResultName(task.video_id, marked=True), now)
    return video


def not_found(either_id: str, status: int = 400) -> Refused:
    """The vendor's answer to an unknown id: 400/1201, not 404 (contract 5.1), unless a fault asks for another."""
    return Refused(Problem(status, 1201, f"Task not found by id/external id: {either_id}"))


def paged(
    items: Sequence[_T], number: str | None, size: str | None, *, largest: int = LARGEST_PAGE
) -> Sequence[_T]:
    """One page; raises Refused with 1201 outside pageNum 1..1000 and pageSize 1..`largest` (R60)."""
    page = _within("pageNum", number, default=1, most=1000)
    count = _within("pageSize", size, default=30, most=largest)
    return items[(page - 1) * count : page * count]


def _within(name: str, text: str | None, *, default: int, most: int) -> int:
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise Refused(bad_value(f"{name} value '{text}' is invalid"))
    return int(text)


def costs(world: World, account: SeededAccount, start: str | None, end: str | None) -> dict[str, Any]:
    """The account's one resource pack (contract 7.1); the vendor's 12-hour lag is left out."""
    for name, text in (("start_time", start), ("end_time", end)):
        if text is None or not _NUMBER.fullmatch(text):
            raise Refused(Problem(400, 1201, f"{name} value '{text or ''}' is invalid"))
    with world.lock:
        spent = world.spent(account.name, world.clock.now())
        total = world.habits[account.name].units
    left = total - spent
    pack = {
        "resource_pack_name": "Sandbox video pack",
        "resource_pack_id": f"sandbox-{account.name}",
        "resource_pack_type": "decreasing_total",
        "total_quantity": float(total),
        "remaining_quantity": float(left),
        "purchase_time": 1_770_000_000_000,
        "effective_time": 1_770_000_000_000,
        "invalid_time": 4_102_444_800_000,
        "status": "online" if left > 0 else "runOut",
    }
    return {"code": 0, "msg": "success", "resource_pack_subscribe_infos": [pack]}
