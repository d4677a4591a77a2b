"""Connections to PostgreSQL that are lost around a commit: whether it landed is found out, and nothing happens twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.errors import LogBusy
from registry.log import writer
from registry.log.engine.quick import Quick
from tests.registry.log.opened import STUDIO, introduce, opened
from tests.servers.gate import Gate
from tests.servers.homes import settle, url_of

Cut = Callable[[Gate], None]
CUTS: dict[str, Cut] = {"before the server hears of it": Gate.shut, "before we hear of it": Gate.swallow}
"""What becomes of a COMMIT."""


@pytest.fixture
def gate(on_postgres: Path) -> Iterator[Gate]:
    """The only way to the home's database."""
    url = url_of(on_postgres)
    before, _, database = url.rpartition("/")
    host = before.rpartition("@")[2]
    standing = Gate(host)
    settle(on_postgres, f"{before.removesuffix(host)}{standing.endpoint}/{database}")
    yield standing
    standing.shut()


def cutting(monkeypatch: pytest.MonkeyPatch, gate: Gate, cut: Cut, *, away: float | None = 0.2) -> None:
    """The next commit of an append meets that cut; the way is open again after so many seconds, if ever."""
    cuts, commit = [cut], Quick.commit

    def committing(quick: Quick) -> None:
        if cuts:
            cuts.pop()(gate)
            if away:
                threading.Timer(away, reopen).start()
        commit(quick)

    def reopen() -> None:
        gate.shut()
        gate.open()

    monkeypatch.setattr(Quick, "commit", committing)


@pytest.mark.parametrize("first", [True, False], ids=["a new log", "a known log"])
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_commit_that_was_cut_off(
    on_postgres: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch, cut: Cut, first: bool
) -> None:
    """With the connection cut at the commit, the caller is answered with what is in the log, and it is there once."""
    with opened(on_postgres) as log:
        if not first:
            log.handle(introduce(name="before"))
        cutting(monkeypatch, gate, cut)
        handled = log.handle(introduce(name="cut off"))
        log.handle(introduce(name="after"))
        events = log.registry.feed.after(STUDIO, 0)

        assert [event.event.name for event in events][-2:] == ["cut off", "after"]  # type: ignore[attr-defined]
        assert len(events) == 2 + (not first)
        assert events[-2].event_id == handled.recorded[0].event_id
        assert log.registry.rebuild().different == ()


def test_a_server_that_stays_away(on_postgres: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the time in which it is waited for, callers are told: not landed where nothing was sent, unknown where it was."""
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.3)
    with opened(on_postgres) as log:
        cutting(monkeypatch, gate, Gate.shut, away=None)
        with pytest.raises(LogBusy, match="whether it landed is unknown") as unknown:
            log.handle(introduce(name="cut off"))
        with pytest.raises(LogBusy, match="cannot be reached") as untold:
            log.handle(introduce(name="nobody there"))
        assert [one.value.detail for one in (unknown, untold)] == [{}, {"landed": False}]
        gate.open()
        log.handle(introduce(name="after"))

        assert [event.event.name for event in log.registry.feed.after(STUDIO, 0)] == ["after"]  # type: ignore[attr-defined]
