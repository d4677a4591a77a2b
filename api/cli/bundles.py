"""`continuity audit export | verify`: everything that an outsider needs to check clips, in one folder or ZIP."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import rich_click as click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from api.cli.receipts import JSON_OPTION, end, must_be_free
from api.cli.terminal import Terminal, calling


@click.command("export")
@click.argument("thing")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="A new folder, or a new file NAME.zip.",
)
@click.option("--media", is_flag=True, help="The clips and the pictures they were made from too, in full.")
@click.option("--no-pictures", is_flag=True, help="A report without pictures.")
@calling
def export(terminal: Terminal, thing: str, target: Path, *, media: bool, no_pictures: bool) -> None:
    """Write the audit bundle of a clip, a scene or a production: its README says how it is checked, verify.py does it.

    Needs a key with the role auditor. Names, prompts and pictures may show real people; that they were read is on record.

    Example: continuity audit export clip_01jd… --to clip.zip --media
    """
    from api.cli.bundling import write_bundle

    must_be_free(target, force=False)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=terminal.err, disable=not terminal.live, transient=True) as bar:
        task = bar.add_task("the bundle", total=None)

        def tell(what: str, done: int, total: int | None) -> None:
            bar.update(task, description=what, completed=done, total=total)

        write_bundle(terminal.client, thing, target, media=media, pictures=not no_pictures, tell=tell)
    terminal.answer({"about": thing, "file": str(target)}, lambda: str(target))


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--public-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the public keys of the checkpoints, as you have them from elsewhere.",
)
@JSON_OPTION
@click.pass_context
def verify_bundle(
    context: click.Context, /, bundle: Path, public_key: Path | None, *, wants_json: bool
) -> None:
    """Check an audit bundle, a folder or a ZIP, as its own verify.py does. Exit codes as of `receipts verify`.

    Example: continuity audit verify scene.zip --public-key studio.keys
    """
    from api.cli.bundling import unpacked
    from registry.proof.asking import check_bundle_folder

    context.meta["as_json"] = wants_json
    with TemporaryDirectory() as folder:
        end(check_bundle_folder(unpacked(bundle, Path(folder)), public_key), wants_json=wants_json)


BUNDLES: Final = (export, verify_bundle)
