"""Where tasks are kept: found by either id, listed newest first, counted for slots and balance."""

from __future__ import annotations

from decimal import Decimal

from generation.sandbox.tasks import Task


class Shelf:
    """All tasks of all accounts. Not thread-safe: the world's one lock guards it.

    Ended tasks are settled (their units moved to a running sum) the first time anybody counts after their end,
    so that counting stays cheap however many tasks there were.
    """

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, str], Task] = {}
        self._by_external: dict[tuple[str, str], Task] = {}
        self._by_video: dict[str, Task] = {}
        self._ordered: dict[str, list[Task]] = {}
        self._open: dict[str, list[Task]] = {}
        self._spent: dict[str, Decimal] = {}
        self._last_id = 0

    def next_id(self, milliseconds: int) -> str:
        """An unused eighteen-digit decimal string that grows with time (contract 1.3)."""
        self._last_id = max(self._last_id + 1, milliseconds * 100_000)
        return str(self._last_id)

    def pass_by(self, task_id: str) -> None:
        """That id is taken, by something that is kept elsewhere."""
        self._last_id = max(self._last_id, int(task_id))

    def add(self, task: Task) -> None:
        """Keep a new task. A repeated external id (only in a lax sandbox) now names the newer one."""
        self.pass_by(task.task_id)
        self._by_id[task.account, task.task_id] = task
        if task.external_task_id:
            self._by_external[task.account, task.external_task_id] = task
        self._by_video[task.video_id] = task
        self._ordered.setdefault(task.account, []).append(task)
        self._open.setdefault(task.account, []).append(task)

    def find(self, account: str, either_id: str) -> Task | None:
        """By task id or external id, across products (the caller checks the product)."""
        return self._by_id.get((account, either_id)) or self._by_external.get((account, either_id))

    def has_external(self, account: str, external_task_id: str) -> bool:
        return (account, external_task_id) in self._by_external

    def by_video(self, video_id: str) -> Task | None:
        """The task a result belongs to, whoever owns it: a result URL is its own key."""
        return self._by_video.get(video_id)

    def newest_first(self, account: str, product: str) -> list[Task]:
        return [task for task in reversed(self._ordered.get(account, ())) if task.product == product]

    def all_tasks(self) -> list[Task]:
        return list(self._by_id.values())

    def busy(self, account: str, model: str, now: float) -> int:
        """Slots the account holds on a model."""
        self._settle(account, now)
        return sum(task.model == model for task in self._open.get(account, ()))

    def held(self, account: str, now: float) -> Decimal:
        """Units spent or promised by the account so far."""
        self._settle(account, now)
        promised = sum((task.held(now) for task in self._open.get(account, ())), Decimal(0))
        return self._spent.get(account, Decimal(0)) + promised

    def spent(self, account: str, now: float) -> Decimal:
        """Units billed to the account so far."""
        self._settle(account, now)
        return self._spent.get(account, Decimal(0))

    def latest(self) -> float:
        """When the newest task was created; 0 on an empty shelf."""
        return max((task.created for task in self._by_id.values()), default=0.0)

    def _settle(self, account: str, now: float) -> None:
        open_tasks = self._open.get(account, [])
        ended = [task for task in open_tasks if not task.open(now)]
        if ended:
            total = sum((task.billed(now) for task in ended), Decimal(0))
            self._spent[account] = self._spent.get(account, Decimal(0)) + total
            self._open[account] = [task for task in open_tasks if task.open(now)]
