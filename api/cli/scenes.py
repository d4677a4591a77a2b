"""`continuity scenes`: places in the story, who plays there, and what was recorded of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.console import Group, RenderableType
from rich.padding import Padding

from api.cli.planning import OF_SCENES
from api.cli.showing import fields, moment, plain, text
from api.cli.terminal import Terminal, calling
from registry.events.personal import known

if TYPE_CHECKING:
    from registry.events.references import CastMember
    from registry.events.scene import ContinuityRecorded
    from registry.views.continuity import ContinuityCard, CorrectionCard
    from registry.views.scenes import SceneCard


@click.group()
def scenes() -> None:
    """Scenes.

    Example: continuity scenes list
    """


@scenes.command("open")
@click.argument("name")
@click.option("--production", required=True)
@click.option("--episode", type=int, default=1, show_default=True)
@click.option("--number", type=int, default=0, show_default=True, help="Orders the scenes of an episode.")
@click.option("--setting", default="", help="Where it plays; prompts begin with it.")
@calling
def open_scene(terminal: Terminal, name: str, production: str, **said: Any) -> None:
    """Begin a scene.

    Example: continuity scenes open "The café" --production production_01jd… --number 12 --setting "a crowded café at dusk"
    """
    terminal.show(terminal.client.open_scene(production, name, **said))


@scenes.command("cast")
@click.argument("scene")
@click.argument("characters", nargs=-1, required=True)
@click.option("--version", type=int, help="Pin them as of this version.")
@click.option("--look", help="Pin them in this look.")
@calling
def cast(terminal: Terminal, scene: str, characters: tuple[str, ...], **held: Any) -> None:
    """Let characters play in a scene, as they are now, or pinned at a version or to a look.

    Example: continuity scenes cast scene_01jd… mina --look winter
    """
    cards = [terminal.client.cast(scene, character, **held) for character in characters]
    terminal.show(cards[-1])


@scenes.command("pin")
@click.argument("scene")
@click.argument("character")
@click.option("--version", type=int, help="The character's version; the newest unless given.")
@click.option("--look", help="The look; as introduced unless given.")
@calling
def pin(terminal: Terminal, scene: str, character: str, **held: Any) -> None:
    """Hold on to a character as of a version and in a look, whatever becomes of it.

    Example: continuity scenes pin scene_01jd… mina --version 4 --look winter
    """
    terminal.show(terminal.client.pin_in_scene(scene, character, **held))


@scenes.command("unpin")
@click.argument("scene")
@click.argument("character")
@click.option("--reason", default="")
@calling
def unpin(terminal: Terminal, scene: str, character: str, reason: str) -> None:
    """Use the character as its production pins it, or as it is now.

    Example: continuity scenes unpin scene_01jd… mina
    """
    terminal.show(terminal.client.unpin_in_scene(scene, character, reason=reason))


@scenes.command("move")
@click.argument("scene")
@click.argument("character")
@calling
def move(terminal: Terminal, scene: str, character: str) -> None:
    """Move a pin to the character as it is now, in the same look.

    Example: continuity scenes move scene_01jd… mina
    """
    terminal.show(terminal.client.move_pin_in_scene(scene, character))


@scenes.command("impact")
@click.argument("scene")
@click.argument("character")
@calling
def impact(terminal: Terminal, scene: str, character: str) -> None:
    """What moving a pin would change, before it is moved.

    Example: continuity scenes impact scene_01jd… mina
    """
    terminal.show(terminal.client.impact_in_scene(scene, character))


@scenes.command("list")
@click.option("--production", help="Only those of this production.")
@calling
def list_scenes(terminal: Terminal, production: str | None) -> None:
    """All scenes, oldest first.

    Example: continuity scenes list --production production_01jd…
    """
    terminal.listing(
        terminal.client.scenes(production=production),
        ("id", "name", "episode", "number", "cast", "behind", "production", "closed"),
        lambda card: (
            card.id,
            card.name,
            card.episode,
            card.number,
            len(card.cast),
            _behind(card),
            card.production,
            card.closed,
        ),
    )


@scenes.command("show")
@click.argument("scene")
@calling
def show_scene(terminal: Terminal, scene: str) -> None:
    """One scene with its cast and planned shots.

    Example: continuity scenes show scene_01jd…
    """
    terminal.show(terminal.client.scene(scene))


@scenes.command("continuity")
@click.argument("scene")
@calling
def continuity(terminal: Terminal, scene: str) -> None:
    """The scene's continuity log: how each generation ended, what it was made from, and what was adopted on whose word.

    Example: continuity scenes continuity scene_01jd…
    """
    cards = list(terminal.client.continuity(scene))
    terminal.answer(cards, lambda: Group(*(part for card in cards for part in _entry(card))))


def _behind(card: SceneCard) -> str:
    """Pins that are not at the newest version."""
    behind = [pin for pin in card.pins if pin.behind]
    return ", ".join(f"{pin.character} v{pin.version} of {pin.current_version}" for pin in behind)


def _entry(card: ContinuityCard) -> Iterator[RenderableType]:
    """One entry of the log: a heading, and what was made of what."""
    record = card.record
    outcome = "adopted" if record is None else record.outcome
    yield text(f"{card.position}  {moment(card.recorded_at)}  {outcome}", "bold")
    said = _adopted(card) if record is None else _recorded(record)
    said |= {f"corrected, {moment(one.corrected_at)}": _corrected(one) for one in card.corrections}
    yield Padding(fields({name: value for name, value in said.items() if value}), (0, 0, 1, 2))


def _adopted(card: ContinuityCard) -> dict[str, Any]:
    said = card.adopted
    if said is None:
        return {"clip": card.clip}
    return {
        "clip": card.clip,
        "label": said.label,
        "from": said.source,
        "generated": "unknown" if said.ai_generated is None else plain(said.ai_generated),
        "real person": said.depicts_real_person,
        "cast": tuple(_member(member) for member in said.cast),
        "people": said.likenesses,
        "by": said.by,
    }


def _recorded(record: ContinuityRecorded) -> dict[str, Any]:
    return {
        "clip": record.clip,
        "pattern": record.pattern,
        "cast": tuple(_member(member) for member in record.cast),
        "elements": record.elements,
        "pictures": record.assets,
        "continues": record.parents,
        "prompt": known(record.prompt, "(erased)"),
        "reason": known(record.reason, "(erased)"),
        "units": record.units,
        "task": record.task_id,
        "generation": record.generation,
    }


def _corrected(one: CorrectionCard) -> str:
    """What a person set right, and why."""
    said = {"shot": one.shot, "framing": one.framing}
    said |= {worn.character: worn.look or "as introduced" for worn in one.looks}
    return f"{', '.join(f'{name}: {value}' for name, value in said.items() if value)} ({one.reason})"


def _member(member: CastMember) -> str:
    worn = f" in {member.look}" if member.look else ""
    return f"{member.character} v{member.version}{worn}"


@scenes.command("continue-from")
@click.argument("scene")
@click.argument("clip")
@calling
def continue_from(terminal: Terminal, scene: str, clip: str) -> None:
    """Take up where another scene's clip left off.

    Example: continuity scenes continue-from scene_01jd… clip_01jd…
    """
    terminal.show(terminal.client.continue_scene(scene, clip))


for _command in OF_SCENES:
    scenes.add_command(_command)

COMMANDS: Final = (scenes,)
