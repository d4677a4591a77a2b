"""What processes use, as /proc tells it: each child of ours with all processes that it started, and this process by itself."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROGRAMS: Final = {
    "serve": "service",
    "worker": "worker",
    "postgres": "database",
    "generation.sandbox": "sandbox",
    "ministack": "bucket",
}
"""What a program is called by a word of its command line."""
_SHARE_OF: Final = ("RssAnon:", "RssFile:")


@dataclass(frozen=True, slots=True)
class Use:
    """What a program holds now. `memory` is resident bytes without shared memory, which many processes would count each."""

    memory: int
    files: int
    threads: int
    processes: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: `seconds` since the load began, use by program, and the bytes of the write-ahead log on disk."""

    seconds: float
    programs: Mapping[str, Use]
    wal: int

    def line(self) -> str:
        """One line for people."""
        said = [f"{self.seconds:8.0f} s", f"wal {self.wal / 2**20:.1f} MiB"]
        for name, use in self.programs.items():
            said.append(
                f"{name} {use.memory / 2**20:.1f} MiB, {use.files} files, {use.threads} threads"
                + (f", {use.processes} processes" if use.processes > 1 else "")
            )
        return "; ".join(said)


def programs() -> dict[str, Use]:
    """What each program uses now; who has ended is not among them."""
    children = _children()
    found = {"load": _sum([os.getpid()])}
    for child in children[os.getpid()]:
        if (name := _name_of(child)) is not None:
            found[name] = _sum(_tree(child, children))
    return {name: use for name, use in sorted(found.items()) if use.processes}


def _children() -> Mapping[int, list[int]]:
    """Process ids by their parent's, without those that have ended and are not waited for yet."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # gone meanwhile
        if state != "Z":
            found[int(parent)].append(int(entry.name))
    return found


def _tree(process: int, children: Mapping[int, list[int]]) -> Iterator[int]:
    yield process
    for child in children.get(process, []):
        yield from _tree(child, children)


def _name_of(process: int) -> str | None:
    try:
        line = Path(f"/proc/{process}/cmdline").read_text(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next((_PROGRAMS[word] for word in (Path(part).name for part in line) if word in _PROGRAMS), None)


def _sum(processes: Iterator[int] | list[int]) -> Use:
    memory = files = threads = count = 0
    for process in processes:
        place = Path(f"/proc/{process}")
        try:
            opened = len(os.listdir(place / "fd"))
            status = (place / "status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        said = {words[0]: words[1] for words in map(str.split, status) if len(words) > 1}
        memory += 1024 * sum(int(said.get(name, 0)) for name in _SHARE_OF)
        threads += int(said["Threads:"])
        files, count = files + opened, count + 1
    return Use(memory, files, threads, count)
