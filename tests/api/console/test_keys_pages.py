"""Keys and settings: who may do what, where we send, whom we tell, and what the installation is set to."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.auth import issue_key
from api.console.pages.keys import MAY
from api.delivering.courier import Courier
from api.delivering.rounds import courier_of
from api.patience import Patience
from registry.events.studio import ROLES
from registry.views.deliveries import Due
from tests.api.console.browsing import FROM_HERE, Visitor, knocking, visiting
from tests.api.served.serving import Served, running
from tests.servers.receiver import FAIL, OK, Receiver, receiving

KEYS = Path(__file__).parents[3] / "docs/how-to/keys.md"
SECRET = re.compile(r'id="the-secret"[^>]*>([^<]+)<')


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    with running(folder, CONTINUITY_WITNESSES="", S3_SECRET_KEY="hush", S3_ACCESS_KEY="hush-too") as started:
        yield started


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def sent(visitor: Visitor, page: str, place: str, fields: Any) -> tuple[str, httpx.Response]:
    """Send the form of a page that is answered with a page of its own."""
    found = re.search(f'action="({re.escape(place)}[^"]*)"', visitor.get(page).text)
    assert found is not None
    address = html.unescape(found[1])
    return address, visitor.post(address, fields)


def issued(visitor: Visitor, holder: str, **more: Any) -> tuple[str, str]:
    """A key issued by the form: its page, and its secret."""
    fields = {"holder": holder, "roles:each": ["asset_writer", "submitter"], **more}
    _, told = sent(visitor, "/console/keys", "/console/keys/issued", fields)
    assert told.status_code == 200, told.text
    found = SECRET.search(told.text)
    assert found is not None
    return re.findall(r'"(/console/keys/key_\w+)"', told.text)[0], found[1].strip()


def test_a_key_s_secret_is_shown_once(service: Served, visitor: Visitor) -> None:
    """On a page that nobody keeps; the key opens; the same form sent again tells it was shown already."""
    fields = {"holder": "Sora Lim", "roles:each": ["reader"]}
    address, told = sent(visitor, "/console/keys", "/console/keys/issued", fields)
    assert told.headers["cache-control"] == "no-store"
    secret = SECRET.search(told.text)
    assert secret is not None
    with visiting(service, secret[1].strip()) as sora:
        assert "Sora Lim" in sora.get("/console/productions").text
    again = visitor.post(address, fields)
    assert again.status_code == 200
    assert SECRET.search(again.text) is None
    assert "was shown already" in again.text
    keys = service.get("/v1/keys?limit=500").json()["items"]
    assert sum(one["holder"] == "Sora Lim" for one in keys) == 1


def test_what_is_wrong_with_a_key_is_said(visitor: Visitor) -> None:
    """With the place, as the form calls it."""
    _, told = sent(visitor, "/console/keys", "/console/keys/issued", {"holder": "Nobody"})
    assert told.status_code == 422
    assert "<code>roles</code>: Field required" in told.text


def test_another_site_gets_no_secret(service: Served, visitor: Visitor) -> None:
    """A form elsewhere that posts to these pages changes nothing."""
    before = len(service.get("/v1/keys?limit=500").json()["items"])
    fields = {"holder": "Evil", "roles:each": ["admin"]}
    told = visitor.post(
        "/console/keys/issued?once=evil", fields, **{**FROM_HERE, "Sec-Fetch-Site": "cross-site"}
    )
    assert told.status_code == 403
    assert len(service.get("/v1/keys?limit=500").json()["items"]) == before


def test_a_key_is_given_more_and_less_to_do(service: Served, visitor: Visitor, production: str) -> None:
    """Roles, productions and limits from its own page; the page tells what happened to it."""
    page, _ = issued(visitor, "Jun Park", **{"limits.units_per_day": "12", "expires_at:until": "2099-01-01"})
    to, path = f"POST /v1{page.removeprefix('/console')}", f"/v1{page.removeprefix('/console')}"
    assert visitor.send(page, f"{to}/grant", {"role": "approver"}).status_code == 303
    assert visitor.send(page, f"{to}/withdraw", {"role": "submitter"}).status_code == 303
    scoped = {"productions:each": ["", production]}
    assert visitor.send(page, f"{to}/scope", scoped).status_code == 303
    card = service.get(path).json()
    assert card["roles"] == ["asset_writer", "approver"]
    assert card["productions"] == [production]
    assert card["limits"]["units_per_day"] == "12"
    assert card["expires_at"] == 4_070_995_200_000_000
    assert visitor.send(page, f"{to}/scope", {"productions:each": [""]}).status_code == 303
    assert visitor.send(page, f"{to}/limit", {"requests_per_minute:number": "60"}).status_code == 303
    card = service.get(path).json()
    assert card["productions"] == []
    assert card["limits"] == {"requests_per_minute": 60, "units_per_day": None}
    assert "The key was given to Jun Park" in visitor.get(page).text


def test_rotated_and_revoked(service: Served, visitor: Visitor) -> None:
    """The new secret opens and the old one does not; a revoked key opens nothing, and no form is left."""
    page, old = issued(visitor, "Render farm")
    _, told = sent(visitor, page, f"{page}/rotated", {"overlap_seconds:number": "0"})
    new = SECRET.search(told.text)
    assert new is not None
    with knocking(service) as somebody:
        assert somebody.sign_in(old).status_code == 401
        assert somebody.sign_in(new[1].strip()).status_code == 303
    to = f"POST /v1{page.removeprefix('/console')}/revoke"
    assert visitor.send(page, to, {"reason": "left the team"}).status_code == 303
    text = visitor.get(page).text
    assert "left the team" in text
    assert "/console/do?" not in text
    with knocking(service) as somebody:
        assert somebody.sign_in(new[1].strip()).status_code == 401


def test_the_studio_is_bounded(service: Served, visitor: Visitor) -> None:
    """All keys together, and today's bar stands with the money."""
    studio = service.continuity.studio
    to = f"POST /v1/studios/{studio}/limit"
    assert visitor.send("/console/keys", to, {"units_per_day": "30"}).status_code == 303
    assert "0 units of 30 units" in visitor.get("/console/money").text
    assert visitor.send("/console/keys", to, {}).status_code == 303


