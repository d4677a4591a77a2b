"""Decoding strangers' files in child processes that may not take much with them when they fail.

A child has no environment, no input, no output, a cap on memory, processor time and file size, and two open files
per job: the one to read and the one to write. Children are kept between jobs, as starting one costs 0.2 s, and
replaced when they die. They end by themselves when this process ends, because their socket closes.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from registry.errors import BlobError, BlobStoreDown

_PACKAGES = str(Path(__file__).parents[2])
# Isolated mode ignores environment, user site and working directory; our own packages are added last.
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); from registry.blobs.confinement import main; main(sys.argv)"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use: seconds of the processor, seconds by the clock, address space in bytes."""

    seconds: int = 30
    wait: float = 45
    memory: int = 1536 * 1024**2


class DecodingError(Exception):
    """The child refused the file or died over it; the message is for people. Stays inside this package.

    `too_large`: it would take more pixels, memory or time than one file may.
    """

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


class _Child:
    """One process and our end of its socket."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [_PACKAGES, str(theirs.fileno()), str(limits.seconds), str(limits.memory)]
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                    [sys.executable, "-I", "-c", _PROGRAM, *arguments],
                    pass_fds=(theirs.fileno(),),
                    env={},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                ours.close()
                raise BlobError(
                    f"no decoder could be started: {error.strerror}", hint="look at memory and process limits"
                ) from error
        ours.settimeout(limits.wait)
        self._socket = ours

    def ask(self, job: str, files: list[int], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The child's answer. `TimeoutError` when it is silent, `ConnectionError` when it is dead."""
        socket.send_fds(self._socket, [json.dumps([job, arguments]).encode() + b"\n"], files)
        answer = b""
        while not answer.endswith(b"\n"):
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionResetError
            answer += piece
        found: dict[str, Any] = json.loads(answer)
        return found

    def end(self) -> int:
        """Stop it now; answers how it ended: negative for a signal, as `subprocess` has it."""
        self._socket.close()
        if self._process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.2)
        self._process.kill()
        return self._process.wait()


class Confined:
    """A small pool of children. Threads may share it; callers beyond its size wait for a free child."""

    def __init__(self, *, size: int = 2, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._places = threading.BoundedSemaphore(size)
        self._idle: list[_Child] = []
        self._owner = os.getpid()
        atexit.register(self.close)

    def run(
        self, job: str, file: BinaryIO | Path, *, into: BinaryIO | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Do a job on a file from its beginning, wherever its own position is.

        `DecodingError` when the file is refused or killed two children. `BlobStoreDown` when `into` has no room.
        """
        with _descriptor(file) as source, self._places:
            files = [source] if into is None else [source, into.fileno()]
            try:
                answer = self._attempt(job, files, arguments)
            except ConnectionError:
                # It may have died before, or of something else than this file: once more, with a fresh one.
                if into is not None:
                    os.ftruncate(into.fileno(), 0)
                    os.lseek(into.fileno(), 0, os.SEEK_SET)
                answer = self._attempt(job, files, arguments, fresh=True)
        if "full" in answer:
            raise BlobStoreDown(
                f"no room for a temporary file: {answer['full']}", hint="free space in the temporary folder"
            )
        if "refused" in answer:
            raise DecodingError(answer["refused"], too_large=answer.get("too_large") is True)
        return answer

    def close(self) -> None:
        """End the children; a later job starts new ones."""
        while self._idle:
            self._idle.pop().end()

    def _attempt(
        self, job: str, files: list[int], arguments: Mapping[str, Any], *, fresh: bool = False
    ) -> dict[str, Any]:
        child = self._take(fresh=fresh)
        try:
            answer = child.ask(job, files, arguments)
        except TimeoutError:
            child.end()
            return {
                "refused": f"decoding took longer than {self._limits.wait} seconds",
                "too_large": True,
            }
        except (OSError, ValueError) as error:
            died = child.end()
            if died == -signal.SIGXCPU:
                why = f"decoding took more than {self._limits.seconds} seconds of the processor"
                return {"refused": why, "too_large": True}
            if fresh:
                return {"refused": f"it ends the decoder (exit {died})"}
            raise ConnectionResetError from error
        except BaseException:
            child.end()
            raise
        self._idle.append(child)
        return answer

    def _take(self, *, fresh: bool) -> _Child:
        if self._owner != os.getpid():
            # After a fork the children answer our parent; closing our copies of their sockets is all we may do.
            self._idle, self._owner = [], os.getpid()
        with suppress(IndexError):
            while not fresh:
                return self._idle.pop()
        return _Child(self._limits)


@contextmanager
def _descriptor(file: BinaryIO | Path) -> Iterator[int]:
    """A descriptor of a path, an open file, or bytes in memory (copied into an unnamed file)."""
    if isinstance(file, Path):
        try:
            opened = file.open("rb")
        except OSError as error:
            raise BlobError(
                f"{file} cannot be read: {error.strerror}", hint="look at path and rights"
            ) from error
        with opened:
            yield opened.fileno()
        return
    try:
        descriptor = file.fileno()
    except OSError:
        with TemporaryFile() as copy:
            file.seek(0)
            while piece := file.read(1 << 20):
                copy.write(piece)
            copy.flush()
            yield copy.fileno()
        return
    if file.writable():
        file.flush()
    yield descriptor


CONFINED = Confined()
