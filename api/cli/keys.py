"""`continuity keys`: how the first caller gets in, and who else may."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from api.cli import processes
from api.cli.showing import moment, text
from api.cli.terminal import Terminal, as_json, calling, console
from registry.events.studio import CREW, ROLES, Role

if TYPE_CHECKING:
    from api.access import IssuedKey, KeyAnswer

_ROLE: Final = click.Choice(ROLES)
_DAY_US: Final = 86_400_000_000
_WHICH: Final = "which"
"""`--key` is the key that a command goes in with."""


def _limited(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a limit."""
    requests = click.option(
        "--requests-per-minute", "requests", type=click.IntRange(min=1), help="Requests in a minute."
    )
    units = click.option(
        "--units-per-day", "units", help="Kling units that what it asks for may cost in a day (UTC)."
    )
    return requests(units(command))


@click.group()
def keys() -> None:
    """API keys: who may enter, and what they may do. All but `bootstrap` need a key with the role admin.

    Example: continuity keys bootstrap --holder "Ana Ruiz"
    """


@keys.command("bootstrap")
@click.option("--holder", required=True, help="The person or program that will hold it.")
@click.option(
    "--role", "roles", multiple=True, type=_ROLE, help="What it may do; may be repeated.  [every role]"
)
@click.option("--studio", help="The studio it opens; the first one of this installation unless given.")
@click.option("--json", "wants_json", is_flag=True)
@click.pass_context
def bootstrap(
    context: click.Context, holder: str, *, roles: tuple[Role, ...], studio: str | None, wants_json: bool
) -> None:
    """Make a key, on the machine that holds the database; it is shown once and stored as a digest.

    Example: export CONTINUITY_KEY=$(continuity keys bootstrap --holder "Ana Ruiz")
    """
    context.meta["as_json"] = wants_json
    made = processes.bootstrap_key(context.obj, holder, roles, studio=studio)
    if wants_json:
        click.echo(as_json({"key": made.key, "studio": made.studio, "holder": holder}))
        return
    click.echo(made.key)
    console(stderr=True).print(text(f"opens {made.studio}; it is not shown again", "dim"))


@keys.command("list")
@calling
def list_(terminal: Terminal) -> None:
    """Every key that opens the studio or did.

    Example: continuity keys list
    """
    terminal.listing(
        terminal.client.keys(), ("id", "holder", "roles", "issued", "last used", "expires", "revoked"), _row
    )


@keys.command()
@click.argument(_WHICH, metavar="KEY")
@calling
def show(terminal: Terminal, which: str) -> None:
    """One key.

    Example: continuity keys show key_01jd…
    """
    terminal.show(terminal.client.key(which))


@keys.command()
@click.option("--holder", required=True, help="The person or program that will hold it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=_ROLE,
    default=CREW,
    show_default=True,
    help="What it may do; may be repeated.",
)
@click.option("--days", type=click.IntRange(min=1), help="It expires after so many days.  [never]")
@click.option(
    "--production", "productions", multiple=True, help="It opens this one alone; may be repeated.  [all]"
)
@_limited
@calling
def issue(  # noqa: PLR0913 - an option each
    terminal: Terminal,
    holder: str,
    *,
    roles: tuple[Role, ...],
    days: int | None,
    productions: tuple[str, ...],
    requests: int | None,
    units: str | None,
) -> None:
    """Give somebody a key; it is shown once.

    Example: continuity keys issue --holder "Jun Park" --role submitter --days 90 --units-per-day 200
    """
    made = terminal.client.issue_key(
        holder,
        roles,
        expires_at=None if days is None else time.time_ns() // 1_000 + days * _DAY_US,
        productions=productions,
        requests_per_minute=requests,
        units_per_day=units,
    )
    _hand_over(terminal, made)


@keys.command()
@click.argument(_WHICH, metavar="KEY")
@click.argument("productions", nargs=-1, metavar="PRODUCTION…")
@calling
def scope(terminal: Terminal, which: str, productions: tuple[str, ...]) -> None:
    """Let a key open these productions alone; without one, the whole studio again.

    Example: continuity keys scope key_01jd… production_01jd…
    """
    terminal.show(terminal.client.scope_key(which, productions))


@keys.command()
@click.argument(_WHICH, metavar="KEY")
@_limited
@calling
def limit(terminal: Terminal, which: str, *, requests: int | None, units: str | None) -> None:
    """Bound what a key asks and spends. What is left out is not bounded; STUDIO instead of KEY is all its keys together.

    Example: continuity keys limit key_01jd… --requests-per-minute 600 --units-per-day 200
    """
    bounds: Any = {"requests_per_minute": requests, "units_per_day": units}
    if which.startswith("studio_"):
        terminal.show(terminal.client.limit_studio(which, **bounds))
    else:
        terminal.show(terminal.client.limit_key(which, **bounds))


@keys.command()
@click.argument(_WHICH, metavar="KEY")
@click.option(
    "--overlap",
    type=click.IntRange(min=0, max=7 * 24 * 3600),
    default=0,
    show_default=True,
    help="Seconds for which the secret it has still opens.",
)
@calling
def rotate(terminal: Terminal, which: str, overlap: int) -> None:
    """Give a key a new secret; it is shown once.

    Example: continuity keys rotate key_01jd… --overlap 3600
    """
    _hand_over(terminal, terminal.client.rotate_key(which, overlap_seconds=overlap))


@keys.command()
@click.argument(_WHICH, metavar="KEY")
@click.argument("role", type=_ROLE)
@calling
def grant(terminal: Terminal, which: str, role: Role) -> None:
    """Let a key do more.

    Example: continuity keys grant key_01jd… approver
    """
    terminal.show(terminal.client.grant_role(which, role))


@keys.command()
@click.argument(_WHICH, metavar="KEY")
@click.argument("role", type=_ROLE)
@calling
def withdraw(terminal: Terminal, which: str, role: Role) -> None:
    """Let a key do less.

    Example: continuity keys withdraw key_01jd… submitter
    """
    terminal.show(terminal.client.withdraw_role(which, role))


@keys.command()
@click.argument(_WHICH, metavar="KEY")
@click.option("--reason", default="", help="Why.")
@calling
def revoke(terminal: Terminal, which: str, reason: str) -> None:
    """Make a key open nothing, from now on.

    Example: continuity keys revoke key_01jd… --reason "left the team"
    """
    terminal.show(terminal.client.revoke_key(which, reason))


def _hand_over(terminal: Terminal, issued: IssuedKey) -> None:
    """The secret alone on standard output, so that it can go straight to where it is kept."""
    if terminal.as_json:
        terminal.line(issued)
        return
    terminal.out.print(text(issued.key or ""), soft_wrap=True)
    terminal.err.print(text(f"{issued.id}, held by {issued.holder}; it is not shown again", "dim"))


def _row(key: KeyAnswer) -> tuple[object, ...]:
    times = (moment(at) for at in (key.issued_at, key.last_used_at, key.expires_at))
    return (key.id, key.holder, key.roles, *times, key.revoked)


COMMANDS: Final = (keys,)
