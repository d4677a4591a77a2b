"""`continuity characters`: who recurs, and which pictures show them."""

from __future__ import annotations

from typing import Any, Final, get_args

import rich_click as click

from api.cli.terminal import Terminal, calling
from registry.events.references import CharacterKind, Depicts, ReferenceRole


@click.group()
def characters() -> None:
    """Recurring identities. A character is named by id, name or alias.

    Example: continuity characters introduce Mina --alias mina --depicts fictional
    """


@characters.command("introduce")
@click.argument("name")
@click.option("--alias", "aliases", multiple=True, help="Another name; may be repeated.")
@click.option("--kind", type=click.Choice(get_args(CharacterKind)), default="person", show_default=True)
@click.option(
    "--depicts",
    type=click.Choice(get_args(Depicts)),
    help="Whether a real person is behind it; needed for a person.",
)
@click.option("--description", default="", help="What prompts may say about the character.")
@calling
def introduce(terminal: Terminal, name: str, **said: Any) -> None:
    """Begin a character.

    Example: continuity characters introduce Mina --depicts fictional --description "a woman with long black hair"
    """
    terminal.show(terminal.client.introduce_character(name, **said))


@characters.command("assign")
@click.argument("character")
@click.argument("asset")
@click.option("--role", type=click.Choice(get_args(ReferenceRole)), default="frontal", show_default=True)
@calling
def assign(terminal: Terminal, character: str, asset: str, role: ReferenceRole) -> None:
    """Let a picture stand for a character.

    Example: continuity characters assign mina asset_01jd… --role frontal
    """
    terminal.show(terminal.client.assign_reference(character, asset, role))


@characters.command("list")
@calling
def list_characters(terminal: Terminal) -> None:
    """All characters.

    Example: continuity characters list
    """
    terminal.listing(
        terminal.client.characters(),
        ("id", "name", "aliases", "kind", "references", "retired"),
        lambda card: (
            card.id,
            card.name,
            card.aliases,
            card.kind,
            ", ".join(one.role for one in card.references),
            card.retired,
        ),
    )


@characters.command("show")
@click.argument("character")
@calling
def show_character(terminal: Terminal, character: str) -> None:
    """One character, by id, name or alias.

    Example: continuity characters show mina
    """
    terminal.show(terminal.client.character(character))


COMMANDS: Final = (characters,)
