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

from generation.sandbox.chaos import ChaosOrder
from generation.sandbox.envelope import Answer
from generation.sandbox.faults import Fault
from generation.sandbox.habits import HabitsOrder
from generation.sandbox.postman import Postman
from generation.sandbox.replies import Reply
from generation.sandbox.showing import account_shown, entry_shown, fault_shown, task_shown
from generation.sandbox.world import World

STEERING_VERSION = 1


class ClockOrder(BaseModel):
    """`{"advance_seconds": …, "speed": …}`, either or both: jump forward, then run at that speed (0 stands still)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    advance_seconds: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 0.0
    speed: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None


def steering_router(world: World, postman: Postman) -> Router:
    """All steering routes, over one world and the callbacks that leave it."""
    seeing = [*_seeing(world), _callbacks(postman)]
    handlers = [*seeing, *_faults(world), *_chaos(world), *_habits(world), *_clock(world)]
    return Router(f"/sandbox/v{STEERING_VERSION}", route_handlers=handlers)


def _seeing(world: World) -> list[HTTPRouteHandler]:
    @get("/health", sync_to_thread=True)
    def health() -> ASGIApp:
        seen = {"media": world.settings.media, "underway": world.underway}
        return _json({"status": "ok", "version": STEERING_VERSION, **seen})

    @get("/accounts", sync_to_thread=True)
    def accounts() -> ASGIApp:
        return _json({"accounts": [account_shown(world, account) for account in world.settings.accounts]})

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
            return _json({"entries": [entry_shown(world, number, entry) for number, entry in rows]})

    @get("/tasks", sync_to_thread=True)
    def tasks(
        account: FromQuery[str | None] = None, external_task_id: FromQuery[str | None] = None
    ) -> ASGIApp:
        rows = world.everything(account=account, external_task_id=external_task_id)
        return _json({"tasks": [task_shown(task, world.clock.now()) for task in rows]})

    return [health, accounts, ledger, tasks]


def _faults(world: World) -> list[HTTPRouteHandler]:
    @get("/faults", sync_to_thread=True)
    def faults() -> ASGIApp:
        with world.lock:
            return _json({"faults": [fault_shown(queued) for queued in world.faults.waiting]})

    @post("/faults", sync_to_thread=True)
    def order_fault(body: RawBody) -> ASGIApp:
        try:
            fault = Fault.model_validate_json(body)
        except ValidationError as wrong:
            return _wrong(wrong)
        with world.lock:
            return _json(fault_shown(world.faults.add(fault)), status=201)

    @delete("/faults", status_code=200, sync_to_thread=True)
    def forget_faults() -> ASGIApp:
        with world.lock:
            return _json({"forgotten": world.faults.clear()})

    return [faults, order_fault, forget_faults]


def _callbacks(postman: Postman) -> HTTPRouteHandler:
    @get("/callbacks", sync_to_thread=True)
    def callbacks() -> ASGIApp:
        return _json({"callbacks": [delivery.record() for delivery in postman.delivered()]})

    return callbacks


def _chaos(world: World) -> list[HTTPRouteHandler]:
    def begun(order: ChaosOrder | None) -> ASGIApp:
        with world.lock:
            world.chaos.begin(order)
            return _json(world.chaos.shown())

    @get("/chaos", sync_to_thread=True)
    def chaos() -> ASGIApp:
        with world.lock:
            return _json(world.chaos.shown())

    @post("/chaos", status_code=200, sync_to_thread=True)
    def begin_chaos(body: RawBody) -> ASGIApp:
        try:
            order = ChaosOrder.model_validate_json(body)
        except ValidationError as wrong:
            return _wrong(wrong)
        return begun(order)

    @delete("/chaos", status_code=200, sync_to_thread=True)
    def end_chaos() -> ASGIApp:
        return begun(None)

    return [chaos, begin_chaos, end_chaos]


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


def _wrong(wrong: ValidationError) -> Reply:
    errors = wrong.errors(include_url=False, include_context=False, include_input=False)
    problems = [{"at": ".".join(map(str, error["loc"])), "message": error["msg"]} for error in errors]
    return _json({"error": "the order cannot be read", "problems": problems}, status=400)


def _json(value: Any, *, status: int = 200) -> Reply:
    return Reply(Answer(status, orjson.dumps(value)))
