"""`continuity events`: the studio's log, as it was written."""

from __future__ import annotations

from typing import Final

import rich_click as click

from api.cli.showing import moment, plain
from api.cli.terminal import Terminal, calling
from api.client import FeedEvent


@click.command()
@click.option("--after", type=int, default=0, show_default=True, help="Begin behind this position.")
@click.option("--stream", help="Only events of this stream, i.e. of one thing's id.")
@click.option("--type", "type_", help="Only events of this type, e.g. ContinuityRecorded.")
@click.option("--follow", is_flag=True, help="Wait for what comes next, until interrupted.")
@calling
def events(terminal: Terminal, after: int, stream: str | None, type_: str | None, follow: bool) -> None:
    """Every event in order, one a line; with --json one JSON object a line, with the exact stored bytes.

    Example: continuity events --type ContinuityRecorded --follow
    """
    for event in terminal.client.events(after=after, stream=stream, type=type_, follow=follow):
        if terminal.as_json:
            terminal.line(event)
        else:
            terminal.out.print(_line(event), soft_wrap=True)


def _line(event: FeedEvent) -> str:
    where = (
        f"{event.position:>6}  {moment(event.recorded_at)}  {event.type:<22} {event.stream} v{event.version}"
    )
    return plain(where)


COMMANDS: Final = (events,)
