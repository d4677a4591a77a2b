"""`continuity demo`: raise the stage, tell the story, strike the stage (unless it is to be kept)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from api.client import ContinuityClient
from api.demo.pictures import write_story_pictures
from api.demo.show import Teller, save_clips
from api.demo.stage import Stage
from api.demo.story import World, continued_take, first_takes, set_up
from api.settings import Settings, variable_of
from generation.sandbox.accounts import DEFAULT_ACCOUNT


def run_demo(console: Console, environment: Mapping[str, str], *, root: Path, keep: bool) -> None:
    """The whole story in a fresh folder under `root`. Raises StageFailed, DemoFailed, ContinuityError."""
    folder = root / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    # What is set for a real installation (its database, its bucket, its Kling) must not be touched by a demo.
    ours = {variable_of(field) for field in Settings.model_fields}
    stage = Stage(folder, {name: said for name, said in environment.items() if name not in ours})
    teller = Teller(console)
    kept = False
    try:
        teller.heading("The stage")
        stage.open("the demo")
        teller.say(f"sandbox {stage.sandbox_url}, service {stage.url}, worker; data in {folder}")
        with stage.tended(), ContinuityClient(stage.url, stage.key) as client:
            tell(teller, client, folder)
        if keep:
            kept = True
            _say_how_to_go_on(teller, stage)
    finally:
        if not kept:
            stage.close()
            teller.say("everything that was started is stopped")


def tell(teller: Teller, client: ContinuityClient, folder: Path) -> None:
    """The story itself, against any running service whose account is a sandbox's."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    elements = {element.name.lower(): element.element_id for element in DEFAULT_ACCOUNT.elements}
    teller.heading("Pictures, people, scenes")
    world = set_up(client, write_story_pictures(pictures), elements, teller.say)
    teller.heading("Five clips")
    takes = first_takes(client, world)
    ended = teller.follow(client, takes)
    first = ended["a"].clip
    assert first is not None  # noqa: S101 - follow refuses takes without a clip
    takes.append(continued_take(client, world, first))
    ended |= teller.follow(client, takes[-1:])
    teller.heading("Which pattern, and why")
    for take in sorted(takes, key=lambda take: take.letter):
        teller.why(take.letter, take.title, ended[take.letter])
    teller.heading("The clips")
    teller.files(save_clips(client, ended, folder / "clips"))
    names = names_of(client, world) | {
        answer.clip: f"clip ({letter})" for letter, answer in ended.items() if answer.clip
    }
    teller.heading("Lineage of clip (c)")
    teller.lineage(client, ended["c"].clip or "", names)
    teller.heading("Continuity")
    for scene in (world.cafe_scene, world.street_scene):
        teller.continuity(client, scene, names)


def names_of(client: ContinuityClient, world: World) -> dict[str, str]:
    """Ids -> what people call them."""
    named = {asset.id: asset.label for asset in client.assets()}
    people = {character.id: character.name for character in client.characters()}
    elements = {
        element.id: f"{people[element.character]}'s element {element.element_id}"
        for element in client.elements()
    }
    scenes = {scene.id: scene.name for scene in client.scenes(production=world.production)}
    return named | people | elements | scenes | {world.account: "the sandbox account"}


def _say_how_to_go_on(teller: Teller, stage: Stage) -> None:
    teller.heading("Still running")
    teller.say(f"console    {stage.url}/console (sign in with the key)")
    teller.say(f"API docs   {stage.url}/docs")
    teller.say(f"key        {stage.key}")
    teller.say(f"in a shell export CONTINUITY_URL={stage.url} CONTINUITY_KEY={stage.key}")
    pids = " ".join(str(process.pid) for process in stage.processes.values())
    teller.say(f"to stop    kill {pids}")
