"""`continuity webhooks`: who is told of what happens, how each fares, and what could not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from api.cli.showing import moment, text
from api.cli.terminal import Terminal, calling, leave
from api.webhooks import LONGEST_OVERLAP

if TYPE_CHECKING:
    from api.webhooks import IssuedWebhook, WebhookAnswer
    from registry.views.deliveries import DeadLetterCard

_TYPE: Final = click.option(
    "--type", "types", multiple=True, help="Event type to tell, such as ClipRecorded; may be repeated."
)


@click.group()
def webhooks() -> None:
    """Addresses that are told of what happens. Changes need a key with the role admin.

    Example: continuity webhooks add https://hooks.example.com/continuity --holder "edit suite 2"
    """


@webhooks.command("list")
@calling
def list_(terminal: Terminal) -> None:
    """Every webhook, and how it fares.

    Example: continuity webhooks list
    """
    columns = ("id", "url", "types", "holder", "state", "behind", "delivered", "problem", "dead letters")
    terminal.listing(terminal.client.webhooks(), columns, _row)


@webhooks.command()
@click.argument("webhook")
@calling
def show(terminal: Terminal, webhook: str) -> None:
    """One webhook: its target, its position, its last problem.

    Example: continuity webhooks show webhook_01jd…
    """
    terminal.show(terminal.client.webhook(webhook))


@webhooks.command()
@click.argument("target", metavar="URL")
@click.option("--holder", required=True, help="The person or program that receives.")
@_TYPE
@click.option("--description", default="", help="What it is for.")
@click.option("--after", type=click.IntRange(min=0), help="Begin behind this position.  [now]")
@calling
def add(
    terminal: Terminal,
    target: str,
    *,
    holder: str,
    types: tuple[str, ...],
    description: str,
    after: int | None,
) -> None:
    """Tell an address of what happens; its signing secret is shown once. Without --type it is told of everything.

    Example: continuity webhooks add https://hooks.example.com/continuity --holder "edit suite 2" --type ClipRecorded
    """
    _hand_over(
        terminal,
        terminal.client.add_webhook(target, holder, types=types, description=description, after=after),
    )


@webhooks.command()
@click.argument("webhook")
@click.option("--target", help="Another address.")
@_TYPE
@click.option("--every-type", is_flag=True, help="Tell everything.")
@click.option("--holder", help="Who receives now.")
@click.option("--description", help="What it is for.")
@calling
def change(
    terminal: Terminal, webhook: str, *, types: tuple[str, ...], every_type: bool, **said: Any
) -> None:
    """Another target, other event types, other words; what is left out stays.

    Example: continuity webhooks change webhook_01jd… --type ClipRecorded --type GenerationEnded
    """
    if types and every_type:
        raise click.UsageError("--type names some types and --every-type all of them: give one of the two")
    wanted = () if every_type else types or None
    changed = {"holder": said["holder"], "description": said["description"]}
    terminal.show(terminal.client.change_webhook(webhook, url=said["target"], types=wanted, **changed))


@webhooks.command()
@click.argument("webhook")
@click.option(
    "--overlap",
    type=click.IntRange(min=0, max=LONGEST_OVERLAP),
    default=86_400,
    show_default=True,
    help="Seconds for which the secret before signs too.",
)
@calling
def rotate(terminal: Terminal, webhook: str, overlap: int) -> None:
    """Sign with a new secret; it is shown once.

    Example: continuity webhooks rotate webhook_01jd… --overlap 3600
    """
    _hand_over(terminal, terminal.client.rotate_webhook(webhook, overlap_seconds=overlap))


@webhooks.command()
@click.argument("webhook")
@click.option("--reason", required=True, help="Why.")
@calling
def pause(terminal: Terminal, webhook: str, reason: str) -> None:
    """Tell nothing for now; what happens meanwhile waits.

    Example: continuity webhooks pause webhook_01jd… --reason "the receiver is being moved"
    """
    terminal.show(terminal.client.pause_webhook(webhook, reason))


@webhooks.command()
@click.argument("webhook")
@calling
def resume(terminal: Terminal, webhook: str) -> None:
    """Go on where it was.

    Example: continuity webhooks resume webhook_01jd…
    """
    terminal.show(terminal.client.resume_webhook(webhook))


@webhooks.command()
@click.argument("webhook")
@calling
def test(terminal: Terminal, webhook: str) -> None:
    """Send a test event now and show what the receiver said. Exit code 1 when it did not take it.

    Example: continuity webhooks test webhook_01jd…
    """
    tried = terminal.client.test_webhook(webhook)
    terminal.show(tried)
    if not tried.delivered:
        leave(1)


@webhooks.command()
@click.argument("webhook")
@click.option("--after", type=click.IntRange(min=0), required=True, help="The position it begins behind.")
@calling
def replay(terminal: Terminal, webhook: str, after: int) -> None:
    """Tell everything after a position again, each event under the id it had.

    Example: continuity webhooks replay webhook_01jd… --after 1200
    """
    terminal.show(terminal.client.replay_webhook(webhook, after))


@webhooks.command("dead-letters")
@click.argument("webhook")
@calling
def dead_letters(terminal: Terminal, webhook: str) -> None:
    """Events that were refused so often that they are not tried any more.

    Example: continuity webhooks dead-letters webhook_01jd…
    """
    columns = ("position", "type", "stream", "attempts", "problem", "given up", "asked for again")
    terminal.listing(terminal.client.dead_letters(webhook), columns, _letter)


@webhooks.command()
@click.argument("webhook")
@click.option("--position", "positions", type=int, multiple=True, help="Which; may be repeated.  [all]")
@calling
def redeliver(terminal: Terminal, webhook: str, positions: tuple[int, ...]) -> None:
    """Try dead letters again, once each.

    Example: continuity webhooks redeliver webhook_01jd… --position 1207
    """
    terminal.show(terminal.client.redeliver(webhook, positions or None))


@webhooks.command()
@click.argument("webhook")
@calling
def remove(terminal: Terminal, webhook: str) -> None:
    """Tell nothing any more, for good.

    Example: continuity webhooks remove webhook_01jd…
    """
    terminal.show(terminal.client.remove_webhook(webhook))


def _hand_over(terminal: Terminal, issued: IssuedWebhook) -> None:
    """The secret alone on standard output, so that it can go straight to where it is kept."""
    if terminal.as_json:
        terminal.line(issued)
        return
    terminal.out.print(text(issued.secret or ""), soft_wrap=True)
    terminal.err.print(text(f"signs what {issued.id} tells {issued.url}; it is not shown again", "dim"))


def _row(one: WebhookAnswer) -> tuple[object, ...]:
    fares = one.health
    state = f"paused: {one.reason}" if one.paused else "active"
    behind, since = fares.behind_events, moment(fares.delivered_at)
    return (one.id, one.url, one.types, one.holder, state, behind, since, fares.problem, fares.dead_letters)


def _letter(one: DeadLetterCard) -> tuple[object, ...]:
    times = moment(one.died_at), moment(one.asked_at)
    return (one.position, one.type, one.stream, one.attempts, one.problem, *times)


COMMANDS: Final = (webhooks,)
