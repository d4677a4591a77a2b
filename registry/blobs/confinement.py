"""The inside of a confined child: gives up its rights, then does one job after another until its socket closes.

Run as `main(["…", packages, socket, seconds, bytes])`. A job is one JSON line `[name, arguments]` with the file
to read and perhaps a file to write as descriptors; the answer is one JSON line.
"""

from __future__ import annotations

import errno
import io
import json
import math
import os
import resource
import socket
import time
import warnings
from collections.abc import Callable
from typing import Any

from registry.errors import BlobError, PictureTooLarge

MAX_OUTPUT = 1024**3
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Job = Callable[..., dict[str, Any]]


class Shared(io.RawIOBase):
    """A file read by position, so that the offset shared with the parent never moves."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0
        self.size = os.fstat(descriptor).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = os.preadv(self._descriptor, [buffer], self._at)
        self._at += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, "position before the beginning")
        self._at = base + offset
        return self._at


class Written(io.RawIOBase):
    """A file written without showing its descriptor: encoders that see one write past us and lose the error."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return os.write(self._descriptor, data)


def reading(descriptor: int) -> io.BufferedReader:
    return io.BufferedReader(Shared(descriptor), 1 << 18)


def writing(descriptor: int) -> io.BufferedWriter:
    return io.BufferedWriter(Written(descriptor), 1 << 18)


def main(arguments: list[str]) -> None:
    """Serve jobs until the parent is gone."""
    warnings.simplefilter("ignore")
    _, _, descriptor, seconds, memory = arguments
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUTPUT, MAX_OUTPUT))
    jobs = _jobs()
    with socket.socket(fileno=int(descriptor)) as parent:
        while request := _next(parent):
            _allow(int(seconds))
            parent.sendall(json.dumps(_answer(jobs, *request)).encode() + b"\n")


def _jobs() -> dict[str, Job]:
    from . import decoding, essence, listening, manifests, projecting  # after the limits are set

    jobs = {**decoding.JOBS, **projecting.JOBS, **listening.JOBS}
    return {**jobs, **manifests.JOBS, **essence.JOBS}


def _next(parent: socket.socket) -> tuple[str, dict[str, Any], list[int]] | None:
    line, files, _, _ = socket.recv_fds(parent, 65536, 2)
    while line and not line.endswith(b"\n"):
        line += parent.recv(65536)
    if not line:
        return None
    job, arguments = json.loads(line)
    return job, arguments, files


def _allow(seconds: int) -> None:
    """The processor limit counts from the start of the process, so it is moved on before every job."""
    soft = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(jobs: dict[str, Job], job: str, arguments: dict[str, Any], files: list[int]) -> dict[str, Any]:
    try:
        return jobs[job](*files, **arguments)
    except MemoryError:
        return {"refused": "decoding needs more memory than it may have", "too_large": True}
    except BlobError as error:
        return {"refused": error.message, "too_large": isinstance(error, PictureTooLarge)}
    except OSError as error:
        kind = "full" if error.errno in _NO_ROOM else "refused"
        return {kind: f"{error}"}
    except Exception as error:  # noqa: BLE001 - decoders raise anything over hostile bytes
        return {"refused": f"{type(error).__name__}: {error}"}
    finally:
        for descriptor in files:
            os.close(descriptor)
