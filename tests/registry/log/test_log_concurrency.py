"""Many writers at once, in threads and processes, and writers that are killed: nothing lost, nothing twice, no holes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.events.envelope import Recorded
from registry.log.roles import Handled
from tests.registry.log.opened import STUDIO, Opened, describe, introduce, new_id, once, opened, register
from tests.registry.log.writing import main
from tests.servers.forking import Forked, forked


def whole_log(log: Opened) -> list[Recorded]:
    """Every event, page by page; each page checks that it has no holes."""
    events: list[Recorded] = []
    while page := log.registry.feed.after(STUDIO, len(events), limit=1_000):
        events.extend(page)
    assert len(events) == log.registry.feed.head(STUDIO)
    return events


def writer(stack: ExitStack, folder: Path, *words: str) -> Forked:
    """A writing process, opened and waiting for its start signal."""
    return stack.enter_context(forked(main, str(folder), *words))


def start(process: Forked) -> None:
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()


def acknowledged(process: Forked) -> list[str]:
    """Event ids of every complete line; a line cut by a kill was not acknowledged."""
    lines = process.said().splitlines(keepends=True)
    return [event for line in lines if line.endswith("\n") for event in line.split()]


def test_a_storm_on_one_stream(open_log: Opened) -> None:
    """Eight threads on one hot stream all succeed: they queue for the head, they do not fight."""
    stream = new_id("asset")
    open_log.handle(register(stream))
    failures: list[Exception] = []

    def storm(thread: int) -> None:
        for number in range(40):
            try:
                open_log.handle(describe(stream, f"{thread} {number}"))
            except Exception as failure:  # noqa: BLE001 - any failure at all is what the test looks for
                failures.append(failure)

    threads = [threading.Thread(target=storm, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert [event.version for event in whole_log(open_log)] == list(range(1, 8 * 40 + 2))
    assert open_log.registry.state(STUDIO, stream).version == 8 * 40 + 1


def test_two_processes_share_a_log(home: Path) -> None:
    """Two processes with four threads each, meeting on one stream: no hole, no double, every acknowledgement kept."""
    stream = new_id("asset")
    with ExitStack() as stack, opened(home) as log:
        log.handle(register(stream))
        writers = [writer(stack, home, word, "60", stream) for word in ("one", "two")]
        for process in writers:
            start(process)
        told = [event for process in writers for event in acknowledged(process)]
        events = whole_log(log)

        assert [process.wait() for process in writers] == [0, 0]
        assert len(events) == 1 + 2 * 60 * 3
        assert {event.event_id for event in events[1:]} == set(told)
        assert [event.version for event in events if event.stream == stream] == list(range(1, 122))
        assert [event.recorded_at for event in events] == sorted(event.recorded_at for event in events)
        assert log.registry.rebuild().different == ()


def test_processes_see_each_others_states(home: Path) -> None:
    """A decision is made on what another process wrote since: cached states are not stale under the lock."""
    stream = new_id("asset")
    with opened(home) as one, opened(home) as two:
        one.handle(register(stream))
        one.handle(describe(stream, "a"))
        assert len(two.handle(describe(stream, "b")).recorded) == 1
        assert len(one.handle(describe(stream, "a")).recorded) == 1
        assert len(two.handle(describe(stream, "a")).recorded) == 0


def test_one_key_race_between_processes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that make the data key of one stream at the same moment both stay readable."""
    stream = new_id("character")
    with opened(home) as one, opened(home) as two:
        late = one.registry._sealer.begin(0)
        late.seal("x", under=[stream], bound_to="nowhere")
        monkeypatch.setattr(one.registry._sealer, "begin", lambda _: late)
        first = two.registry._sealer.begin(0)
        first.seal("x", under=[stream], bound_to="nowhere")
        assert first.flush()
        two.handle(introduce(name="Jun"))
        one.handle(introduce(stream, name="Mina"))
    with opened(home) as later:
        names = [event.event.name for event in whole_log(later)]  # type: ignore[attr-defined]

    assert names == ["Jun", "Mina"]


def test_the_first_commands_of_a_log_are_twins_too(on_postgres: Path) -> None:
    """Who comes to a new log while a twin writes its first event waits, and gets the twin's answer."""
    answers: list[Handled] = []
    with opened(on_postgres) as log:
        call = threading.Thread(
            target=lambda: answers.append(log.handle(introduce(), idempotency=once("k", "body")))
        )
        with log.database.writing() as twin:
            twin.execute(text(f"INSERT INTO heads VALUES ('{STUDIO}', 0, 1, '')"))
            call.start()
            while not log.raw("SELECT 1 FROM pg_locks WHERE NOT granted"):
                time.sleep(0.01)
            kept = f"'{STUDIO}', 'k', 'body', 'of the twin', 0, {log.clock() + 1}"
            twin.execute(text(f"INSERT INTO answers VALUES ({kept})"))
        call.join()

    assert [(handled.answer, handled.replayed) for handled in answers] == [(b"of the twin", True)]


@pytest.mark.parametrize("after", [0.0, 0.1])
def test_kill_loses_nothing_acknowledged(home: Path, after: float) -> None:
    """A writer killed at any moment: every acknowledged event is there once, and the views equal a rebuild."""
    with ExitStack() as stack:
        process = writer(stack, home, "w", "1000000")
        start(process)
        first = process.stdout.readline().split()
        time.sleep(after)
        process.kill()
        told = first + acknowledged(process)

    with opened(home) as log:
        kept = Counter(event.event_id for event in whole_log(log))

        assert max(kept.values()) == 1
        assert set(told) <= set(kept)
        assert len(kept) % 2 == 0, "calls of two events land whole"
        assert log.registry.rebuild().different == ()
        log.handle(introduce())


def test_closing_finishes_what_waits(home: Path) -> None:
    """Calls that were queued when the log closes are committed and answered, not dropped."""
    with opened(home) as log:
        threads = [threading.Thread(target=log.handle, args=(introduce(),)) for _ in range(20)]
        for thread in threads:
            thread.start()
        while log.registry.feed.head(STUDIO) == 0 and any(thread.is_alive() for thread in threads):
            time.sleep(0.001)
        for thread in threads:
            thread.join()
    with opened(home) as log:
        assert len(whole_log(log)) == 20
