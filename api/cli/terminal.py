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
    """`client` asks; results go to `out`, everything else to `err`.

    For programs nothing is drawn: with `as_json` results are JSON, of a list with `by_line` one thing a line; with `ids` they are
    the ids of things alone, one a line.
    """

    client: ContinuityClient
    out: Console
    err: Console
    as_json: bool = False
    by_line: bool = False
    ids: bool = False

    def show(self, card: BaseModel, *, without: Iterable[str] = ()) -> None:
        """One thing."""
        self.answer(card, lambda: fields(card, without=without))

    def listing(
        self, cards: Iterable[T], columns: Sequence[str], row: Callable[[T], Sequence[object]]
    ) -> None:
        """Many things: a table for people; programs that read line by line need not wait for the last of them."""
        if self.by_line or self.ids:
            for card in cards:
                self.line(card)
            return
        everything = list(cards)
        self.answer(everything, lambda: table(columns, (row(card) for card in everything)))

    def answer(self, value: Any, drawn: Callable[[], RenderableType]) -> None:
        """A value for programs, or what is drawn of it for people."""
        if isinstance(value, list | tuple) and (self.by_line or self.ids):
            for one in value:
                self.line(one)
        elif self.for_programs:
            self.line(value)
        else:
            self.out.print(drawn())

    def line(self, value: Any) -> None:
        """One line: its JSON, or its id. Raises LocalFailure for what has none."""
        click.echo(_id_of(value) if self.ids else as_json(value))

    @property
    def for_programs(self) -> bool:
        return self.as_json or self.ids

    @property
    def live(self) -> bool:
        """Whether a person watches, so that progress may move."""
        return self.err.is_terminal and not self.for_programs


def as_json(value: Any) -> str:
    """Any answer as one line of JSON."""
    return orjson.dumps(value, default=_dumped).decode()


def _id_of(value: Any) -> str:
    named = value.get("id") if isinstance(value, Mapping) else getattr(value, "id", None)
    if named is None:
        raise LocalFailure("no-id", "what this command answers has no id", "leave --quiet out, or say --json")
    return str(named)


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


_FOR_PROGRAMS: Final = (
    click.option("--json", "as_json", is_flag=True, help="JSON for programs, on standard output."),
    click.option("--json-lines", "by_line", is_flag=True, help="JSON, of a list one thing a line."),
    click.option("--quiet", "-q", "ids", is_flag=True, help="The ids alone, one a line."),
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
    """Make a command ask the service and answer: it takes --json and its like beside, and is handed a Terminal first."""

    @click.pass_context
    @wraps(function)
    def command(context: click.Context, /, **values: Any) -> None:
        wanted, by_line, ids = (values.pop(name) for name in ("as_json", "by_line", "ids"))
        if ids and (wanted or by_line):
            raise click.UsageError("--quiet prints ids and no JSON: say one of the two")
        context.meta["as_json"] = wanted or by_line
        flags = {name: values.pop(name) for name in ("url", "key", "profile")}
        with client_of(flags, context.obj, values.pop("config")) as client:
            terminal = Terminal(client, console(), console(stderr=True), wanted or by_line, by_line, ids)
            function(terminal, **values)

    for option in reversed((*_ADDRESS, *_FOR_PROGRAMS)):
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
