"""`continuity clips`: what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import rich_click as click

from api.cli.adoptions import OF_CLIPS
from api.cli.moving import bytes_bar
from api.cli.showing import moment
from api.cli.terminal import Terminal, calling
from api.client import LocalFailure

if TYPE_CHECKING:
    from registry.events.clip import ClipDecision
    from registry.views.clips import ClipCard, Said


@click.group()
def clips() -> None:
    """Stored clips.

    Example: continuity clips list
    """


@clips.command("list")
@click.option("--scene", help="Only those of this scene.")
@click.option("--shot", help="Only takes of this shot.")
@click.option(
    "--verdict",
    type=click.Choice(("approved", "rejected", "none")),
    help="Only those of which this was said last.",
)
@calling
def list_clips(terminal: Terminal, scene: str | None, shot: str | None, verdict: Said | None) -> None:
    """All clips, oldest first.

    Example: continuity clips list --scene scene_01jd… --verdict approved
    """
    terminal.listing(
        terminal.client.clips(scene=scene, shot=shot, verdict=verdict),
        ("id", "origin", "seconds", "size", "sound", "verdict", "continues", "scene", "recorded"),
        lambda card: (
            card.id,
            card.origin,
            f"{card.duration_us / 1_000_000:.2f}",
            f"{card.width}x{card.height}",
            card.has_audio,
            _said(card),
            card.continues,
            card.scene,
            moment(card.recorded_at),
        ),
    )


@clips.command("show")
@click.argument("clip")
@calling
def show_clip(terminal: Terminal, clip: str) -> None:
    """One clip.

    Example: continuity clips show clip_01jd…
    """
    terminal.show(terminal.client.clip(clip))


@clips.command("download")
@click.argument("clip")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--delivery", help="The bytes of this delivery of it.")
@click.option("--no-receipt", is_flag=True, help="Leave out the receipt beside it.")
@calling
def download_clip(
    terminal: Terminal,
    clip: str,
    file: Path | None,
    *,
    force: bool,
    delivery: str | None,
    no_receipt: bool,
) -> None:
    """Fetch a clip with its receipt beside it (`<file>.receipt.json`), which proves it to others; or what was delivered of it.

    Its digest is checked before the file exists; its name is the clip's or yours.

    Example: continuity clips download clip_01jd… take-1.mp4
    """
    target = fetch(terminal, clip, file, force=force, delivery=delivery, receipt=not no_receipt)
    terminal.answer({"clip": clip, "file": str(target)}, lambda: str(target))


def fetch(
    terminal: Terminal,
    clip: str,
    file: Path | None,
    *,
    force: bool = False,
    delivery: str | None = None,
    receipt: bool = True,
) -> Path:
    """The bytes in a file, with progress; a clip's with its receipt beside it. Raises LocalFailure and ContinuityError."""
    target, client = _target(clip, file), terminal.client
    if target.exists() and not force:
        raise LocalFailure("file-exists", f"{target} exists already", "choose another name, or say --force")
    with bytes_bar(terminal, "downloading") as on_bytes:
        if delivery is None:
            return client.download_clip(clip, target, receipt=receipt, on_bytes=on_bytes)
        return client.download_delivery(clip, delivery, target, on_bytes=on_bytes)


@clips.command("poster")
@click.argument("clip")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@calling
def download_poster(terminal: Terminal, clip: str, file: Path) -> None:
    """Fetch a clip's first frame as a JPEG.

    Example: continuity clips poster clip_01jd… take-1.jpg
    """
    written = terminal.client.download_poster(clip, file)
    terminal.answer({"clip": clip, "file": str(written)}, lambda: f"{written}")


@clips.command("decide")
@click.argument("clip")
@click.argument("decision", type=click.Choice(("keep", "withdraw", "erase")))
@click.option("--reason", required=True, help="Why; it stays on record.")
@click.option("--likeness", help="Whose revocation or erasure it is about; to keep a clip needs it.")
@calling
def decide_clip(
    terminal: Terminal, clip: str, decision: ClipDecision, *, reason: str, likeness: str | None
) -> None:
    """Keep a clip in spite of whom it shows, withdraw it, or erase its bytes for good.

    Example: continuity clips decide clip_01jd… keep --likeness likeness_01jd… --reason "seen from behind"
    """
    terminal.show(terminal.client.decide_clip(clip, decision, reason=reason, likeness=likeness))


def _said(card: ClipCard) -> str:
    if card.withdrawn:
        return "erased" if card.erased else "withdrawn"
    if card.verdict is None:
        return ""
    return "approved" if card.verdict.approved else f"rejected: {card.verdict.cause}"


def _target(clip: str, file: Path | None) -> Path:
    name = f"{clip}.mp4".replace("/", "_")
    if file is None:
        return Path(name)
    return file / name if file.is_dir() else file


for _command in OF_CLIPS:
    clips.add_command(_command)

COMMANDS: Final = (clips,)
