"""Calls about lineage: whole, in pages, line by line however much it is, and as other programs read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import httpx
import orjson

from api.client.answers import read_as
from api.client.errors import UnexpectedAnswer
from api.client.settling import settled
from api.client.wire import Call, Calls, at
from registry.views.lineage import Edge, Lineage, Thing

Direction = Literal["ancestors", "descendants"]
Drawing = Literal["dot", "mermaid", "prov", "openlineage"]
_PAGE: Final = 500
_LINES: Final = {"Accept": "application/x-ndjson, application/problem+json"}


class LineageCalls(Calls):
    """What anything was made from, or what was made from it.

    `types` are the kinds of steps to go along, none for all; `as_of` is a position of the log, or a moment in RFC 3339.
    """

    def lineage(
        self,
        thing: str,
        *,
        direction: Direction = "ancestors",
        depth: int | None = None,
        types: Iterable[str] = (),
        as_of: str | int | None = None,
        names: bool = False,
    ) -> Lineage:
        """All of it, page by page; `lineage_lines` is for what is too much to be held."""
        asked = _asked(direction, depth, types, as_of) | {"names": names or None}
        page = self.lineage_page(thing, **asked)
        edges, things = list(page.edges), {one.id: one for one in page.things}
        approved, disclosed = set(page.approved), {one.clip: one for one in page.disclosed}
        while page.next is not None:
            pinned = {} if as_of is not None else {"through": page.through}
            page = self.lineage_page(thing, after=page.next, **{**asked, **pinned})
            edges += page.edges
            things |= {one.id: one for one in page.things}
            approved |= set(page.approved)
            disclosed |= {one.clip: one for one in page.disclosed}
        takes = tuple(sorted(approved, key=lambda take: (take.said_at, take.clip)))
        said = {"approved": takes, "disclosed": tuple(disclosed.values())}
        whole = {"edges": tuple(edges), "things": tuple(things.values()), **said}
        return page.model_copy(update=whole) if len(edges) > len(page.edges) else page

    def lineage_page(self, thing: str, *, after: int = 0, limit: int = _PAGE, **asked: Any) -> Lineage:
        """One page; `asked` as the query parameters of the route."""
        return self._wire.read(Lineage, at("lineage", thing), after=after or None, limit=limit, **asked)

    def lineage_lines(
        self,
        thing: str,
        *,
        direction: Direction = "ancestors",
        depth: int | None = None,
        types: Iterable[str] = (),
        as_of: str | int | None = None,
    ) -> Iterator[Edge | Thing]:
        """Every thing and every edge as they are met, however many. Raises UnexpectedAnswer where the stream broke off."""
        call = Call("GET", at("lineage", thing), _asked(direction, depth, types, as_of), headers=_LINES)
        response = self._wire.persist(call, lambda: self._opened(call))
        try:
            yield from _cards(response)
        finally:
            response.close()

    def _opened(self, call: Call) -> httpx.Response:
        response = self._wire.http.send(self._wire.build(call), stream=True)
        if not response.is_success:
            response.read()
        return settled(response)

    def lineage_as(
        self,
        thing: str,
        form: Drawing,
        *,
        direction: Direction = "ancestors",
        depth: int | None = None,
        types: Iterable[str] = (),
        as_of: str | int | None = None,
    ) -> str:
        """A Graphviz or Mermaid drawing, a W3C PROV document, or OpenLineage run events, as text."""
        asked = _asked(direction, depth, types, as_of) | {"format": form}
        call = Call("GET", at("lineage", thing), asked, headers={"Accept": "*/*"})
        return self._wire.persist(call, lambda: settled(self._wire.http.send(self._wire.build(call)))).text

    def provenance(self, clip: str) -> dict[str, Any]:
        """What a clip was made from, as a W3C PROV document (PROV-JSON)."""
        return dict(self._provenance(clip, "prov"))

    def run_events(self, clip: str) -> list[dict[str, Any]]:
        """What a clip was made from, as OpenLineage run events."""
        return list(self._provenance(clip, "openlineage"))

    def _provenance(self, clip: str, form: str) -> Any:
        return self._wire.answer(Call("GET", at("clips", clip, "provenance"), {"format": form})).body


def _asked(
    direction: Direction, depth: int | None, types: Iterable[str], as_of: str | int | None
) -> dict[str, Any]:
    kinds = ",".join(types)
    return {"direction": direction, "depth": depth, "types": kinds or None, "as_of": as_of}


def _cards(response: httpx.Response) -> Iterator[Edge | Thing]:
    whole = False
    try:
        for line in response.iter_lines():
            said = orjson.loads(line)
            whole = "end" in said
            if "edge" in said:
                yield read_as(Edge, said["edge"])
            elif "thing" in said:
                yield read_as(Thing, said["thing"])
    except (httpx.TransportError, orjson.JSONDecodeError):
        whole = False
    if not whole:
        raise UnexpectedAnswer(f"{response.url} broke off before its last line", status=response.status_code)
