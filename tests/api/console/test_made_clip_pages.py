"""A clip that was asked for, paid and delivered: what was sent, what it cost, and whether the same would come out today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.console.browsing import Visitor, visiting
from tests.api.served.adopting import adopted
from tests.api.served.filming import Film, filming
from tests.servers.copying import film as footage
from tests.servers.copying import shots
from tests.servers.sandbox import sandbox


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    with sandbox() as kling, filming(tmp_path_factory.mktemp("film"), kling) as opened:
        yield opened


@pytest.fixture(scope="module")
def visitor(film: Film) -> Iterator[Visitor]:
    with visiting(film.service) as somebody:
        yield somebody


def test_a_clip_tells_what_was_sent_and_paid(film: Film, visitor: Visitor) -> None:
    """The payload as it was compiled, its price and what was spent, both histories, and a plan that is the same today."""
    made = film.made()
    page = visitor.get(f"/console/clips/{made['clip']}").text
    assert "&#34;prompt&#34;: &#34;A lantern drifts over a river.&#34;" in page
    assert made["plan_digest"] in page
    assert "(charged)" in page
    assert "A clip was asked for" in page
    assert "The clip was recorded" in page
    assert "A clip was asked for" in visitor.get(f"/console/clips/{made['clip']}/history?of=generation").text
    again = visitor.get(f"/console/clips/{made['clip']}/replay").text
    assert again.count('<span class="mark good">same</span>') == 2


def test_footage_from_elsewhere_says_so(film: Film, visitor: Visitor) -> None:
    """Whoever brought it is named, nothing was paid or sent for it, and its receipt holds as any other."""
    scene = film.service.made("/v1/scenes", {"production": film.production, "name": "Harbour"})["id"]
    clip = adopted(film.service, footage(shots(count=24)), scene=scene, label="Harbour")["id"]
    page = " ".join(visitor.get(f"/console/clips/{clip}").text.split())
    assert "tester, as Harbour" in page
    assert "Northlight Stock, 4711" in page
    assert "nothing was compiled or sent for it" in page
    assert "nothing: it was not made here" in page
    assert visitor.get(f"/console/clips/{clip}/replay").status_code == 404
    assert visitor.post(f"/console/clips/{clip}/receipt").text.count(">holds<") == 5
    assert 'class="mark">adopted' in visitor.get("/console/clips").text


def test_a_pattern_is_called_as_in_the_guide(film: Film, visitor: Visitor) -> None:
    """By its title; of a combination that is none what it is, and with which reason its caution was accepted."""
    page = visitor.get(f"/console/clips/{film.made()['clip']}").text
    assert "<dt>Pattern</dt><dd>text2video: Text alone</dd>" in page
    assert "<dt>Accepted</dt>" not in page
    made = film.made(route="omni", accept={"W501": "its model is wanted"})
    pages = [visitor.get(f"/console/{path}").text for path in _told_of(film, made)]
    for page in pages:
        assert "No approved pattern: text alone by omni" in page
        assert not re.search(r"Pattern(</dt>)?\s*(<dd>)?W501", page)
    assert "Text alone by omni: <q>its model is wanted</q>" in pages[0]


def _told_of(film: Film, made: dict[str, Any]) -> tuple[str, ...]:
    """The pages that name the pattern of a clip: its own, its request's, and its entry's in the continuity log."""
    clip, scene = made["clip"], made["scene"]
    log = film.service.get(f"/v1/scenes/{scene}/continuity").json()["items"]
    entry = next(one["position"] for one in log if one["clip"] == clip)
    return f"clips/{clip}", f"generations/{made['id']}", f"scenes/{scene}/records/{entry}"
