"""`continuity verify` and `continuity checkpoints`: the log held against what was signed, and what signs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.cli import processes
from api.cli.terminal import as_json, client_of, console, leave

if TYPE_CHECKING:
    from registry.proof.checking import Asked
    from registry.proof.report import Report
    from registry.proof.verify import Tell

_PLACE: Final = click.Path(path_type=Path)
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


def _sources(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option(
            "--database", metavar="ADDRESS", help="A database: a file, sqlite:///…, or postgresql://…"
        ),
        click.option("--archive", type=_FOLDER, help="The folder of an exported studio."),
        click.option("--service", is_flag=True, help="A live service, asked under --url and --key."),
        click.option("--url", help="Its address.  [CONTINUITY_URL; http://127.0.0.1:8000]"),
        click.option("--key", help="A key that opens it.  [CONTINUITY_KEY]"),
    ):
        function = option(function)
    return function


@click.command()
@_sources
@click.option(
    "--checkpoint-file", type=_PLACE, multiple=True, help="A checkpoint that you hold. May be repeated."
)
@click.option("--checkpoints", type=_FOLDER, multiple=True, help="A folder of checkpoints. May be repeated.")
@click.option("--public-key", multiple=True, help="A public key, or a file of keys. May be repeated.")
@click.option(
    "--log", "logs", multiple=True, help="A log that must be proven.  [those that the checkpoints speak of]"
)
@click.option("--json", "wants_json", is_flag=True, help="The report as one JSON document.")
@click.pass_context
def verify(context: click.Context, /, **flags: Any) -> None:
    """Hold a log against checkpoints that were kept elsewhere: every event hashed again, every root compared.

    Exit code 0: it is the log that was signed. 1: it is not, and the lines say what and where. 2: nobody can tell, and why.

    Without a source it is this installation's database, with the checkpoints and keys of its settings: that shows damage, and no
    intruder who has both. `python -m registry.proof` is the same without anything of the service.

    Example: continuity verify --database continuity.sqlite --checkpoint-file today.checkpoint --public-key keys.txt
    """
    from registry.proof.checking import Asked, Unusable

    context.meta["as_json"] = flags["wants_json"]
    places = (*flags["checkpoint_file"], *flags["checkpoints"])
    asked = Asked(flags["database"], flags["archive"], places, flags["public_key"], flags["logs"])
    given = [bool(asked.database), asked.archive is not None, flags["service"]]
    if sum(given) > 1:
        raise click.UsageError("name one source: --database, --archive or --service")
    try:
        with _bar() as tell:
            report = _checked(context, flags, asked, tell, own=not any(given))
    except Unusable as unusable:
        said = {"verdict": "cannot tell", "exit_code": 2, "doubts": [str(unusable)], "logs": []}
        click.echo(as_json(said) if flags["wants_json"] else f"verdict: cannot tell\n  {unusable}")
        leave(2)
    click.echo(as_json(report.told()) if flags["wants_json"] else "\n".join(report.lines()))
    leave(report.exit_code)


def _checked(context: click.Context, flags: dict[str, Any], asked: Asked, tell: Tell, *, own: bool) -> Report:
    """Raises Unusable."""
    from registry.proof.checking import Asked, Unusable, check
    from registry.proof.sources.source import SourceUnusable

    if flags["service"]:
        from api.cli.served_log import ServedLog

        client = client_of({name: flags[name] for name in ("url", "key")} | {"profile": None}, context.obj)
        with closing(client):
            try:
                source = ServedLog(client)
            except SourceUnusable as refused:
                raise Unusable(str(refused)) from None
            return check(asked, source=source, tell=tell)
    if own:
        address, notes, keys = processes.own_log(context.obj)
        given = Asked(address, None, asked.places, asked.keys or keys, asked.logs)
        return check(given, more=() if asked.places else notes, tell=tell)
    return check(asked, tell=tell)


@contextmanager
def _bar() -> Iterator[Tell]:
    """On a terminal that somebody watches."""
    err = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task("events", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


@click.group()
def checkpoints() -> None:
    """Checkpoints of this installation's logs, made here and signed with its key file.

    Example: continuity checkpoints make
    """


@checkpoints.command("make")
@click.option("--json", "wants_json", is_flag=True)
@click.pass_context
def make_all(context: click.Context, *, wants_json: bool) -> None:
    """Make a checkpoint of every log as it is now, and keep it where the settings say.

    Example: continuity checkpoints make
    """
    context.meta["as_json"] = wants_json
    made = processes.make_checkpoints(context.obj)
    if wants_json:
        click.echo(as_json([{"log": log, "size": size} for log, size in made]))
        return
    for log, size in made:
        click.echo(f"{log}: {size} events")


@checkpoints.command()
@click.option("--reason", help="Why the key changes.")
@click.option("--end-overlap", is_flag=True, help="Let the older keys sign no more.")
@click.option("--lost", is_flag=True, help="The key that signs now is not to be had any more.")
@click.option("--json", "wants_json", is_flag=True)
@click.pass_context
def rotate(
    context: click.Context, reason: str | None, *, end_overlap: bool, lost: bool, wants_json: bool
) -> None:
    """Sign with a new key from now on: the change is an event of the system log, and the old key signs along until --end-overlap.

    Example: continuity checkpoints rotate --reason "the yearly change"
    """
    if (reason is None) != end_overlap:
        raise click.UsageError("say --reason for a new key, or --end-overlap to end the old one")
    context.meta["as_json"] = wants_json
    public = (
        processes.rotate_checkpoint_key(context.obj, reason, lost=lost)
        if reason is not None
        else processes.end_key_overlap(context.obj)
    )
    click.echo(as_json({"public": public}) if wants_json else public)


COMMANDS: Final = (verify, checkpoints)
