"""Open streams of events (server-sent events): bounded in number, at the pace of each reader, ended when they must be.

Nothing is queued for anybody: a stream reads a stretch of the log once the one before is handed to the connection, so a slow
reader costs one stretch, and one that takes nothing for long loses its stream and comes back with the last id it saw. Streams
that stand at the same place share one look at the database. Reading happens in threads; only the open answers are asynchronous.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final, NamedTuple

import structlog
from litestar import Response
from litestar.concurrency import sync_to_thread
from litestar.params import HeaderParameter
from litestar.response import Stream

from api.bootstrap import Continuity
from api.errors import Web
from api.negotiating import EVENTS
from api.refusals import BadHeader, StreamsFull, TooManyStreams
from api.roles import Caller
from api.routes.commanding import Visit
from api.routes.sending import SAID, EventStream, OpenStream, Wanted
from api.routes.waiting import Watch
from api.subscribing import seen
from registry.errors import RegistryError
from registry.events.ids import SYSTEM_LOG
from registry.log.feed.subscriptions import BeyondTheLog
from registry.views import access

AT_ONCE: Final = 50
"""Events read in one stretch."""
REST_SECONDS: Final = 0.05
"""Between two stretches of a stream that is up to date: what happens meanwhile comes together."""
UNREAD_SECONDS: Final = 1.0
"""Until keys that could not be checked are checked again."""
AGAIN_MS: Final = 2_000
"""What readers are told to wait before they come back."""

LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID", description="The id of the last event that came; it stands above `after`."
    ),
]

_log = structlog.get_logger("api")


def position_after(after: int, last_event_id: str | None) -> int:
    """Where a stream begins. Raises BadHeader."""
    if last_event_id is None:
        return after
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19):
        raise BadHeader(
            f"Last-Event-ID {last_event_id[:80]!r} is no position of ours",
            hint="send the id of the last event as it came, or leave the header out",
        )
    return int(last_event_id)


class Written(NamedTuple):
    """A stretch of the log as it goes out."""

    text: bytes
    through: int
    more: bool
    over: bool


class Streams:
    """All open streams of this process. Lives in the event loop."""

    def __init__(self, continuity: Continuity, watch: Watch) -> None:
        self._registry = continuity.registry
        self._settings = continuity.settings
        self._watch = watch
        self._open: set[OpenStream] = set()
        self._reading: dict[tuple[str, int, Wanted], asyncio.Task[Written]] = {}
        self._guard: asyncio.Task[None] | None = None
        self._leaving = False

    async def open(self, request: Web, visit: Visit, wanted: Wanted, after: int) -> Response[Any]:
        """Raises TooManyStreams, StreamsFull and BeyondTheLog, and whatever the first look at the log raises."""
        self._must_have_room(visit.caller)
        if request.method == "HEAD":
            return Stream(iter(()), media_type=EVENTS, headers=SAID)
        stream = OpenStream(visit.caller, wanted, after)
        self._open.add(stream)
        try:
            await sync_to_thread(self._must_be_reached, visit.studio, after)
            first = await self._written(stream)
            await self._end_barred([stream])  # it may have been revoked between its check and now
        except BaseException:
            self._open.discard(stream)
            raise
        if self._guard is None or self._guard.done():
            self._guard = asyncio.create_task(self._watch_keys())
        return EventStream(
            stream,
            self._told(stream, first),
            stall=self._settings.stream_stall,
            closed=partial(self._open.discard, stream),
        )

    def leave(self) -> None:
        """The service shuts down: every stream says so and ends; no new one begins."""
        self._leaving = True
        for stream in self._open:
            stream.end("shutting-down", "the service shuts down: come back with the last id")
        if self._guard is not None:
            self._guard.cancel()

    async def _told(self, stream: OpenStream, written: Written) -> AsyncIterator[bytes]:
        """What goes out, chunk by chunk; the next is made once the one before was taken."""
        yield b"retry: %d\n\n" % AGAIN_MS
        spoke = time.monotonic()
        while stream.why is None:
            silent = time.monotonic() - spoke >= self._settings.stream_heartbeat
            if written.text or silent:
                yield written.text or b"id: %d\n:\n\n" % written.through  # moves the reader's last id as well
                spoke = time.monotonic()
            stream.after = written.through
            if written.over:
                stream.end("ended", "nothing comes after this")
            elif not written.more:
                await self._rest(stream, self._settings.stream_heartbeat - (time.monotonic() - spoke))
            if stream.why is None:
                try:
                    written = await self._written(stream)
                except RegistryError as failed:
                    _log.error("stream_failed", code=failed.code, exc_info=failed)
                    stream.end(failed.code, "the log cannot be read now: come back with the last id")
        code, message = stream.why
        yield b"event: end\ndata: %s\n\n" % json.dumps({"code": code, "message": message}).encode()

    async def _rest(self, stream: OpenStream, seconds: float) -> None:
        """Until there is more, the stream must end, or a line is due."""
        await asyncio.sleep(REST_SECONDS)
        await self._watch.news(stream.caller.studio, stream.after, stream.stirred, seconds=max(seconds, 0.0))
        stream.stirred.clear()

    async def _written(self, stream: OpenStream) -> Written:
        """The next stretch; one look for all streams that stand there at this moment."""
        key = (stream.caller.studio, stream.after, stream.wanted)
        if key not in self._reading:
            task = asyncio.create_task(sync_to_thread(self._write, *key))
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(self._reading[key])

    def _write(self, studio: str, after: int, wanted: Wanted) -> Written:
        found = self._registry.feed.stretch(studio, after, limit=AT_ONCE, **wanted.narrowed)
        text = b"".join(
            b"id: %d\ndata: %s\n\n" % (one.position, seen(one).model_dump_json().encode())
            for one in found.events
        )
        over = any(one.type == wanted.last for one in found.events)
        return Written(text, found.through, found.more, over)

    def _must_have_room(self, caller: Caller) -> None:
        if self._leaving or len(self._open) >= self._settings.streams_most:
            raise StreamsFull(
                f"{len(self._open)} streams are open, as many as this process serves",
                hint="come again in a moment, or read pages: GET /v1/events?after=&wait=",
            )
        mine = sum(stream.caller.key == caller.key for stream in self._open)
        if mine >= self._settings.streams_per_key:
            raise TooManyStreams(
                f"{caller.key} has {mine} streams open, as many as a key may have",
                hint="close one, or share it: one stream can feed many readers",
            )

    def _must_be_reached(self, studio: str, after: int) -> None:
        end = self._registry.feed.head(studio)
        if after > end:
            raise BeyondTheLog(
                f"position {after} is beyond the log's end, which is {end}",
                hint="the log may have been restored from an older backup: begin at a position both have",
            )

    async def _watch_keys(self) -> None:
        """End the streams of keys that may not what they might: at once, by the next heartbeat when they have expired."""
        while self._open:
            try:
                position = await sync_to_thread(self._registry.feed.head, SYSTEM_LOG)
                await self._end_barred(list(self._open))
            except RegistryError as failed:
                _log.error("keys_unread", code=failed.code, exc_info=failed)
                await asyncio.sleep(UNREAD_SECONDS)
                continue
            heartbeat = self._settings.stream_heartbeat
            await self._watch.news(SYSTEM_LOG, position, asyncio.Event(), seconds=heartbeat)

    async def _end_barred(self, streams: list[OpenStream]) -> None:
        keys = {stream.caller.key for stream in streams}
        standing = await sync_to_thread(self._standing, keys)
        for stream in streams:
            caller = stream.caller
            now = standing.get(caller.key)
            if now is None:
                stream.end("unauthenticated", f"{caller.key} is revoked or expired: ask for a new key")
            elif now != (caller.roles, caller.productions):
                stream.end(
                    "rights-changed", f"what {caller.key} may do has changed: come back with the last id"
                )

    def _standing(self, keys: set[str]) -> dict[str, access.Rights]:
        with self._registry.reading() as connection:
            return access.standing(connection, keys, now=self._registry.clock())
