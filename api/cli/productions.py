"""`continuity productions`: the shows of a studio."""

from __future__ import annotations

from typing import Final

import rich_click as click

from api.cli.showing import moment
from api.cli.terminal import Terminal, calling


@click.group()
def productions() -> None:
    """Shows.

    Example: continuity productions open "Last Seat"
    """


@productions.command("open")
@click.argument("name")
@click.option("--account", help="The Kling account it sends under; the studio's only one unless given.")
@calling
def open_production(terminal: Terminal, name: str, account: str | None) -> None:
    """Begin a show.

    Example: continuity productions open "Last Seat" --account account_01jd…
    """
    terminal.show(terminal.client.open_production(name, account=account))


@productions.command("list")
@calling
def list_productions(terminal: Terminal) -> None:
    """All productions.

    Example: continuity productions list
    """
    terminal.listing(
        terminal.client.productions(),
        ("id", "name", "account", "opened", "closed"),
        lambda card: (card.id, card.name, card.account, moment(card.opened_at), card.closed),
    )


@productions.command("choose-account")
@click.argument("production")
@click.argument("account")
@calling
def choose_account(terminal: Terminal, production: str, account: str) -> None:
    """Send under another account from here on.

    Example: continuity productions choose-account production_01jd… account_01jd…
    """
    terminal.show(terminal.client.choose_account(production, account))


COMMANDS: Final = (productions,)
