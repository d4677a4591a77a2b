"""Secrets leave no trace: a whole run with canaries in the place of every secret, then a search through all that it left."""

from __future__ import annotations

import gzip
import logging
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.auth import issue_key
from api.bootstrap import open_continuity
from api.logs import secrets_of
from api.settings import Settings, UnusableSettings
from registry.archive.exporting import Order, export_studio
from registry.archive.house import House
from registry.deciders.access import RevokeKey
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from tests.api.collector import Collected, collecting
from tests.api.logging_lines import Lines, written
from tests.api.served.calling import signed
from tests.api.served.filming import Film, filming
from tests.api.served.serving import Served, png, running
from tests.servers.sandbox import sandbox
from tests.servers.world import KEYS

HOOK = "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"
COLLECTOR = "canary-of-the-collector"
PASSPHRASE = "canary-passphrase-of-the-archive"
TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.")
"""A token that was signed for Kling."""


class Heard:
    """Everything that callers were answered, heads and bodies; but for the one answer that shows a new secret, and those to
    whoever wrote a key into an address, which say again what was asked for.
    """

    def __init__(self, service: Served) -> None:
        self.text: list[str] = []
        service.http.event_hooks["response"] = [self._hear]

    def _hear(self, answer: httpx.Response) -> None:
        content, asked = answer.read(), str(answer.request.url)
        shows_a_secret = re.search(rb'"key":"continuity_|"secret":"whsec_', content)
        if not shows_a_secret and "continuity_" not in asked:
            self.text.append(f"{answer.headers}{content.decode('latin-1')}")


def everything(folder: Path) -> str:
    """All files below a folder, as text that finds any bytes."""
    return "".join(
        path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file()
    )


