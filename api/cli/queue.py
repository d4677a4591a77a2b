"""`continuity queue`: what waits for what, and when each will run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import rich_click as click
from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.showing import moment, table, text
from api.cli.terminal import Terminal, calling

if TYPE_CHECKING:
    from generation.queued import QueueNow, Waits


@click.command()
@click.option("--production", help="Only this show's.")
@click.option("--scene", help="Only this scene's.")
@click.option("--account", help="Only what goes out under this account.")
@click.option("--model", help="Only what this model makes.")
@calling
def queue(
    terminal: Terminal, production: str | None, scene: str | None, account: str | None, model: str | None
) -> None:
    """Everything that has not come to its end, by lane and turn; then the lanes, and what a person must look at.

    Example: continuity queue --production production_01jd…
    """
    found = terminal.client.whole_queue(production=production, scene=scene, account=account, model=model)
    terminal.answer(found, lambda: _drawn(found))


def _drawn(found: QueueNow) -> RenderableType:
    parts: list[RenderableType] = [
        table(
            ("id", "waits for", "why", "model", "place", "starts", "done"),
            (_row(one) for one in sorted(found.items, key=_by_turn)),
        ),
        Text(""),
        table(
            ("account", "model", "slots", "open", "waiting", "paused until", "held"),
            (
                (
                    lane.account,
                    lane.model,
                    lane.slots,
                    lane.open,
                    lane.waiting,
                    moment(lane.paused_until),
                    [f"{hold.scope} by {hold.by}" for hold in lane.holds],
                )
                for lane in found.lanes
            ),
        ),
    ]
    if found.restored is not None:
        parts.append(text(f"nothing is sent: {found.restored.why}", "bold red"))
    for alarm in found.alarms:
        parts.append(text(f"{alarm.code} {alarm.subject}: {alarm.message}", "bold red"))
    return Group(*parts)


def _row(one: Waits) -> tuple[object, ...]:
    start = moment(one.estimated_start) if one.estimated_start else one.no_estimate
    done = moment(one.estimated_end) if one.estimated_end or not one.estimated_start else one.no_estimate
    return one.id, one.code, one.why, one.model, one.place, start, done


def _by_turn(one: Waits) -> tuple[str, str, int, int]:
    return one.account or "", one.model or "", one.place or 0, one.position


COMMANDS: Final = (queue,)
