"""`continuity import`: characters, scenes and shots out of a production tracker's export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, get_args

import rich_click as click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from api.cli.showing import plain
from api.cli.terminal import FAILED, Terminal, calling, leave
from api.client import LocalFailure
from api.integrations import ayon, kitsu
from api.integrations.bringing import Brought, Report, bring
from api.integrations.story import DEPICTS, Story, Wanted
from registry.events.references import CharacterKind, Depicts

_STYLES: Final = {"made": "green", "would be made": "yellow", "there already": "cyan"}
_OPTIONS: Final = (
    click.option("--production", help="Into this production; the one of the project's name unless given."),
    click.option("--project", help="The project's name, where the export does not say it."),
    click.option(
        "--depicts",
        type=click.Choice(DEPICTS),
        help="Who is behind people of whom the export does not say it: nobody is presumed fictional.",
    ),
    click.option(
        "--type",
        "types",
        multiple=True,
        metavar="TYPE=KIND",
        help="A type of the tracker that is a character here, and of which kind; may be repeated.  [Characters=person]",
    ),
    click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing."),
)


def _importing(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group("import")
def importing() -> None:
    """Bring in what a production tracker knows: characters, scenes, shots, casts. Repeated, it changes nothing.

    Example: continuity import kitsu assets.csv shots.csv casting.csv --depicts fictional --dry-run
    """


@importing.command("kitsu")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@_importing
@calling
def from_kitsu(terminal: Terminal, files: tuple[Path, ...], **said: Any) -> None:
    """Bring in Kitsu's CSV exports: assets, shots, and the casting of shots, together or by themselves.

    Exit code 4 when something was not understood: it is all named, and nothing is made.

    Example: continuity import kitsu kitsu_late_trains_assets.csv kitsu_late_trains_shots.csv --depicts fictional
    """
    contents = {str(file): _content(file) for file in files}
    _bring(terminal, kitsu.read(contents, _wanted(said)), said)


@importing.command("ayon")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_importing
@calling
def from_ayon(terminal: Terminal, file: Path, **said: Any) -> None:
    """Bring in AYON's folders as JSON: what `GET /api/projects/NAME/folders?attrib=true` answers, or `ayon_api.get_folders`.

    Exit code 4 when something was not understood: it is all named, and nothing is made.

    Example: continuity import ayon folders.json --project "Late Trains" --depicts fictional --dry-run
    """
    _bring(terminal, ayon.read(str(file), _content(file), _wanted(said)), said)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as failed:
        message = f"{file} cannot be read: {failed.strerror or failed}"
        raise LocalFailure("cannot-read", message, "name the file of an export") from None


def _wanted(said: dict[str, Any]) -> Wanted:
    depicts: Depicts | None = said["depicts"]
    if not said["types"]:
        return Wanted(depicts=depicts, project=said["project"])
    types = dict(_type(one) for one in said["types"])
    return Wanted(types=types, depicts=depicts, project=said["project"])


def _type(said: str) -> tuple[str, CharacterKind]:
    name, _, kind = said.partition("=")
    for known in get_args(CharacterKind):
        if known == (kind or "person") and name:
            return name.casefold(), known
    kinds = ", ".join(get_args(CharacterKind))
    raise click.BadParameter(f"{said!r} is no TYPE=KIND; kinds are {kinds}", param_hint="--type")


def _bring(terminal: Terminal, story: Story, said: dict[str, Any]) -> None:
    things = 1 + len(story.people) + sum(1 + len(one.shots) + len(one.cast) for one in story.scenes)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=terminal.err, disable=not terminal.live, transient=True) as bar:
        task = bar.add_task("importing", total=things)

        def done(one: Brought) -> None:
            bar.update(task, advance=1, description=plain(one.name))

        report = bring(
            terminal.client, story, production=said["production"], dry_run=said["dry_run"], on_done=done
        )
    if terminal.as_json:
        terminal.line(report)
    else:
        for line in _lines(report):
            terminal.out.print(line)
    if report.problems:
        leave(FAILED)


def _lines(report: Report) -> Iterable[Text]:
    for one in report.brought:
        line = Text.assemble(
            (f"{one.verdict:<14}", _STYLES[one.verdict]), f"  {one.what:<10}  {plain(one.name)}"
        )
        line.append(f"  {plain(one.id)}" if one.id else "", "dim")
        line.append(f"  {plain(one.remark)}" if one.remark else "", "yellow")
        yield line
    for told in report.left_out:
        yield Text.assemble(("left out      ", "dim"), f"  {plain(told.place)}: {plain(told.message)}")
    for told in report.problems:
        yield Text.assemble(("not understood", "bold red"), f"  {plain(told.place)}: {plain(told.message)}")
    counts = {verdict: sum(one.verdict == verdict for one in report.brought) for verdict in _STYLES}
    said = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    said += [f"{len(report.left_out)} left out"] if report.left_out else []
    said += [f"{len(report.problems)} not understood, so nothing was made"] if report.problems else []
    yield Text(", ".join(said) or "nothing to import", "bold")


COMMANDS: Final = (importing,)