def told(film: Film) -> set[str]:
    """A run that meets everything: work that succeeds and fails, keys that go, calls that lie; the secrets made in it."""
    service = film.service
    registry, studio = service.continuity.registry, service.continuity.studio
    issued = service.made("/v1/keys", {"holder": "Jun", "roles": ["reader"]})
    rotated = service.made(f"/v1/keys/{issued['id']}/rotate", {"overlap_seconds": 60})
    hook = service.made("/v1/webhooks", {"url": f"{film.kling.url}/hook", "holder": "edit suite 2"})
    path = f"/v1/webhooks/{hook['id']}"
    hooks = [hook["secret"], service.made(f"{path}/rotate", {"overlap_seconds": 60})["secret"]]
    for what in ("", "/dead-letters", "/test"):
        service.http.request(
            "POST" if what == "/test" else "GET", f"{path}{what}", headers={"Idempotency-Key": "t"}
        )
    leaver = issue_key(registry, studio, "leaver")
    left = RevokeKey(stream=f"key_{leaver.split('_')[1]}", reason="left")
    registry.handle(SYSTEM_LOG, [left], context=Context("x"))
    keys = [service.key, issued["key"], rotated["key"], leaver]
    for key in (*keys, f"{leaver[:-8]}00000000", f"{leaver}x"):
        for path in ("/v1/me", f"/v1/scenes?after={key}", f"/v1/assets/{key}", f"/v1/nothing/{key}"):
            service.get(path, headers={"Authorization": f"Bearer {key}"})
    service.upload(png())
    service.post("/v1/characters", {"name": "Mina", "depicts": "fictional"})
    film.made()
    asked = film.task()
    address = film.address(asked["id"])
    body = b'{"task_id": "x", "task_status": "succeed"}'
    for headers in ({}, signed(HOOK, body), signed(HOOK, body) | {"webhook-signature": "v1,AAAA"}):
        service.http.post(address, content=body, headers=headers)
        service.http.post(f"{address}x", content=body, headers=headers)
    service.http.post("/v1/generations/preview", json={"production": film.production, "action": "She waits."})
    film.kling.clock(speed=1)
    film.work(0.3)
    for path in (
        "/metrics",
        "/health/ready",
        "/openapi.json",
        "/v1/events",
        "/v1/submissions",
        "/v1/reads",
        "/v1/queue",
    ):
        service.get(path)
    told_once = (one.removeprefix("whsec_") for one in hooks)
    return {*(key.split("_")[2][:40] for key in keys), *told_once, address.rpartition("/")[2]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the run left, by where; under `secrets` what must be in none of it, one a line."""
    place = tmp_path_factory.mktemp("canaries")
    given = {"KLING_WEBHOOK_SECRETS": HOOK, "OTEL_EXPORTER_OTLP_HEADERS": f"x-key={COLLECTOR}"}
    with sandbox() as kling, collecting() as collector, written() as lines:
        given["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        with filming(place / "home", kling, **given) as film:
            heard = Heard(film.service)
            made = told(film)
            logging.getLogger("some.library").error(
                "sent %s with %s", HOOK, {"key": f"Bearer {film.service.key}"}
            )
            found = _left(film, place, heard, lines, collector)
        found["database and blobs"] = everything(place / "home")
    found["secrets"] = "\n".join(
        [KEYS.secret_key, HOOK, HOOK.removeprefix("whsec_"), COLLECTOR, PASSPHRASE, *made]
    )
    return found


def _left(film: Film, place: Path, heard: Heard, lines: Lines, collector: Collected) -> dict[str, str]:
    open_now = film.service.continuity
    house = House(open_now.registry, open_now.keys, open_now.blobs, bytes, Context("operator"))
    export_studio(house, open_now.studio, Order(place / "archive", place / "studio.keys", PASSPHRASE))
    with open_now.registry.reading() as connection:
        del connection  # what is written is on the disk by now
    traces = b"".join(gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in collector.bodies)
    return {
        "answers": "".join(heard.text),
        "log lines": lines.text,
        "metrics": film.service.get("/metrics").text,
        "traces": traces.decode("latin-1"),
        "archive": everything(place / "archive"),
        "key file": (place / "studio.keys").read_text("latin-1"),
    }


@pytest.mark.parametrize(
    "where", ["answers", "log lines", "metrics", "traces", "archive", "key file", "database and blobs"]
)
def test_no_secret_is_left_anywhere(run: dict[str, str], where: str) -> None:
    """Kling's key, webhook secrets, what opens the collector, API keys, callback tokens, passphrases: found in nothing that is
    kept or told, nor any token that was signed with them.
    """
    assert len(run[where]) > 100
    assert [secret for secret in run["secrets"].splitlines() if secret in run[where]] == []
    assert TOKEN.findall(run[where]) == []


def test_the_search_finds_what_is_there(run: dict[str, str]) -> None:
    """The same places do hold what the run said in clear, so an empty search means something."""
    assert "CharacterIntroduced" in run["database and blobs"]
    assert "CharacterIntroduced" in run["answers"]
    assert "GenerationRequested" in run["archive"]
    assert '"route": "/v1/me"' in run["log lines"]
    assert "(secret)" in run["log lines"]
    assert "continuity.request_id" in run["traces"]
    assert len(run["secrets"].splitlines()) >= 11


def test_a_store_that_refuses_us_is_told_without_its_keys(tmp_path: Path) -> None:
    """A bucket and a database that cannot be reached are named in answers, lines and complaints without what opens them."""
    held = {"S3_ACCESS_KEY": "canary-access-key", "S3_SECRET_KEY": "canary-secret-key"}
    bucket = {"BLOBS_URL": "s3://films?endpoint=http://127.0.0.1:9", **held}
    with running(tmp_path, **bucket) as service:
        secrets = tuple(secrets_of(service.continuity.settings))
        with written() as quiet, written(secrets) as lines:
            refused = service.upload(png())
            service.get("/health/ready")
        assert refused.status_code == 503
        seen = refused.text + str(refused.headers) + lines.text + quiet.text + service.get("/metrics").text
    assert "canary" not in seen
    for url in (
        "postgresql://ana:canary-pass@127.0.0.1:9/films",
        "postgresql://ana:canary%2Fpass@localhost.invalid/films",
    ):
        with pytest.raises(UnusableSettings) as unusable:
            _opened(tmp_path, DATABASE_URL=url)
        assert "canary" not in f"{unusable.value}{unusable.value!r}"


def _opened(folder: Path, **settings: Any) -> None:
    given = {"CONTINUITY_DATA": str(folder / "other"), "KLING_API_KEY": "toy", **settings}
    open_continuity(Settings.from_environment(given)).close()
