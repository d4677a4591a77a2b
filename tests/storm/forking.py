"""Processes of a storm, which begin all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from typing import Any

from tests.servers.forking import processes


@contextmanager
def begun(*works: tuple[Callable[..., None], tuple[Any, ...]]) -> Iterator[list[ForkServerProcess]]:
    """A process for each work; whoever still runs at the end is killed."""
    context = processes()
    started = [context.Process(target=work, args=arguments, daemon=True) for work, arguments in works]
    for process in started:
        process.start()
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.join()


def in_threads(work: Callable[..., None], *calls: tuple[Any, ...]) -> None:
    """Make each call in a thread of its own, all at once. Raises what the first that failed raised."""
    with ThreadPoolExecutor(len(calls)) as threads:
        for done in as_completed([threads.submit(work, *arguments) for arguments in calls]):
            done.result()


def join_all(started: list[ForkServerProcess], *, seconds: float) -> None:
    """Wait until all ended well. Raises RuntimeError naming the first that did not."""
    for process in started:
        process.join(seconds)
        if process.exitcode != 0:
            raise RuntimeError(f"{process.name} ended with {process.exitcode} within {seconds:g} s")
