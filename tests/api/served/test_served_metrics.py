"""What Prometheus reads: everything declared, nothing else, and nobody's name."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.gauges import GAUGES
from api.metrics import LOOKED_AT, OF_A_PROCESS
from api.scraping import READABLE, READERS, InstallationGauges
from registry.errors import LogBusy
from tests.api.served.serving import Served, running

Samples = dict[str, dict[tuple[str, ...], float]]
OF_PYTHON = ("process_", "python_")


def scraped(service: Served) -> Samples:
    """Every sample by name and label values, asked for without a key."""
    answer = httpx.get(f"{service.url}/metrics", trust_env=False, verify=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def names(service: Served) -> set[str]:
    """The names of all families, as they are declared."""
    text = httpx.get(f"{service.url}/metrics", trust_env=False, verify=False).text
    lines = [line.split() for line in text.splitlines() if line.startswith("# TYPE")]
    return {name for _, _, name, _ in lines}


def test_everything_declared_is_told_and_nothing_else(tmp_path: Path) -> None:
    """The page holds exactly what docs/reference/metrics.md lists, beside what every Python program tells."""
    declared = {one.name for one in (READABLE, *READERS, *(gauge.measure for gauge in GAUGES), *OF_A_PROCESS)}
    with running(tmp_path) as service:
        service.get("/v1/me")
        found = {name for name in names(service) if not name.startswith(OF_PYTHON)}

    assert found == declared - {LOOKED_AT.name}


def test_requests_and_appends_are_counted(tmp_path: Path) -> None:
    """Answers are counted by method, form of the address and status; appends by how long they took and shared a commit."""
    with running(tmp_path) as service:
        service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})
        service.get("/v1/characters/character_01h455vb4pex5vsknk084sn02q")
        service.get("/v1/no/such/route")
        before = scraped(service)
        found = scraped(service)

    counted = found["continuity_requests_total"]
    assert counted["POST", "/v1/characters", "201"] == 1
    assert counted["GET", "/v1/characters/{character}", "404"] == 1
    assert counted["GET", "none", "404"] == 1
    assert (
        counted["GET", "/metrics", "200"]
        == before["continuity_requests_total"].get(("GET", "/metrics", "200"), 0) + 1
    )
    assert found["continuity_request_seconds_count"]["POST", "/v1/characters"] == 1
    assert found["continuity_append_seconds_count"][()] >= 2
    assert found["continuity_batch_calls_count"][()] >= 2
    assert (found["continuity_requests_in_progress"][()], found["continuity_writer_queue_depth"][()]) == (
        1,
        0,
    )
    assert found["continuity_registry_readable"][()] == 1


def test_the_page_names_nobody(tmp_path: Path) -> None:
    """Open to anybody who reaches it, it holds no id, no name and no word a caller sent, however they came in."""
    with running(tmp_path) as service:
        account = service.made("/v1/accounts", {"name": "canary-account", "region": "singapore"})["id"]
        production = service.made("/v1/productions", {"name": "canary-show", "account": account})["id"]
        service.made("/v1/characters", {"depicts": "fictional", "name": "canary-name"})
        service.get(f"/v1/productions/{production}?canary=canary")
        service.get("/v1/canary/canary", headers={"X-Request-Id": "canary"})
        page = httpx.get(f"{service.url}/metrics", trust_env=False, verify=False).text

    for secret in ("canary", account, production, service.continuity.studio, service.key):
        assert secret not in page


def test_readers_are_told_by_how_far_they_are_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each named reader's lag is told in events and seconds; of many only the furthest behind by name, and all are counted."""
    monkeypatch.setattr("api.scraping.MOST_READERS", 2)
    with running(tmp_path) as service:
        for name in ("Mina", "Jun", "Hana"):
            service.made("/v1/characters", {"depicts": "fictional", "name": name})
        end = service.position()
        for name, position in (("archive", 1), ("export", end), ("tracker", end - 1)):
            answer = service.change("PUT", f"/v1/subscriptions/{name}", {"position": position})
            assert answer.status_code in (200, 201), answer.text
        found = scraped(service)

    assert found["continuity_reader_lag_events"] == {("archive",): end - 1, ("tracker",): 1}
    assert found["continuity_reader_lag_seconds"]["archive",] > 0
    assert found["continuity_readers"][()] == 3


def test_a_scrape_is_cheap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks however often, the views are read once a second at most, and those who ask at once share one look."""
    looks: list[int] = []
    with running(tmp_path) as service:
        registry = service.continuity.registry
        snapshot = registry.snapshot
        monkeypatch.setattr(registry, "snapshot", lambda: looks.append(1) or snapshot())
        gauges = InstallationGauges(registry, slots=5)
        monkeypatch.setattr("api.scraping.FRESH_SECONDS", 3600.0)
        asking = [threading.Thread(target=gauges.page) for _ in range(8)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()

    assert looks == [1]


def test_a_registry_that_cannot_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page still comes, with the process' own numbers, one line about the registry, and no old number of it."""
    with running(tmp_path) as service:

        def down() -> None:
            raise LogBusy("the database could not be read")

        monkeypatch.setattr("api.scraping.FRESH_SECONDS", -1.0)
        assert "continuity_slots" in scraped(service)
        monkeypatch.setattr(service.continuity.registry, "snapshot", down)
        found = scraped(service)

    assert found["continuity_registry_readable"][()] == 0
    assert "continuity_slots" not in found
    assert "process_resident_memory_bytes" in found
