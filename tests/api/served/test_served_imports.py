"""Exports brought in over HTTP: made once, found again, refused whole when something is not understood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.root import cli
from api.client import ContinuityClient
from api.integrations import kitsu
from api.integrations.bringing import bring
from api.integrations.story import Wanted
from tests.api.served.serving import Served

FILES = Path(__file__).parents[1] / "integrations" / "files"
KITSU = [str(FILES / f"kitsu_late_trains_{kind}.csv") for kind in ("assets", "shots", "casting")]
AYON = str(FILES / "ayon_late_trains_get_folders.json")


def run(service: Served, *words: str, code: int = 0) -> Any:
    where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
    done = CliRunner().invoke(cli, ["import", *words, "--json"], obj=where)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def verdicts(report: Any) -> dict[str, int]:
    said = [one["verdict"] for one in report["brought"]]
    return {verdict: said.count(verdict) for verdict in dict.fromkeys(said)}


def test_kitsu_is_brought_in_once(service: Served, account: str) -> None:
    """A dry run makes nothing; the import makes everything in its place; a second one finds all of it and writes nothing."""
    before = service.position()
    dry = run(service, "kitsu", *KITSU, "--depicts", "fictional", "--dry-run")
    assert (verdicts(dry), service.position()) == ({"would be made": 14}, before)
    done = run(service, "kitsu", *KITSU, "--depicts", "fictional")
    after = service.position()
    again = run(service, "kitsu", *KITSU, "--depicts", "fictional")

    assert (verdicts(done), verdicts(again)) == ({"made": 14}, {"there already": 14})
    assert service.position() == after
    assert [one["id"] for one in done["brought"]] == [one["id"] for one in again["brought"]]
    scenes = service.get("/v1/scenes", params={"production": done["production"]}).json()["items"]
    told = {(one["episode"], one["number"]): one for one in scenes if one["client_reference"]}
    seats = told[1, 10]
    assert [shot["action"] for shot in seats["shots"]] == [
        "Mina wipes the counter; the door opens.",
        "They argue over the last seat.",
    ]
    assert seats["shots"][0]["framing"] == "medium close shot"
    names = {one["id"]: one["name"] for one in service.get("/v1/characters").json()["items"]}
    assert [names[one["character"]] for one in seats["cast"]] == ["Mina", "준"]
    assert len(done["left_out"]) == 2


def test_what_broke_off_is_finished(service: Served, account: str) -> None:
    """An import that ended in the middle goes on from there: nothing is made twice, and renamed people are found again."""
    files = {
        kind: (FILES / f"kitsu_short_{kind}.csv").read_bytes() for kind in ("assets", "shots", "casting")
    }
    story = kitsu.read(files, Wanted(depicts="fictional", project="Broken off"))

    class Gone(Exception):
        pass

    def stop(_one: object) -> None:
        raise Gone

    with ContinuityClient(service.url, service.key) as client:
        with pytest.raises(Gone):
            bring(client, story, on_done=stop)
        shown = [one for one in client.productions() if one.name == "Broken off"]
        assert len(shown) == 1
        done = bring(client, story)
        assert [(one.what, one.verdict) for one in done.brought] == [
            ("production", "there already"),
            *((what, "made") for what in ("character", "scene", "shot", "cast")),
        ]
        who = done.brought[1].id or ""
        assert service.change("PATCH", f"/v1/characters/{who}", {"name": "Mina Seo"}).status_code == 200
        again = bring(client, story)
        scene, shot = again.brought[2].id, again.brought[3].id
        service.change("DELETE", f"/v1/scenes/{scene}/shots/{shot}")
        anew = bring(client, story)
    assert [one.verdict for one in anew.brought] == [*["there already"] * 3, "made", "there already"]
    assert service.get(f"/v1/scenes/{scene}").json()["shots"][0]["id"] == anew.brought[3].id
    assert {one.verdict for one in again.brought} == {"there already"}
    assert "in its name" in again.brought[1].remark


def test_what_is_not_understood_changes_nothing(service: Served, account: str, tmp_path: Path) -> None:
    """All problems are told with exit code 1, from files, rows and the registry alike, and nothing at all is made."""
    odd = tmp_path / "assets.csv"
    odd.write_text(
        "Project;Type;Name;Description\r\n"
        f"Odd;Characters;{'x' * 201};a\r\nOdd;Characters;Twin;b\r\nOdd;Characters;short\r\n"
    )
    for _ in range(2):
        service.made("/v1/characters", {"depicts": "fictional", "name": "Twin"})
    before = service.position()
    report = run(service, "kitsu", str(odd), "--depicts", "fictional", code=4)
    words = " | ".join(f"{one['place']}: {one['message']}" for one in report["problems"])

    assert report["brought"] == []
    assert service.position() == before
    for part in (
        "row 4: has 3 cells",
        "row 3: 'Twin' is the name of several",
        "row 2: name: String should have",
    ):
        assert part in words
    real = run(service, "kitsu", KITSU[0], code=4)
    assert "somebody real" in real["problems"][0]["message"]


def test_ayon_is_brought_in_once(service: Served, production: str) -> None:
    """Into the production that is named, people by the name they have here already; again it writes nothing."""
    mine = service.made("/v1/characters", {"depicts": "fictional", "name": "Minerva", "aliases": ["준"]})[
        "id"
    ]
    words = ("ayon", AYON, "--production", production, "--depicts", "fictional")
    done, position = run(service, *words), service.position()

    assert verdicts(run(service, *words)) == {"there already": len(done["brought"])}
    assert service.position() == position
    assert done["brought"][0]["id"] == production
    assert [one["what"] for one in done["brought"]].count("shot") == 4
    assert [one["id"] for one in done["brought"] if one["name"] == "준"] == [mine]
    assert (
        "--project" in run(service, "ayon", AYON, "--depicts", "fictional", code=4)["problems"][0]["message"]
    )


def test_a_report_for_people(service: Served, account: str) -> None:
    """Each thing on a line with its verdict, what was left out and why, and the sums at the end; absent files are named."""
    where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
    words = ["import", "kitsu", *KITSU[:2], "--project", "Another", "--depicts", "fictional", "--dry-run"]
    told = CliRunner().invoke(cli, words, obj=where).stdout

    assert "would be made" in told
    assert "left out" in told
    assert told.strip().splitlines()[-1].endswith("2 left out")
    absent = CliRunner().invoke(cli, ["import", "ayon", "/none.json"], obj=where)
    assert (absent.exit_code, "cannot-read" in absent.stderr) == (1, True)
