"""`continuity log`: checkpoints, proofs and keys of the log, as the service gives them; `--watch` holds it to what it signed
before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from api.cli.showing import fields, plain, table
from api.cli.terminal import FAILED, Terminal, calling, leave

if TYPE_CHECKING:
    from api.client.log import Which

_system = click.option(
    "--system", is_flag=True, help="Of the log above all studios, not of the studio's own."
)


def _which(*, system: bool) -> Which:
    return "system" if system else "studio"


@click.group()
def log() -> None:
    """The proof of the log: signed checkpoints, inclusion and consistency proofs, keys, and what is missing from the record.

    Example: continuity log checkpoint --watch seen.json
    """


@log.command()
@click.option(
    "--covering", type=click.IntRange(min=1), metavar="POSITION", help="One that covers this position."
)
@click.option("--size", type=click.IntRange(min=0), help="The one of so many events.")
@click.option(
    "--watch",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that remembers the last one seen: a log that does not go on from it is refused.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it into this file.")
@_system
@calling
def checkpoint(
    terminal: Terminal,
    covering: int | None,
    size: int | None,
    watch: Path | None,
    out: Path | None,
    *,
    system: bool,
) -> None:
    """The newest checkpoint, a signed note. Keep it somewhere else: it is what a rewritten log is found with.

    Example: continuity log checkpoint --out today.checkpoint
    """
    which = _which(system=system)
    if watch is None:
        note = terminal.client.checkpoint(log=which, covering=covering, size=size)
    else:
        note = _watched(terminal, watch, which, covering=covering, size=size)
    if out is not None:
        out.write_text(note, "utf-8")
    if terminal.as_json:
        terminal.line({"note": note})
    elif out is None:
        click.echo(note, nl=False)


def _watched(terminal: Terminal, file: Path, which: Which, *, covering: int | None, size: int | None) -> str:
    """The note that was held to what was seen before, and no other: a second answer might be. Raises LogNotHeld."""
    from api.client import LogWatch

    watch = LogWatch(terminal.client, file=file)
    watch.look(which, covering=covering)
    if size is None:
        return watch.seen(which)
    note = terminal.client.checkpoint(log=which, size=size)
    watch.compare(note, which)
    return note


@log.command("make")
@_system
@calling
def make(terminal: Terminal, *, system: bool) -> None:
    """Make a checkpoint of the log as it is now. Needs a key with the role auditor.

    Example: continuity log make
    """
    terminal.show(terminal.client.make_checkpoint(log=_which(system=system)))


@log.command("keys")
@_system
@calling
def keys_(terminal: Terminal, *, system: bool) -> None:
    """The public keys of the log's checkpoints, one a line; the last one signs now. Keep them beside the checkpoints.

    Example: continuity log keys > keys.txt
    """
    found = terminal.client.checkpoint_keys(log=_which(system=system)).items
    if terminal.as_json:
        terminal.line(list(found))
    else:
        for one in found:
            click.echo(one.key)


@log.command()
@click.argument("position", type=click.IntRange(min=1))
@click.option(
    "--size", type=click.IntRange(min=1), help="Under the checkpoint of so many events.  [the newest]"
)
@_system
@calling
def inclusion(terminal: Terminal, position: int, size: int | None, *, system: bool) -> None:
    """Prove that the event at a position is under a checkpoint.

    Example: continuity log inclusion 4711
    """
    terminal.show(terminal.client.prove_inclusion(position, size=size, log=_which(system=system)))


@log.command()
@click.argument("old", type=click.IntRange(min=0))
@click.argument("new", type=click.IntRange(min=0))
@_system
@calling
def consistency(terminal: Terminal, old: int, new: int, *, system: bool) -> None:
    """Prove that the log of NEW events begins with the one of OLD events.

    Example: continuity log consistency 4711 5000
    """
    terminal.show(terminal.client.prove_consistency(old, new, log=_which(system=system)))


@log.command()
@_system
@calling
def verify(terminal: Terminal, *, system: bool) -> None:
    """What the service finds in its own log; exit code 4 when it is not good. Needs a key with the role auditor.

    Who does not trust the service runs `continuity verify`.

    Example: continuity log verify
    """
    found = terminal.client.verify_log(log=_which(system=system))
    terminal.answer(found, lambda: fields(found, without=("findings",)))
    _tell(
        terminal,
        ("kind", "position", "what"),
        [(one.kind, one.position, one.message) for one in found.findings],
    )
    if found.verdict != "good":
        leave(FAILED)


@log.command()
@calling
def completeness(terminal: Terminal) -> None:
    """What the record ought to have and has not; exit code 4 when something is missing. Needs a key with the role auditor.

    Example: continuity log completeness
    """
    found = terminal.client.completeness()
    terminal.answer(found, lambda: fields(found, without=("missing",)))
    _tell(terminal, ("kind", "thing", "what"), [(one.kind, one.thing, one.message) for one in found.missing])
    if not found.complete:
        leave(FAILED)


def _tell(terminal: Terminal, heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows and not terminal.for_programs:
        terminal.out.print(table(heads, [tuple(plain(str(cell)) for cell in row) for row in rows]))


COMMANDS: Final = (log,)