def test_an_account_is_opened_held_and_given_slots(service: Served, visitor: Visitor) -> None:
    """By an operator; a key that is not here cannot be attested, and who is none is offered nothing."""
    told = visitor.send("/console/accounts", "POST /v1/accounts", {"name": "second", "region": "singapore"})
    page = told.headers["location"]
    to = f"/v1{page.removeprefix('/console')}"
    held = {"scope": "model", "model": "kling-v3", "reason": "budget meeting"}
    assert visitor.send(page, f"POST {to}/hold", held).status_code == 303
    assert (
        visitor.send(page, f"PUT {to}/slots", {"model": "kling-v3", "slots:number": "3"}).status_code == 303
    )
    text = visitor.get(page).text
    assert "No paid call for kling-v3 goes out" in text
    assert "0 of 3 in use" in text
    assert "API key" in text
    wrong = {"key_fingerprint": "0" * 16, "reason": "rotated"}
    assert visitor.send(page, f"POST {to}/keys", wrong).status_code == 422
    key = issue_key(service.continuity.registry, service.continuity.studio, "x", roles=("submitter",))
    with visiting(service, key) as submitter:
        assert "/console/do?" not in submitter.get(page).text
        assert "/console/do?" not in submitter.get("/console/accounts").text
        assert 'href="/console/keys"' not in submitter.get(page).text


