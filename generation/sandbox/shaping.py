"""Tasks as a misbehaving Kling tells them: hidden, invented, in another status, billed otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from generation.sandbox.accounts import SeededAccount, Voice
from generation.sandbox.creations import MADE, Creation, Found
from generation.sandbox.faults import RISK_CONTROL, Fault
from generation.sandbox.occasions import Occasion
from generation.sandbox.requests import AnyProduct, LibraryProduct, Product
from generation.sandbox.tasks import Task

_F = TypeVar("_F", Task, Creation)
_INVENTED_FIRST, _INVENTED_RANGE = 100_000_000_000_000_000, 10**16


@dataclass(frozen=True)
class Told:
    """A task and what is said of it instead of the truth; `word` and `units` are None where the truth is told."""

    task: Found
    word: str | None = None
    message: str = ""
    units: str | None = None


def opened(task: _F, faults: Iterable[Fault]) -> _F:
    """A new task behind the faults that make it fail, or hide it for a while."""
    for fault in faults:
        if fault.do == "fail_task":
            task = replace(task, fail_message=fault.message or RISK_CONTROL)
        elif fault.do == "lag":
            lookup = fault.seconds if fault.where != "list" else 0.0
            listing = fault.seconds if fault.where != "lookup" else 0.0
            task = replace(task, lookup_lag=lookup, list_lag=listing)
    return task


def told(task: Found, occasion: Occasion, faults: Iterable[Fault]) -> Told:
    """The task behind the faults that meet it."""
    shown = Told(task)
    for fault in faults:
        if occasion.meets(fault) and fault.do == "status":
            message = fault.message or (RISK_CONTROL if fault.word == "failed" else "")
            shown = replace(shown, word=fault.word, message=message)
        elif occasion.meets(fault) and fault.do == "units":
            shown = replace(shown, units=fault.units)
    return shown


def hiding(occasion: Occasion, faults: Iterable[Fault]) -> Fault | None:
    """The fault that hides this task, if one does."""
    return next((fault for fault in faults if fault.do == "hide" and occasion.meets(fault)), None)


def shaped_list(tasks: Sequence[tuple[Found, Occasion]], faults: Sequence[Fault]) -> list[Told]:
    """A list without the hidden tasks, each told as ordered."""
    return [told(task, occasion, faults) for task, occasion in tasks if not hiding(occasion, faults)]


def invented(account: SeededAccount, product: AnyProduct, faults: Iterable[Fault], now: float) -> list[Told]:
    """Tasks that nobody created, newest first; the same order invents the same ids in every list."""
    return [
        Told(_nobodys(account, product, fault, n, now), fault.word, fault.message, fault.units)
        for fault in faults
        if fault.do == "invent"
        for n in range(fault.count)
    ]


def _nobodys(account: SeededAccount, product: AnyProduct, fault: Fault, n: int, now: float) -> Found:
    digest = hashlib.sha256(fault.model_dump_json(exclude={"times", "skip"}).encode()).digest()
    drawn = _INVENTED_FIRST + int.from_bytes(digest[:8]) % _INVENTED_RANGE
    task_id = str(int(fault.task_id or drawn) + n)
    match product:
        case "advanced-custom-elements" | "custom-voices":
            return _nobodys_creation(account, product, fault, task_id, now)
        case _:
            return _nobodys_film(account, product, fault, task_id, now)


def _nobodys_film(account: SeededAccount, product: Product, fault: Fault, task_id: str, now: float) -> Task:
    return Task(
        task_id=task_id,
        account=account.name,
        product=product,
        model="kling-v3-omni" if product == "omni-video" else "kling-v3",
        external_task_id=fault.external_task_id,
        prompt="",
        aspect_ratio="16:9",
        sound=False,
        watermark=False,
        asked_seconds=5,
        units=fault.units,
        element_names=(),
        pictures=0,
        remote_pictures=0,
        reference_video=False,
        created=now,
        submitted_seconds=0.0,
        processing_seconds=0.0,
    )


def _nobodys_creation(
    account: SeededAccount, product: LibraryProduct, fault: Fault, task_id: str, now: float
) -> Creation:
    made_id = str(int(task_id) + MADE)
    voice = Voice(made_id, "Nobody's", account.access_key) if product == "custom-voices" else None
    return Creation(
        task_id=task_id,
        made_id=made_id,
        account=account.name,
        owner=account.access_key,
        product=product,
        external_task_id=fault.external_task_id,
        name="Nobody's",
        voice=voice,
        units=fault.units,
        created=now,
        seconds=0.0,
    )
