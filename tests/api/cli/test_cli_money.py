"""The commands about money and decisions: `productions budget|approval|share|spend`, `approve`, `retry`, `generations cancel`."""

from __future__ import annotations

import json

import pytest

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, says

SHOW, MADE = cards.an_id("production"), cards.an_id("generation")
THREE = {"units": "3", "usd": "0.42"}
NONE = {"units": "0", "usd": "0"}
SPEND = {
    **{"production": SHOW, "version": 4, "priced_on": "2026-09-20", "budget": None, "left": None},
    **{"set_aside": THREE, "reserved": NONE, "settled": THREE, "released": NONE, "over": NONE},
    **{"calls": 1, "open": 0, "assumed": 0, "scenes": [], "next": None},
    "items": [
        {
            **{"submission": cards.an_id("submission"), "subject": MADE, "reserved_units": "3"},
            **{"settled_units": "3", "released_units": None, "basis": "charged"},
            **{"reserved_at": 1, "closed_at": 2},
        }
    ],
}


@pytest.mark.parametrize(
    ("line", "path", "body"),
    [
        (("budget", SHOW, "500"), "budget", {"units": "500"}),
        (("budget", SHOW, "none"), "budget", {"units": None}),
        (("approval", SHOW, "8"), "approval", {"above_units": "8"}),
        (("share", SHOW, "2"), "share", {"weight": 2}),
    ],
)
def test_a_production_s_money_is_set(
    server: Script, run: Run, line: tuple[str, ...], path: str, body: object
) -> None:
    """Each command is one PUT of what was typed; `none` is null."""
    server.will(says(cards.production()))

    assert run("productions", *line).exit_code == 0
    assert (server.asked[0].method, server.asked[0].path) == ("PUT", f"/v1/productions/{SHOW}/{path}")
    assert server.asked[0].json == body


def test_spend_is_told(server: Script, run: Run) -> None:
    """People see sums in units and dollars with the price table's day, and a line per paid call; programs the answer."""
    server.will(says(SPEND))
    table, programs = run("productions", "spend", SHOW), run("productions", "spend", SHOW, "--json")

    for words in ("no limit", "3 units, about 0.42 USD", "2026-09-20", MADE):
        assert words in table.stdout
    assert json.loads(programs.stdout)["items"] == SPEND["items"]


def test_a_plan_is_approved_as_it_was_read(server: Script, run: Run) -> None:
    """Without further words the plan and price it has now are approved, by their digest; both can be named."""
    server.will(says(cards.generation()))
    run("approve", MADE)
    run("approve", MADE, "--plan-digest", "5f" * 32, "--ceiling-units", "8")
    posts = [asked.json for asked in server.asked if asked.method == "POST"]

    assert posts[0] == {"plan_digest": cards.SHA, "ceiling_units": "3"}
    assert posts[1] == {"plan_digest": "5f" * 32, "ceiling_units": "8"}


def test_cancel_and_retry(server: Script, run: Run) -> None:
    """A cancel says why; a retry's changes are JSON by field, null included, and what is no JSON is a misuse."""
    server.will(says(cards.generation(note="its paid task is followed")))
    cancelled = run("generations", "cancel", MADE, "--reason", "cut")
    run("retry", MADE, "--set", "duration=10", "--set", 'framing="wide shot"', "--set", "mode_reason=null")
    wrong = run("retry", MADE, "--set", "framing=wide")

    assert "its paid task is followed" in cancelled.stdout
    assert server.asked[0].json == {"reason": "cut"}
    changes = {"duration": 10, "framing": "wide shot", "mode_reason": None}
    assert server.asked[1].json == {"changes": changes}
    assert (wrong.exit_code, len(server.asked)) == (2, 2)


def test_takes_and_the_rest_are_flags(server: Script, run: Run) -> None:
    """What does not change the payload is asked for by flags too, and left out unless given."""
    server.will(says(cards.generation(), 202))
    run(
        *("generate", "--no-wait", "--scene", "s", "--action", "x", "--takes", "3", "--approval"),
        *("--max-units", "8", "--priority", "-5", "--needed-by", "2026-12-01T18:00:00+09:00"),
    )

    assert server.asked[0].json == {
        **{"scene": "s", "action": "x", "takes": 3, "approval": True, "max_units": "8", "priority": -5},
        "needed_by": "2026-12-01T18:00:00+09:00",
    }