def test_a_webhook_from_its_beginning_to_its_end(
    service: Served, visitor: Visitor, receiver: Receiver
) -> None:
    """Added with its secret shown once, tried, changed, paused, resumed, rotated, replayed, removed."""
    fields = {"url": receiver.url, "holder": "edit suite 2", "types:each": ["ClipRecorded"]}
    _, told = sent(visitor, "/console/webhooks", "/console/webhooks/added", fields)
    secret = SECRET.search(told.text)
    assert secret is not None
    assert secret[1].strip().startswith("whsec_")
    page = re.findall(r'"(/console/webhooks/webhook_\w+)"', told.text)[0]
    to = f"/v1{page.removeprefix('/console')}"
    _, tried = sent(visitor, page, f"{page}/tried", {})
    assert "taken" in tried.text
    assert len(receiver.heard) == 1
    changed = {"url": receiver.url, "holder": "edit suite 3", "description:kept": "", "types:each": [""]}
    assert visitor.send(page, f"PATCH {to}", changed).status_code == 303
    assert service.get(to).json()["types"] == []
    assert visitor.send(page, f"POST {to}/pause", {"reason": "it is moved"}).status_code == 303
    assert "it is moved" in visitor.get(page).text
    assert visitor.send(page, f"POST {to}/resume").status_code == 303
    assert visitor.send(page, f"POST {to}/replay", {"after:number": "0"}).status_code == 303
    _, rotated = sent(visitor, page, f"{page}/rotated", {"overlap_seconds:number": "0"})
    assert SECRET.search(rotated.text)
    assert visitor.send(page, f"DELETE {to}").headers["location"] == "/console/webhooks"
    assert visitor.get(page).status_code == 404


def bury(service: Served, receiver: Receiver, webhook: str) -> None:
    """One event that its receiver does not take, and that is tried once alone."""
    service.made("/v1/characters", {"name": "Mina", "depicts": "fictional"})
    courier = courier_of(service.continuity, owner="worker", stopping=lambda: False)
    kept = {name: getattr(courier, name) for name in Courier.__slots__}
    receiver.says = lambda _heard: FAIL
    Courier(**kept | {"patience": Patience(attempts=1)}).turn(Due(service.continuity.studio, webhook))
    receiver.says = lambda _heard: OK


def test_dead_letters_are_tried_again(service: Served, visitor: Visitor, receiver: Receiver) -> None:
    """One of them, or all; each stands with why it was given up."""
    made = service.made("/v1/webhooks", {"url": receiver.url, "holder": "dailies"})
    page, to = f"/console/webhooks/{made['id']}", f"POST /v1/webhooks/{made['id']}/redeliver"
    bury(service, receiver, made["id"])
    text = visitor.get(page).text
    assert "1 dead letter" in text
    assert "it answered 500" in text
    letters = service.get(f"/v1/webhooks/{made['id']}/dead-letters").json()["items"]
    one = {"positions.0:number": str(letters[0]["position"])}
    assert visitor.send(page, to, one).status_code == 303
    assert "is tried again" in visitor.get(page).text
    assert service.change("DELETE", f"/v1/webhooks/{made['id']}").status_code == 200


def test_settings_are_shown_without_secrets(service: Served, visitor: Visitor) -> None:
    """What is set, what is usual, and whether all is well; of secrets only that they are set. Nobody but admins is shown."""
    text = visitor.get("/console/settings").text
    assert "CONTINUITY_ALLOW_LOOPBACK" in text
    assert str(service.continuity.settings.data) in text
    assert "hush" not in text
    assert "toy" not in re.sub(r"<[^>]*>", "", text).split()
    assert "not shown" in text
    checked = visitor.get("/console/settings?checks=all").text
    assert "worker" in checked
    assert "hush" not in checked


def test_tenants_are_shown_no_installation(service: Served) -> None:
    """Admins of a further studio see whether the service is well, and not what it is set to."""
    other = service.other_studio()
    with visiting(service, issue_key(service.continuity.registry, other, "Yuna", roles=ROLES)) as tenant:
        text = tenant.get("/console/settings").text
        assert "Requests are served" in text
        assert "CONTINUITY_DATA" not in text
        assert "CONTINUITY_DATA" not in tenant.get("/console/settings?checks=all").text


def test_roles_are_told_as_the_docs_tell_them() -> None:
    """What a role may do is said once: the page and docs/how-to/keys.md have the same words, of every role."""
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", KEYS.read_text(), re.MULTILINE)
    told = {role: re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words) for role, words in rows}
    assert told == MAY
    assert set(MAY) == set(ROLES)
