"""`continuity elements`: reusable ids at Kling that show a character."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.console import Group, RenderableType

from api.cli import minting
from api.cli.adopting import Adopting
from api.cli.showing import moment, table, text
from api.cli.terminal import Terminal, calling, leave
from generation.tallying import FOR_A_PERSON

if TYPE_CHECKING:
    from registry.views.censuses import CensusCard
    from registry.views.elements import ElementCard

LOOK_AT_IT: Final = 1


@click.group()
def elements() -> None:
    """Kling elements; each is good on one account only.

    Example: continuity elements list
    """


@elements.command("adopt")
@click.argument("element_id", type=int, required=False)
@click.option("--account", help="The account that owns it; the studio's only one unless given with --file.")
@click.option("--character", help="Whom it shows: id, name or alias.")
@click.option("--look", help="The look it shows; as introduced unless given.")
@click.option("--made-from", type=click.Choice(("image", "video")), help="What it was made from, if known.")
@click.option("--attested-by", help="On whose word; the key's holder unless given.")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Adopt many: a JSON list, or CSV with a header, of element_id, character, account, look, made_from.",
)
@calling
def adopt(terminal: Terminal, element_id: int | None, file: Path | None, **said: Any) -> None:
    """Take over an element that exists at Kling, or all those a file lists.

    Every row of a file is checked before anything is adopted, and a file that was adopted before changes nothing.

    Example: continuity elements adopt 100000000000000001 --account account_01jd… --character mina
    """
    if file is not None:
        given = [name for name in ("character", "look", "made_from") if said[name] is not None]
        if element_id is not None or given:
            raise click.UsageError("a file names its elements, characters and looks itself: leave them out")
        Adopting(terminal, account=said["account"], attested_by=said["attested_by"]).run(file)
        return
    missing = [name for name in ("account", "character") if said[name] is None]
    if element_id is None or missing:
        needed = "ELEMENT_ID" if element_id is None else " and ".join(f"--{name}" for name in missing)
        raise click.UsageError(f"name {needed}, or a file of elements with --file")
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
            *(card.id, card.element_id, card.character, card.look, card.account, card.made_from),
            _state(card),
        ),
    )


@elements.command("retire")
@click.argument("element")
@click.option("--reason", required=True, help="Why nothing new may stand on it.")
@click.option("--delete", is_flag=True, help="Have Kling delete it too; presets cannot be.")
@calling
def retire(terminal: Terminal, element: str, reason: str, *, delete: bool) -> None:
    """Let nothing new stand on an element; what was made with it keeps it.

    Example: continuity elements retire element_01jd… --reason "a new one was made" --delete
    """
    terminal.show(terminal.client.retire_element(element, reason, delete=delete))


@elements.command("census")
@click.option("--account", help="Only this account; all of them unless given.")
@click.option("--last", is_flag=True, help="Show the newest census instead of taking one.")
@calling
def census(terminal: Terminal, account: str | None, *, last: bool) -> None:
    """Compare elements and voices with Kling's lists: what is lost, deleted, unknown here, named twice, or not as made.

    Exits with 1 when something was found that a person must see, or when not everything could be read.

    Example: continuity elements census --account account_01jd…
    """
    if last:
        taken = list(terminal.client.censuses(account=account))
    else:
        wanted = [account] if account is not None else [card.id for card in terminal.client.accounts()]
        taken = [terminal.client.take_census(one) for one in wanted]
    terminal.answer(taken, lambda: Group(*map(drawn, taken)))
    if any(not card.complete or FOR_A_PERSON & card.counts.keys() for card in taken):
        leave(LOOK_AT_IT)


def drawn(card: CensusCard) -> RenderableType:
    """One account's census for a person."""
    listed = ", ".join(f"{number} {shelf.replace('_', ' ')}s" for shelf, number in card.listed.items())
    parts: list[RenderableType] = [
        text(f"{card.account}  {moment(card.ran_at)}", "bold"),
        text(f"at Kling: {listed}; bound here: {card.bindings}"),
    ]
    parts += [text(f"not read: {one}", "bold red") for one in card.unread]
    if card.findings:
        rows = (
            (text(one.kind, _style(one.kind)), one.subject, one.words, ", ".join(one.actions))
            for one in card.findings
        )
        parts.append(table(("finding", "subject", "what", "what to do"), rows))
    if card.omitted:
        parts.append(text(f"and {card.omitted} more"))
    return Group(*parts, text(""))


def _style(kind: str) -> str:
    return "bold red" if kind in FOR_A_PERSON else ""


def _state(card: ElementCard) -> str:
    if card.lost:
        return f"lost ({card.lost})"
    return f"stale: {card.stale}" if card.stale else card.state


for command in (minting.mint, minting.remint, minting.show):
    elements.add_command(command)

COMMANDS: Final = (elements,)
