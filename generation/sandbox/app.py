"""The sandbox as an application: one world, the vendor's routes and the steering routes over it."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from litestar import Litestar, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware

from generation.sandbox.encoding import require_media
from generation.sandbox.envelope import Answer, Problem, failure
from generation.sandbox.general import General, general_router
from generation.sandbox.postman import Postman
from generation.sandbox.settings import SandboxSettings
from generation.sandbox.steering import steering_router
from generation.sandbox.underway import Underway
from generation.sandbox.uploads import MidBody
from generation.sandbox.vendor import AnyRequest, Vendor, vendor_router
from generation.sandbox.world import World

# Seven pictures of 10 MB in base64 are 98 million characters (D14).
LARGEST_BODY = 120_000_000
_THREADS = 32
_log = logging.getLogger("generation.sandbox")


def create_app(
    settings: SandboxSettings,
    clock: Callable[[], float] = time.time,
    *,
    request_ids: Callable[[], str] = lambda: str(uuid.uuid4()),
) -> Litestar:
    """A Litestar application that is a Kling. `clock` is real time in seconds since the epoch.

    Raises MediaMissing when the settings ask for films and PyAV is not installed.
    """
    if settings.media:
        require_media()
    folder = settings.data_folder or Path(tempfile.mkdtemp(prefix="sandbox-"))
    world = World(settings, folder, real_clock=clock, request_ids=request_ids)
    vendor, postman = General(world), Postman(world)
    _subscribe(postman, world)
    return Litestar(
        route_handlers=[vendor_router(vendor), general_router(vendor), steering_router(world, postman)],
        exception_handlers={HTTPException: _refuser(vendor), Exception: _crash(vendor)},
        middleware=[DefineMiddleware(Underway, world=world), DefineMiddleware(MidBody, world=world)],
        lifespan=[_lifespan(postman, None if settings.data_folder else folder)],
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
        state=State({"world": world}),
    )


def _subscribe(postman: Postman, world: World) -> None:
    """Callbacks for every new task, and for what an earlier run of the same folder left to tell."""
    for task in world.everything(account=None, external_task_id=None):
        if task.account in world.habits:
            postman.watch(task, after=world.clock.now())
    world.on_new_task = postman.watch


def _lifespan(
    postman: Postman, temporary: Path | None
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Enough threads for a crowd of slow uploads, one for callbacks, and no folder left behind."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        postman.start()
        try:
            yield
        finally:
            await asyncio.to_thread(postman.stop)
            if temporary:
                shutil.rmtree(temporary, ignore_errors=True)

    return lifespan


def _refuser(vendor: Vendor) -> Callable[[AnyRequest, HTTPException], Response[bytes]]:
    """What the framework refuses, said in the vendor's words."""

    def refuse(request: AnyRequest, wrong: HTTPException) -> Response[bytes]:
        if wrong.status_code in (404, 405) and not request.url.path.startswith("/sandbox/"):
            return _response(vendor.nowhere(request).answer)
        problem = Problem(wrong.status_code, 1200, str(wrong.detail))
        return _response(failure(problem, request_id=vendor.world.request_id()))

    return refuse


def _crash(vendor: Vendor) -> Callable[[AnyRequest, Exception], Response[bytes]]:
    """A bug of the sandbox itself: logged, and answered as the vendor's 500/5000."""

    def answer(request: AnyRequest, wrong: Exception) -> Response[bytes]:
        if isinstance(wrong, ConnectionAbortedError):
            raise wrong
        _log.error("the sandbox failed on %s %s", request.method, request.url.path, exc_info=wrong)
        problem = Problem(500, 5000, f"internal error: {type(wrong).__name__}")
        return _response(failure(problem, request_id=vendor.world.request_id()))

    return answer


def _response(answer: Answer) -> Response[bytes]:
    return Response(answer.content, status_code=answer.status, media_type=answer.media_type)
