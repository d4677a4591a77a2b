"""`continuity history`, `show`, `diff` and `audit` as people and programs see them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, refuses, says

CLIP = cards.an_id("clip")
HAPPENED: dict[str, Any] = {
    **{"position": 41, "version": 2, "event_id": cards.an_id("event"), "type": "ClipRejected"},
    **{"recorded_at": 1_764_000_000_000_000, "actor": cards.an_id("key"), "holder": "Jun Park"},
    **{"request_id": "look-1", "causation_id": "", "correlation_id": "look-1"},
    **{"sentence": "The take was rejected: motion.", "reasons": {"cause": "motion", "reason": "it jumps"}},
}
NEAR = {"position": 42, "stream": cards.an_id("scene"), "version": 7, "type": "ContinuityCorrected"}


def test_a_history_is_a_table(server: Script, run: Run) -> None:
    """Who, what, why and under which request stand in a row each; programs get the cards; filters travel."""
    server.will(says(cards.page(HAPPENED)))

    table = run("history", CLIP, "--type", "ClipRejected", "--by", "relay", "--newest")
    programs = run("history", CLIP, "--json")

    for word in ("Jun Park", "The take was rejected: motion.", "reason: it jumps", "look-1"):
        assert word in table.stdout
    assert json.loads(programs.stdout) == [HAPPENED]
    wanted = {"type": "ClipRejected", "actor": "relay", "sort": "newest"}
    assert wanted.items() <= server.asked[0].query.items()


def test_one_event_with_its_chain(server: Script, run: Run) -> None:
    """Its body, what led to it, what was written with it and what followed."""
    more = {"stream": CLIP, "schema_version": 1, "body": {"cause": "motion"}}
    chain = {
        "together": [NEAR],
        "led_by": {**HAPPENED, "sentence": "It began."},
        "followed": [NEAR],
        "more": True,
    }
    server.will(says({**HAPPENED, **more, **chain}))

    told = run("history", CLIP, "--version", "2").stdout

    for word in ("body", "It began.", "written with it", "followed", cards.an_id("scene"), "and more"):
        assert word in told


def test_a_state_names_its_point(server: Script, run: Run) -> None:
    """The version and position stand above the fields; what was erased reads as erased; a name is looked up."""
    state = {"name": {"erased": True}, "retired": True}
    stood = {"id": cards.an_id("character"), "kind": "character", "version": 3, "newest": 5, "position": 41}
    server.will(
        says(cards.page(cards.character())),
        says({**stood, "recorded_at": 1_764_000_000_000_000, "state": state}),
    )

    told = run("show", "mina", "--as-of", "2026-06-12T18:00:00+09:00")

    assert "version 3 of 5, position 41" in told.stdout
    assert "erased: yes" in told.stdout
    assert server.asked[1].query == {"as_of": "2026-06-12T18:00:00+09:00"}


def test_a_difference_is_a_table(server: Script, run: Run) -> None:
    """What, then, later and by which events; nothing is said to be different where nothing is."""
    changed = {"op": "replace", "path": "/name", "value": "Sora", "before": "Mina"}
    by = [{"version": 2, "position": 41, "type": "CharacterRenamed"}]
    found = {"id": CLIP, "kind": "clip", "since": 1, "until": 2, "from_position": 40, "to_position": 41}
    server.will(says({**found, "changes": [{**changed, "by": by}]}), says({**found, "changes": []}))

    told = run("diff", CLIP, "--from", "v1", "--to", "v2").stdout

    assert all(word in told for word in ("/name", "Mina", "Sora", "v2 CharacterRenamed"))
    assert server.asked[0].query == {"since": "v1", "until": "v2"}
    assert "nothing is different" in run("diff", CLIP).stdout


def replayed(verdict: str, **said: Any) -> dict[str, Any]:
    plain = {"generation": cards.an_id("generation"), "position": 7, "as_of": 6, "compiler": "1+old"}
    digests = {"plan_digest": cards.SHA, "plan_digest_now": None, "drift": None, "beside": []}
    return {**plain, "compiler_now": "1+new", "verdict": verdict, "because": "", **digests, **said}


def page(*items: dict[str, Any], of: int = 2, after: int | None = None) -> dict[str, Any]:
    counts = {name: sum(one["verdict"] == name for one in items) for name in ("same", "drifted", "unknown")}
    by = [{"compiler": "1+old", **counts}]
    return {
        **{"items": list(items), "compiler_now": "1+new", "by_compiler": by, "examined": len(items)},
        **{"of": of, "until": 90, "next": after},
    }


DRIFT = {"path": "/payload/mode", "then": "pro", "now": "std"}
DRIFTED = replayed("drifted", drift=DRIFT)
UNKNOWN = replayed("unknown", because="the request was erased with its people")


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], 0),
        ([replayed("same")], 0),
        ([replayed("same"), UNKNOWN], 2),
        ([DRIFTED, UNKNOWN], 1),
    ],
)
def test_an_audit_ends_with_what_it_found(server: Script, run: Run, items: list[Any], code: int) -> None:
    """0 all the same, 1 some drifted, 2 of some it cannot be told."""
    server.will(says(page(*items)))

    assert run("audit", "determinism", "--all").exit_code == code


def test_an_audit_adds_its_pages_up(server: Script, run: Run) -> None:
    """Counts by compiler over all pages, then what is not the same and where; later pages are bounded as the first."""
    both = (says(page(replayed("same"), after=7)), says(page(DRIFTED)))
    server.will(*both, *both)
    told = run("audit", "determinism", "--sample", "2", "--seed", "a")
    programs = json.loads(run("audit", "determinism", "--all", "--json").stdout)

    assert all(word in told.stdout for word in ("2 generations", "1+new", "--seed a", "/payload/mode", "std"))
    assert server.asked[1].query == {"sample": "2", "seed": "a", "after": "7", "limit": "20", "until": "90"}
    assert programs["by_compiler"] == [{"compiler": "1+old", "same": 1, "drifted": 1, "unknown": 0}]
    assert [one["drift"] for one in programs["findings"]] == [DRIFT]


def test_an_audit_that_cannot_ask_cannot_tell(server: Script, run: Run) -> None:
    """A refusal is no drift; --all and --sample exclude each other; lines hold what is not the same."""
    server.will(refuses(403, "role-missing"), says(page(replayed("same"), DRIFTED)))
    assert run("audit", "determinism").exit_code == 2
    assert run("audit", "determinism", "--all", "--sample", "3").exit_code == 2
    lines = run("audit", "determinism", "--json-lines").stdout.splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["drifted"]


def test_one_generation_again(server: Script, run: Run) -> None:
    """Its plans in rows, then its bytes; bytes that cannot be made again do not count, other bytes do."""
    wire = {"verdict": "unknown", "because": "nothing was sent", "wire_digest": None, "wire_digest_now": None}
    found = {"generation": cards.an_id("generation"), "plans": [replayed("same")], "wire": wire}
    server.will(
        says(found), says({**found, "wire": {**wire, "verdict": "drifted"}}), says({**found, "plans": []})
    )

    codes = [run("audit", "replay", cards.an_id("generation")) for _ in range(3)]

    assert [one.exit_code for one in codes] == [0, 1, 2]
    assert "nothing was sent" in codes[0].stdout
