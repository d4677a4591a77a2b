"""`continuity serve --with-worker --with-sandbox`: several processes as one, to play with or for a small machine.

1. The sandbox starts first, because the others are told its address.
2. The service follows, then the worker.
3. When one ends, or on an interrupt, all are stopped, the last one first.

Should this process be killed, its children notice: they are started with `--until-stdin-closes`, and it holds the other end.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NoReturn

from rich.console import Console

from api.client import LocalFailure
from api.from_files import SUFFIX

STARTING_SECONDS: Final = 60.0
STOPPING_SECONDS: Final = 40.0
"""A worker in the middle of a paid call is given the time to hear its outcome."""
_LOOK_SECONDS: Final = 0.05
_LARGEST_PORT: Final = 65_535
_RENUMBER: Final = "--sandbox-port takes another, at which accounts must be opened anew"
_OF_THE_REAL_ONE: Final = frozenset(
    {
        "KLING_BASE_URL",
        "KLING_ACCESS_KEY",
        "KLING_SECRET_KEY",
        "KLING_API_KEY",
        "KLING_KEYS_FILE",
        "KLING_RESULT_HOSTS",
    }
)
"""Settings that say where the real Kling is and who we are there; all others (slots, time-outs) hold beside a sandbox too."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run; ports may be 0 for a free one. Without `sandbox_port` it is the one this data's sandbox had before."""

    host: str
    port: int
    port_file: Path | None
    with_worker: bool
    with_sandbox: bool
    sandbox_port: int | None


class Children:
    """Processes that live no longer than this one lets them."""

    def __init__(
        self, environment: Mapping[str, str], *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.environment = dict(environment)
        self._sleep = sleep
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        # -P: a folder named `api` where the caller stands must not be taken for ours.
        line = [sys.executable, "-P", "-m", "api.cli", "--until-stdin-closes", *arguments]
        self._running[name] = subprocess.Popen(  # noqa: S603  our own program
            line, env=self.environment, stdin=subprocess.PIPE
        )

    def port_of(self, name: str, port_file: Path) -> int:
        """The port a child wrote down once it answered. Raises LocalFailure when it does not come up."""
        for _ in range(int(STARTING_SECONDS / _LOOK_SECONDS)):
            if port_file.exists():
                return int(port_file.read_text("ascii"))
            if self.ended() is not None:
                break
            self._sleep(_LOOK_SECONDS)
        raise LocalFailure("did-not-start", f"the {name} did not start", "its own words are above")

    def ended(self) -> str | None:
        """The name of one that is no longer there."""
        return next((name for name, child in self._running.items() if child.poll() is not None), None)

    def wait(self) -> NoReturn:
        """Wait until one ends. Raises LocalFailure naming it."""
        while (name := self.ended()) is None:
            self._sleep(_LOOK_SECONDS * 4)
        code = self._running[name].returncode
        raise LocalFailure(
            "child-ended",
            f"the {name} ended with code {code}; everything was stopped",
            "its own words are above",
        )

    def stop(self) -> None:
        """Ask all to stop, the youngest first, and make those stop that do not."""
        for child in reversed(self._running.values()):
            child.terminate()
            try:
                child.wait(STOPPING_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdin is not None:
                child.stdin.close()


def run(wanted: Wanted, environment: Mapping[str, str], err: Console) -> None:
    """Run what is wanted until interrupted or until one of them ends."""
    signal.signal(signal.SIGTERM, _interrupt)
    children = Children(environment)
    try:
        with TemporaryDirectory(prefix="continuity-") as folder:
            if wanted.with_sandbox:
                there = _start_sandbox(children, wanted, Path(folder))
                children.environment = _without_kling(children.environment) | there
            port = _start_service(children, wanted, Path(folder))
            err.print(f"Continuity answers at http://{wanted.host}:{port} (its documentation: /docs)")
            if wanted.with_worker:
                children.start("worker", "worker")
            children.wait()
    except KeyboardInterrupt:
        err.print("stopping")
    finally:
        children.stop()


def _start_sandbox(children: Children, wanted: Wanted, folder: Path) -> dict[str, str]:
    """Answers the settings by which the others find it, and nothing else. Raises LocalFailure."""
    from generation.sandbox import DEFAULT_ACCOUNT

    data = Path(children.environment.get("CONTINUITY_DATA") or "data")
    kept, port_file, last = data / "sandbox", folder / "sandbox.port", data / "sandbox.port"
    kept.mkdir(parents=True, exist_ok=True)
    port = _last_port(last) if wanted.sandbox_port is None else wanted.sandbox_port
    children.start(
        "sandbox",
        "sandbox",
        *("--port", str(port), "--port-file", str(port_file), "--data", str(kept)),
        *_laxity(children.environment),
    )
    chosen = children.port_of("sandbox", port_file)
    last.write_text(str(chosen), "ascii")
    return {
        "KLING_BASE_URL": f"http://127.0.0.1:{chosen}",
        "KLING_ACCESS_KEY": DEFAULT_ACCOUNT.access_key,
        "KLING_SECRET_KEY": DEFAULT_ACCOUNT.secret_key,
        "CONTINUITY_ALLOW_LOOPBACK": "true",
    }


def _last_port(file: Path) -> int:
    """The port of the last start on this data, as its accounts name that address for good; 0, a free one, at the first.

    Raises LocalFailure when it cannot be read, or when nothing can listen at it.
    """
    if not file.exists():
        return 0
    written = file.read_text("ascii", "replace").strip()
    if re.fullmatch("[1-9][0-9]{0,4}", written) is None or int(written) > _LARGEST_PORT:
        raise LocalFailure("no-port", f"{file} holds {written[:40]!r}, which is no port", _RENUMBER)
    try:
        socket.create_server(("127.0.0.1", int(written))).close()
    except OSError as refused:
        message = f"the sandbox of this data answers at 127.0.0.1:{written}, where nothing can listen: {refused.strerror}"
        raise LocalFailure("cannot-listen", message, f"stop who listens there; {_RENUMBER}") from None
    return int(written)


def _laxity(environment: Mapping[str, str]) -> tuple[str, ...]:
    """A sandbox beside an installation that allows the end frame takes it too, as the vendor does (contract R25, D1)."""
    allowed = environment.get("CONTINUITY_END_FRAME_POLICY") == "allow"
    return ("--no-end-frame-limit",) if allowed else ()


def _without_kling(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the real Kling's address and keys: beside a sandbox nothing may reach it."""
    real = _OF_THE_REAL_ONE | {name + SUFFIX for name in _OF_THE_REAL_ONE}
    return {name: said for name, said in environment.items() if name not in real}


def _start_service(children: Children, wanted: Wanted, folder: Path) -> int:
    port_file = wanted.port_file or folder / "service.port"
    port_file.unlink(missing_ok=True)
    where = ("--host", wanted.host, "--port", str(wanted.port), "--port-file", str(port_file))
    children.start("service", "serve", *where)
    return children.port_of("service", port_file)


def stop_when_stdin_closes() -> None:
    """Ask this process to stop, as a signal would, once nobody holds the other end of its standard input."""

    def watch() -> None:
        while os.read(0, 1):  # not sys.stdin: its lock would be held when the interpreter shuts down
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
