"""`continuity completion`: what a shell runs to complete commands, flags, and the ids and names of things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from click.shell_completion import CompletionItem, get_completion_class

from api.cli.terminal import client_of

if TYPE_CHECKING:
    from api.client import ContinuityClient

SHELLS: Final = ("bash", "zsh", "fish")
_PATIENCE: Final = 1.0
"""Seconds; nobody waits longer behind the tab key."""
_MOST: Final = 100
_WORD: Final = re.compile(r"[\w.-]+")

Told = tuple[str, str]
"""What is inserted, and what is said beside it."""


def _characters(client: ContinuityClient) -> Iterable[Told]:
    """By a name that is one word for a shell, else by id."""
    for card in client.characters():
        words = [name for name in (*card.aliases, card.name) if _WORD.fullmatch(name)]
        yield (words[0], card.id) if words else (card.id, card.name)


_NAMED: Final[Mapping[str, Callable[[ContinuityClient], Iterable[Told]]]] = {
    "character": _characters,
    "characters": _characters,
    "scene": lambda client: ((card.id, card.name) for card in client.scenes()),
    "production": lambda client: ((card.id, card.name) for card in client.productions()),
    "account": lambda client: ((card.id, card.name) for card in client.accounts()),
    "asset": lambda client: ((card.id, card.label) for card in client.assets()),
    "clip": lambda client: ((card.id, card.scene) for card in client.clips()),
    "generation": lambda client: ((card.id, card.outcome or card.stage) for card in client.generations()),
    "submission": lambda client: ((card.id, card.state) for card in client.submissions()),
    "likeness": lambda client: ((card.id, card.name) for card in client.likenesses()),
    "voice": lambda client: ((card.id, card.name) for card in client.voices()),
    "element": lambda client: ((card.id, card.character) for card in client.elements()),
}
"""What an argument or a flag of that name may be, asked of the service that is configured."""


class Named(click.ParamType[str]):
    """Text that names a thing of the studio."""

    name = "text"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """What begins so. Nothing where nobody answers in time: a shell has no place for words about it."""
        del param
        flags = {name: ctx.params.get(name) for name in ("url", "key", "profile")}
        try:
            with client_of(flags, ctx.obj, ctx.params.get("config"), **_hurried()) as client:
                found = _NAMED[self._kind](client)
                fitting = (one for one in found if one[0].startswith(incomplete))
                return [CompletionItem(said, help=beside) for said, beside in islice(fitting, _MOST)]
        except Exception:  # noqa: BLE001  whatever it is, the line that is typed goes on
            return []


def _hurried() -> dict[str, Any]:
    from api.client import Manners

    return {"timeout": _PATIENCE, "manners": Manners(attempts=1)}


def give_names(command: click.Command) -> None:
    """Let the arguments and flags of a command, or of those in a group, complete what they name."""
    for one in command.commands.values() if isinstance(command, click.Group) else (command,):
        for param in one.params:
            if param.name in _NAMED and param.type is click.STRING:
                param.type = Named(param.name)


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what a shell needs to complete commands, flags, ids and names; docs/how-to/cli.md says where it goes.

    Example: continuity completion bash > ~/.local/share/bash-completion/completions/continuity
    """
    from api.cli.root import cli

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"there is no completion for {shell}")
    click.echo(made(cli, {}, "continuity", "_CONTINUITY_COMPLETE").source())


COMMANDS: Final = (completion,)
