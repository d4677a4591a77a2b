"""`continuity clips adopt`: footage that was not made here, with what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from api.cli.moving import bytes_bar
from api.cli.terminal import Terminal, calling

if TYPE_CHECKING:
    from api.client import AdoptedClip

_SAID: Final = ("yes", "no", "unknown")


@click.command("adopt")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", required=True, help="Where it is from, in words; it stays on record.")
@click.option(
    "--ai-generated",
    required=True,
    type=click.Choice(_SAID),
    help="Whether a machine made it; you answer for it.",
)
@click.option("--scene", help="The scene it stands in.")
@click.option("--production", help="Its production, where it stands in no scene.")
@click.option("--shot", help="The shot it is a take of.")
@click.option("--label", help="What it is called; the file's name unless given.")
@click.option(
    "--real-person",
    "depicts_real_person",
    type=click.Choice(_SAID),
    default="unknown",
    show_default=True,
    help="Whether a real person is seen.",
)
@click.option(
    "--character",
    "characters",
    multiple=True,
    metavar="CHARACTER[:LOOK]",
    help="Who is seen, by id, name or alias; may be repeated.",
)
@click.option(
    "--likeness", "likenesses", multiple=True, help="A real person whom no character shows; may be repeated."
)
@calling
def adopt_clip(terminal: Terminal, file: Path, *, characters: tuple[str, ...], **said: Any) -> None:
    """Keep footage that was not made here as a clip, on your word. Needs the role asset_writer.

    Example: continuity clips adopt harbour.mp4 --scene scene_01jd… --source "Northlight Stock, 4711" --ai-generated no
    """
    seen = {terminal.client.character(who).id: look or None for who, _, look in map(_parted, characters)}
    with bytes_bar(terminal, "uploading") as on_bytes:
        done = terminal.client.adopt_clip(file, characters=seen, on_bytes=on_bytes, **said)
    _tell(terminal, done)


def _parted(said: str) -> tuple[str, str, str]:
    return said.partition(":")


def _tell(terminal: Terminal, done: AdoptedClip) -> None:
    terminal.show(done.clip)
    if terminal.for_programs:
        return
    if not done.created:
        terminal.out.print("It was adopted before, with these words: this is that clip.")
    if done.clip.adopted is not None and done.clip.adopted.footage.checked == "structure":
        terminal.out.print("It was not decoded: its tables are whole, and PyAV is not installed there.")


OF_CLIPS: Final = (adopt_clip,)
