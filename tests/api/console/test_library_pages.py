"""What is kept, and the real people behind it, on pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.console.browsing import Visitor
from tests.api.console.test_people_pages import section, shown
from tests.api.served.serving import Served, png

DOCUMENT = b"I allow it. " * 20


@pytest.fixture
def ana(visitor: Visitor, service: Served) -> dict[str, str]:
    """A real person, registered by form, and a character that shows her."""
    fields = {"name": "Ana Park", "minor:whether": "no", "guardian": ""}
    told = visitor.send("/console/likenesses", "POST /v1/likenesses", fields)
    likeness = told.headers["location"].rpartition("/")[2]
    who = service.made("/v1/characters", {"name": "Ana", "depicts": "real_person"})["id"]
    return {"likeness": likeness, "character": who}


def test_the_library_is_looked_through(
    visitor: Visitor, service: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest first, by kind, a page at a time; what is no picture is not drawn as one."""
    monkeypatch.setattr("api.console.pages.assets._SHOWN", 2)
    first = service.upload(png(), params={"label": "the first of them"}).json()["id"]
    for _ in range(2):
        service.upload(png())
    newest = shown(visitor, "/console/assets?kind=picture")
    assert first not in newest
    following = re.search(r'rel="next" href="([^"]+)"', newest)[1].replace("&amp;", "&")  # type: ignore[index]
    assert "the first of them" in shown(visitor, following)
    document = service.upload(DOCUMENT, headers={"Content-Type": "text/plain"}).json()["id"]
    page = shown(visitor, "/console/assets?kind=document")
    assert document in page
    assert "thumbnail" not in page


def test_an_asset_is_described_superseded_and_retired(visitor: Visitor, service: Served) -> None:
    """Each by a form of its page, which leads back there."""
    old, new, worn = (service.upload(png()).json()["id"] for _ in range(3))
    here = f"/console/assets/{old}"
    words = {"label:kept": "Mina, frontal", "description:kept": "Daylight"}
    assert visitor.send(here, f"PATCH /v1/assets/{old}", words).headers["location"] == here
    visitor.send(here, f"POST /v1/assets/{old}/supersede", {"by": new, "reason": "sharper"})
    visitor.send(f"/console/assets/{worn}", f"POST /v1/assets/{worn}/retire", {"reason": "worn"})
    assert service.get(f"/v1/assets/{worn}").json()["retired"]
    card = service.get(f"/v1/assets/{old}").json()
    assert (card["label"], card["superseded_by"]) == ("Mina, frontal", new)
    page = shown(visitor, here)
    assert f"/console/assets/{new}" in page
    assert f"/console/v1/assets/{old}/content" in page


def test_consent_is_linked_written_down_and_taken_back(
    visitor: Visitor, service: Served, ana: dict[str, str]
) -> None:
    """A person is linked on the character's page; a consent has a signed document and an end, and ends when they say so."""
    here, person = f"/console/characters/{ana['character']}", f"/v1/likenesses/{ana['likeness']}"
    assert "nobody has said who" in shown(visitor, here)
    visitor.send(here, f"POST /v1/characters/{ana['character']}/likeness", {"likeness": ana["likeness"]})
    signed = visitor.upload(
        f"/console/likenesses/{ana['likeness']}", DOCUMENT, kind="text/plain", label="Signed"
    )
    page = shown(visitor, signed.headers["location"].partition("#")[0])
    evidence = re.search(r'<option value="(asset_\w+)" selected', page)[1]  # type: ignore[index]
    said: Any = {
        **{
            "evidence": evidence,
            "signed_by": "Ana Park",
            "purposes:each": "draft",
            "territories:words": "DE, KR",
        },
        **{"voice:yes": "on", "starts_at:day": "", "ends_at:day": "2090-06-01"},
    }
    assert visitor.send(here, f"POST {person}/consents", said).status_code == 303
    page = section(shown(visitor, here), "consent")
    assert "1 Jun 2090" in page
    consent = service.get(person).json()["consents"][0]
    assert (consent["purposes"], consent["territories"], consent["voice"]) == (["draft"], ["DE", "KR"], True)
    visitor.send(here, f"POST {person}/consents/{consent['id']}/revoke", {"reason": "she left"})
    for page in (
        section(shown(visitor, here), "consent"),
        shown(visitor, f"/console/likenesses/{ana['likeness']}"),
    ):
        assert "revoked" in page
        assert "she left" in page


def test_a_wrong_link_and_a_wrong_word_are_taken_back(
    visitor: Visitor, service: Served, ana: dict[str, str]
) -> None:
    """Each with its reason, which a DELETE carries too."""
    here, path = f"/console/characters/{ana['character']}", f"/v1/characters/{ana['character']}"
    visitor.send(here, f"POST {path}/likeness", {"likeness": ana["likeness"]})
    visitor.send(here, f"DELETE {path}/likeness", {"reason": "another Ana"})
    assert "another Ana" in section(shown(visitor, here), "history")
    declared = {"depicts": "fictional", "reason": "drawn from nobody"}
    visitor.send(here, f"POST {path}/declare", declared)
    card = service.get(path).json()
    assert (card["likeness"], card["depicts"]) == (None, "fictional")


def test_a_minor_needs_a_guardian(visitor: Visitor) -> None:
    """Who forgets one is told which place is wrong, and nobody is registered."""
    fields = {"name": "Kid", "minor:whether": "yes", "guardian": ""}
    told = visitor.send("/console/likenesses", "POST /v1/likenesses", fields)
    assert told.status_code == 422
    assert "guardian" in told.text
    assert "Kid" not in shown(visitor, "/console/likenesses")
