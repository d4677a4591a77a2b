"""`continuity clips approve | reject | …`, `continuity scenes correct | preview | timeline`: what is said of takes and cuts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import rich_click as click
from rich.console import Group, RenderableType

from api.cli.clips import clips
from api.cli.productions import productions
from api.cli.scenes import scenes
from api.cli.shot import patch_from, reasons_from
from api.cli.showing import fields, finding_lines, moment, plain, table, text
from api.cli.terminal import FAILED, Terminal, calling, leave
from api.client import LocalFailure
from api.integrations.timeline import Rate
from registry.events.clip import RejectionCause

if TYPE_CHECKING:
    from generation.rehearsal import ScenePreview, ShotPreview

_TIME: Final = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:\.\d{1,6})?)")
_WHY: Final = click.option("--reason", required=True, help="Why; it stays on record.")


@clips.command("approve")
@click.argument("clip")
@click.option("--note", default="", help="What is to be said of it.")
@calling
def approve_clip(terminal: Terminal, clip: str, note: str) -> None:
    """Take a clip into the film.

    Example: continuity clips approve clip_01jd… --note "the look at the end is right"
    """
    terminal.show(terminal.client.approve_clip(clip, note=note))


@clips.command("reject")
@click.argument("clip")
@click.argument("cause", type=click.Choice(get_args(RejectionCause)))
@_WHY
@click.option("--accept", multiple=True, metavar="RULE=REASON", help="Your written reason for a caution.")
@calling
def reject_clip(
    terminal: Terminal, clip: str, cause: RejectionCause, *, reason: str, accept: tuple[str, ...]
) -> None:
    """Turn a take down. Sync blamed on a wide framing is answered with the guide's finding first (exit code 4).

    Example: continuity clips reject clip_01jd… identity_drift --reason "her face changes when she turns"
    """
    terminal.show(terminal.client.reject_clip(clip, cause, reason, accept=reasons_from(accept)))


@clips.command("fingerprint")
@click.argument("clip")
@calling
def fingerprint_clip(terminal: Terminal, clip: str) -> None:
    """Look at a clip that was kept while nobody could, so that `lookup` finds copies of it. Needs the role asset_writer.

    For all of them: continuity clips list -q | xargs -n 1 continuity clips fingerprint

    Example: continuity clips fingerprint clip_01jd…
    """
    terminal.show(terminal.client.fingerprint_clip(clip))


@clips.command("withdraw-approval")
@click.argument("clip")
@_WHY
@calling
def withdraw_approval(terminal: Terminal, clip: str, reason: str) -> None:
    """Take an approval back.

    Example: continuity clips withdraw-approval clip_01jd… --reason "the director chose the other take"
    """
    terminal.show(terminal.client.withdraw_approval(clip, reason))


@clips.command("withdraw")
@click.argument("clip")
@_WHY
@calling
def withdraw_clip(terminal: Terminal, clip: str, reason: str) -> None:
    """Use a clip no more; its bytes stay. What is decided because of a person goes by `clips decide`.

    Example: continuity clips withdraw clip_01jd… --reason "the prop is a brand"
    """
    terminal.show(terminal.client.withdraw_clip(clip, reason))


@clips.command("note")
@click.argument("clip")
@click.argument("words", metavar="TEXT")
@click.option("--at", "time", metavar="TIME", help="Where in the clip: seconds, or MM:SS.mmm.")
@calling
def note_on_clip(terminal: Terminal, clip: str, words: str, time: str | None) -> None:
    """Remark on a clip, at a time code or on the whole of it.

    Example: continuity clips note clip_01jd… "she blinks twice here" --at 1.25
    """
    terminal.show(
        terminal.client.note_on_clip(clip, words, at_us=None if time is None else microseconds(time))
    )


@clips.command("notes")
@click.argument("clip")
@calling
def list_notes(terminal: Terminal, clip: str) -> None:
    """The remarks on a clip, oldest first.

    Example: continuity clips notes clip_01jd…
    """
    terminal.listing(
        terminal.client.notes(clip),
        ("position", "at", "text", "by", "noted"),
        lambda note: (note.position, _seconds(note.at_us), note.text, note.noted_by, moment(note.noted_at)),
    )


@scenes.command("correct")
@click.argument("scene")
@click.argument("position", type=int)
@click.option("--shot", help="The shot that the clip is a take of.")
@click.option("--framing", help="How the camera sees it.")
@click.option(
    "--look", "looks", multiple=True, metavar="CHARACTER=LOOK", help="What a member of the cast wears."
)
@_WHY
@calling
def correct(terminal: Terminal, scene: str, position: int, *, looks: tuple[str, ...], **said: Any) -> None:
    """Set right what a record of the continuity log says; POSITION is the number that `scenes continuity` shows.

    Example: continuity scenes correct scene_01jd… 118 --framing "wide shot" --reason "the camera pulls back"
    """
    worn = {terminal.client.character(who).id: look for who, look in map(_worn, looks)}
    terminal.show(terminal.client.correct_continuity(scene, position, looks=worn, **said))


@scenes.command("preview")
@click.argument("scene")
@click.option("--set", "every", multiple=True, metavar="FIELD=JSON", help="A field of every shot's request.")
@calling
def preview_scene(terminal: Terminal, scene: str, every: tuple[str, ...]) -> None:
    """Every planned shot as it would be asked for now: findings and price, and the price of all. Nothing is spent.

    Exit code 4 when a shot would be refused.

    Example: continuity scenes preview scene_01jd… --set duration=10
    """
    shown = terminal.client.preview_scene(scene, every=patch_from(every))
    terminal.answer(shown, lambda: _rehearsed(shown))
    if not shown.sendable:
        leave(FAILED)


_OUT: Final = (
    click.option(
        "--out", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where to."
    ),
    click.option(
        "--rate", type=click.Choice(get_args(Rate)), default="24", show_default=True, help="Frames a second."
    ),
    click.option(
        "--with-media", is_flag=True, help="Fetch the approved clips beside the file, and point to them."
    ),
)


@scenes.command("timeline")
@click.argument("scene")
@_OUT[0]
@_OUT[1]
@_OUT[2]
@calling
def scene_timeline(terminal: Terminal, scene: str, *, file: Path, rate: Rate, with_media: bool) -> None:
    """The approved takes of a scene as an OpenTimelineIO file, with gaps where none is approved.

    Example: continuity scenes timeline scene_01jd… --out scene-12.otio --with-media
    """
    media = "file" if with_media else "address"
    terminal.client.scene_timeline(scene, file, rate=rate, media=media)
    takes = [take.clip for take in terminal.client.scene(scene).approved] if with_media else []
    _told(terminal, file, _fetched(terminal, takes, file.parent))


@productions.command("timeline")
@click.argument("production")
@_OUT[0]
@_OUT[1]
@_OUT[2]
@calling
def production_timeline(
    terminal: Terminal, production: str, *, file: Path, rate: Rate, with_media: bool
) -> None:
    """The approved takes of all scenes of a production as one OpenTimelineIO file.

    Example: continuity productions timeline production_01jd… --out film.otio
    """
    media = "file" if with_media else "address"
    terminal.client.production_timeline(production, file, rate=rate, media=media)
    shown = terminal.client.scenes(production=production) if with_media else []
    _told(
        terminal, file, _fetched(terminal, [take.clip for one in shown for take in one.approved], file.parent)
    )


def microseconds(time: str) -> int:
    """Seconds, `MM:SS` or `HH:MM:SS`, with up to six decimals. Raises LocalFailure."""
    found = _TIME.fullmatch(time.strip())
    if found is None:
        raise LocalFailure(
            "invalid-time", f"{time!r} is no time in a clip", "write seconds, e.g. 1.25, or 00:01.25"
        )
    hours, minutes, seconds = found[1] or "0", found[2] or "0", found[3]
    whole, _, rest = seconds.partition(".")
    return (int(hours) * 3600 + int(minutes) * 60 + int(whole)) * 1_000_000 + int(rest.ljust(6, "0"))


def _seconds(at_us: int | None) -> str:
    return "–" if at_us is None else f"{at_us / 1_000_000:.3f}"


def _worn(said: str) -> tuple[str, str]:
    who, _, look = said.partition("=")
    if not look:
        raise click.BadParameter(f"{said!r} names no look", param_hint="--look")
    return who, look


def _fetched(terminal: Terminal, takes: Iterable[str], folder: Path) -> list[str]:
    """The clips as files named as the timeline names them; what is there already is left as it is."""
    files = []
    for clip in takes:
        card = terminal.client.clip(clip)
        target = folder / f"{card.id}.{'mov' if card.stored.media_type == 'video/quicktime' else 'mp4'}"
        if not target.exists():
            terminal.client.download_clip(clip, target)
        files.append(str(target))
    return files


def _told(terminal: Terminal, file: Path, media: list[str]) -> None:
    terminal.answer({"file": str(file), "media": media}, lambda: "\n".join([str(file), *media]))


def _rehearsed(shown: ScenePreview) -> RenderableType:
    rows = [_row(one) for one in shown.shots]
    lines = [line for one in shown.shots for line in _findings(one)]
    total = {
        "total": f"{shown.total.units} units, about {shown.total.usd} USD",
        "without a price": len(shown.unpriced),
    }
    return Group(
        table(("shot", "number", "pattern", "sendable", "units", "usd"), rows), *lines, fields(total)
    )


def _row(one: ShotPreview) -> tuple[object, ...]:
    shown, price = one.preview, one.preview.total or one.preview.estimate
    return (one.shot, one.number, shown.pattern, shown.sendable, price and price.units, price and price.usd)


def _findings(one: ShotPreview) -> list[RenderableType]:
    if not one.preview.findings:
        return []
    said = finding_lines(finding.model_dump(mode="json") for finding in one.preview.findings)
    return [text(f"shot {plain(one.number)}", "bold"), *said]


COMMANDS: Final = (clips, productions, scenes)
"""Groups that begin elsewhere and end here."""
