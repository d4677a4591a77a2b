"""`continuity characters`: who recurs, and which pictures show them."""

from __future__ import annotations

from typing import Any, Final, get_args

import rich_click as click

from api.cli.revising import OF_CHARACTERS
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
@click.option("--look", help="The look it shows; as introduced unless given.")
@calling
def assign(terminal: Terminal, character: str, asset: str, role: ReferenceRole, look: str | None) -> None:
    """Let a picture stand for a character.

    Example: continuity characters assign mina asset_01jd… --role frontal --look winter
    """
    terminal.show(terminal.client.assign_reference(character, asset, role, look=look))


@characters.command("withdraw")
@click.argument("character")
@click.argument("asset")
@click.option("--role", type=click.Choice(get_args(ReferenceRole)), default="frontal", show_default=True)
@click.option("--look", help="The look it shows; as introduced unless given.")
@click.option("--reason", default="")
@calling
def withdraw(terminal: Terminal, character: str, asset: str, role: ReferenceRole, **said: Any) -> None:
    """Let a picture stand for a character no longer. Pinned scenes keep it.

    Example: continuity characters withdraw mina asset_01jd… --role frontal --look winter
    """
    terminal.show(terminal.client.withdraw_reference(character, asset, role, **said))


@characters.command("look")
@click.argument("character")
@click.argument("look")
@click.option("--wardrobe", help="What is worn; prompts say it.")
@click.option("--styling", help="Hair, make-up and the like.")
@click.option("--age", help="How old the character is in it.")
@calling
def define_look(terminal: Terminal, character: str, look: str, **words: str | None) -> None:
    """Define a look of a character, or say some of it anew.

    Example: continuity characters look mina winter --wardrobe "a grey wool coat" --styling "hair tied back"
    """
    terminal.show(terminal.client.define_look(character, look, **words))


@characters.command("retire-look")
@click.argument("character")
@click.argument("look")
@click.option("--reason", required=True)
@calling
def retire_look(terminal: Terminal, character: str, look: str, reason: str) -> None:
    """Make nothing new in a look.

    Example: continuity characters retire-look mina winter --reason "the season is over"
    """
    terminal.show(terminal.client.retire_look(character, look, reason))


@characters.command("list")
@click.option("--name", help="Only those with this name or alias.")
@calling
def list_characters(terminal: Terminal, name: str | None) -> None:
    """All characters.

    Example: continuity characters list
    """
    terminal.listing(
        terminal.client.characters(name=name),
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


for _command in OF_CHARACTERS:
    characters.add_command(_command)

COMMANDS: Final = (characters,)
