"""`continuity uses` and `continuity impact`, and near duplicates and re-mints as people see them."""

from __future__ import annotations

import json
from typing import Any

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, says

_WHERE = ("production", "scene", "shot", "generation", "clip", "character", "look", "element", "voice", "via")


def _use(how: str, position: int = 1, **said: Any) -> dict[str, Any]:
    return {**dict.fromkeys(_WHERE), "position": position, "how": how, "detail": "", "ended": None, **said}


def _impact(**said: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {name: [] for name in ("pins", "elements", "voices", "shots", "generations")}
    remint = {"units": "0.05", "usd": "0.007", "priced_on": "2026-09-20"}
    known = {"thing": cards.an_id("asset"), "change": "retire", "look": None, "remint": remint, "clips": 3}
    return {**known, **nothing, **said}


def test_uses_are_a_table_with_totals(server: Script, run: Run) -> None:
    """Each use is a row; under them stands in how many scenes, generations and clips. Programs get the cards."""
    rows = [
        _use("reference", character=cards.an_id("character")),
        _use("used", 2, scene=cards.an_id("scene"), clip=cards.an_id("clip")),
        _use("used", 3, scene=cards.an_id("scene"), clip=cards.an_id("clip", 1)),
    ]
    server.will(says(cards.page(*rows)))

    table, programs = run("uses", cards.an_id("asset")), run("uses", cards.an_id("asset"), "--json")

    assert cards.an_id("clip", 1) in table.stdout
    assert "1 scenes" in table.stdout
    assert "2 clips" in table.stdout
    assert json.loads(programs.stdout) == rows
    assert server.asked[0].path == f"/v1/assets/{cards.an_id('asset')}/uses"


def test_a_look_is_asked_by_the_characters_name(server: Script, run: Run) -> None:
    """A name stands for the character, and the look is part of the address."""
    server.will(says(cards.page(cards.character())), says(cards.page(_use("pinned", look="winter"))))

    result = run("uses", "mina", "--look", "winter")

    assert result.exit_code == 0, result.stderr
    assert server.asked[1].path == f"/v1/characters/{cards.an_id('character')}/looks/winter/uses"


def test_only_what_can_be_used_is_asked_about(server: Script, run: Run) -> None:
    """An id of another kind, and a look of anything but a character, are refused before the service is asked."""
    for arguments in (
        ("uses", cards.an_id("scene")),
        ("impact", cards.an_id("scene")),
        ("uses", cards.an_id("asset"), "--look", "x"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "unknown-kind" in result.stderr
    assert server.asked == []


def test_an_impact_says_what_and_what_it_costs(server: Script, run: Run) -> None:
    """Only what would be touched is listed, with the cause and the price; an impact on nothing says so."""
    element = {
        **{"id": cards.an_id("element"), "character": cards.an_id("character"), "look": "winter"},
        "because": "its recipe names it",
    }
    server.will(says(_impact(elements=[element])), says(_impact()))

    touched = run("impact", cards.an_id("asset"), "--change", "supersede").stdout
    untouched = run("impact", cards.an_id("asset")).stdout

    assert server.asked[0].query == {"change": "supersede"}
    assert cards.an_id("element") in touched
    assert "its recipe names it" in touched
    assert "0.05 units" in touched
    assert "3 clips keep" in touched
    assert "pins" not in touched
    assert "nothing that is planned or bound" in untouched


def test_a_remint_stands_in_the_tree_of_the_old_element(server: Script, run: Run) -> None:
    """What took an element's place is a branch of it, though it was made later; an erased picture is named as such."""
    old, new, asset = cards.an_id("element"), cards.an_id("element", 1), cards.an_id("asset")

    def edge(made: str, source: str, kind: str) -> dict[str, Any]:
        return {
            "made": made,
            "source": source,
            "kind": kind,
            "evidence": "witnessed",
            "position": 1,
            "depth": 1,
        }

    server.will(
        says(
            {
                "id": old,
                "direction": "ancestors",
                "edges": [edge(old, asset, "made-from"), edge(new, old, "remint-of")],
                "things": [{"id": asset, "kind": "asset", "name": "(erased)", "erased": 5}],
            }
        )
    )

    lines = run("lineage", old).stdout.splitlines()

    assert f"made-from {asset}  (erased)  [erased]" in lines[1]
    assert f"reminted-as {new}" in lines[2]
