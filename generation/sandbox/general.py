"""The vendor's routes for elements and voices, and the files those answers point to (contract 6 and 7)."""

from __future__ import annotations

import io
import math
import re
import struct
import wave

from litestar import Router, get, post
from litestar.params import FromPath, RawBody
from litestar.types import ASGIApp

from generation.sandbox.envelope import Answer, Problem, failure
from generation.sandbox.making import Make, Remove
from generation.sandbox.occasions import Occasion
from generation.sandbox.reading import Reading
from generation.sandbox.replies import Reply
from generation.sandbox.requests import LIBRARY_PRODUCTS, REMOVALS, LibraryProduct
from generation.sandbox.uploads import met
from generation.sandbox.vendor import AnyRequest, Vendor

PRESETS: dict[str, LibraryProduct] = {
    "advanced-presets-elements": "advanced-custom-elements",
    "presets-voices": "custom-voices",
}
_TRIAL = re.compile(r"([0-9]{18})\.wav", re.ASCII)
_PICTURE = re.compile(r"([0-9]{18})-([0-3])", re.ASCII)
_RATE = 8000


class General(Vendor):
    """The vendor's doors, with those below `/v1/general`."""

    def submit(self, request: AnyRequest, name: str, body: bytes) -> Reply:
        """A create or a deletion."""
        authorization = request.headers.get("authorization")
        if name in LIBRARY_PRODUCTS:
            make = Make(self.world, name, body, self._base(request), met=met(request.scope))
            return make.run(authorization)
        if name in REMOVALS:
            return Remove(self.world, name, body, self._base(request)).run(authorization)
        return self.nowhere(request)

    def listed(self, request: AnyRequest, name: str) -> Reply:
        """A page of the account's own, or of the vendor's."""
        base, (number, size) = self._base(request), self._page_of(request)
        if name in LIBRARY_PRODUCTS:
            reading = Reading(self.world, name, base)
            return self._query(request, reading, lambda account: reading.page(account, number, size))
        if name in PRESETS:
            vendors = Reading(self.world, PRESETS[name], base)
            return self._query(
                request,
                vendors,
                lambda account: vendors.presets(Occasion("list", account.name, name), number, size),
            )
        return self.nowhere(request)

    def creation(self, request: AnyRequest, name: str, either_id: str) -> Reply:
        """One creation, by task id or external id."""
        if name not in LIBRARY_PRODUCTS:
            return self.nowhere(request)
        reading = Reading(self.world, name, self._base(request))
        return self._query(request, reading, lambda account: reading.one(account, either_id))

    def trial(self, name: str) -> Reply:
        """What a voice sounds like: a tone of its own."""
        match = _TRIAL.fullmatch(name)
        return Reply(Answer(200, _tone(int(match[1])), "audio/wav")) if match else self._no_file()

    def picture(self, name: str) -> Reply:
        """A picture of an element that came as bytes."""
        match = _PICTURE.fullmatch(name)
        with self.world.lock:
            creation = self.world.library.by_task(match[1]) if match else None
        path = self.world.journal.picture(match[1], int(match[2])) if match else None
        if creation is None or path is None or not path.is_file():
            return self._no_file()
        content = path.read_bytes()
        return Reply(Answer(200, content, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"))

    def _no_file(self) -> Reply:
        return Reply(failure(Problem(404, 1202, "no such file"), request_id=self.world.request_id()))


def general_router(general: General) -> Router:
    """The doors as Litestar handlers; they run in threads."""

    @post("/v1/general/{name:str}", sync_to_thread=True)
    def submit(request: AnyRequest, name: FromPath[str], body: RawBody) -> ASGIApp:
        return general.submit(request, name, body)

    @get("/v1/general/{name:str}", sync_to_thread=True)
    def listed(request: AnyRequest, name: FromPath[str]) -> ASGIApp:
        return general.listed(request, name)

    @get("/v1/general/{name:str}/{either_id:str}", sync_to_thread=True)
    def creation(request: AnyRequest, name: FromPath[str], either_id: FromPath[str]) -> ASGIApp:
        return general.creation(request, name, either_id)

    @get("/trials/{name:str}", sync_to_thread=True)
    def trial(name: FromPath[str]) -> ASGIApp:
        return general.trial(name)

    @get("/pictures/{name:str}", sync_to_thread=True)
    def picture(name: FromPath[str]) -> ASGIApp:
        return general.picture(name)

    return Router("/", route_handlers=[submit, listed, creation, trial, picture])


def _tone(voice_id: int) -> bytes:
    """A second of a sine wave, of another pitch for another voice."""
    pitch, file = 110 + voice_id % 331, io.BytesIO()
    samples = (int(9000 * math.sin(2 * math.pi * pitch * n / _RATE)) for n in range(_RATE))
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, _RATE, 0, "NONE", "not compressed"))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()
