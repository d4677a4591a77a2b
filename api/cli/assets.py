"""`continuity assets`: pictures, footage, sound and documents, one or a folder at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import rich_click as click

from api.cli.importing import Importing
from api.cli.revising import OF_ASSETS
from api.cli.showing import finding_lines, moment
from api.cli.terminal import Terminal, calling, leave
from api.client import LocalFailure

if TYPE_CHECKING:
    from registry.views.assets import AssetCard


@click.group()
def assets() -> None:
    """Source pictures, footage, sound and documents.

    Example: continuity assets import ./pictures
    """


@assets.command("import")
@click.argument("places", nargs=-1, required=True, metavar="DIR|FILE...", type=click.Path(path_type=Path))
@click.option("--recursive", is_flag=True, help="Folders in folders too.")
@calling
def import_assets(terminal: Terminal, places: tuple[Path, ...], recursive: bool) -> None:
    """Register every file of a folder; one verdict per file.

    Taken are pictures (JPEG, PNG, WebP), footage (MP4, MOV), sound (MP3, WAV) and documents (PDF, plain text). What a file is,
    its bytes say, not its name.

    A file is registered, known already (the same bytes were registered before), kept with findings (outside Kling's limits), or
    refused with the reason. What looks much like an earlier picture is told, and nothing is done about it. A bad file never stops
    the rest; the exit code is 1 if any was refused.

    Example: continuity assets import ./pictures
    """
    files = [file for place in places for file in _files(place, recursive)]
    if not files:
        named = ", ".join(map(str, places))
        raise LocalFailure(
            "nothing-to-import", f"there is no file in {named}", "name a folder that holds files"
        )
    if not Importing(terminal).run(files):
        leave(1)


def _files(place: Path, recursive: bool) -> Iterator[Path]:
    """The files of a folder in order of name, without hidden ones; a file named as such is taken as it is."""
    if not place.is_dir():
        yield place
        return
    try:
        inside = sorted(place.iterdir())
    except OSError as failed:
        why = failed.strerror or str(failed)
        raise LocalFailure(
            "unreadable-folder", f"{place} cannot be read: {why}", "check path and rights"
        ) from None
    for entry in inside:
        if entry.name.startswith("."):
            continue
        if entry.is_file():
            yield entry
        elif recursive and entry.is_dir() and not entry.is_symlink():
            yield from _files(entry, recursive)


@assets.command("list")
@calling
def list_assets(terminal: Terminal) -> None:
    """All assets, oldest first.

    Example: continuity assets list
    """
    terminal.listing(
        terminal.client.assets(),
        ("id", "label", "kind", "size", "registered", "retired"),
        lambda card: (
            card.id,
            card.label,
            card.kind,
            _measure(card),
            moment(card.registered_at),
            card.retired,
        ),
    )


def _measure(card: AssetCard) -> str | None:
    """Pixels of a picture, seconds of what lasts."""
    if card.picture is not None:
        return f"{card.picture.width}x{card.picture.height}"
    lasting = card.footage or card.sound
    return f"{lasting.duration_us / 1_000_000:.1f} s" if lasting else None


@assets.command("show")
@click.argument("asset")
@calling
def show_asset(terminal: Terminal, asset: str) -> None:
    """One asset, with what Kling's limits say about it.

    Example: continuity assets show asset_01jd…
    """
    card = terminal.client.asset(asset)
    terminal.show(card, without=("findings",))
    if not terminal.for_programs:
        for line in finding_lines(finding.model_dump() for finding in card.findings):
            terminal.out.print(line)


@assets.command("download")
@click.argument("asset")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--rendition", is_flag=True, help="The version that goes out instead of the original.")
@calling
def download_asset(terminal: Terminal, asset: str, file: Path, rendition: bool) -> None:
    """The original, byte for byte; its digest is checked before the file exists.

    Example: continuity assets download asset_01jd… mina.png
    """
    written = terminal.client.download_asset(asset, file, rendition=rendition)
    terminal.answer({"asset": asset, "file": str(written)}, lambda: f"{written}")


for _command in OF_ASSETS:
    assets.add_command(_command)

COMMANDS: Final = (assets,)
