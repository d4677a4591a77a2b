"""What every command that asks the service is given: a client, two consoles, and one way to answer people and programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import orjson
import rich_click as click
from click.exceptions import Exit
from rich.console import Console, RenderableType

from api.cli.showing import fields, table
from api.client import LocalFailure

if TYPE_CHECKING:
    from pydantic import BaseModel

    from api.client import ContinuityClient

T = TypeVar("T", bound="BaseModel")

ERROR: Final = 1
UNKNOWN: Final = 3
FAILED: Final = 4
INTERRUPTED: Final = 130
"""Exit codes; 2, a command that is not written right, is given by the library of the command line."""

_WIDE: Final = 320
"""Columns when nobody looks: ids stay in one piece in files and pipes."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """`client` asks; results go to `out`, everything else to `err`; with `as_json` results are JSON and nothing is drawn."""

    client: ContinuityClient
    out: Console
    err: Console
    as_json: bool

    def show(self, card: BaseModel, *, without: Iterable[str] = ()) -> None:
        """One thing: its fields, or its JSON."""
        self.answer(card, lambda: fields(card, without=without))

    def listing(
        self, cards: Iterable[T], columns: Sequence[str], row: Callable[[T], Sequence[object]]
    ) -> None:
        """Many things: a table, or a JSON list."""
        everything = list(cards)
        self.answer(everything, lambda: table(columns, (row(card) for card in everything)))

    def answer(self, value: Any, drawn: Callable[[], RenderableType]) -> None:
        if self.as_json:
            self.line(value)
        else:
            self.out.print(drawn())

    def line(self, value: Any) -> None:
        """One line of JSON."""
        click.echo(as_json(value))

    @property
    def live(self) -> bool:
        """Whether a person watches, so that progress may move."""
        return self.err.is_terminal and not self.as_json


def as_json(value: Any) -> str:
    """Any answer as one line of JSON."""
    return orjson.dumps(value, default=_dumped).decode()


def _dumped(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def leave(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise Exit(code)


def console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    watched = stream.isatty()
    return Console(
        stderr=stderr, highlight=False, markup=False, emoji=False, width=None if watched else _WIDE
    )


PROFILE_OPTION: Final = click.option(
    "--profile", help="A service of the configuration file.  [CONTINUITY_PROFILE]"
)
CONFIG_OPTION: Final = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file.  [~/.config/continuity.toml]",
)
_ADDRESS: Final = (
    click.option("--url", help="Address of the service.  [CONTINUITY_URL; http://127.0.0.1:8000]"),
    click.option("--key", help="Bearer key; better kept in CONTINUITY_KEY or the file than typed."),
    PROFILE_OPTION,
    CONFIG_OPTION,
)


def connecting(function: Callable[..., None]) -> Callable[..., None]:
    """Make a command ask the service: it takes --url, --key, --profile and --config, and is handed a client first."""

    @click.pass_context
    @wraps(function)
    def command(context: click.Context, /, **values: Any) -> None:
        flags = {name: values.pop(name) for name in ("url", "key", "profile")}
        with client_of(flags, context.obj, values.pop("config")) as client:
            function(client, **values)

    for option in reversed(_ADDRESS):
        command = option(command)
    return command


def calling(function: Callable[..., None]) -> Callable[..., None]:
    """Make a command ask the service and answer: it takes --json beside, and is handed a Terminal first."""

    @click.option("--json", "as_json", is_flag=True, help="JSON for programs, on standard output.")
    @click.pass_context
    @wraps(function)
    def command(context: click.Context, /, **values: Any) -> None:
        wants_json = context.meta["as_json"] = values.pop("as_json")
        flags = {name: values.pop(name) for name in ("url", "key", "profile")}
        with client_of(flags, context.obj, values.pop("config")) as client:
            function(Terminal(client, console(), console(stderr=True), wants_json), **values)

    for option in reversed(_ADDRESS):
        command = option(command)
    return command


def client_of(
    flags: Mapping[str, str | None],
    environment: Mapping[str, str],
    file: Path | None = None,
    **options: Any,
) -> ContinuityClient:
    """The client that flags, environment and file describe. Raises LocalFailure."""
    from api.cli.config import ClientSettings
    from api.client import ContinuityClient

    settings = ClientSettings.found(flags, environment, file)
    if settings.key is None:
        raise LocalFailure(
            "no-key",
            "no key is configured",
            "set CONTINUITY_KEY, or make the first one: continuity keys bootstrap --holder NAME",
        )
    return ContinuityClient(settings.url, settings.key, **options)
