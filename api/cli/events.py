"""`continuity events`: the studio's log, as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import rich_click as click

from api.cli.showing import moment, plain
from api.cli.terminal import Terminal, calling, leave

if TYPE_CHECKING:
    from api.client import FeedEvent

INTERRUPTED: Final = 130


@click.command()
@click.option("--after", type=click.IntRange(min=0), help="Begin behind this position.  [0]")
@click.option("--subscription", help="Begin where this name is, and move it on once its events are printed.")
@click.option("--stream", help="Only events of this stream, i.e. of one thing's id.")
@click.option("--type", "type_", help="Only events of this type, e.g. ContinuityRecorded.")
@click.option("--by", "actor", metavar="KEY", help="Only what this key did.")
@click.option("--follow", is_flag=True, help="Go on with what comes next, until interrupted.")
@calling
def events(  # noqa: PLR0913 - the filters of the feed
    terminal: Terminal,
    after: int | None,
    subscription: str | None,
    stream: str | None,
    type_: str | None,
    actor: str | None,
    *,
    follow: bool,
) -> None:
    """Every event in order, one a line; with --json one JSON object a line, with the exact stored bytes.

    Example: continuity events --type ContinuityRecorded --follow
    """
    if subscription is not None and after is not None:
        raise click.UsageError("--subscription says itself where to begin; leave --after out")
    filters = {"stream": stream, "type": type_, "actor": actor}
    try:
        if subscription is None:
            for event in terminal.client.events(after=after or 0, follow=follow, **filters):
                told(terminal, event)
        else:
            for event in _under_a_name(terminal, subscription, filters, follow=follow):
                told(terminal, event)
    except KeyboardInterrupt:
        leave(INTERRUPTED)


def _under_a_name(
    terminal: Terminal, name: str, filters: dict[str, str | None], *, follow: bool
) -> Iterator[FeedEvent]:
    """The events after the name's position, which moves once they were taken: who is stopped between gets them again."""
    done, behind = -1, 1
    while follow or behind:
        reading = terminal.client.read_subscription(name, wait=follow, **filters)
        yield from reading.events
        if reading.through != done:
            card = terminal.client.acknowledge(name, reading)
            done, behind = card.position, card.behind_events


def told(terminal: Terminal, event: FeedEvent) -> None:
    """One event, as a line."""
    if terminal.for_programs:
        terminal.line(event)
    else:
        terminal.out.print(_line(event), soft_wrap=True)


def _line(event: FeedEvent) -> str:
    where = (
        f"{event.position:>6}  {moment(event.recorded_at)}  {event.type:<22} {event.stream} v{event.version}"
    )
    return plain(where)


COMMANDS: Final = (events,)
