"""`continuity assets describe | supersede | retire | thumbnail`, `continuity characters revise | retire`: what changes later."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import rich_click as click

from api.cli.terminal import Terminal, calling

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("asset")
@click.option("--label", help="What to call it.")
@click.option("--description", help="What it shows.")
@calling
def describe(terminal: Terminal, asset: str, label: str | None, description: str | None) -> None:
    """Change an asset's label or description.

    Example: continuity assets describe asset_01jd… --label "Mina, winter coat"
    """
    terminal.show(terminal.client.describe_asset(asset, label=label, description=description))


@click.command()
@click.argument("asset")
@click.option("--by", required=True, help="The asset that takes its place.")
@click.option("--reason", required=True, help="Why; it stays on record.")
@calling
def supersede(terminal: Terminal, asset: str, by: str, reason: str) -> None:
    """Let another asset take an asset's place from here on. What was made stays.

    `continuity impact` tells before what would go stale.

    Example: continuity assets supersede asset_01jd… --by asset_01je… --reason "a sharper scan"
    """
    terminal.show(terminal.client.supersede_asset(asset, by=by, reason=reason))


@click.command("retire")
@click.argument("asset")
@click.option("--reason", required=True, help="Why; it stays on record.")
@calling
def retire_asset(terminal: Terminal, asset: str, reason: str) -> None:
    """Let nothing new stand on an asset.

    Example: continuity assets retire asset_01jd… --reason "the licence ran out"
    """
    terminal.show(terminal.client.retire_asset(asset, reason=reason))


@click.command()
@click.argument("asset")
@click.argument("file", type=_FILE)
@click.option("--side", type=click.IntRange(16, 2048), default=320, show_default=True, help="Pixels at most.")
@calling
def thumbnail(terminal: Terminal, asset: str, file: Path, side: int) -> None:
    """Fetch a small upright JPEG of a picture.

    Example: continuity assets thumbnail asset_01jd… mina-small.jpg
    """
    written = terminal.client.download_thumbnail(asset, file, side=side)
    terminal.answer({"asset": asset, "file": str(written)}, lambda: f"{written}")


@click.command()
@click.argument("character")
@click.option("--name", help="Its new name.")
@click.option(
    "--alias", "aliases", multiple=True, help="An alias, in place of those it has; may be repeated."
)
@click.option("--description", help="What prompts may say about it.")
@calling
def revise(
    terminal: Terminal, character: str, name: str | None, *, aliases: tuple[str, ...], description: str | None
) -> None:
    """Change a character's name, aliases or description.

    Example: continuity characters revise mina --name "Mina Kwon" --alias mina --alias "Mina K."
    """
    terminal.show(
        terminal.client.revise_character(
            character, name=name, aliases=aliases or None, description=description
        )
    )


@click.command("retire")
@click.argument("character")
@click.option("--reason", required=True, help="Why; it stays on record.")
@calling
def retire_character(terminal: Terminal, character: str, reason: str) -> None:
    """Cast a character no more.

    Example: continuity characters retire mina --reason "written out after episode 3"
    """
    terminal.show(terminal.client.retire_character(character, reason))


OF_ASSETS: Final = (describe, supersede, retire_asset, thumbnail)
OF_CHARACTERS: Final = (revise, retire_character)
