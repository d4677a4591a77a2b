"""`continuity subscriptions`: names under which the feed is read, and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import rich_click as click

from api.cli.showing import moment
from api.cli.terminal import Terminal, calling

if TYPE_CHECKING:
    from api.subscribing import SubscriptionCard


@click.group()
def subscriptions() -> None:
    """Names under which the feed is read; the service keeps how far each has come.

    Example: continuity subscriptions put exporter && continuity events --subscription exporter --follow
    """


@subscriptions.command("list")
@calling
def list_(terminal: Terminal) -> None:
    """Every name, its position, and how far it is behind.

    Example: continuity subscriptions list
    """
    terminal.listing(
        terminal.client.subscriptions(), ("name", "position", "behind", "oldest unread", "moved"), _row
    )


@subscriptions.command()
@click.argument("name")
@calling
def show(terminal: Terminal, name: str) -> None:
    """One name.

    Example: continuity subscriptions show exporter
    """
    terminal.show(terminal.client.subscription(name))


@subscriptions.command()
@click.argument("name")
@click.option(
    "--after", type=click.IntRange(min=0), default=0, show_default=True, help="Begin behind this position."
)
@click.option("--from-now", is_flag=True, help="Begin at the log's end as it is now.")
@calling
def put(terminal: Terminal, name: str, after: int, *, from_now: bool) -> None:
    """Make a name, or move it, forwards or back; whoever reads under it is told at its next acknowledgement.

    Example: continuity subscriptions put exporter --after 1200
    """
    terminal.show(terminal.client.put_subscription(name, None if from_now else after))


@subscriptions.command()
@click.argument("name")
@calling
def delete(terminal: Terminal, name: str) -> None:
    """Forget a name and its position.

    Example: continuity subscriptions delete exporter
    """
    terminal.show(terminal.client.delete_subscription(name))


def _row(card: SubscriptionCard) -> tuple[object, ...]:
    age = f"{card.behind_us / 1_000_000:.1f} s" if card.behind_events else ""
    return card.name, card.position, card.behind_events, age, moment(card.changed_at)


COMMANDS: Final = (subscriptions,)
