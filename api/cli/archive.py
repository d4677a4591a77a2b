"""`continuity studio export | verify | import | reopen`: a whole studio in a folder, and from one installation to another.

These work on this machine's settings, like `rebuild`: whoever may read the database may take all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.cli import processes
from api.cli.showing import fields, text
from api.cli.terminal import as_json, console
from api.client import LocalFailure

if TYPE_CHECKING:
    from api.stores import Stores
    from registry.archive.house import House, Tell
    from registry.archive.layout import Contents

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_NEXT: Final = (
    "nothing is sent from it until every account was compared: continuity reconcile, then "
    'continuity reconcile --accept-restore --reason "…"'
)


def _passphrase(function: Callable[..., None]) -> Callable[..., None]:
    function = click.option(
        "--passphrase-file",
        type=_FILE,
        help="Where the passphrase of the key file stands, alone in the first line; asked for unless given.",
    )(function)
    return click.option("--json", "wants_json", is_flag=True)(function)


@click.group()
def studio() -> None:
    """A whole studio: opened, exported, checked, brought into another installation.

    Example: continuity studio export archive/ --keys studio.keys
    """


@studio.command("export")
@click.argument("folder", type=_FOLDER)
@click.option("--keys", "key_file", required=True, type=_FILE, help="Key file to write, outside the folder.")
@click.option("--studio", "wanted", help="Which studio, where there are several.")
@click.option("--move", is_flag=True, help="Close the studio here first: from then on it can only be read.")
@_passphrase
@click.pass_context
def export(context: click.Context, /, folder: Path, key_file: Path, **flags: Any) -> None:
    """Write a studio into a folder: events, pictures, clips, kept answers. Given again, it goes on where it was.

    The keys that open names and texts go into a file of their own, sealed under a passphrase. Keep the two apart.

    Example: continuity studio export archive/ --keys studio.keys --move
    """
    from registry.archive.exporting import Order, export_studio

    context.meta["as_json"] = flags["wants_json"]
    order = Order(folder, key_file, _said(flags["passphrase_file"], confirm=True), move=flags["move"])
    with processes.stores(context.obj) as stores, _bars() as tell, _disk():
        name = flags["wanted"] or _only_studio(stores)
        contents = export_studio(_house(stores, tell), name, order)
    _tell({"studio": name, **_summary(contents), "moved": order.move}, flags["wants_json"])


@studio.command("verify")
@click.argument("folder", type=_FOLDER)
@click.option("--keys", "key_file", type=_FILE, help="Its key file, to be opened and checked too.")
@_passphrase
@click.pass_context
def verify(context: click.Context, /, folder: Path, key_file: Path | None, **flags: Any) -> None:
    """Check an archive, without any database: every event, every blob, every file. What is not as it was exported is named.

    Example: continuity studio verify archive/
    """
    from registry.archive.layout import finished_contents
    from registry.archive.verifying import verify_archive, verify_keys

    context.meta["as_json"] = flags["wants_json"]
    with _bars() as tell, _disk():
        if key_file is not None:
            verify_keys(folder, key_file, _said(flags["passphrase_file"]))
        contents = verify_archive(folder, tell)
        manifest, _ = finished_contents(folder)
    checked = "opened" if key_file is not None else "not checked: name them with --keys"
    _tell({"studio": manifest.studio, **_summary(contents), "keys": checked}, flags["wants_json"])


@studio.command("import")
@click.argument("folder", type=_FOLDER)
@click.option("--keys", "key_file", required=True, type=_FILE, help="The key file of the archive.")
@_passphrase
@click.pass_context
def import_(context: click.Context, /, folder: Path, key_file: Path, **flags: Any) -> None:
    """Bring a studio into this installation, under the same ids. Checked whole before anything is written; given again, goes on.

    Example: continuity studio import archive/ --keys studio.keys
    """
    from registry.archive.importing import Source, import_studio

    context.meta["as_json"] = flags["wants_json"]
    source = Source(folder, key_file, _said(flags["passphrase_file"]))
    with processes.stores(context.obj) as stores, _bars() as tell, _disk():
        done = import_studio(_house(stores, tell), source)
    said = {"studio": done.studio, **_summary(done.contents), "new_events": done.events}
    _tell(said, flags["wants_json"])
    if not flags["wants_json"]:
        note = "it was here already, and nothing was changed" if done.again else _NEXT
        console(stderr=True).print(text(note, "bold"))


@studio.command("reopen")
@click.argument("name", metavar="STUDIO")
@click.option("--reason", required=True, help="Why the move is called off.")
@click.option("--json", "wants_json", is_flag=True)
@click.pass_context
def reopen(context: click.Context, name: str, *, reason: str, wants_json: bool) -> None:
    """Call a move off: the studio is worked on here again. First see that nobody works on it elsewhere.

    Example: continuity studio reopen studio_01jd… --reason "the new machine is not ready"
    """
    from registry.archive.closing import reopen_studio

    context.meta["as_json"] = wants_json
    with processes.stores(context.obj) as stores:
        reopen_studio(_house(stores), name, reason=reason)
    if wants_json:
        _tell({"studio": name}, wants_json)
        return
    console(stderr=True).print(text(f"{name} is open again; {_NEXT}", "bold"))


def _house(stores: Stores, tell: Tell | None = None) -> House:
    import secrets

    from api.bootstrap import checkpoints_of
    from registry.archive.house import House, tell_nobody
    from registry.events.envelope import Context

    context = Context(actor="operator")
    told = tell or tell_nobody
    held = checkpoints_of(stores)
    return House(stores.registry, stores.keys, stores.blobs, secrets.token_bytes, context, told, held)


def _only_studio(stores: Stores) -> str:
    from registry.views import access

    with stores.registry.reading() as connection:
        found = [card.id for card in access.studios(connection)]
    if len(found) != 1:
        names = ", ".join(found) or "none"
        raise LocalFailure("which-studio", f"there is not one studio here: {names}", "name it with --studio")
    return found[0]


def _said(file: Path | None, *, confirm: bool = False) -> str:
    """The passphrase. Raises LocalFailure."""
    if file is None:
        return str(
            click.prompt("Passphrase of the key file", hide_input=True, confirmation_prompt=confirm, err=True)
        )
    try:
        return (file.read_text("utf-8").splitlines() or [""])[0]
    except (OSError, UnicodeDecodeError) as unfit:
        hint = "name a text file that can be read"
        raise LocalFailure("bad-passphrase-file", f"{file} cannot be read: {unfit}", hint) from None


@contextmanager
def _bars() -> Iterator[Tell]:
    """A bar for events and one for blobs, on a terminal that somebody watches."""
    err = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        tasks = {part: bar.add_task(part, total=None) for part in ("events", "blobs")}
        yield lambda part, done, total: bar.update(tasks[part], completed=done, total=total)


@contextmanager
def _disk() -> Iterator[None]:
    """The archive's own disk in the words of the command line."""
    try:
        yield
    except OSError as failure:
        raise LocalFailure(
            "cannot-archive",
            f"{failure.filename or 'the archive'}: {failure.strerror}",
            "look at the disk, then give the command again: it goes on where it was",
        ) from None


def _summary(contents: Contents) -> dict[str, Any]:
    return {
        "name": contents.name,
        "events": contents.position,
        "digest": contents.digest,
        "blobs": contents.blobs.count,
        "bytes": contents.blobs.bytes,
        "answers": sum(part.count for part in contents.answers),
        "data_keys": contents.keys.streams,
        "destroyed_keys": contents.keys.destroyed,
        "api_keys": contents.keys.api_keys,
    }


def _tell(said: dict[str, Any], wants_json: bool) -> None:
    if wants_json:
        click.echo(as_json(said))
    else:
        console().print(fields(said))


COMMANDS: Final = (studio,)
