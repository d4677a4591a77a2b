"""`continuity serve | worker | sandbox | migrate | backup`: the processes, and the upkeep of the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import rich_click as click

from api.cli import processes, together
from api.cli.rebuilding import rebuild
from api.cli.showing import fields
from api.cli.terminal import as_json, console

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="0 takes a free one."
)
@click.option("--port-file", type=_FILE, help="Where to write the port once requests are answered.")
@click.option("--with-worker", is_flag=True, help="A worker beside it.")
@click.option(
    "--with-sandbox", is_flag=True, help="A sandbox Kling beside it, and nothing goes to the real one."
)
@click.option(
    "--sandbox-port",
    type=click.IntRange(0, 65_535),
    help="0 takes a free one. Unless given: the one it had on this data before, at first a free one.",
)
@click.pass_obj
def serve(environment: dict[str, str], /, **flags: Any) -> None:
    """Serve the API. What it starts beside itself stops with it.

    Example: continuity serve --with-worker --with-sandbox
    """
    if flags["with_worker"] or flags["with_sandbox"]:
        together.run(together.Wanted(**flags), environment, console(stderr=True))
    else:
        processes.serve_api(environment, flags["host"], flags["port"], flags["port_file"])


@click.command()
@click.pass_obj
def worker(environment: dict[str, str]) -> None:
    """Carry generations to their ends until interrupted. Several may run; killed at any moment, the next one goes on.

    Example: continuity worker
    """
    processes.run_worker(environment)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8010, show_default=True, help="0 takes a free one."
)
@click.option("--port-file", type=_FILE, help="Where to write the port once requests are answered.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Keep tasks and films here.")
@click.option(
    "--no-end-frame-limit", is_flag=True, help="Take an end frame beside more than two pictures (R25)."
)
def sandbox(
    *, host: str, port: int, port_file: Path | None, data: Path | None, no_end_frame_limit: bool
) -> None:
    """A Kling that runs here: same contract, no money. More switches: python -m generation.sandbox --help.

    Example: continuity sandbox --port 8010
    """
    processes.run_sandbox(host, port, port_file=port_file, data=data, end_frame_limit=not no_end_frame_limit)


@click.command()
@click.option("--json", "wants_json", is_flag=True)
@click.pass_context
def migrate(context: click.Context, /, *, wants_json: bool) -> None:
    """Bring the database to the schema this version expects. Services do it when they start.

    Example: continuity migrate
    """
    context.meta["as_json"] = wants_json
    at = processes.migrate_database(context.obj)
    click.echo(as_json({"revision": at}) if wants_json else f"the database is at {at}")


@click.command()
@click.option("--database", type=_FILE, help="Copy the database to this file.")
@click.option("--keys", type=_FILE, help="Copy the data keys to this file; keep it apart, and shortly.")
@click.option("--json", "wants_json", is_flag=True)
@click.pass_context
def backup(context: click.Context, /, *, database: Path | None, keys: Path | None, wants_json: bool) -> None:
    """Copy SQLite files while they are in use. Blobs are copied after them: docs/how-to/backup.md says all of it.

    Example: continuity backup --database backups/continuity-2026-11-20.sqlite --keys /elsewhere/keys-2026-11-20.sqlite
    """
    context.meta["as_json"] = wants_json
    if database is None and keys is None:
        raise click.UsageError("say what to copy: --database FILE, --keys FILE, or both")
    done = processes.back_up(context.obj, database=database, keys=keys)
    said = {str(file): size for file, size in done.items()}
    if wants_json:
        click.echo(as_json({"bytes": said}))
    else:
        console().print(fields({file: f"{size} bytes" for file, size in said.items()}))


COMMANDS: Final = (serve, worker, sandbox, migrate, rebuild, backup)
