"""`continuity doctor`: is everything as it should be, and if not, what to do."""

from __future__ import annotations

from typing import Final

import rich_click as click

from api.cli.showing import table, text
from api.cli.terminal import as_json, console, leave

_STYLES: Final = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@click.option("--json", "wants_json", is_flag=True)
@click.pass_obj
def doctor(environment: dict[str, str], wants_json: bool) -> None:
    """Check this installation, with the settings that a service here would have: folders, keys, database, bucket, Kling, clocks,
    marks, workers. Nothing is migrated, made or paid for. Exit code 1 when something fails.

    Example: continuity doctor
    """
    from api.checkup import check_up
    from api.logs import configure_logging

    configure_logging()  # what is alarming is a line too: on standard error, beside the findings
    found = list(check_up(environment))
    if wants_json:
        click.echo(as_json([finding._asdict() for finding in found]))
    else:
        rows = [(text(one.status, _STYLES[one.status]), one.check, one.message, one.hint) for one in found]
        console().print(table(("", "check", "found", "what to do"), rows))
    if any(finding.status == "fail" for finding in found):
        leave(1)


COMMANDS: Final = (doctor,)
