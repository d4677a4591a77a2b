"""Watching a process with strace, and reading from the trace what it did to one folder.

strace was chosen because it sees the very calls of the very build in use, with order and bytes: SQLite is linked into its Python
module, so nothing can be put under it there, and a preloaded library would need a compiler. Watching one's own children needs no
privilege, except where a container's rules forbid ptrace; then the run fails and says so.

The order is that in which calls came back, for promises that in which they began. Whatever else could change the folder and is
not understood here raises, so that nothing is left out silently. `-shm` files are: after a power cut nobody reads them, SQLite
makes them anew from the write-ahead log.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.crash.powercut.operations import (
    Made,
    Operation,
    Promise,
    Removed,
    Resized,
    Synced,
    Written,
    promise,
)
from tests.servers.sandbox import ROOT

UNDERSTOOD: Final = (
    *("open", "openat", "creat", "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir"),
    *("write", "pwrite64", "ftruncate", "fsync", "fdatasync"),
)
REFUSED: Final = (
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "truncate", "fallocate"),
    *("writev", "pwritev", "pwritev2", "sync", "syncfs", "sync_file_range", "msync", "copy_file_range"),
    *("sendfile", "splice", "mmap", "io_uring_setup"),
)
LONGEST: Final = 1 << 20
"""Bytes of one call that are written into the trace; a longer one raises."""
MISSING: Final = (
    "the power-cut simulation watches system calls with strace: install it (Debian: apt-get install strace)"
)
FORBIDDEN: Final = (
    "strace could not watch its own child: allow ptrace (in a container: --cap-add SYS_PTRACE). It said: "
)

_STRING: Final = r'"((?:\\x[0-9a-f]{2})*)"(?!\.\.\.)'
_PLACE: Final = r"(?:-?\d+|AT_FDCWD)(?:<((?:\\x[0-9a-f]{2})*)>)?(?:\(deleted\))?"
_CALL: Final = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)(?:<((?:\\x[0-9a-f]{2})*)>)?", re.DOTALL)
_NAMED: Final = re.compile(_STRING)
_AT: Final = re.compile(rf"{_PLACE}, {_STRING}")
_WRITE: Final = re.compile(rf"{_PLACE}, {_STRING}, \d+(?:, (\d+))?")
_SIZE: Final = re.compile(rf"{_PLACE}, (\d+)")
_FILE: Final = re.compile(_PLACE)
_PROMISE: Final = "".join(f"\\x{byte:02x}" for byte in b'{"promise"')


class NotUnderstood(AssertionError):
    """A call changed the folder in a way that the simulation knows nothing of."""


def watched(module: str, folder: Path, *arguments: str) -> list[Operation]:
    """Run a module of this folder, `python -m … FOLDER ARGUMENTS`, on an empty folder; everything it did there."""
    strace = shutil.which("strace")
    assert strace, MISSING
    with tempfile.NamedTemporaryFile("r", prefix="trace-") as trace:
        calls = ",".join(f"?{call}" for call in (*UNDERSTOOD, *REFUSED))
        flags = ["-f", "-y", "-xx", "-s", str(LONGEST), "-e", "signal=none", "--seccomp-bpf"]
        child = [sys.executable, "-m", f"tests.crash.powercut.{module}", str(folder), *arguments]
        done = subprocess.run(
            [strace, *flags, "-e", f"trace={calls}", "-o", trace.name, *child],
            cwd=ROOT,
            capture_output=True,
            timeout=600,
            check=False,
        )
        said = done.stderr.decode(errors="replace")[-2000:]
        assert b"ptrace" not in done.stderr.lower(), FORBIDDEN + said
        assert done.returncode == 0, said
        operations = Reader(folder.resolve()).read(trace)
    promises = sum(isinstance(operation, Promise) for operation in operations)
    assert promises == done.stdout.count(b"\n"), (
        f"{promises} promises are in the trace, not all that were made"
    )
    return operations


@dataclass
class Reader:
    """Turns lines of a trace into operations on `folder`."""

    folder: Path
    found: list[Operation] = field(default_factory=list)
    begun: dict[str, tuple[str, int]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def read(self, lines: Iterable[str]) -> list[Operation]:
        inside = "".join(f"\\x{byte:02x}" for byte in str(self.folder).encode())
        for process, call, began in self._whole(lines):
            if _PROMISE in call or inside in call or "io_uring" in call:
                self.found.extend(self._operations(process, call, began))
        return self.found

    def _whole(self, lines: Iterable[str]) -> Iterator[tuple[str, str, int]]:
        """(process, call, how many operations were over when it began); a promise comes as soon as it begins."""
        for line in lines:
            process, _, call = line.rstrip("\n").partition(" ")
            call = call.strip()
            if call.endswith("<unfinished ...>"):
                call = call.removesuffix("<unfinished ...>")
                if _PROMISE in call:
                    yield process, f"{call}) = {_length(call)}", len(self.found)
                else:
                    self.begun[process] = (call, len(self.found))
            elif call.startswith("<... "):
                first, began = self.begun.pop(process, ("", 0))
                if first:
                    yield process, first + call.partition(" resumed>")[2], began
            else:
                yield process, call, len(self.found)

    def _operations(self, process: str, call: str, began: int) -> Iterator[Operation]:
        match = _CALL.fullmatch(call.partition(" (Inv")[0]) or _CALL.match(call)
        if match is None:
            raise NotUnderstood(f"process {process}: {call[:300]}")
        name, rest, result, opened = match.groups()
        if int(result) < 0:
            return
        if name in ("open", "openat", "creat"):
            yield from self._opened(rest, name, _text(opened))
        elif name == "write" and _PROMISE in rest:
            yield promise(json.loads(_argument(_WRITE, rest)[1]))
        else:
            yield from self._changed(name, rest, int(result), began)

    def _opened(self, rest: str, name: str, path: str) -> Iterator[Operation]:
        if (inside := self._inside(path)) is None:
            return
        if (name == "creat" or "O_CREAT" in rest) and inside not in self.names:
            self.names.add(inside)
            yield Made(inside)
        if name == "creat" or "O_TRUNC" in rest:
            yield Resized(inside, 0)

    def _changed(self, name: str, rest: str, result: int, began: int) -> Iterator[Operation]:
        place = self._inside(_place(name, rest))
        if place is None:
            return
        if name in ("mkdir", "mkdirat"):
            yield Made(place, folder=True)
        elif name in ("unlink", "unlinkat", "rmdir"):
            self.names.discard(place)
            yield Removed(place)
        elif name in ("fsync", "fdatasync"):
            yield Synced(place, began)
        elif name == "ftruncate":
            yield Resized(place, int(_argument(_SIZE, rest)[1]))
        elif name == "pwrite64":
            _, data, offset = _argument(_WRITE, rest)
            assert len(data) >= result, f"a write of {result} bytes is not whole in the trace"
            yield Written(place, int(offset), data.encode("latin-1")[:result])
        elif not (name == "mmap" and "PROT_WRITE" not in rest):
            raise NotUnderstood(f"{name} of {place}")

    def _inside(self, path: str) -> str | None:
        """The path within the folder; None for what is outside, and for `-shm`."""
        named = Path(path)
        if path.endswith("-shm") or not named.is_relative_to(self.folder):
            return None
        return "" if named == self.folder else str(named.relative_to(self.folder))


def _place(name: str, rest: str) -> str:
    """The whole path a call is about."""
    if name in ("mkdir", "unlink", "rmdir"):
        return _argument(_NAMED, rest)[0]
    if name in ("mkdirat", "unlinkat"):
        folder, path = _argument(_AT, rest)[:2]
        return str(Path(folder) / path)
    if name == "mmap":
        return _text(re.findall(r"<((?:\\x[0-9a-f]{2})*)>", rest)[-1])
    return _argument(_FILE, rest)[0]


def _argument(pattern: re.Pattern[str], rest: str) -> list[str]:
    """The parts of a call's arguments, bytes as latin-1."""
    match = pattern.match(rest)
    if match is None:
        raise NotUnderstood(rest[:300])
    return [_text(part) if (part or "\\x").startswith("\\x") else part for part in match.groups()]


def _text(escaped: str | None) -> str:
    return bytes.fromhex((escaped or "").replace("\\x", "")).decode("latin-1")


def _length(call: str) -> int:
    return int(call.rstrip(" ,").rpartition(", ")[2])
