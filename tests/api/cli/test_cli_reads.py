"""`continuity reads` as auditors see it."""

from __future__ import annotations

import json
from typing import Any

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, says

READ: dict[str, Any] = {
    "position": 7,
    "key": cards.an_id("key"),
    "holder": "Jun Park",
    "thing": cards.an_id("asset"),
    "form": "original",
    "part": "bytes=0-99",
    "persons": [cards.an_id("likeness")],
    "request_id": "look-1",
    "log_position": 42,
    "read_at": 1_764_000_000_000_000,
}


def test_reads_are_a_table_for_people_and_cards_for_programs(server: Script, run: Run) -> None:
    """Who, what, which part and for which request stand in a row each; programs get the cards."""
    server.will(says(cards.page(READ)))

    table, programs = run("reads"), run("reads", "--json")

    assert all(
        word in table.stdout for word in ("Jun Park", cards.an_id("asset"), "bytes=0-99", "look-1", "42")
    )
    assert json.loads(programs.stdout) == [READ]


def test_reads_are_asked_by_thing_and_key(server: Script, run: Run) -> None:
    """Both filters travel as they are; what nobody read is an empty table and no error."""
    server.will(says(cards.page()))

    result = run("reads", "--of", cards.an_id("clip"), "--by", "relay")

    assert result.exit_code == 0, result.stderr
    asked = server.asked[0]
    assert asked.path == "/v1/reads"
    assert {"thing": cards.an_id("clip"), "key": "relay"}.items() <= asked.query.items()
