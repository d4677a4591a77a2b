"""A task and its walk from submitted to its end, as a function of its record and the time (contract 5 and 15.2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from generation.sandbox.course import Course
from generation.sandbox.prices import price, shortest
from generation.sandbox.requests import Product, VideoRequest


@dataclass(frozen=True)
class Task(Course):
    """An accepted create, as it is kept: nothing in it changes afterwards, its status is computed.

    `created` is in virtual seconds; `fail_message` non-empty means the task ends as failed; `pictures` counts the
    picture files kept beside the record, `remote_pictures` the URLs that were not fetched. `lookup_lag` and `list_lag`
    are virtual seconds in which it cannot be found; `base` is the address its maker knew us by.
    """

    task_id: str
    account: str
    product: Product
    model: str
    external_task_id: str
    prompt: str
    aspect_ratio: str
    sound: bool
    watermark: bool
    asked_seconds: int
    units: str
    element_names: tuple[str, ...]
    pictures: int
    remote_pictures: int
    reference_video: bool
    created: float
    submitted_seconds: float
    processing_seconds: float
    fail_message: str = ""
    lookup_lag: float = 0.0
    list_lag: float = 0.0
    callback_url: str = ""
    base: str = ""

    @property
    def video_id(self) -> str:
        """The result's own id: eighteen digits too, and never the task's."""
        return str(int(self.task_id) + 500_000_000_000_000_000)

    @property
    def title(self) -> str:
        """The prompt's first line that says something."""
        return next((line.strip() for line in self.prompt.splitlines() if line.strip()), "")

    @property
    def begins(self) -> float:
        return self.created + self.submitted_seconds

    @property
    def ends(self) -> float:
        return self.begins + self.processing_seconds

    def record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Task:
        return cls(**{**record, "element_names": tuple(record["element_names"])})


def open_task(
    request: VideoRequest, *, task_id: str, account: str, names: tuple[str, ...], now: float
) -> Task:
    """The record of a request that passed every check; the caller settles durations with `timed`."""
    remote = sum(picture.remote for picture in request.images)
    return Task(
        task_id=task_id,
        account=account,
        product=request.product,
        model=request.model,
        external_task_id=request.external_task_id,
        prompt=request.words,
        aspect_ratio=request.aspect_ratio,
        sound=request.sound == "on",
        watermark=request.watermark,
        asked_seconds=request.seconds,
        units=shortest(price(request)),
        element_names=names,
        pictures=len(request.images) - remote,
        remote_pictures=remote,
        reference_video=bool(request.videos),
        created=now,
        submitted_seconds=0.0,
        processing_seconds=0.0,
    )


def created_view(task: Task) -> dict[str, Any]:
    """`data` of a create answer: always "submitted", however fast the clock runs (contract 2)."""
    created = int(task.created * 1000)
    return _view(task, "submitted", created, created)


def task_view(
    task: Task, now: float, videos: list[dict[str, str]], *, status: str, message: str
) -> dict[str, Any]:
    """`data` of a query answer that tells that status (contract 5.1); `videos` are shown when it is "succeed"."""
    view = _view(task, status, int(task.created * 1000), int(task.updated(now) * 1000))
    view["task_status_msg"] = message
    view["watermark_info"] = {"enabled": task.watermark}
    if status == "succeed":
        view["task_result"] = {"videos": videos}
    if status in ("succeed", "failed"):
        view["final_unit_deduction"] = shortest(task.billed(now))
    return view


def _view(task: Task, status: str, created: int, updated: int) -> dict[str, Any]:
    info = {"external_task_id": task.external_task_id} if task.external_task_id else {}
    return {
        "task_id": task.task_id,
        "task_status": status,
        "task_info": info,
        "created_at": created,
        "updated_at": updated,
    }
