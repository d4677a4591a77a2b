"""Processes of a storm: forked from a server that has imported everything and opened nothing, so that they begin at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, Final

_LOADED: Final = ["tests.storm.writing", "tests.storm.reading", "tests.storm.racing", "tests.storm.repeating"]


def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


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
