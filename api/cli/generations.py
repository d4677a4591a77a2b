"""`continuity generations`, `continuity submissions`: what was asked, and the paid calls behind it."""

from __future__ import annotations

from typing import Any, Final, get_args

import rich_click as click

from api.cli.events import told
from api.cli.following import FOLLOW_OPTIONS, Following, progress_of
from api.cli.shot import patch_from
from api.cli.showing import moment
from api.cli.terminal import Terminal, calling
from registry.events.submission import Decision

_DECISIONS: Final = [decision.replace("_", "-") for decision in get_args(Decision)]


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
    if not terminal.for_programs:
        terminal.out.print(progress_of(card))


@generations.command("events")
@click.argument("generation")
@click.option("--after", type=int, default=0, show_default=True, help="Only what came after this position.")
@calling
def generation_events(terminal: Terminal, generation: str, after: int) -> None:
    """What happened to a generation, one event a line, as it happens, until it has ended.

    Example: continuity generations events generation_01jd…
    """
    for event in terminal.client.generation_events(generation, after=after):
        told(terminal, event)


@generations.command("cancel")
@click.argument("generation")
@click.option("--reason", required=True, help="Why; it stands in the scene's continuity log.")
@calling
def cancel_generation(terminal: Terminal, generation: str, reason: str) -> None:
    """End a generation that was not sent; a paid one is followed to its end all the same.

    Example: continuity generations cancel generation_01jd… --reason "the scene was cut"
    """
    terminal.show(terminal.client.cancel_generation(generation, reason), without=("request", "plan"))


@click.command()
@click.argument("generation")
@click.option(
    "--set", "changed", multiple=True, metavar="FIELD=JSON", help="A field to change; may be repeated."
)
@click.option("--idempotency-key", help="Your own key, so that the command can be repeated.")
@calling
def retry(
    terminal: Terminal, generation: str, *, changed: tuple[str, ...], idempotency_key: str | None
) -> None:
    """Ask for an ended generation's clip again, as a new generation, with changes.

    Example: continuity retry generation_01jd… --set duration=10 --set 'framing="wide shot"' --set mode_reason=null
    """
    again = terminal.client.retry_generation(generation, patch_from(changed), idempotency_key=idempotency_key)
    terminal.show(again, without=("request", "plan"))


@click.command()
@click.argument("generation")
@click.option("--plan-digest", help="The plan you looked at; the one it has now unless given.")
@click.option("--ceiling-units", help="The most it may cost; its estimate unless given.")
@calling
def approve(
    terminal: Terminal, generation: str, *, plan_digest: str | None, ceiling_units: str | None
) -> None:
    """Approve the plan of a generation that waits for it; it is sent then. Needs a key with the role approver.

    Example: continuity approve generation_01jd… --ceiling-units 8
    """
    if plan_digest is None or ceiling_units is None:
        card = terminal.client.generation(generation)
        plan_digest, ceiling_units = plan_digest or card.plan_digest, ceiling_units or card.estimate_units
    approved = terminal.client.approve_generation(
        generation, plan_digest=plan_digest, ceiling_units=ceiling_units
    )
    terminal.show(approved, without=("request", "plan"))


@click.group()
def submissions() -> None:
    """Paid calls to the provider.

    Example: continuity submissions list --state quarantined
    """


@submissions.command("list")
@click.option(
    "--state",
    help="Only those in this state, e.g. quarantined (a person decides) or unknown (being looked up).",
)
@calling
def list_submissions(terminal: Terminal, state: str | None) -> None:
    """All paid calls, oldest first.

    Example: continuity submissions list --state quarantined
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


@submissions.command("show")
@click.argument("submission")
@calling
def show_submission(terminal: Terminal, submission: str) -> None:
    """One paid call, with the digests of the provider's answers.

    Example: continuity submissions show submission_01jd…
    """
    terminal.show(terminal.client.submission(submission))


@submissions.command("resolve")
@click.argument("submission")
@click.argument("decision", type=click.Choice(_DECISIONS))
@click.option("--reason", required=True, help="Why; it is kept with the decision.")
@click.option("--evidence", default="", help="What it rests on: a ticket, a page of the console.")
@click.option("--task", help="The provider's task to adopt.")
@calling
def resolve_submission(
    terminal: Terminal, submission: str, *, decision: str, reason: str, evidence: str, task: str | None
) -> None:
    """Decide about a quarantined paid call: adopt a task, declare it absent (it is sent again), or abandon it.

    Example: continuity submissions resolve submission_01jd… adopt --task 8298368 --reason "seen in the console"
    """
    said: Any = decision.replace("-", "_")
    resolved = terminal.client.resolve_submission(
        submission, said, reason=reason, evidence=evidence, task_id=task
    )
    terminal.show(resolved)


COMMANDS: Final = (generations, approve, retry, submissions)
