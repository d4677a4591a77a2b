"""`continuity generations`, `continuity submissions`: what was asked, and the paid calls behind it."""

from __future__ import annotations

from typing import Final

import rich_click as click

from api.cli.following import FOLLOW_OPTIONS, Following, progress_of
from api.cli.showing import moment
from api.cli.terminal import Terminal, calling


@click.group()
def generations() -> None:
    """Requests on their way to a clip.

    Example: continuity generations list --stage submitting
    """


@generations.command("list")
@click.option("--scene", help="Only those of this scene.")
@click.option("--stage", help="Only those at this stage: planned, submitting, stored or ended.")
@calling
def list_generations(terminal: Terminal, scene: str | None, stage: str | None) -> None:
    """All generations, oldest first.

    Example: continuity generations list --scene scene_01jd…
    """
    terminal.listing(
        terminal.client.generations(scene=scene, stage=stage),
        ("id", "stage", "outcome", "pattern", "clip", "requested", "reason"),
        lambda card: (
            card.id,
            card.stage,
            card.outcome,
            card.pattern,
            card.clip,
            moment(card.requested_at),
            card.reason,
        ),
    )


@generations.command("show")
@click.argument("generation")
@click.option("--follow", is_flag=True, help="Follow it to its end; exit codes as of generate.")
@FOLLOW_OPTIONS[0]
@FOLLOW_OPTIONS[1]
@calling
def show_generation(
    terminal: Terminal, generation: str, *, follow: bool, timeout: float | None, patience: float
) -> None:
    """One generation with its paid call.

    Example: continuity generations show generation_01jd… --follow
    """
    if follow:
        following = Following(terminal)
        ended = following.to_the_end(generation, timeout=timeout, patience=patience)
        following.tell_end(ended, None if ended.clip is None else terminal.client.clip(ended.clip))
        return
    card = terminal.client.generation(generation)
    terminal.show(card, without=("plan", "submission_card"))
    if not terminal.as_json:
        terminal.out.print(progress_of(card))


@click.group()
def submissions() -> None:
    """Paid calls to the provider.

    Example: continuity submissions list --state unknown
    """


@submissions.command("list")
@click.option(
    "--state", help="Only those in this state, e.g. unknown: nobody knows whether they were accepted."
)
@calling
def list_submissions(terminal: Terminal, state: str | None) -> None:
    """All paid calls, oldest first.

    Example: continuity submissions list --state unknown
    """
    terminal.listing(
        terminal.client.submissions(state=state),
        ("id", "state", "external task id", "task", "sends", "units", "for", "intended", "reason"),
        lambda card: (
            card.id,
            card.state,
            card.external_task_id,
            card.task_id,
            card.sends,
            card.units,
            card.subject,
            moment(card.intended_at),
            card.reason,
        ),
    )


COMMANDS: Final = (generations, submissions)
