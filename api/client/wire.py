"""One connection to the service: who asks, what may safely be asked again, and how refusals become errors.

Everything here goes to our own service. Reads may be repeated; a change carries an Idempotency-Key that is made once per call
and kept across its repeats, so the service meets the same command again and answers as it did the first time. Repeats are
bounded. (Paid calls to the provider are made elsewhere, and are never repeated like this.)
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from api.client.answers import member, read_as
from api.client.errors import LocalFailure, Unreachable
from api.client.settling import Answer, Busy, answered, settled

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

_PAGE: Final = 200


def _random_key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Manners:
    """How persistent the client is, and what it takes from outside. Durations are seconds.

    A call is made at most `attempts` times; pauses double from `first_pause` and end at `longest_pause`. A service that asks for
    a longer pause than that (Retry-After) is believed, and its refusal handed on at once.
    """

    attempts: int = 4
    first_pause: float = 0.25
    longest_pause: float = 10.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    make_key: Callable[[], str] = _random_key


@dataclass(frozen=True, slots=True)
class Call:
    """One request, described so that it can be built again. `stream` gives the body anew for every try."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    stream: Callable[[], Iterator[bytes]] | None = None
    patience: float = 0.0
    """Seconds the service may take beyond the usual, because it was asked to wait."""


class Wire:
    """Asks, repeats what is safe to repeat, and parses. Raises ContinuityError and nothing else that is expected."""

    def __init__(
        self,
        base_url: str,
        key: str | None,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float = 30.0,
        manners: Manners | None = None,
    ) -> None:
        url = _checked_url(base_url)
        self.manners = manners or Manners()
        self._timeout = timeout
        self.http = httpx.Client(
            base_url=url,
            headers={"Accept": "application/json"} | _authorization(key),
            transport=transport,
            timeout=timeout,
            # A proxy of the environment is for the world outside, not for a service on this machine.
            trust_env=not _on_this_machine(url.host),
            # Reading the certificates takes longer than most calls. Over plain HTTP nobody shows one; no redirect is followed.
            verify=url.scheme == "https",
        )

    def read(self, model: type[M], path: str, /, *, patience: float = 0.0, **params: Any) -> M:
        return read_as(model, self.answer(Call("GET", path, params, patience=patience)).body)

    def pages(self, model: type[M], path: str, **params: Any) -> Iterator[M]:
        """Every card of a list, fetched page by page while it is read."""
        after: Any = params.pop("after", None)
        while True:
            page = self.answer(Call("GET", path, {**params, "after": after, "limit": _PAGE})).body
            yield from (read_as(model, item) for item in member(page, "items"))
            after = member(page, "next")
            if after is None:
                return

    def change(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        """Ask for a change and answer the JSON of what it became. `version` is what the caller last saw (If-Match)."""
        headers = {"Idempotency-Key": key or self.manners.make_key()}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.answer(Call(method, path, params or {}, headers=headers, json=body)).body

    def answer(self, call: Call) -> Answer:
        """The service's answer, with refusals raised."""
        return answered(self.persist(call, lambda: settled(self.http.send(self.build(call)))))

    def close(self) -> None:
        self.http.close()

    def persist(self, call: Call, once: Callable[[], T]) -> T:
        """Make the call until it is settled, at most `attempts` times."""
        attempt = 1
        while True:
            last = attempt >= self.manners.attempts
            try:
                return once()
            except httpx.TransportError as lost:
                if last:
                    raise self._unreachable(call, lost) from lost
                pause = None
            except Busy as busy:
                if last or (busy.pause or 0.0) > self.manners.longest_pause:
                    raise busy.refusal from None
                pause = busy.pause
            doubled = min(self.manners.first_pause * 2.0 ** (attempt - 1), self.manners.longest_pause)
            self.manners.sleep(doubled if pause is None else pause)
            attempt += 1

    def build(self, call: Call) -> httpx.Request:
        limit = httpx.Timeout(self._timeout, read=self._timeout + call.patience)
        given = {name: value for name, value in call.params.items() if value is not None}
        try:
            return self.http.build_request(
                call.method,
                call.path,
                params=given or None,
                headers=dict(call.headers),
                json=call.json,
                content=None if call.stream is None else call.stream(),
                timeout=limit,
            )
        except ValueError as unfit:  # lone surrogates in a text, NaN
            raise LocalFailure(
                "cannot-be-sent",
                f"the call cannot be put into a request: {unfit}",
                "remove the character named",
            ) from None

    def _unreachable(self, call: Call, lost: httpx.TransportError) -> Unreachable:
        where, why = self.http.base_url, str(lost) or type(lost).__name__
        message = f"{call.method} {where}{call.path} had no answer in {self.manners.attempts} tries: {why}"
        key = call.headers.get("Idempotency-Key")
        hint = f"check that the service runs at {where}"
        if key is not None:
            hint += (
                f"; whether the change was made is unknown, repeating it with Idempotency-Key {key} is safe"
            )
        return Unreachable(message, hint, idempotency_key=key)


class Calls:
    """Base of the groups of calls that make up the client."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire


def at(*steps: str) -> str:
    """A path under /v1, each step quoted. Raises LocalFailure on text that no address can hold."""
    try:
        return "/v1/" + "/".join(quote(step, safe="") for step in steps)
    except UnicodeEncodeError as unfit:
        message = f"{steps!r} cannot be part of an address: {unfit.reason}"
        raise LocalFailure("cannot-be-sent", message, "name the thing by its id") from None


def given(**said: Any) -> dict[str, Any]:
    """What was said of a body's fields; the others are left out."""
    return {name: value for name, value in said.items() if value is not None}


def _authorization(key: str | None) -> dict[str, str]:
    if key is None:
        return {}
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise LocalFailure(
            "invalid-key",
            "the key holds spaces or characters that no key has",
            "copy it again as it was printed, or make another with: continuity keys bootstrap",
        )
    return {"Authorization": f"Bearer {key}"}


def _checked_url(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError) as unfit:
        raise LocalFailure(
            "invalid-url", f"{base_url!r} is no URL: {unfit}", "e.g. http://127.0.0.1:8000"
        ) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise LocalFailure("invalid-url", f"{base_url!r} is no http(s) URL", "e.g. http://127.0.0.1:8000")
    return url


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
