"""`continuity receipts`: what proves a clip to others, fetched, and checked without any service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from api.cli.showing import fields
from api.cli.terminal import Terminal, as_json, calling, console, leave
from api.client import LocalFailure

if TYPE_CHECKING:
    from registry.proof.held import Keyring

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_KEYS: Final = click.option(
    "--public-key",
    "public_keys",
    multiple=True,
    help="Public key of the checkpoints, or a file with one a line, as you have it from elsewhere (repeatable).",
)
JSON_OPTION: Final = click.option("--json", "wants_json", is_flag=True, help="JSON for programs.")


@click.group()
def receipts() -> None:
    """Small files that prove offline what the log says of a clip.

    Example: continuity receipts verify take-1.mp4.receipt.json --clip take-1.mp4 --public-key studio.keys
    """


@receipts.command("download")
@click.argument("clip")
@click.argument("file", required=False, type=_FILE)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@calling
def download_receipt(terminal: Terminal, clip: str, file: Path | None, force: bool) -> None:
    """Fetch a clip's receipt, as it is under the newest checkpoint. Downloads of clips bring theirs along.

    Example: continuity receipts download clip_01jd…
    """
    from api.client.proof import RECEIPT_ENDING

    target = file or Path(f"{clip}{RECEIPT_ENDING}".replace("/", "_"))
    must_be_free(target, force=force)
    written = terminal.client.download_receipt(clip, target)
    terminal.answer({"clip": clip, "file": str(written)}, lambda: str(written))


@receipts.command("verify")
@click.argument("receipt", type=_FILE)
@click.option(
    "--clip",
    "file",
    type=_FILE,
    help="The file that the receipt shall be of; without it the receipt alone is checked.",
)
@_KEYS
@JSON_OPTION
@click.pass_context
def verify_receipt(
    context: click.Context,
    /,
    receipt: Path,
    file: Path | None,
    public_keys: tuple[str, ...],
    *,
    wants_json: bool,
) -> None:
    """Check a receipt, and that a file is the clip it speaks of. Asks no service.

    Exit code 0: it holds; 1: it was changed, or the file is another; 2: that cannot be told.

    Example: continuity receipts verify take-1.mp4.receipt.json --clip take-1.mp4 --public-key studio.keys
    """
    from registry.proof.asking import check_receipt_file

    context.meta["as_json"] = wants_json
    end(check_receipt_file(receipt, file, _keyring(public_keys)), wants_json=wants_json)


def _keyring(said: Iterable[str]) -> Keyring:
    """Raises LocalFailure."""
    from registry.proof.held import Keyring
    from registry.proof.note import NoteInvalid

    try:
        return Keyring.read(said)
    except NoteInvalid as invalid:
        raise LocalFailure(
            "no-public-key", str(invalid), "name a key as it is published, or a file that holds one a line"
        ) from None


def end(answer: Mapping[str, Any], *, wants_json: bool) -> None:
    """Say what a check came to, and end in its exit code."""
    if wants_json:
        click.echo(as_json(answer))
    else:
        out = console()
        out.print(str(answer["verdict"]), style="bold green" if answer["exit"] == 0 else "bold red")
        if "why" in answer:
            out.print(str(answer["why"]))
        if "found" in answer:
            out.print(fields(answer["found"]))
    leave(int(answer["exit"]))


def must_be_free(target: Path, *, force: bool) -> None:
    """Raises LocalFailure."""
    if target.exists() and not force:
        raise LocalFailure("file-exists", f"{target} exists already", "choose another name")


COMMANDS: Final = (receipts,)
