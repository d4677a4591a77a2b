"""How far bytes came that go up or down, drawn for whoever watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.client.transfer import OnBytes


@contextmanager
def bytes_bar(terminal: Terminal, what: str) -> Iterator[OnBytes]:
    """Give what a transfer is told with; the bar is there from the first bytes on, and gone afterwards."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=terminal.err, disable=not terminal.live, transient=True) as bar:
        task = bar.add_task(what, total=None, visible=False)

        def tell(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield tell
