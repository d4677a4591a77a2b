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
from generation.sandbox.envelope import Answer, Problem, Refused, failure, success
from generation.sandbox.faults import Fault
from generation.sandbox.occasions import Occasion
from generation.sandbox.reading import Reading
from generation.sandbox.replies import Reply, misbehaving
from generation.sandbox.requests import PRODUCTS
from generation.sandbox.results import ResultName
from generation.sandbox.spoiling import spoilt
from generation.sandbox.tasks import Task
from generation.sandbox.uploads import met
from generation.sandbox.world import World

AnyRequest = Request[Any, Any, State]


class Vendor:
    """The doors of one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def create(self, request: AnyRequest, product: str, body: bytes) -> Reply:
        if product not in PRODUCTS:
            return self.nowhere(request)
        create = Create(self.world, product, body, self._base(request), met=met(request.scope))
        return create.run(request.headers.get("authorization"))

    def one(self, request: AnyRequest, product: str, either_id: str) -> Reply:
        if product not in PRODUCTS:
            return self.nowhere(request)
        reading = Reading(self.world, product, self._base(request))
        return self._query(request, reading, lambda account: reading.one(account, either_id))

    def page(self, request: AnyRequest, product: str) -> Reply:
        if product not in PRODUCTS:
            return self.nowhere(request)
        reading, (number, size) = Reading(self.world, product, self._base(request)), self._page_of(request)
        return self._query(request, reading, lambda account: reading.page(account, number, size))

    def costs(self, request: AnyRequest) -> Reply:
        times = request.query_params
        return self._plain(
            request,
            lambda account: querying.costs(
                self.world, account, times.get("start_time"), times.get("end_time")
            ),
        )

    def result(self, request: AnyRequest) -> ASGIApp:
        """A film file. Needs no key: the URL is the key, until it expires."""
        task: Task | None = None
        fault: Fault | None = None
        request_id = self.world.request_id()
        try:
            name = self.world.results.judge(request.url.path, self.world.clock.now())
            with self.world.lock:
                task = self.world.shelf.by_video(name.video_id)
            fault = self._befalls(task)
            answer = Answer(200, self._film(task, name, fault), "video/mp4")
        except Refused as refused:
            fault = fault or self._befalls(task)
            answer = failure(refused.problem, request_id=request_id)
        return spoilt(answer, fault, request_id=request_id)

    def _film(self, task: Task | None, name: ResultName, fault: Fault | None) -> bytes:
        """The bytes of a film; raises Refused with 404 when there is none."""
        ended = task is not None and task.status(self.world.clock.now()) == "succeed"
        if task is None or not ended or not self.world.settings.media:
            raise Refused(Problem(404, 1202, "no such result"))
        seconds = fault.seconds if fault and fault.do == "other_length" else None
        return self.world.films.film(task, marked=name.marked, seconds=seconds).read_bytes()

    def _befalls(self, task: Task | None) -> Fault | None:
        """The fault of a download, ordered or drawn."""
        occasion = Occasion("result")
        if task:
            occasion = Occasion.of("result", task, task.status(self.world.clock.now()))
        with self.world.lock:
            ordered = self.world.faults.take(occasion, wanted=lambda _: True)
            return ordered or self.world.chaos.draw(occasion)

    def nowhere(self, request: AnyRequest) -> Reply:
        """Unknown path or method: 401 comes first, then 404/1202 (contract 15.1)."""

        def refuse(_: SeededAccount) -> None:
            raise Refused(Problem(404, 1202, f"method invalid: {request.method} {request.url.path}"))

        return self._plain(request, refuse)

    @staticmethod
    def _page_of(request: AnyRequest) -> tuple[str | None, str | None]:
        return request.query_params.get("pageNum"), request.query_params.get("pageSize")

    def _query(self, request: AnyRequest, reading: Reading, read: Callable[[SeededAccount], Any]) -> Reply:
        """A query of tasks: like `_plain`, and open to faults."""
        request_id = self.world.request_id()
        try:
            data = read(self.world.caller(request.headers.get("authorization")))
            answer = success(data, request_id=request_id)
        except Refused as refused:
            answer = failure(refused.problem, request_id=request_id)
        return misbehaving(answer, reading.fault, request_id=request_id)

    def _plain(self, request: AnyRequest, read: Callable[[SeededAccount], Any]) -> Reply:
        request_id = self.world.request_id()
        try:
            account = self.world.caller(request.headers.get("authorization"))
            return Reply(success(read(account), request_id=request_id))
        except Refused as refused:
            return Reply(failure(refused.problem, request_id=request_id))

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
