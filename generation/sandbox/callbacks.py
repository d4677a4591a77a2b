"""What a callback says: the vendor's body in either shape, and its signature (contract 9 and 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from generation.sandbox.creations import Found
from generation.sandbox.faults import RISK_CONTROL, Fault
from generation.sandbox.querying import tell
from generation.sandbox.shaping import Told
from generation.sandbox.signatures import sign
from generation.sandbox.world import World

Shape = Literal["legacy", "new"]
_TOLD = ("id", "url", "duration")
_NEW_WORDS = {"succeed": "succeeded"}


@dataclass(frozen=True)
class Notice:
    """One status change to tell: `status` is the true one, `moment` when it happened, in virtual seconds."""

    task: Found
    status: str
    moment: float
    webhook_id: str
    faults: tuple[Fault, ...] = ()

    def ordered(self, deed: str) -> Fault | None:
        """The fault of that deed, if one was ordered for this notice."""
        return next((fault for fault in self.faults if fault.do == deed), None)

    @property
    def ends(self) -> bool:
        return self.status in ("succeed", "failed")


def notices(task: Found, names: list[str]) -> list[Notice]:
    """Every status change of a task, in order; `names` are three ids for them. A status that lasts no time is skipped."""
    changes = task.changes()
    return [Notice(task, status, at, name) for (status, at), name in zip(changes, names, strict=False)]


def written(world: World, notice: Notice, *, timestamp: int) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a callback as they go out, with whatever was ordered to be wrong about them."""
    habits = world.habits[notice.task.account]
    shape: Shape = habits.callback_shape
    if notice.ordered("other_shape"):
        shape = "new" if shape == "legacy" else "legacy"
    body = orjson.dumps(_body(world, notice, shape))
    headers = {"content-type": "application/json"}
    if habits.webhook_secret and not notice.ordered("unsigned"):
        said = body + b"?" if notice.ordered("wrong_signature") else body
        signature = sign(habits.webhook_secret, webhook_id=notice.webhook_id, timestamp=timestamp, body=said)
        headers["webhook-id"] = notice.webhook_id
        headers["webhook-timestamp"] = str(timestamp)
        headers["webhook-signature"] = signature
    return body, headers


def _body(world: World, notice: Notice, shape: Shape) -> dict[str, Any]:
    wrong = notice.ordered("status")
    word = wrong.word if wrong else notice.status
    message = (wrong.message if wrong else notice.task.fail_message) or RISK_CONTROL
    view = tell(world, Told(notice.task, word, message if word == "failed" else ""), notice.task.base)
    view["updated_at"] = int(notice.moment * 1000)
    return _legacy(view) if shape == "legacy" else _new(view)


def _legacy(view: dict[str, Any]) -> dict[str, Any]:
    """No envelope, no watermark fields; balances only at the end."""
    body = {name: value for name, value in view.items() if name != "watermark_info"}
    if "final_unit_deduction" in body:
        body["final_balance_deduction"] = {"quota": "0", "list_price": "0"}
    if "task_result" in body:
        body["task_result"] = _results(view)
    return body


def _new(view: dict[str, Any]) -> dict[str, Any]:
    body = {
        "id": view["task_id"],
        "status": _NEW_WORDS.get(view["task_status"], view["task_status"]),
        "message": view["task_status_msg"],
        "create_time": view["created_at"],
        "update_time": view["updated_at"],
    }
    if external := view["task_info"].get("external_task_id"):
        body["external_id"] = external
    if "task_result" in view:
        body["outputs"] = [
            {"type": kind.removesuffix("s"), **each} for kind, made in _results(view).items() for each in made
        ]
    if "final_unit_deduction" in view:
        body["billing"] = [{"charge_type": "unit", "amount": view["final_unit_deduction"]}]
    return body


def _results(view: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What was made: elements and voices are told as in queries, which is a guess; of videos only what is documented."""
    result: dict[str, list[dict[str, Any]]] = view["task_result"]
    if "videos" not in result:
        return result
    return {"videos": [{name: video[name] for name in _TOLD} for video in result["videos"]]}
