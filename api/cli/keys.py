"""`continuity keys`: how the first caller gets in."""

from __future__ import annotations

from typing import Final, get_args

import rich_click as click

from api.cli import processes
from api.cli.showing import text
from api.cli.terminal import as_json, console
from registry.events.studio import Role


@click.group()
def keys() -> None:
    """API keys.

    Example: continuity keys bootstrap --holder "Ana Ruiz"
    """


@keys.command("bootstrap")
@click.option("--holder", required=True, help="The person or program that will hold it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(get_args(Role)),
    help="What it may do beyond asking: an approver decides about money, a consent_officer about people. May be repeated.",
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


COMMANDS: Final = (keys,)
