"""Reading routes: one task, a page of tasks, elements, and the account's units (contract 5, 6 and 7.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from generation.sandbox.accounts import PRESET_ELEMENTS, SeededAccount, SeededElement
from generation.sandbox.envelope import Problem, Refused, bad_value
from generation.sandbox.films import film_seconds
from generation.sandbox.results import ResultName
from generation.sandbox.shaping import Told
from generation.sandbox.tasks import Task, status_view, task_view
from generation.sandbox.world import World

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_T = TypeVar("_T")


def read_task(world: World, task: Task, base: str) -> dict[str, Any]:
    """One task as the vendor shows it, with fresh result URLs once it succeeded."""
    now = world.clock.now()
    return task_view(task, now, [_video(world, task, base, now)])


def tell_task(world: World, told: Told, base: str) -> dict[str, Any]:
    """The same, as ordered faults would have it told."""
    view = read_task(world, told.task, base)
    if told.word is not None:
        now = world.clock.now()
        videos = [_video(world, told.task, base, now)]
        view = status_view(told.task, now, videos, status=told.word, message=told.message)
    if told.units is not None:
        view["final_unit_deduction"] = told.units
    return view


def _video(world: World, task: Task, base: str, now: float) -> dict[str, str]:
    """The one result. `duration` is the file's real length, as everywhere a film here is short."""
    video = {
        "id": task.video_id,
        "url": world.results.make(base, ResultName(task.video_id, marked=False), now),
        "duration": film_seconds(task),
    }
    if task.watermark:
        video["watermark_url"] = world.results.make(base, ResultName(task.video_id, marked=True), now)
    return video


def not_found(either_id: str, status: int = 400) -> Refused:
    """The vendor's answer to an unknown id: 400/1201, not 404 (contract 5.1), unless a fault asks for another."""
    return Refused(Problem(status, 1201, f"Task not found by id/external id: {either_id}"))


def paged(items: Sequence[_T], number: str | None, size: str | None) -> Sequence[_T]:
    """One page; raises Refused with 1201 outside pageNum 1..1000 and pageSize 1..500 (R60)."""
    page = _within("pageNum", number, default=1, most=1000)
    count = _within("pageSize", size, default=30, most=500)
    return items[(page - 1) * count : page * count]


def _within(name: str, text: str | None, *, default: int, most: int) -> int:
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise Refused(bad_value(f"{name} value '{text}' is invalid"))
    return int(text)


def account_elements(account: SeededAccount) -> list[dict[str, Any]]:
    return [_element_task(element, owner=account.access_key) for element in account.elements]


def preset_elements() -> list[dict[str, Any]]:
    return [_element_task(element, owner="kling") for element in PRESET_ELEMENTS]


def _element_task(element: SeededElement, *, owner: str) -> dict[str, Any]:
    """An element as its finished creation task, the only shape the vendor lists (contract 6)."""
    return {
        "task_id": str(element.element_id + 1),
        "task_status": "succeed",
        "task_status_msg": "",
        "task_info": {},
        "task_result": {"elements": [_element(element, owner)]},
        "final_unit_deduction": "0",
        "created_at": 1_770_000_000_000,
        "updated_at": 1_770_000_005_000,
    }


def _element(element: SeededElement, owner: str) -> dict[str, Any]:
    return {
        "element_id": element.element_id,
        "element_name": element.name,
        "element_description": element.description,
        "reference_type": f"{element.kind}_refer",
        "element_image_list": {},
        "element_video_list": {},
        "element_voice_info": {},
        "tag_list": [{"tag_id": "o_102"}],
        "owned_by": owner,
        "status": "deleted" if element.deleted else "succeed",
    }


def costs(world: World, account: SeededAccount, start: str | None, end: str | None) -> dict[str, Any]:
    """The account's one resource pack (contract 7.1); the vendor's 12-hour lag is left out."""
    for name, text in (("start_time", start), ("end_time", end)):
        if text is None or not _NUMBER.fullmatch(text):
            raise Refused(Problem(400, 1201, f"{name} value '{text or ''}' is invalid"))
    with world.lock:
        spent = world.shelf.spent(account.name, world.clock.now())
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
