"""The vendor's own routes: create, query and list of videos, costs, and the result files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, RawBody
from litestar.types import ASGIApp

from generation.sandbox import querying
from generation.sandbox.accounts import SeededAccount
from generation.sandbox.creating import Create
from generation.sandbox.creations import Creation
from generation.sandbox.envelope import Answer, Problem, Refused, failure, success
from generation.sandbox.faults import Moment, Occasion
from generation.sandbox.replies import Reply, misbehaving
from generation.sandbox.requests import PRODUCTS
from generation.sandbox.tasks import Task
from generation.sandbox.world import World

AnyRequest = Request[Any, Any, State]
Found = Task | Creation


class Vendor:
    """The doors of one world. Every answer passes `_answer`, where faults on queries and results apply."""

    def __init__(self, world: World) -> None:
        self.world = world

    def create(self, request: AnyRequest, product: str, body: bytes) -> Reply:
        if product not in PRODUCTS:
            return self.nowhere(request)
        create = Create(self.world, product, body, self._base(request))
        return create.run(request.headers.get("authorization"))

    def one(self, request: AnyRequest, product: str, either_id: str) -> Reply:
        if product not in PRODUCTS:
            return self.nowhere(request)
        return self._query(request, product, lambda account: self._one(request, account, product, either_id))

    def page(self, request: AnyRequest, product: str) -> Reply:
        if product not in PRODUCTS:
            return self.nowhere(request)
        return self._query(request, product, lambda account: (self._page(request, account, product), None))

    def costs(self, request: AnyRequest) -> Reply:
        times = request.query_params
        return self._plain(
            request,
            lambda account: querying.costs(
                self.world, account, times.get("start_time"), times.get("end_time")
            ),
        )

    def result(self, request: AnyRequest) -> Reply:
        """A film file. Needs no key: the URL is the key, until it expires."""
        task: Task | None = None
        try:
            name = self.world.results.judge(request.url.path, self.world.clock.now())
            with self.world.lock:
                task = self.world.shelf.by_video(name.video_id)
            if (
                task is None
                or not self.world.settings.media
                or task.status(self.world.clock.now()) != "succeed"
            ):
                raise Refused(Problem(404, 1202, "no such result"))
            content = self.world.films.film(task, marked=name.marked).read_bytes()
            answer = Answer(200, content, "video/mp4")
        except Refused as refused:
            answer = failure(refused.problem, request_id=self.world.request_id())
        return self._answer(answer, self._occasion("result", task.account if task else "", "", task))

    def nowhere(self, request: AnyRequest) -> Reply:
        """Unknown path or method: 401 comes first, then 404/1202 (contract 15.1)."""

        def refuse(_: SeededAccount) -> None:
            raise Refused(Problem(404, 1202, f"method invalid: {request.method} {request.url.path}"))

        return self._plain(request, refuse)

    def _one(
        self, request: AnyRequest, account: SeededAccount, product: str, either_id: str
    ) -> tuple[dict[str, Any], Task]:
        task = self.world.find(account.name, product, either_id)
        if task is None:
            raise querying.not_found(either_id)
        return querying.read_task(self.world, task, self._base(request)), task

    def _page(self, request: AnyRequest, account: SeededAccount, product: str) -> list[Any]:
        with self.world.lock:
            tasks = self.world.shelf.newest_first(account.name, product)
        seen = [task for task in tasks if self.world.visible(task)]
        page = querying.paged(seen, request.query_params.get("pageNum"), request.query_params.get("pageSize"))
        return [querying.read_task(self.world, task, self._base(request)) for task in page]

    def _query(
        self, request: AnyRequest, product: str, read: Callable[[SeededAccount], tuple[Any, Found | None]]
    ) -> Reply:
        """A query of tasks: like `_plain`, and open to faults."""
        task: Found | None = None
        account: SeededAccount | None = None
        request_id = self.world.request_id()
        try:
            account = self.world.caller(request.headers.get("authorization"))
            data, task = read(account)
            answer = success(data, request_id=request_id)
        except Refused as refused:
            answer = failure(refused.problem, request_id=request_id)
        if account is None:
            return Reply(answer)
        return self._answer(answer, self._occasion("query", account.name, product, task))

    def _plain(self, request: AnyRequest, read: Callable[[SeededAccount], Any]) -> Reply:
        request_id = self.world.request_id()
        try:
            account = self.world.caller(request.headers.get("authorization"))
            return Reply(success(read(account), request_id=request_id))
        except Refused as refused:
            return Reply(failure(refused.problem, request_id=request_id))

    def _occasion(self, on: Moment, account: str, route: str, task: Found | None) -> Occasion:
        if task is None:
            return Occasion(on=on, account=account, route=route)
        return Occasion(on, account, task.product, task.external_task_id, task.task_id, task.prompt)

    def _answer(self, answer: Answer, occasion: Occasion) -> Reply:
        with self.world.lock:
            fault = self.world.faults.take(occasion)
        return misbehaving(answer, fault, request_id=self.world.request_id())

    def _base(self, request: AnyRequest) -> str:
        return (self.world.settings.public_base_url or str(request.base_url)).rstrip("/")


def vendor_router(vendor: Vendor) -> Router:
    """The doors as Litestar handlers; they run in threads.

    One router, because two handlers on one path given to the application singly are registered twice, and Litestar
    2.25 then wraps the first into a thread call twice.
    """

    @post("/v1/videos/{product:str}", sync_to_thread=True)
    def create(request: AnyRequest, product: FromPath[str], body: RawBody) -> ASGIApp:
        return vendor.create(request, product, body)

    @get("/v1/videos/{product:str}", sync_to_thread=True)
    def page(request: AnyRequest, product: FromPath[str]) -> ASGIApp:
        return vendor.page(request, product)

    @get("/v1/videos/{product:str}/{either_id:str}", sync_to_thread=True)
    def one(request: AnyRequest, product: FromPath[str], either_id: FromPath[str]) -> ASGIApp:
        return vendor.one(request, product, either_id)

    @get("/account/costs", sync_to_thread=True)
    def costs(request: AnyRequest) -> ASGIApp:
        return vendor.costs(request)

    @get("/results/{expiry:str}/{signature:str}/{name:str}", sync_to_thread=True)
    def result(request: AnyRequest) -> ASGIApp:
        return vendor.result(request)

    return Router("/", route_handlers=[create, page, one, costs, result])
