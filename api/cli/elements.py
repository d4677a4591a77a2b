"""`continuity elements`: reusable ids at Kling that show a character."""

from __future__ import annotations

from typing import Any, Final

import rich_click as click

from api.cli import minting
from api.cli.terminal import Terminal, calling


@click.group()
def elements() -> None:
    """Kling elements; each is good on one account only.

    Example: continuity elements list
    """


@elements.command("adopt")
@click.argument("element_id", type=int)
@click.option("--account", required=True, help="The account that owns it.")
@click.option("--character", required=True, help="Whom it shows: id, name or alias.")
@click.option("--made-from", type=click.Choice(("image", "video")), help="What it was made from, if known.")
@click.option("--attested-by", help="On whose word; the key's holder unless given.")
@calling
def adopt(terminal: Terminal, element_id: int, **said: Any) -> None:
    """Take over an element that exists at Kling.

    Example: continuity elements adopt 100000000000000001 --account account_01jd… --character mina
    """
    terminal.show(terminal.client.adopt_element(element_id, **said))


@elements.command("list")
@click.option("--character", help="Only those that show this character.")
@calling
def list_elements(terminal: Terminal, character: str | None) -> None:
    """All elements.

    Example: continuity elements list --character mina
    """
    found = terminal.client.elements() if character is None else terminal.client.elements_of(character)
    terminal.listing(
        found,
        ("id", "element_id", "character", "look", "account", "made from", "state"),
        lambda card: (
            card.id,
            card.element_id,
            card.character,
            card.look,
            card.account,
            card.made_from,
            card.state,
        ),
    )


for command in (minting.mint, minting.remint, minting.show):
    elements.add_command(command)

COMMANDS: Final = (elements,)
