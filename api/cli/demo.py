"""`continuity demo`: the whole story, on embedded defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import rich_click as click

from api.cli.terminal import console
from api.client import LocalFailure


@click.command()
@click.option("--keep", is_flag=True, help="Leave everything running and print the address and a key.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/demo"),
    show_default=True,
    help="A fresh folder is made in here.",
)
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Only draw its people and its café into this folder.",
)
@click.pass_obj
def demo(environment: dict[str, str], keep: bool, root: Path, pictures: Path | None) -> None:
    """Start service, worker and sandbox, register people and pictures, make five clips, show what they were made from.

    Example: continuity demo --keep
    """
    if pictures is not None:
        from api.demo.pictures import write_story_pictures

        pictures.mkdir(parents=True, exist_ok=True)
        for file in write_story_pictures(pictures).values():
            click.echo(str(file))
        return
    from api.demo.run import run_demo
    from api.demo.show import DemoFailed
    from api.demo.stage import StageFailed

    try:
        run_demo(console(), environment, root=root.absolute(), keep=keep)
    except (StageFailed, DemoFailed) as failed:
        raise LocalFailure("demo-failed", str(failed), f"the logs are in {root}") from None


COMMANDS: Final = (demo,)
