"""`continuity reads`: who was handed what shows a real person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import rich_click as click

from api.cli.showing import moment
from api.cli.terminal import Terminal, calling

if TYPE_CHECKING:
    from registry.views.reads import ReadCard

_HEADS: Final = ("read", "holder", "key", "what", "form", "part", "shows", "request", "log at")


@click.command()
@click.option("--of", "thing", metavar="ID", help="Of this asset or clip alone.")
@click.option("--by", "who", metavar="KEY", help="By this key alone.")
@calling
def reads(terminal: Terminal, thing: str | None, who: str | None) -> None:
    """Reads of pictures, sound, clips and documents of real people, and exports, in the order they were made.

    Needs a key with the role auditor.

    Example: continuity reads --of asset_01jd…
    """
    terminal.listing(terminal.client.reads(thing=thing, key=who), _HEADS, _row)


def _row(read: ReadCard) -> tuple[object, ...]:
    what = (read.thing, read.form, read.part, read.persons, read.request_id, read.log_position)
    return (moment(read.read_at), read.holder or "", read.key, *what)


COMMANDS: Final = (reads,)
