"""`continuity productions`: the shows of a studio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import rich_click as click
from rich.console import Group, RenderableType

from api.cli.showing import fields, moment, table
from api.cli.terminal import Terminal, calling

if TYPE_CHECKING:
    from api.money import Amount, SpendAnswer


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


@productions.command("show")
@click.argument("production")
@calling
def show_production(terminal: Terminal, production: str) -> None:
    """One show.

    Example: continuity productions show production_01jd…
    """
    terminal.show(terminal.client.production(production))


@productions.command("close")
@click.argument("production")
@click.option("--reason", required=True, help="Why; it stays on record.")
@calling
def close_production(terminal: Terminal, production: str, reason: str) -> None:
    """Take no further scenes or requests for a show.

    Example: continuity productions close production_01jd… --reason "delivered"
    """
    terminal.show(terminal.client.close_production(production, reason))


@productions.command("choose-account")
@click.argument("production")
@click.argument("account")
@calling
def choose_account(terminal: Terminal, production: str, account: str) -> None:
    """Send under another account from here on.

    Example: continuity productions choose-account production_01jd… account_01jd…
    """
    terminal.show(terminal.client.choose_account(production, account))


@productions.command("budget")
@click.argument("production")
@click.argument("units", metavar="UNITS|none")
@calling
def set_budget(terminal: Terminal, production: str, units: str) -> None:
    """The most it may spend in all, in Kling units; `none` is no limit. Needs a key with the role approver.

    Example: continuity productions budget production_01jd… 500
    """
    terminal.show(terminal.client.set_budget(production, _or_none(units)))


@productions.command("approval")
@click.argument("production")
@click.argument("above_units", metavar="UNITS|none")
@calling
def set_approval_rule(terminal: Terminal, production: str, above_units: str) -> None:
    """Plans dearer than that wait for an approver; `0` is every plan, `none` is none. Needs a key with the role approver.

    Example: continuity productions approval production_01jd… 8
    """
    terminal.show(terminal.client.set_approval_rule(production, _or_none(above_units)))


@productions.command("share")
@click.argument("production")
@click.argument("weight", type=int)
@calling
def set_share(terminal: Terminal, production: str, weight: int) -> None:
    """Its weight, 1 to 100, among the productions that wait for the same slots.

    Example: continuity productions share production_01jd… 2
    """
    terminal.show(terminal.client.set_share(production, weight))


@productions.command("pin")
@click.argument("production")
@click.argument("character")
@click.option("--version", type=int, help="The character's version; the newest unless given.")
@click.option("--look", help="The look; as introduced unless given.")
@calling
def pin(terminal: Terminal, production: str, character: str, version: int | None, look: str | None) -> None:
    """Hold on to a character in every scene that has no pin of its own.

    Example: continuity productions pin production_01jd… mina --look winter
    """
    terminal.show(terminal.client.pin_in_production(production, character, version=version, look=look))


@productions.command("unpin")
@click.argument("production")
@click.argument("character")
@click.option("--reason", default="")
@calling
def unpin(terminal: Terminal, production: str, character: str, reason: str) -> None:
    """Use the character as it is now again, where no scene pins it.

    Example: continuity productions unpin production_01jd… mina
    """
    terminal.show(terminal.client.unpin_in_production(production, character, reason=reason))


@productions.command("move")
@click.argument("production")
@click.argument("character")
@calling
def move(terminal: Terminal, production: str, character: str) -> None:
    """Move a pin to the character as it is now, in the same look.

    Example: continuity productions move production_01jd… mina
    """
    terminal.show(terminal.client.move_pin_in_production(production, character))


@productions.command("impact")
@click.argument("production")
@click.argument("character")
@calling
def impact(terminal: Terminal, production: str, character: str) -> None:
    """What moving a pin would change, in every scene that uses the character by it.

    Example: continuity productions impact production_01jd… mina
    """
    terminal.show(terminal.client.impact_in_production(production, character))


@productions.command("spend")
@click.argument("production")
@calling
def show_spend(terminal: Terminal, production: str) -> None:
    """What it may spend, has reserved, and has spent.

    Example: continuity productions spend production_01jd…
    """
    shown = terminal.client.spend(production)
    terminal.answer(shown, lambda: _drawn(shown))


def _or_none(units: str) -> str | None:
    return None if units == "none" else units


def _drawn(shown: SpendAnswer) -> RenderableType:
    amounts = ("budget", "left", "reserved", "settled", "released", "over")
    said = {name: _told(getattr(shown, name)) for name in amounts}
    counts = {"calls": shown.calls, "open": shown.open, "assumed": shown.assumed}
    rows = (
        (line.subject, line.reserved_units, line.settled_units, line.released_units, moment(line.reserved_at))
        for line in shown.items
    )
    lines = table(("for", "reserved", "settled", "released", "since"), rows)
    return Group(fields({**said, **counts, "prices of": shown.priced_on}), lines)


def _told(amount: Amount | None) -> str:
    return "no limit" if amount is None else f"{amount.units} units, about {amount.usd} USD"


COMMANDS: Final = (productions,)
