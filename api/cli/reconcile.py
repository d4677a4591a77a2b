"""`continuity reconcile`: what the provider has and has charged, against the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.showing import moment, table, text
from api.cli.terminal import Terminal, calling, leave
from generation.comparing import FOR_A_PERSON

if TYPE_CHECKING:
    from registry.events.account import ReconciliationFinding
    from registry.views.reconciliations import ReconciliationCard

LOOK_AT_IT: Final = 1
_DAY: Final = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.command()
@click.option("--account", help="Only this account; all of them unless given.")
@click.option("--from", "since", type=_DAY, help="Tasks created from then on (UTC).  [30 days ago]")
@click.option("--to", "until", type=_DAY, help="Tasks created before then (UTC).  [now]")
@click.option(
    "--accept-restore",
    "accepting",
    is_flag=True,
    help="Compare nothing: send again from a restored database.",
)
@click.option("--reason", help="Why it may be sent again; goes with --accept-restore.")
@click.option(
    "--without", multiple=True, help="An account that cannot be compared any more; may be repeated."
)
@calling
def reconcile(
    terminal: Terminal,
    account: str | None,
    since: datetime | None,
    until: datetime | None,
    **restore: Any,
) -> None:
    """Compare accounts with the provider's task lists and deductions; what differs is recorded and shown.

    Exits with 1 when something was found that a person must see, or when not everything could be read.

    After a restore of the database nothing is sent until an approver says so with --accept-restore.

    Example: continuity reconcile --account account_01jd… --from 2026-11-01
    """
    if any(restore.values()):
        if any((account, since, until)):
            raise click.UsageError("--accept-restore compares nothing: drop --account, --from and --to")
        _accept(terminal, **restore)
        return
    wanted = [account] if account is not None else [card.id for card in terminal.client.accounts()]
    window = {"since": _microseconds(since), "until": _microseconds(until)}
    reports = [terminal.client.reconcile(one, **window) for one in wanted]
    terminal.answer(reports, lambda: Group(*map(drawn, reports)))
    if any(not report.complete or FOR_A_PERSON & report.counts.keys() for report in reports):
        leave(LOOK_AT_IT)


def _accept(terminal: Terminal, *, accepting: bool, reason: str | None, without: tuple[str, ...]) -> None:
    if not accepting or reason is None:
        raise click.UsageError("--accept-restore and --reason come together, --without goes with them")
    terminal.show(terminal.client.accept_restore(reason, without=without))


def drawn(report: ReconciliationCard) -> RenderableType:
    """One account's report for a person."""
    units = report.units
    parts: list[RenderableType] = [
        text(f"{report.account}  {moment(report.since)} – {moment(report.until)}", "bold"),
        text(f"tasks: {report.tasks} at Kling, {report.submissions} of them ours"),
        text(
            f"units: Kling {units.theirs}; the log {units.ours}, still followed {units.open}, "
            f"made elsewhere {units.foreign}, orphans {units.orphans}, unexplained {units.gap}"
        ),
    ]
    if report.packs_used is not None:
        parts.append(
            text(f"the packs hold {report.packs_used} units less than at the last run (up to 12 h late)")
        )
    parts += [text(f"not read: {one}", "bold red") for one in report.unread]
    if report.findings:
        parts.append(
            table(("kind", "task", "submission", "Kling", "the log", "what"), map(_row, report.findings))
        )
    if report.omitted:
        parts.append(text(f"and {report.omitted} more"))
    return Group(*parts, Text(""))


def _row(finding: ReconciliationFinding) -> tuple[object, ...]:
    style = "bold red" if finding.kind in FOR_A_PERSON else ""
    known = " (known)" if finding.known else ""
    return (
        text(finding.kind, style),
        finding.task_id,
        finding.submission,
        finding.theirs,
        finding.ours,
        finding.words + known,
    )


def _microseconds(day: datetime | None) -> int | None:
    return None if day is None else int(day.replace(tzinfo=UTC).timestamp()) * 1_000_000


@click.group()
def reconciliations() -> None:
    """Comparisons with the provider that were made before.

    Example: continuity reconciliations list
    """


@reconciliations.command("list")
@click.option("--account", help="Only those of this account.")
@calling
def list_reconciliations(terminal: Terminal, account: str | None) -> None:
    """All comparisons, oldest first.

    Example: continuity reconciliations list --account account_01jd…
    """
    terminal.listing(
        terminal.client.reconciliations(account=account),
        ("id", "account", "from", "to", "complete", "found"),
        lambda card: (
            card.id,
            card.account,
            moment(card.since),
            moment(card.until),
            card.complete,
            ", ".join(f"{kind}: {count}" for kind, count in card.counts.items()),
        ),
    )


@reconciliations.command("show")
@click.argument("reconciliation")
@calling
def show_reconciliation(terminal: Terminal, reconciliation: str) -> None:
    """One comparison in full.

    Example: continuity reconciliations show reconciliation_01jd…
    """
    card = terminal.client.reconciliation(reconciliation)
    terminal.answer(card, lambda: drawn(card))


COMMANDS: Final = (reconcile, reconciliations)
