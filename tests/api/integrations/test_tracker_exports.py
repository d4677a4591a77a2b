"""Exports of Kitsu and AYON, read: what is taken, what is left out and why, and every problem at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.integrations import ayon, kitsu
from api.integrations.story import Story, Wanted

FILES = Path(__file__).parent / "files"
FICTION = Wanted(depicts="fictional")


def exported(name: str, *kinds: str) -> dict[str, bytes]:
    kinds = kinds or ("assets", "shots", "casting")
    return {kind: (FILES / f"kitsu_{name}_{kind}.csv").read_bytes() for kind in kinds}


def said(remarks: Any) -> list[str]:
    return [f"{one.place}: {one.message}" for one in remarks]


def folders(form: str = "folders", wanted: Wanted = FICTION) -> Story:
    """An answer of AYON, as it came."""
    return ayon.read(form, (FILES / f"ayon_late_trains_{form}.json").read_bytes(), wanted)


def listed() -> list[dict[str, Any]]:
    """The folders of `get_folders`, to be changed."""
    found: list[dict[str, Any]] = json.loads((FILES / "ayon_late_trains_get_folders.json").read_bytes())
    return found


def changed(found: list[dict[str, Any]]) -> Story:
    return ayon.read("x", json.dumps(found).encode(), FICTION)


def test_kitsu_as_zou_writes_it() -> None:
    """Characters with their words, sequences as scenes in order, described shots, casts by scene; the rest is named."""
    story = kitsu.read(exported("late_trains"), FICTION)

    assert (story.production, said(story.problems)) == ("Late Trains", [])
    people = {one.name: (one.depicts, one.description) for one in story.people}
    assert people["Mina"] == ("fictional", 'A barista in her twenties; grey coat, "quick" hands.')
    assert people["준"] == ("fictional", "A student,\nalways late.")
    assert [(one.name, one.episode, one.number, len(one.shots)) for one in story.scenes] == [
        ("SQ010", 1, 10, 2),
        ("SQ020", 1, 20, 1),
        ("SQ010", 2, 10, 1),
    ]
    first = story.scenes[0].shots[0]
    assert (first.reference, first.framing) == ("kitsu:Late Trains/E01/SQ010/SH010", "medium close shot")
    assert [who.rpartition("/")[2] for who in story.scenes[0].cast] == ["Mina", "준"]
    assert said(story.left_out) == [
        "assets, row 5: 'Lamp' is of the type 'Props', which is no character",
        "shots, row 4: the shot 'SH030' has no description, so nobody knows what to film",
    ]


def test_a_short_film_has_no_episodes() -> None:
    """Its casting has a column less, and everything is of the first episode."""
    story = kitsu.read(exported("short"), FICTION)

    assert (said(story.problems), [(one.episode, one.number) for one in story.scenes]) == ([], [(1, 1)])
    assert story.scenes[0].cast == ("kitsu:Short/Characters/Mina",)


def test_other_types_may_be_characters_too() -> None:
    """Of the kind that is said; a thing is nobody, whoever is asked."""
    wanted = Wanted(types={"props": "prop"})
    [lamp] = kitsu.read(exported("late_trains", "assets"), wanted).people

    assert (lamp.name, lamp.kind, lamp.depicts) == ("Lamp", "prop", "fictional")


def test_nobody_is_presumed_fictional() -> None:
    """A person of whom neither export nor caller says who is behind it is a problem, and so is a word nobody knows."""
    story = kitsu.read(exported("late_trains", "assets"), Wanted())
    assert said(story.problems) == [
        "assets, row 2: 'Conductor' is a person, and nobody says whether somebody real is behind it"
    ]
    odd = kitsu.read(
        {"a": exported("late_trains", "assets")["assets"].replace(b"fictional", b"maybe")}, FICTION
    )
    assert [one.place for one in odd.problems] == ["a, row 3", "a, row 4"]
    assert "real_person" in odd.problems[0].message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no first row"),
        (b"a;b\r\n1;2\r\n", "no first row"),
        (b"\xff\xfe\x00", "no CSV file"),
        (b'Project;Type;Name;Description\r\nx;Characters;"Mina', "no CSV file"),
        (b"Project;Type;Name;Description\r\nx;Characters;Mina\r\n", "has 3 cells"),
        (b"Project,Type,Name,Description\r\n", "no first row"),
    ],
)
def test_what_is_no_export_of_kitsu(content: bytes, words: str) -> None:
    """Each file that cannot be read is named with why; the others are read all the same."""
    story = kitsu.read({"bad": content, **exported("short")}, FICTION)

    assert [words in one.message and one.place.startswith("bad") for one in story.problems] == [True]
    assert len(story.people) == 1


def test_a_column_that_stands_twice_counts_once() -> None:
    """A metadata column may be called like one of Kitsu's own, which comes first; the last number of a name orders."""
    shots = b"Project;Episode;Sequence;Name;Description;Name\r\nP;S2_E07;A1_SQ030;SH1;Rain.;other\r\n"
    [scene] = kitsu.read({"s": shots}, FICTION).scenes

    assert (scene.episode, scene.number, scene.shots[0].name) == (7, 30, "SH1")


