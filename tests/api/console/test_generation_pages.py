"""Requests on their way: the list of them, and one that is followed to its end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from api.auth import issue_key
from tests.api.console.browsing import Visitor, visiting
from tests.api.served.serving import Served


def ask(service: Served, production: str, **more: Any) -> str:
    body = {"production": production, "action": "A lantern drifts over a river.", **more}
    answer = service.post("/v1/generations", body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def listed(visitor: Visitor, query: str = "") -> list[str]:
    answer = visitor.get(f"/console/generations{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row"><a href="/console/generations/([a-z0-9_]+)"', answer.text)


@pytest.fixture(scope="module")
def held(service: Served, production: str) -> str:
    """A request that waits for an approval."""
    return ask(service, production, approval=True)


def test_requests_are_listed_newest_first(
    visitor: Visitor, service: Served, production: str, account: str, held: str
) -> None:
    """All, those in a state, those of a production; a page at a time, and a filter that is none is refused."""
    newest = ask(service, production)
    other = service.made("/v1/productions", {"name": "Elsewhere", "account": account})["id"]
    elsewhere = ask(service, other)
    assert listed(visitor)[:2] == [elsewhere, newest]
    assert listed(visitor, "?stage=approval&production=") == [held]
    assert listed(visitor, f"?production={other}") == [elsewhere]
    first = visitor.get("/console/generations?limit=1").text
    [following] = re.findall(r'rel="next" href="([^"]*)"', first)
    assert listed(visitor, following.replace("&amp;", "&").removeprefix("/console/generations")) == [newest]
    assert visitor.get("/console/generations?stage=lost").status_code == 422


def test_nothing_in_a_state_says_so(visitor: Visitor, held: str) -> None:
    """An empty list leads back to all."""
    assert "Nothing like that" in visitor.get("/console/generations?stage=stored").text


def test_a_request_is_followed_while_it_is_open(visitor: Visitor, service: Served, production: str) -> None:
    """Where it stands, why, its price, its plan and what happened; and the events that renew the page."""
    generation = ask(service, production)
    text = visitor.get(f"/console/generations/{generation}").text
    for seen in (
        "It waits for a worker.",
        "no measurement yet",
        "3 units",
        "The prompt as it goes out",
        "to come",
    ):
        assert seen in text, seen
    assert "A clip was asked for, in Unplaced; take 1 of 1." in text
    [events] = re.findall(r'data-live="([^"]*)"', text)
    with visitor.http.stream("GET", events, headers=visitor._cookie()) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")


def test_a_plan_is_approved_by_who_may(visitor: Visitor, service: Served, held: str) -> None:
    """Others are told who may; the form names the plan that is shown."""
    path, to = f"/console/generations/{held}", f"POST /v1/generations/{held}/approve"
    key = issue_key(service.continuity.registry, service.continuity.studio, "Eun", roles=("submitter",))
    with visiting(service, key) as submitter:
        assert "Somebody with the role approver" in submitter.get(path).text
    page = visitor.get(path).text
    [digest] = re.findall(r'name="plan_digest" value="([0-9a-f]{64})"', page)
    assert visitor.send(path, to, {"plan_digest": digest, "ceiling_units": "3"}).headers["location"] == path
    assert "approved up to 3 units" in visitor.get(path).text
    assert service.get(f"/v1/generations/{held}").json()["stage"] == "planned"


def test_a_request_is_cancelled_and_over(visitor: Visitor, service: Served, production: str) -> None:
    """The page says so, follows nothing any more, and offers to ask again."""
    generation = ask(service, production)
    path = f"/console/generations/{generation}"
    told = visitor.send(path, f"POST /v1/generations/{generation}/cancel", {"reason": "a test says so"})
    assert told.headers["location"] == path
    text = visitor.get(path).text
    for seen in ("It was cancelled.", "a test says so", f"/console/ask?retry_of={generation}", "left out"):
        assert seen in text, seen
    assert "data-live" not in text


def test_takes_are_followed_together(visitor: Visitor, service: Served, production: str) -> None:
    """Each of them on one page, from whichever one comes."""
    first = ask(service, production, takes=3)
    takes = service.get(f"/v1/generations/{first}").json()["all_takes"]
    for one in takes:
        text = visitor.get(f"/console/generations/{one}").text
        assert [take for take in takes if f'id="{take}"' in text] == takes
    assert text.count("data-live=") == 1
