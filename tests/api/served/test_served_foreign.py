"""What is another studio's is as absent as what never was: in every path, every body and every filter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from tests.api.served.entries import ENTRIES
from tests.api.served.owning import Neighbours, neighbours

NAMED_IN_A_STUDIO = ("/v1/subscriptions/{subscription}", "PUT")
"""It makes what it names, by a word of the studio's own."""
Route = tuple[str, str]
KEYED = [route for route, need in ENTRIES.items() if need not in ("open", "token")]
NAMED = sorted(route for route in KEYED if "{" in route[0] and route != NAMED_IN_A_STUDIO)
ABSENT = {"look": "summer", "subscription": "nobody"}
"""Names that nothing has; of all else it is an id of noughts."""
COUNTED = {"position", "number"}
SHOWN = "_01jd0k4m5vf2s8m1q3x7w9y2ab"
"""What ends the ids of the examples."""
THINGS = (
    *("account", "asset", "character", "clip", "generation", "likeness", "production", "scene", "shot"),
    *("voice",),
)
OTHERS = {"stream": "scene", "thing": "asset", "key": "key", "log": "studio", "subscription": "subscription"}
FILTERS = {**dict(zip(THINGS, THINGS, strict=True)), **OTHERS}
"""What lists are asked for by, and a kind of thing it names."""
ELSEWHERE = {"generation": f"generation_{'0' * 26}"}
"""What we have none of ourselves."""
BODIES = (
    *(("/v1/generations/preview", "POST", asked) for asked in (
        {"scene": "scene", "action": "Rain.", "shot": "shot"},
        {"scene": "scene", "action": "Rain.", "cast": [{"character": "character"}]},
        {"production": "production", "action": "Rain.", "closing": "asset", "opening": "asset"},
        {"production": "production", "action": "Rain.", "references": ["asset"]},
        {"production": "production", "action": "Rain.", "retake_of": "clip"},
        {"production": "production", "action": "Rain.", "continue_from": "generation"},
        {"production": "production", "action": "Rain.", "edit": "clip"},
        {"production": "production", "action": "Rain.", "shots": [{"action": "x", "cast": ["character"]}]},
    )),
    ("/v1/likenesses/{likeness}/consents", "POST", {"evidence": "asset", "signed_by": "x", "productions": ["production"]}),
    ("/v1/productions", "POST", {"name": "x", "account": "account"}),
    ("/v1/elements/preview", "POST", {"account": "account", "character": "character", "production": "production"}),
    ("/v1/scenes/{scene}/cast", "POST", {"character": "character"}),
    ("/v1/scenes/{scene}/preview", "POST", {"shots": {"shot": {"duration": 5}}}),
    ("/v1/generations", "POST", {"scene": "scene", "shot": "shot", "action": "Rain."}),
)  # fmt: skip
"""Bodies that name what no example does; a kind stands for its id."""
NUMBERS = {"position": "1", "size": "1", "old": "1", "new": "1"}
NEEDED = {"reason": "it left", "role": "frontal", "since": "1"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    with neighbours(tmp_path_factory.mktemp("studios")) as made:
        yield made


@pytest.fixture(scope="module")
def document(both: Neighbours) -> dict[str, Any]:
    found: dict[str, Any] = both.ours.get("/openapi.json").json()
    return found


def called(route: Route) -> str:
    return f"{route[1]} {route[0]}"


def absent(kind: str) -> str:
    return ABSENT.get(kind, f"{kind}_{'0' * 26}")


def names_of(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def operation(document: dict[str, Any], route: Route) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][route[0]][route[1].lower()]
    return found


def body_of(said: Mapping[str, Any]) -> Any:
    content = said.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else next(iter(content["examples"].values()))["value"]


def query_of(said: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, str]:
    """The parameters that a call must name."""
    return {
        one["name"]: ids.get(one["name"], NEEDED.get(one["name"], ""))
        for one in said.get("parameters", ())
        if one["in"] == "query" and one.get("required")
    }


def ask(
    both: Neighbours, route: Route, said: Mapping[str, Any], ids: Mapping[str, str], body: Any
) -> tuple[int, Any, list[str]]:
    """What our key is told: status, words and names of headers, with the ids asked about taken out."""
    path, method = route
    headers = {"If-Match": '"1"'} if path.endswith("/acknowledge") else {}
    address, query = path.format(**ids), query_of(said, ids)
    answer = both.ours.change(method, address, body, params=query, headers=headers)
    return answer.status_code, plain(answer, ids), sorted(answer.headers)


def plain(answer: httpx.Response, ids: Mapping[str, str]) -> Any:
    """The words of an answer without what was asked about, by name or by digest, and without the request's own."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "<digest>", answer.text)
    for name, one in ids.items():
        text = text.replace(one, f"<{name}>") if name not in COUNTED else text
    if answer.headers["content-type"] != "application/problem+json":
        return text
    return {name: said for name, said in json.loads(text).items() if name not in ("instance", "request_id")}


def both_ways(both: Neighbours, names: list[str], kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Ids for a path: the other studio's, and such as nothing has. `kind` says what a `thing` is."""
    kinds = {name: kind if name == "thing" else name for name in names}
    theirs = {name: both.theirs[one] for name, one in kinds.items()}
    return theirs, {name: theirs[name] if one in COUNTED else absent(one) for name, one in kinds.items()}


@pytest.mark.parametrize("route", NAMED, ids=called)
def test_in_a_path(both: Neighbours, document: dict[str, Any], route: Route) -> None:
    """Every route with an id in its path, with a body that would work: absent, to the letter but for the id, nothing done."""
    said, names, before = operation(document, route), names_of(route[0]), both.positions()
    for kind in both.theirs.keys() - COUNTED if names[0] == "thing" else [names[0]]:
        theirs, never = both_ways(both, names, kind)
        told = ask(both, route, said, theirs, body_of(said))
        assert told == ask(both, route, said, never, body_of(said)), kind
        assert (told[0], told[1]["code"]) == (404, "not-found"), (kind, told)
        assert both.positions() == before


def test_in_a_name(both: Neighbours) -> None:
    """What another studio calls so is made anew here, and stays what it was there."""
    path = f"/v1/subscriptions/{both.theirs['subscription']}"
    before = both.owner.get(path).json()
    made = both.ours.change("PUT", path, {"position": 1})
    assert (made.status_code, made.json()["version"]) == (201, 1)
    after = both.owner.get(path).json()
    assert [after[name] for name in ("version", "position")] == [before["version"], 0]
    assert both.ours.change("DELETE", path).status_code == 200
    assert both.owner.get(path).json()["version"] == before["version"]


@pytest.mark.parametrize(
    "route", [one for one in NAMED if len(set(names_of(one[0])) - COUNTED) == 2], ids=called
)
def test_in_a_path_of_ones_own(both: Neighbours, document: dict[str, Any], route: Route) -> None:
    """One's own thing, and something of the other studio's in it: as if nothing were there."""
    said, names, before = operation(document, route), names_of(route[0]), both.positions()
    theirs, never = both_ways(both, names, names[0])
    first = {names[0]: both.mine[names[0]]}
    told = ask(both, route, said, theirs | first, body_of(said))
    assert told == ask(both, route, said, never | first, body_of(said))
    assert told[0] == 404, told
    assert both.positions() == before


def bodies(document: dict[str, Any]) -> Iterator[tuple[Route, str]]:
    """Every body of every keyed route that names things, as text with `«kind»` for the ids."""
    for route in KEYED:
        content = operation(document, route).get("requestBody", {}).get("content", {})
        for example in content.get("application/json", {}).get("examples", {}).values():
            text = re.sub(rf"(\w+?){SHOWN}", r"«\1»", json.dumps(example["value"], ensure_ascii=False))
            if "«" in text:
                yield route, text
    for path, method, body in BODIES:
        yield (path, method), re.sub(rf'"({"|".join(THINGS)})"(?=[,}}\]]|: {{)', r'"«\1»"', json.dumps(body))


def filled(text: str, ids: Mapping[str, str]) -> Any:
    return json.loads(re.sub(r"«(\w+)»", lambda found: ids[found[1]], text))


def test_in_a_body(both: Neighbours, document: dict[str, Any]) -> None:
    """Every body that names something: what it names of the other studio is told of as what never was, and nothing is done."""
    named = 0
    for route, text in bodies(document):
        said, names = operation(document, route), names_of(route[0])
        if not set(names) <= both.mine.keys():
            continue
        for kind in sorted(set(re.findall(r"«(\w+)»", text))):
            before, told = both.positions(), []
            for one in (both.theirs[kind], absent(kind)):
                body = filled(text, {**ELSEWHERE, **both.mine, kind: one})
                status, words, headers = ask(both, route, said, both.mine, body)
                told.append((status, json.loads(json.dumps(words).replace(one, "<it>")), headers))
            assert told[0] == told[1], (route, kind)
            assert both.positions() == before, (route, kind, told)
            named += 1
    assert named > 30


def test_in_a_filter(both: Neighbours, document: dict[str, Any]) -> None:
    """A list asked for by a thing of the other studio is the list of what never was."""
    asked = 0
    for path, method in KEYED:
        parameters = operation(document, (path, method)).get("parameters", ())
        for one in sorted({one["name"] for one in parameters if one["in"] == "query"} & FILTERS.keys()):
            if method != "GET" or "{" in path or path == "/v1/events/stream":  # which does not end
                continue
            kind, told = FILTERS[one], []
            for thing in (both.theirs[kind], absent(kind)):
                needed = query_of(operation(document, (path, method)), NUMBERS)
                answer = both.ours.get(path, params={**needed, one: thing})
                told.append((answer.status_code, plain(answer, {kind: thing})))
            assert told[0] == told[1], (path, one)
            asked += 1
    assert asked > 5
