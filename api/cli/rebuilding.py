"""`continuity rebuild`: the views made anew from the log, compared with the live ones, and put right for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from api.cli import processes
from api.cli.showing import fields, table
from api.cli.terminal import as_json, console, leave

if TYPE_CHECKING:
    from registry.log.rebuild.rebuild import Progress as Told
    from registry.log.rebuild.rebuild import Rebuilt

_LEFT_AS_THEY_ARE: Final = 1


@click.command()
@click.option("--replace", is_flag=True, help="Replace live rows that differ with those that the log gives.")
@click.option("--reason", help="Why, for the record; with --replace.")
@click.option("--json", "wants_json", is_flag=True)
@click.pass_obj
def rebuild(environment: dict[str, str], *, replace: bool, reason: str | None, wants_json: bool) -> None:
    """Make every view anew from the log, beside the live ones, and compare them row by row.

    What came of it goes on record. What differs is left as it is, and the exit code is 1, unless it is to be replaced. Serving
    and writing go on meanwhile; a rebuild that was interrupted goes on where it stood.

    Example: continuity rebuild --replace --reason "a row was edited by hand"
    """
    if replace != (reason is not None):
        raise click.UsageError("--replace and --reason belong together: what is replaced is put on record")
    with _progress() as told:
        rebuilt = processes.rebuild_views(environment, told, replace=reason)
    if wants_json:
        click.echo(as_json(_said(rebuilt)))
    else:
        _draw(rebuilt)
    if rebuilt.different and not rebuilt.replaced:
        leave(_LEFT_AS_THEY_ARE)


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar that counts events, and then one that counts rows."""
    err = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.update(tasks[what], completed=done, total=total)

        yield told


def _said(rebuilt: Rebuilt) -> dict[str, Any]:
    return {
        "id": rebuilt.id,
        "events": rebuilt.events,
        "positions": dict(rebuilt.positions),
        "different": rebuilt.different,
        "replaced": rebuilt.replaced,
        "tables": [asdict(one) for one in rebuilt.tables],
    }


def _draw(rebuilt: Rebuilt) -> None:
    out = console()
    differing = [one for one in rebuilt.tables if not one.equal]
    if differing:
        columns = ("view", "rows", "missing", "extra", "changed", "the first of them")
        rows = (
            (one.table, one.rows, one.missing, one.extra, one.changed, "\n".join(one.keys))
            for one in differing
        )
        out.print(table(columns, rows))
    said = {
        "events": rebuilt.events,
        "views": len(rebuilt.tables),
        "rows": sum(one.rows for one in rebuilt.tables),
        "different": ", ".join(rebuilt.different) or "nothing",
        "replaced": rebuilt.replaced,
        "on record as": rebuilt.id,
    }
    out.print(fields(said))
