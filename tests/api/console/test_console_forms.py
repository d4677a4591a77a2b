"""What a page's forms do."""

from __future__ import annotations

import httpx
import pytest

from tests.api.console.browsing import FROM_HERE, Visitor, form_of
from tests.api.served.serving import Served, png, problem

TO = "POST /v1/productions"


def opened(service: Served, name: str) -> int:
    return sum(one["name"] == name for one in service.get("/v1/productions?limit=500").json()["items"])


def test_a_form_goes_on_to_what_it_made(visitor: Visitor, service: Served, account: str) -> None:
    """The body is what the fields say, and the next page that of the new thing."""
    told = visitor.send("/console/productions", TO, {"name": "Night Bus", "account": account})
    assert told.status_code == 303, told.text
    made = service.get(f"/v1{told.headers['location'].removeprefix('/console')}").json()
    assert (made["name"], made["account"]) == ("Night Bus", account)


def test_a_form_that_is_sent_twice_happens_once(visitor: Visitor, service: Served, account: str) -> None:
    """A second click, or a reload, leads to the same thing."""
    form = form_of(visitor.get("/console/productions").text, TO)
    first, second = (visitor.post(form, {"name": "Twice", "account": account}) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert opened(service, "Twice") == 1


def test_what_is_refused_is_said_on_a_page(visitor: Visitor, service: Served) -> None:
    """With every place that is wrong, what to do and the way back; a script is given the problem itself."""
    form = form_of(visitor.get("/console/productions").text, TO)
    told = visitor.post(form, {"name": "x" * 201}, Referer=f"{service.url}/console/productions")
    assert told.status_code == 422
    assert "<code>name</code>: " in told.text
    assert "Back leads to the form with what you typed" in told.text
    assert 'href="/console/productions">The form, empty' in told.text
    document = problem(
        visitor.post(form, {"name": "x" * 201}, Accept="application/json"), 422, "invalid-request"
    )
    assert document["errors"][0]["path"] == "$.name"


def test_a_file_goes_through_as_it_is(visitor: Visitor, service: Served) -> None:
    """An upload is kept byte for byte, under the label beside it."""
    content = png()
    told = uploaded(visitor, content, "POST /v1/assets", "/console/characters?made={id}")
    assert told.status_code == 303, told.text
    asset = told.headers["location"].partition("=")[2]
    assert service.get(f"/v1/assets/{asset}/content").content == content


def uploaded(visitor: Visitor, content: bytes, to: str, then: str) -> httpx.Response:
    query = {"to": to, "then": then, "key": f"up-{len(content)}"}
    files = {"file": ("still.png", content, "image/png")}
    return visitor.http.post(
        "/console/do", params=query, files=files, headers={**visitor._cookie(), **FROM_HERE}
    )


@pytest.mark.parametrize(
    ("to", "then"),
    [
        ("GET /v1/me", "/console"),
        ("POST /console/do", "/console"),
        ("POST /health/live", "/console"),
        ("POST /v1/../metrics", "/console"),
        (TO, "https://evil.example"),
        (TO, "//evil.example/console"),
        (TO, "/v1/me"),
    ],
)
def test_a_form_asks_the_api_and_goes_on_to_a_page(
    visitor: Visitor, service: Served, to: str, then: str
) -> None:
    """Where else its address leads, nothing happens."""
    before = service.position()
    told = visitor.post(f"/console/do?to={to}&then={then}&key=odd", {"name": "Odd"})
    assert 400 <= told.status_code < 500
    assert service.position() == before


def test_kept_bytes_are_asked_for_once(visitor: Visitor, service: Served) -> None:
    """Under an address with a digest a browser keeps them a day; under the plain one it asks again; refusals are kept nowhere."""
    asset = service.upload(png()).json()["id"]
    kept = visitor.get(f"/console/kept/0123456789abcdef/v1/assets/{asset}/thumbnail")
    assert kept.headers["cache-control"] == "private, max-age=86400, immutable"
    assert (
        visitor.get(f"/console/v1/assets/{asset}/thumbnail").headers["cache-control"] == "private, no-cache"
    )
    gone = visitor.get(f"/console/kept/0123456789abcdef/v1/assets/asset_{'0' * 26}/thumbnail")
    assert (gone.status_code, gone.headers["cache-control"]) == (404, "no-store")


def test_pages_let_in_their_own_scripts_alone(visitor: Visitor) -> None:
    """A new nonce each time, no inline script or style, no other host, no frame, nothing kept."""
    pages = [visitor.get("/console/productions") for _ in range(2)]
    policies = [page.headers["content-security-policy"] for page in pages]
    assert policies[0] != policies[1]
    for policy in policies:
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy
    assert "<script>" not in pages[0].text
    assert " style=" not in pages[0].text
    assert " onclick=" not in pages[0].text
    assert pages[0].headers["cache-control"] == "no-store"


def test_nothing_but_pictures_and_footage_is_kept(visitor: Visitor) -> None:
    """Who somebody is, a receipt or a list would be old the next time it is looked at: there is no such address."""
    for path in ("me", "clips", f"clips/clip_{'0' * 26}/receipt", "log/checkpoint"):
        assert visitor.get(f"/console/kept/0123456789abcdef/v1/{path}").status_code == 404, path


@pytest.mark.parametrize(
    ("path", "status"),
    [("%76%31/me", 200), ("v1/me%2f", 200), ("v1//me", 200), ("v1/%C3%A9", 404), ("v1/%00", 404)],
)
def test_an_address_in_another_spelling_is_an_address(visitor: Visitor, path: str, status: int) -> None:
    """What is written with escapes means what it means to the API; nothing of it is a failure of ours."""
    told = visitor.get(f"/console/{path}")
    assert told.status_code == status, told.text
    assert told.headers["content-type"].startswith("application/")
