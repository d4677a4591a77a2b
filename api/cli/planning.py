"""`continuity scenes plan | drop | describe | release | close`: what becomes of a scene before and after it is filmed."""

from __future__ import annotations

from typing import Final

import rich_click as click

from api.cli.terminal import Terminal, calling


@click.command()
@click.argument("scene")
@click.argument("action")
@click.option("--framing", help='E.g. "medium close shot".')
@calling
def plan(terminal: Terminal, scene: str, action: str, framing: str | None) -> None:
    """Plan a shot; its clips will be its takes.

    Example: continuity scenes plan scene_01jd… "Mina sits down at the window." --framing "wide shot"
    """
    terminal.show(terminal.client.plan_shot(scene, action, framing=framing))


@click.command()
@click.argument("scene")
@click.argument("shot")
@click.option("--reason", default="", help="Why.")
@calling
def drop(terminal: Terminal, scene: str, shot: str, reason: str) -> None:
    """Film a planned shot no more.

    Example: continuity scenes drop scene_01jd… shot_01jd… --reason "told in dialogue"
    """
    terminal.show(terminal.client.drop_shot(scene, shot, reason=reason))


@click.command()
@click.argument("scene")
@click.option("--name", help="Its new name.")
@click.option("--setting", help="Where it plays; prompts begin with it.")
@calling
def describe(terminal: Terminal, scene: str, name: str | None, setting: str | None) -> None:
    """Change a scene's name or setting.

    Example: continuity scenes describe scene_01jd… --setting "the same café, empty, at dawn"
    """
    terminal.show(terminal.client.describe_scene(scene, name=name, setting=setting))


@click.command()
@click.argument("scene")
@click.argument("character")
@calling
def release(terminal: Terminal, scene: str, character: str) -> None:
    """Let a character play in a scene no longer.

    Example: continuity scenes release scene_01jd… jun
    """
    terminal.show(terminal.client.release(scene, character))


@click.command()
@click.argument("scene")
@click.option("--reason", required=True, help="Why; it stays on record.")
@calling
def close(terminal: Terminal, scene: str, reason: str) -> None:
    """Take no further requests for a scene.

    Example: continuity scenes close scene_01jd… --reason "picture is locked"
    """
    terminal.show(terminal.client.close_scene(scene, reason))


OF_SCENES: Final = (plan, drop, describe, release, close)
