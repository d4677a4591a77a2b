"""`continuity clips deliver | deliveries`: to whom a clip is handed, and how that is disclosed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

import rich_click as click
from rich.console import Group

import api.cli.takes  # noqa: F401 - the group goes on there
from api.cli.clips import clips, fetch
from api.cli.shot import reasons_from
from api.cli.showing import fields, moment, text
from api.cli.terminal import Terminal, calling
from registry.events.marks import DisclosureBasis, DisclosureRole
from registry.events.references import Purpose

if TYPE_CHECKING:
    from registry.views.disclosures import DisclosureCard


@clips.command("deliver")
@click.argument("clip")
@click.option("--to", required=True, help="Who is handed it, or where it goes.")
@click.option(
    "--role", required=True, type=click.Choice(get_args(DisclosureRole)), help="As whom you deliver it."
)
@click.option(
    "--basis",
    required=True,
    type=click.Choice(get_args(DisclosureBasis)),
    help="On which ground; the answer says it in words.",
)
@click.option("--reviewer", required=True, help="Who answers for it.")
@click.option("--note", default="", help="What is to be said of it.")
@click.option(
    "--purpose",
    type=click.Choice(get_args(Purpose)),
    default="final",
    show_default=True,
    help="What it is used for.",
)
@click.option(
    "--depicts-real-person",
    "depicts",
    type=click.Choice(("yes", "no")),
    help="Your word where the log does not know.",
)
@click.option("--c2pa", is_flag=True, help="Deliver a copy with a signed manifest.")
@click.option("--accept", multiple=True, metavar="RULE=REASON", help="Your written reason for a caution.")
@click.option(
    "--out", "file", type=click.Path(path_type=Path), help="Fetch what was delivered into this file."
)
@calling
def deliver_clip(  # noqa: PLR0913 - what a disclosure record says
    terminal: Terminal,
    clip: str,
    *,
    to: str,
    role: DisclosureRole,
    basis: DisclosureBasis,
    reviewer: str,
    note: str,
    purpose: Purpose,
    depicts: Literal["yes", "no"] | None,
    c2pa: bool,
    accept: tuple[str, ...],
    file: Path | None,
) -> None:
    """Put on record that a clip is handed to somebody, and how that is disclosed. Exit code 4 when something stands against it.

    Example: continuity clips deliver clip_01jd… --to "Han River" --role deployer --basis label_shown --reviewer "Ana Ruiz"
    """
    card = terminal.client.deliver_clip(
        clip,
        to=to,
        role=role,
        basis=basis,
        reviewer=reviewer,
        note=note,
        purpose=purpose,
        depicts_real_person=depicts,
        c2pa=c2pa,
        accept=reasons_from(accept),
    )
    if file is not None:
        fetch(terminal, clip, file, delivery=card.id)
    terminal.answer(card, lambda: Group(fields(card), *([text(str(file), "bold")] if file else [])))


@clips.command("deliveries")
@click.argument("clip", required=False)
@click.option("--sha256", help="Only those of bytes with this digest.")
@calling
def list_deliveries(terminal: Terminal, clip: str | None, sha256: str | None) -> None:
    """To whom clips were delivered, oldest first: all of them, a clip's, or those of a file in somebody's hands by its digest.

    Example: continuity clips deliveries clip_01jd…
    """
    terminal.listing(
        terminal.client.deliveries(clip, sha256=sha256),
        ("id", "clip", "to", "role", "basis", "real person", "reviewer", "c2pa", "delivered"),
        _row,
    )


def _row(card: DisclosureCard) -> tuple[object, ...]:
    return (
        card.id,
        card.clip,
        card.to,
        card.role,
        card.basis,
        card.depicts_real_person,
        card.reviewer,
        card.manifest is not None,
        moment(card.delivered_at),
    )


COMMANDS: Final = (clips,)
"""The group that begins elsewhere and ends here."""
