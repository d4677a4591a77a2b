"""Lineage as people look at it: drawn with links, in words, and as it stood."""

from __future__ import annotations

import re

import pytest

from api.console.lineage import LISTED
from api.reporting.drawing import MOST
from tests.api.console.browsing import Visitor
from tests.api.served.screening import take
from tests.api.served.serving import Served, png, problem

Things = dict[str, str]


@pytest.fixture(scope="module")
def things(service: Served, production: str) -> Things:
    """A picture, a person, a clip, and one that goes on from it; the picture was taken from the person later."""
    picture = service.upload(png(), params={"label": "A face"}).json()["id"]
    who = service.made("/v1/characters", {"name": "Mina", "depicts": "fictional"})["id"]
    assert service.post(f"/v1/characters/{who}/references", {"asset": picture, "role": "frontal"}).is_success
    scene = service.made("/v1/scenes", {"production": production, "name": "Café"})["id"]
    first = take(service, scene, cast=[who], content=b"one")
    second = take(service, scene, cast=[who], parents=(first,), content=b"two")
    gone = f"/v1/characters/{who}/references?asset={picture}&role=frontal"
    assert service.change("DELETE", gone).is_success
    return {"picture": picture, "who": who, "scene": scene, "first": first, "second": second}


def boxes(page: str) -> dict[str, int]:
    """Where each box stands that leads somewhere: its address and its left side."""
    found = re.findall(r'<a href="([^"]*)" aria-label="[^"]*"[^>]*>\s*<svg x="(\d+)"', page)
    return {address: int(left) for address, left in found}


def test_a_thing_stands_between_its_past_and_what_came_of_it(visitor: Visitor, things: Things) -> None:
    """What it was made from is left of it, what was made of it right; every box leads to the page of its thing."""
    at = boxes(visitor.get(f"/console/lineage/{things['first']}").text)
    first, second = (at[f"/console/clips/{things[one]}"] for one in ("first", "second"))
    assert at[f"/console/assets/{things['picture']}"] < at[f"/console/characters/{things['who']}"] < first
    assert at[f"/console/scenes/{things['scene']}"] < first < second


def test_the_same_stands_in_words(visitor: Visitor, things: Things) -> None:
    """Each step with its two ends, its kind, its evidence, and where it ended."""
    page = visitor.get(f"/console/lineage/{things['second']}").text
    rows = [re.sub(r"<[^>]*>|\s+", " ", row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    [continues] = [row for row in rows if "continues" in row]
    assert re.search(r"Clip, Café .* continues .* Clip, Café .* witnessed", continues)
    assert any("ended" in row for row in rows if "reference" in row)


def test_a_lineage_is_shown_as_it_stood(visitor: Visitor, things: Things) -> None:
    """The slider goes over the positions at which it changed; each has an address of its own, which stays what it is."""
    page = f"/console/lineage/{things['first']}"
    now = visitor.get(page).text
    [last] = map(int, re.findall(r'name="at" min="0" max="(\d+)"', now))
    assert f'value="{last}"' in now
    told = visitor.get(f"{page}?at=1&depth=3")
    assert told.status_code == 303
    then = visitor.get(told.headers["location"].partition("#")[0]).text
    assert f"/console/assets/{things['picture']}" in boxes(then)
    assert f"/console/clips/{things['second']}" not in boxes(then)
    assert "As it stood" in then
    assert "as_of" not in visitor.get(f"{page}?at={last}").headers["location"]
    assert visitor.get(f"{page}?as_of=1").status_code == 404
    assert visitor.get(f"{page}?as_of=999999").status_code == 422


def test_anything_has_a_lineage(visitor: Visitor, service: Served, things: Things) -> None:
    """Pictures, people, scenes; what is not there is not."""
    for one in ("picture", "who", "scene"):
        assert visitor.get(f"/console/lineage/{things[one]}").status_code == 200
    assert visitor.get(f"/console/lineage/asset_{'0' * 26}").status_code == 404
    problem(service.get(f"/v1/lineage/asset_{'0' * 26}"), 404, "not-found")


def test_much_is_drawn_in_part_and_listed_in_pages(
    visitor: Visitor, service: Served, production: str
) -> None:
    """So many boxes, the rest counted; the list goes on page by page, with every step once."""
    scene = service.made("/v1/scenes", {"production": production, "name": "Crowd"})["id"]
    clips = [take(service, scene, content=f"take {number}".encode()) for number in range(2 * MOST)]
    page = visitor.get(f"/console/lineage/{scene}").text
    assert len(boxes(page)) == MOST
    assert f"{2 * MOST + 2 - MOST} more things are not drawn" in page
    [more] = re.findall(r'href="([^"]*/steps[^"]*)"', page)
    assert f"after={LISTED}" in more
    listed = set(re.findall(r'<tr>\s*<td><a href="/console/clips/([^"]*)"', page))
    while more:
        page = visitor.get(more.replace("&amp;", "&")).text
        listed |= set(re.findall(r'<tr>\s*<td><a href="/console/clips/([^"]*)"', page))
        more = next(iter(re.findall(r'rel="next" href="([^"]*)"', page)), "")
    assert listed == set(clips)
