"""The commands about looks and pins: of characters, of scenes and of productions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, says

MINA, SCENE, SHOW = cards.an_id("character"), cards.an_id("scene"), cards.an_id("production")
ASSET = cards.an_id("asset")
PIN = {
    **{"character": MINA, "version": 3, "current_version": 7, "look": "winter"},
    **{"behind": True, "changed": ["look defined"]},
}
IMPACT: dict[str, Any] = {
    **{"holder": SCENE, "pin": PIN, "obstacle": "", "references_added": [], "references_removed": []},
    **{"reworded": [{"what": "wardrobe", "before": "a coat", "after": "a scarf"}]},
    **{"stale_elements": [], "scenes": []},
}
OF_MINA, WINTER = f"characters/{MINA}", {"look": "winter"}


@pytest.mark.parametrize(
    ("line", "method", "path", "sent"),
    [
        (("look", MINA, "winter", "--wardrobe", "a coat"), "POST", "looks", {**WINTER, "wardrobe": "a coat"}),
        (
            ("retire-look", MINA, "winter", "--reason", "cut"),
            "POST",
            "looks/winter/retire",
            {"reason": "cut"},
        ),
        (("assign", MINA, ASSET), "POST", "references", {"asset": ASSET, "role": "frontal"}),
        (
            ("assign", MINA, ASSET, "--look", "winter"),
            "POST",
            "references",
            {"asset": ASSET, "role": "frontal", **WINTER},
        ),
    ],
)
def test_looks_are_said_as_typed(
    server: Script, run: Run, line: tuple[str, ...], method: str, path: str, sent: dict[str, Any]
) -> None:
    """Each command is one call, and what was not typed is not sent, so that it stays as it was."""
    server.will(says(cards.character()))

    assert run("characters", *line).exit_code == 0
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.json) == (method, f"/v1/{OF_MINA}/{path}", sent)


def test_a_picture_is_withdrawn_from_a_look(server: Script, run: Run) -> None:
    """What is withdrawn stands in the address, and an empty reason is left out."""
    server.will(says(cards.character()))

    assert run("characters", "withdraw", MINA, ASSET, "--look", "winter").exit_code == 0
    assert server.asked[0].method == "DELETE"
    assert server.asked[0].query == {"asset": ASSET, "role": "frontal", "look": "winter"}


@pytest.mark.parametrize(
    ("group", "holder", "card"), [("scenes", SCENE, cards.scene), ("productions", SHOW, cards.production)]
)
def test_pins_are_made_moved_and_released(
    server: Script, run: Run, group: str, holder: str, card: Any
) -> None:
    """A pin by name is sent by name, moving and releasing name it in the address, and scenes and shows do it alike."""
    server.will(*(says(card(pins=[PIN])) for _ in range(3)))

    for line in (
        ("pin", holder, "mina", "--version", 3, "--look", "winter"),
        ("move", holder, "mina"),
        ("unpin", holder, "mina", "--reason", "new season"),
    ):
        assert run(group, *line).exit_code == 0
    at = f"/v1/{group}/{holder}/pins"
    assert [(one.method, one.path) for one in server.asked] == [
        ("POST", at),
        ("POST", f"{at}/mina/move"),
        ("DELETE", f"{at}/mina"),
    ]
    assert server.asked[0].json == {"character": "mina", "version": 3, "look": "winter"}
    assert server.asked[2].query == {"reason": "new season"}


@pytest.mark.parametrize(("group", "holder"), [("scenes", SCENE), ("productions", SHOW)])
def test_the_impact_is_told_before_a_move(server: Script, run: Run, group: str, holder: str) -> None:
    """People see what would change, programs the answer; it is a read."""
    server.will(says(IMPACT), says(IMPACT))
    told, programs = run(group, "impact", holder, "mina"), run(group, "impact", holder, "mina", "--json")

    assert "a scarf" in told.stdout
    assert json.loads(programs.stdout) == IMPACT
    assert {(one.method, one.path) for one in server.asked} == {
        ("GET", f"/v1/{group}/{holder}/pins/mina/impact")
    }


def test_scenes_say_which_pins_are_behind(server: Script, run: Run) -> None:
    """The list of scenes shows how far each pin is behind."""
    server.will(says(cards.page(cards.scene(pins=[PIN]))))

    assert f"{MINA} v3 of 7" in run("scenes", "list", COLUMNS="300").stdout.replace("\n", "")


def test_casting_may_pin(server: Script, run: Run) -> None:
    """A look or a version typed with the cast goes with every one who is cast."""
    server.will(says(cards.scene()), says(cards.scene()))

    assert run("scenes", "cast", SCENE, "mina", "jun", "--look", "winter").exit_code == 0
    assert [one.json for one in server.asked] == [{"character": name, **WINTER} for name in ("mina", "jun")]


def test_a_shot_names_looks(server: Script, run: Run) -> None:
    """--look goes to its cast entry; one for somebody who is not in --cast is a mistake of the line."""
    server.will(says({"sendable": False}))
    line = ("preview", "--scene", "s", "--action", "She waits.", "--cast", "mina,jun")

    run(*line, "--look", "jun=winter")
    wrong = run(*line, "--look", "ana=winter")

    assert server.asked[0].json["cast"] == [{"character": "mina"}, {"character": "jun", **WINTER}]
    assert wrong.exit_code == 2
    assert "ana" in wrong.stderr