def test_projects_are_not_mixed() -> None:
    """Exports of two projects in one import are refused, unless the project is named; casting alone names none."""
    both = {**exported("late_trains", "assets"), **exported("short", "shots")}
    assert "Late Trains, Short" in kitsu.read(both, FICTION).problems[0].message
    assert "--project" in kitsu.read(exported("short", "casting"), FICTION).problems[0].message


def test_names_that_stand_twice_are_a_problem() -> None:
    """Two rows for one thing would make it twice."""
    twice = exported("short", "shots")["shots"]
    row = twice.splitlines(keepends=True)[1]

    assert said(kitsu.read({"s": twice + row}, FICTION).problems) == [
        "kitsu:Short//SQ01/SH01: stands twice in the export"
    ]


def test_ayon_as_its_interface_gives_it() -> None:
    """Characters by type or place, shots by sequence and episode in the order of their names, by their own ids."""
    story = folders()

    assert [(one.name, one.depicts, one.description) for one in story.people] == [
        ("준", "fictional", "A student,\nalways late."),
        ("Mina", "fictional", 'A barista in her twenties; grey coat, "quick" hands.'),
        ("Conductor", "fictional", ""),
        ("Passenger", "fictional", "Left the story."),
    ]
    assert [
        (one.name, one.episode, one.number, [shot.name for shot in one.shots]) for one in story.scenes
    ] == [
        ("The counter", 1, 10, ["sh010", "sh020", "sh040"]),
        ("sq020", 1, 20, ["sh010"]),
        ("sq030", 1, 30, ["sh010"]),
        ("sq010", 2, 10, ["sh010"]),
    ]
    first = story.scenes[0].shots[0]
    assert (first.action, first.framing) == ("Mina wipes the counter; the door opens.", "medium close shot")
    assert first.reference == "ayon:c957812e7f374f9887a0216b56d9514e"
    assert said(story.left_out) == [
        "/shots/ep01/sq010/sh050: is omitted",
        "/shots/ep01/sq010/sh030: is a shot without a description, so nobody knows what to film",
        "/assets/props/lamp: is an asset, and lies below no folder called characters",
    ]
    assert said(story.problems) == []


def test_ayon_says_in_one_form_only_what_is_active() -> None:
    """`get_folders` tells it: what is not active, and what lies in it, is left out; the rest is the same, by the same ids."""
    whole, live = folders(), folders("get_folders")

    assert said(live.left_out)[:5] == [
        "/assets/passenger: is not active",
        "/shots/ep01/sq010/sh040: is not active",
        "/shots/ep01/sq010/sh050: is omitted",
        "/shots/ep01/sq030: is not active",
        "/shots/ep01/sq030/sh010: lies in /shots/ep01/sq030, which is not active",
    ]
    assert live.people == whole.people[:3]
    shots = [shot for one in whole.scenes for shot in one.shots]
    assert [shot for one in live.scenes for shot in one.shots] == [*shots[:2], shots[3], shots[5]]


def test_a_shot_whose_sequence_is_not_in_the_export_is_named_by_its_path() -> None:
    """`get_folders` without `active=None` leaves out what is not active, and not what lies in it."""
    story = changed([one for one in listed() if one["active"]])

    assert [one.message for one in story.left_out if one.place == "/shots/ep01/sq030/sh010"] == [
        "is a shot, and lies in no folder that could be its scene"
    ]
    assert story.scenes == folders("get_folders").scenes


def test_numbers_in_names_are_ordered_by_size() -> None:
    """The second shot comes before the tenth, and a zero in front makes no number larger."""
    names = {"sh010": "sh10", "sh020": "sh2", "sh030": "sh0003"}
    found = listed()
    for one in found:
        one.update(name=names.get(one["name"], one["name"]), path="", attrib={"description": "Rain."})
    story = changed(found)

    assert [shot.name for shot in story.scenes[0].shots] == ["sh2", "sh0003", "sh10"]


def test_folders_without_attributes_are_refused() -> None:
    """Without them nobody knows what to film: the hierarchy never has them, and the list only when it is asked for them."""
    bare = [{name: one[name] for name in one if name != "attrib"} for one in listed()]
    for story in (folders("hierarchy"), changed(bare)):
        [problem] = story.problems
        assert "descriptions" in problem.message
        assert "folders?attrib=true" in problem.message


def test_what_is_no_export_of_ayon() -> None:
    """No JSON, another document, folders without what a folder has: each place is named, and nothing is guessed."""
    for content, words in ((b"{", "is not JSON"), (b'{"x": 1}', "no list of folders"), (b"3", "no list")):
        assert words in ayon.read("x", content, FICTION).problems[0].message
    broken = ayon.read("x", b'[{"id": "a"}, 7, {"id": "", "name": "n", "folderType": "Shot"}]', FICTION)
    assert [one.place for one in broken.problems] == ["[0].name", "[0].folderType", "[1]", "[2].id"]


def test_folders_in_a_ring_are_survived() -> None:
    """A folder that lies in itself, however far round, is read like any other."""
    ring = [
        {"id": "a", "name": "a", "folderType": "Sequence", "parentId": "b"},
        {"id": "b", "name": "b", "folderType": "Folder", "parentId": "a"},
        {"id": "c", "name": "c", "folderType": "Shot", "parentId": "a", "attrib": {"description": "Rain."}},
    ]
    story = ayon.read("x", json.dumps(ring).encode(), FICTION)

    assert [(one.name, len(one.shots)) for one in story.scenes] == [("a", 1)]
