"""`continuity studios`, `continuity accounts`: whose log this is, and which Kling accounts it sends under."""

from __future__ import annotations

from typing import Final

import rich_click as click

from api.cli.showing import moment
from api.cli.terminal import Terminal, calling


@click.command()
@calling
def studios(terminal: Terminal) -> None:
    """The studios this key opens.

    Example: continuity studios
    """
    terminal.listing(
        terminal.client.studios(),
        ("id", "name", "opened"),
        lambda card: (card.id, card.name, moment(card.opened_at)),
    )


@click.group()
def accounts() -> None:
    """Kling accounts.

    Example: continuity accounts list
    """


@accounts.command("open")
@click.argument("name")
@click.option("--region", required=True, help="Kling's region of the account, e.g. singapore.")
@click.option("--host", help="Base URL of its API; the service's setting unless given.")
@click.option("--fingerprint", help="Fingerprint of its access key; the configured key's unless given.")
@calling
def open_account(
    terminal: Terminal, name: str, region: str, host: str | None, fingerprint: str | None
) -> None:
    """Make a Kling account known, so that productions can choose it.

    Example: continuity accounts open main --region singapore
    """
    terminal.show(terminal.client.open_account(name, region=region, host=host, key_fingerprint=fingerprint))


@accounts.command("list")
@calling
def list_accounts(terminal: Terminal) -> None:
    """All accounts.

    Example: continuity accounts list --json
    """
    terminal.listing(
        terminal.client.accounts(),
        ("id", "name", "region", "host", "key"),
        lambda card: (card.id, card.name, card.region, card.host, card.key_fingerprint),
    )


COMMANDS: Final = (studios, accounts)
