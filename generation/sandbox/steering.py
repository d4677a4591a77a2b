"""The steering surface `/sandbox/v1`: what a test or a demo uses to look into the sandbox and to make it misbehave.

It asks for no key: the sandbox is a loopback tool and must not be put on an outside address.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from litestar import Router, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, RawBody
from litestar.types import ASGIApp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.envelope import Answer
from generation.sandbox.faults import Fault
from generation.sandbox.habits import HabitsOrder
from generation.sandbox.ledger import Entry
from generation.sandbox.occasions import Queued
from generation.sandbox.prices import shortest
from generation.sandbox.replies import Reply
from generation.sandbox.tasks import Task
from generation.sandbox.world import World

STEERING_VERSION = 1


class ClockOrder(BaseModel):
    """`{"advance_seconds": …, "speed": …}`, either or both: jump forward, then run at that speed (0 stands still)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    advance_seconds: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 0.0
    speed: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None


def steering_router(world: World) -> Router:
    """All steering routes, over one world."""
    handlers = [*_seeing(world), *_faults(world), *_habits(world), *_clock(world)]
    return Router(f"/sandbox/v{STEERING_VERSION}", route_handlers=handlers)


def _seeing(world: World) -> list[HTTPRouteHandler]:
    @get("/health", sync_to_thread=True)
    def health() -> ASGIApp:
        seen = {"media": world.settings.media, "underway": world.underway}
        return _json({"status": "ok", "version": STEERING_VERSION, **seen})

    @get("/accounts", sync_to_thread=True)
    def accounts() -> ASGIApp:
        return _json({"accounts": [_account(world, account) for account in world.settings.accounts]})

    @get("/ledger", sync_to_thread=True)
    def ledger(
        after: FromQuery[int] = 0,
        account: FromQuery[str | None] = None,
        external_task_id: FromQuery[str | None] = None,
    ) -> ASGIApp:
        with world.lock:
            rows = world.ledger.select(
                after=max(0, after), account=account, external_task_id=external_task_id
            )
            return _json({"entries": [_entry(world, number, entry) for number, entry in rows]})

    @get("/tasks", sync_to_thread=True)
    def tasks(
        account: FromQuery[str | None] = None, external_task_id: FromQuery[str | None] = None
    ) -> ASGIApp:
        with world.lock:
            rows = world.shelf.all_tasks(account=account, external_task_id=external_task_id)
        return _json({"tasks": [_truth(task, world.clock.now()) for task in rows]})

    return [health, accounts, ledger, tasks]


def _faults(world: World) -> list[HTTPRouteHandler]:
    @get("/faults", sync_to_thread=True)
    def faults() -> ASGIApp:
        with world.lock:
            return _json({"faults": [_fault(queued) for queued in world.faults.waiting]})

    @post("/faults", sync_to_thread=True)
    def order_fault(body: RawBody) -> ASGIApp:
        try:
            fault = Fault.model_validate_json(body)
        except ValidationError as wrong:
            return _wrong(wrong)
        with world.lock:
            return _json(_fault(world.faults.add(fault)), status=201)

    @delete("/faults", status_code=200, sync_to_thread=True)
    def forget_faults() -> ASGIApp:
        with world.lock:
            return _json({"forgotten": world.faults.clear()})

    return [faults, order_fault, forget_faults]


def _habits(world: World) -> list[HTTPRouteHandler]:
    def shown() -> dict[str, Any]:
        with world.lock:
            return {"habits": {name: habits.shown() for name, habits in world.habits.items()}}

    @get("/habits", sync_to_thread=True)
    def habits() -> ASGIApp:
        return _json(shown())

    @post("/habits", sync_to_thread=True)
    def change_habits(body: RawBody) -> ASGIApp:
        try:
            world.change(HabitsOrder.model_validate_json(body))
        except ValidationError as wrong:
            return _wrong(wrong)
        except KeyError as unknown:
            problem = {"at": "account", "message": f"no account {unknown.args[0]!r} here"}
            return _json({"error": "the order cannot be carried out", "problems": [problem]}, status=400)
        return _json(shown())

    return [habits, change_habits]


def _clock(world: World) -> list[HTTPRouteHandler]:
    @get("/clock", sync_to_thread=True)
    def clock() -> ASGIApp:
        return _json({"now_ms": world.clock.milliseconds()})

    @post("/clock", sync_to_thread=True)
    def move_clock(body: RawBody) -> ASGIApp:
        try:
            order = ClockOrder.model_validate_json(body)
        except ValidationError as wrong:
            return _wrong(wrong)
        world.clock.advance(order.advance_seconds)
        if order.speed is not None:
            world.clock.set_speed(order.speed)
        return _json({"now_ms": world.clock.milliseconds()})

    return [clock, move_clock]


def _account(world: World, account: SeededAccount) -> dict[str, Any]:
    """An account without its secrets."""
    now = world.clock.now()
    with world.lock:
        spent, held = world.shelf.spent(account.name, now), world.shelf.held(account.name, now)
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


def _entry(world: World, number: int, entry: Entry) -> dict[str, Any]:
    """A ledger entry with what became of its task: billed units are known at its end, null before."""
    now = world.clock.now()
    task = world.shelf.find(entry.account, entry.task_id) if entry.task_id else None
    ended = task is not None and not task.open(now)
    return {
        "number": number,
        **entry.record(),
        "task_status": task.status(now) if task else None,
        "billed_units": shortest(task.billed(now)) if task and ended else None,
    }


def _truth(task: Task, now: float) -> dict[str, Any]:
    """A task as it truly is, whatever lists and look-ups say of it."""
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


def _fault(queued: Queued) -> dict[str, Any]:
    return {"fault_id": queued.fault_id, "remaining": queued.remaining, "fault": queued.fault.model_dump()}


def _wrong(wrong: ValidationError) -> Reply:
    errors = wrong.errors(include_url=False, include_context=False, include_input=False)
    problems = [{"at": ".".join(map(str, error["loc"])), "message": error["msg"]} for error in errors]
    return _json({"error": "the order cannot be read", "problems": problems}, status=400)


def _json(value: Any, *, status: int = 200) -> Reply:
    return Reply(Answer(status, orjson.dumps(value)))
