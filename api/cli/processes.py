"""What runs inside one process: the API, a worker, a sandbox, or one piece of upkeep. Imports are inside: they are slow.

Each function is the whole of one command behind its flags; `environment` is what settings are read from.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.client import LocalFailure

if TYPE_CHECKING:
    from api.bootstrap import Continuity
    from api.settings import Settings
    from api.stores import Stores
    from registry.events.studio import Role
    from registry.log.rebuild.rebuild import Progress, Rebuilt
    from registry.proof.held import HeldNote

Environment = Mapping[str, str]
_USUAL: Final = (700, 10, 10)


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key as it is shown once, and the studio it opens."""

    key: str
    studio: str


def serve_api(environment: Environment, host: str, port: int, port_file: Path | None) -> None:
    """Serve until interrupted."""
    from api.server import run_server

    with _usable(), _free(host, port):
        run_server(_settings(environment), host, port, port_file=port_file)


def run_worker(environment: Environment) -> None:
    """Carry work on until interrupted: the step at hand is finished or let go first. Interrupted again, it ends at once."""
    from api.logs import configure_logging
    from api.working import work

    configure_logging()
    stopping = _stopping_by_signal()
    with _opened(environment) as continuity:
        _finish_erasures(continuity)
        work(continuity, stopping, owner=f"worker-{socket.gethostname()}-{os.getpid()}")


def _stopping_by_signal() -> threading.Event:
    """Set by the first interrupt; the next one ends the process as if nobody had heard it."""
    from api.ending import leave_at_once

    stopping = threading.Event()

    def stop(number: int, _frame: object) -> None:
        if stopping.is_set():
            leave_at_once(number)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


def run_sandbox(
    host: str, port: int, *, port_file: Path | None, data: Path | None, end_frame_limit: bool
) -> None:
    """Be a Kling until interrupted."""
    from generation.sandbox import SandboxSettings, run

    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
    with _free(host, port):
        run(
            SandboxSettings(data_folder=data, end_frame_limit=end_frame_limit),
            host,
            port,
            port_file=port_file,
        )


def migrate_database(environment: Environment) -> str:
    """The revision the database is at afterwards. Nothing else is opened: it needs no keys, no store and no account."""
    from api.stores import migrate_alone

    with _usable():
        return migrate_alone(_settings(environment))


def rebuild_views(environment: Environment, progress: Progress, *, replace: str | None) -> Rebuilt:
    """The views made anew and compared; `replace` is why rows that differ are to be replaced."""
    with _opened(environment) as continuity:
        return continuity.registry.rebuild(progress, replace=replace)


def back_up(environment: Environment, *, database: Path | None, keys: Path | None) -> dict[Path, int]:
    """Copy what is wanted, and answer each file's bytes: the keys last, so what the copied events are sealed under is in them."""
    from registry.log.engine.backup import copy_file, sqlite_file

    with _usable():
        settings = _settings(environment)
    wanted = {database: settings.database, keys: settings.key_store}
    return {file: copy_file(sqlite_file(place), file) for file, place in wanted.items() if file is not None}


def bootstrap_key(
    environment: Environment, holder: str, roles: tuple[Role, ...] = (), *, studio: str | None = None
) -> MadeKey:
    """A new key for a studio; for the one that the first start opened unless another is named. Without `roles` it has all."""
    from api.auth import issue_key
    from registry.events.studio import ROLES

    with _opened(environment) as continuity:
        studio = studio or continuity.studio
        key = issue_key(continuity.registry, studio, holder, roles=roles or ROLES)
        return MadeKey(key, studio)


def _finish_erasures(continuity: Continuity) -> None:
    """Take up erasures that were cut short. What stands in the way of one is told, and does not keep work from being done."""
    import structlog

    from generation.erasing import KlingDeletion
    from registry.erasure import Tools, carry_out, unfinished
    from registry.errors import RegistryError
    from registry.events.envelope import Context

    provider, context = KlingDeletion(continuity.kling_for), Context(actor="erasure")
    tools = Tools(continuity.registry, continuity.blobs, provider, context)
    for studio, likeness in unfinished(continuity.registry):
        try:
            carry_out(tools, studio, likeness)
        except RegistryError as stopped:
            structlog.get_logger("erasure").warning(
                "erasure_unfinished", likeness=likeness, code=stopped.code, message=stopped.message
            )


@contextmanager
def stores(environment: Environment) -> Iterator[Stores]:
    """What is kept here, and no more: not even a first studio is made."""
    from api.stores import open_stores

    with _usable():
        found = open_stores(_settings(environment))
    try:
        yield found
    finally:
        found.close()


@contextmanager
def _opened(environment: Environment) -> Iterator[Continuity]:
    from api.bootstrap import open_continuity

    with _usable():
        continuity = open_continuity(_settings(environment))
    try:
        yield continuity
    finally:
        continuity.close()


def _settings(environment: Environment) -> Settings:
    from api.settings import Settings

    return Settings.from_environment(environment)


@contextmanager
def _free(host: str, port: int) -> Iterator[None]:
    """An address that cannot be had, in the words of the command line."""
    _loaded()
    try:
        yield
    except OSError as refused:
        if refused.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            raise
        message = f"nothing can listen at {host}:{port}: {refused.strerror}"
        raise LocalFailure(
            "cannot-listen", message, "choose another with --port, or 0 for a free one"
        ) from None


@contextmanager
def _usable() -> Iterator[None]:
    """Wrong settings in the words of the command line."""
    from api.settings import UnusableSettings

    _loaded()
    try:
        yield
    except UnusableSettings as refused:
        message = "the settings cannot be used: " + "; ".join(refused.problems)
        raise LocalFailure("unusable-settings", message, "docs/reference/settings.md lists them") from None


def _loaded() -> None:
    """All that was imported stays: from here on garbage is looked for among the rest, as often as Python usually does."""
    gc.freeze()
    gc.set_threshold(*_USUAL)


def own_log(environment: Environment) -> tuple[str, tuple[HeldNote, ...], tuple[str, ...]]:
    """The database here, all checkpoints that are kept of its logs, and its public keys, as the log names them."""
    with stores(environment) as opened:
        from api.bootstrap import checkpoints_of
        from registry.checkpoints.making import public_keys

        checkpoints = checkpoints_of(opened)
        notes = tuple(checkpoints.notes(sorted(opened.registry.nodes.heads())))
        return opened.settings.database, notes, public_keys(checkpoints)


def make_checkpoints(environment: Environment) -> list[tuple[str, int]]:
    """A checkpoint of every log as it is now: each log with its size."""
    from api.bootstrap import checkpoints_of

    with stores(environment) as opened:
        checkpoints = checkpoints_of(opened)
        logs = sorted(opened.registry.nodes.heads())
        return [(log, checkpoints.make(log).checkpoint.size) for log in logs]


def rotate_checkpoint_key(environment: Environment, reason: str, *, lost: bool) -> str:
    """A new signing key; answers its public half in base64."""
    from api.bootstrap import checkpoints_of
    from registry.checkpoints.keys import public_text
    from registry.events.envelope import Context

    with stores(environment) as opened:
        return public_text(
            checkpoints_of(opened).rotate(reason=reason, context=Context(actor="operator"), lost=lost)
        )


def end_key_overlap(environment: Environment) -> str:
    """Older keys sign no more; answers the public half of the one that does, in base64."""
    from api.bootstrap import checkpoints_of
    from registry.checkpoints.keys import public_text

    with stores(environment) as opened:
        return public_text(checkpoints_of(opened).end_overlap())
