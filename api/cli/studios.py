"""`continuity studios`, `continuity accounts`: whose log this is, and which Kling accounts it sends under."""

from __future__ import annotations

from typing import Final

import rich_click as click

from api.cli.archive import studio
from api.cli.showing import moment, text
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


@studio.command("open")
@click.argument("name")
@click.option("--holder", required=True, help="The person or program that gets the first key to it.")
@calling
def open_studio(terminal: Terminal, name: str, holder: str) -> None:
    """Open a further studio with a log of its own; its first key is shown once. For admins of the installation's first studio.

    Example: continuity studio open "Han River Pictures" --holder "Yuna Kim"
    """
    opened = terminal.client.open_studio(name, holder)
    if terminal.as_json:
        terminal.line(opened)
        return
    terminal.out.print(text(opened.key or ""), soft_wrap=True)
    terminal.err.print(text(f"opens {opened.id}, held by {holder}; it is not shown again", "dim"))


@click.command()
@calling
def me(terminal: Terminal) -> None:
    """Who this key is, what it may do, and which studio it opens.

    Example: continuity me
    """
    terminal.show(terminal.client.me())


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


@accounts.command("show")
@click.argument("account")
@calling
def show_account(terminal: Terminal, account: str) -> None:
    """One account, with its holds.

    Example: continuity accounts show account_01jd…
    """
    terminal.show(terminal.client.account(account))


@accounts.command("keys")
@calling
def configured_keys(terminal: Terminal) -> None:
    """The keys the service is configured with, by fingerprint, and the accounts that send under them.

    Example: continuity accounts keys
    """
    terminal.listing(
        terminal.client.configured_keys(),
        ("fingerprint", "kind", "accounts"),
        lambda key: (key.fingerprint, key.kind, key.accounts),
    )


@accounts.command("attest")
@click.argument("account")
@click.option("--fingerprint", required=True, help="The key's fingerprint, as `accounts keys` shows it.")
@click.option("--reason", required=True, help="Why.")
@calling
def attest_key(terminal: Terminal, account: str, fingerprint: str, reason: str) -> None:
    """Vouch that a configured key belongs to an account: it is sent under from here on.

    Example: continuity accounts attest account_01jd… --fingerprint 0123456789abcdef --reason "rotated"
    """
    terminal.show(terminal.client.attest_key(account, fingerprint, reason))


SCOPES: Final = click.Choice(["everything", "sending", "model"])


@accounts.command("hold")
@click.argument("account")
@click.option("--scope", type=SCOPES, default="sending", show_default=True, help="Which calls stop.")
@click.option("--model", help="The model, with --scope model.")
@click.option("--reason", required=True, help="Why.")
@calling
def hold_account(terminal: Terminal, account: str, scope: str, model: str | None, reason: str) -> None:
    """Stop calls of an account until somebody resumes them.

    Example: continuity accounts hold account_01jd… --scope sending --reason "budget meeting"
    """
    terminal.show(terminal.client.hold_account(account, scope=scope, reason=reason, model=model))


@accounts.command("resume")
@click.argument("account")
@click.option("--scope", type=SCOPES, default="sending", show_default=True, help="Which calls go out again.")
@click.option("--model", help="The model, with --scope model.")
@click.option("--reason", required=True, help="Why.")
@calling
def resume_account(terminal: Terminal, account: str, scope: str, model: str | None, reason: str) -> None:
    """Let held calls out again, whoever held them.

    Example: continuity accounts resume account_01jd… --scope sending --reason "card charged"
    """
    terminal.show(terminal.client.resume_account(account, scope=scope, reason=reason, model=model))


@accounts.command("slots")
@click.argument("account")
@click.option("--model", help="The model to set slots for.")
@click.option(
    "--set", "slots", type=click.IntRange(0, 1000), help="How many tasks of it may be open at once."
)
@click.option("--pack", default="", help="The vendor's package that says so; a note.")
@calling
def account_slots(terminal: Terminal, account: str, model: str | None, slots: int | None, pack: str) -> None:
    """Show an account's slots, or set those of a model.

    Example: continuity accounts slots account_01jd… --model kling-v3-omni --set 5
    """
    if (model is None) != (slots is None):
        raise click.UsageError("--model and --set come together")
    if model is not None and slots is not None:
        terminal.show(terminal.client.set_slots(account, model, slots, pack=pack))
        return
    terminal.listing(
        terminal.client.slots(account).lanes,
        ("model", "slots", "open", "waiting", "paused until"),
        lambda lane: (lane.model, lane.slots, lane.open, lane.waiting, moment(lane.paused_until)),
    )


COMMANDS: Final = (me, studios, studio, accounts)
