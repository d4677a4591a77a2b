"""`continuity lookup`: what is known of a file, or of its digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import rich_click as click
from rich.console import Group, RenderableType

from api.cli.moving import bytes_bar
from api.cli.showing import moment, table, text
from api.cli.terminal import Terminal, calling, leave

if TYPE_CHECKING:
    from registry.views.found import Found, LookedUp, PersonFound

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_WORDS: Final = {
    "known": "known",
    "looks_like": "looks like something of ours: a person has to judge that",
    "unknown": "unknown",
}


@click.command()
@click.argument("file", metavar="FILE|SHA256")
@click.option("--digest-only", is_flag=True, help="Send the digest alone: the bytes stay on this machine.")
@calling
def lookup(terminal: Terminal, file: str, digest_only: bool) -> None:
    """What is known of a file: which clip or picture it is, whom it shows, what they allow now, and how sure that is.

    The digest is asked for first; only where nothing has it the bytes are sent, to be looked into, and they are not kept. The
    exit code is 1 where nothing is found.

    Example: continuity lookup take-1.mp4
    """
    if _SHA256.fullmatch(file) and not Path(file).exists():
        found = terminal.client.look_up_digest(file)
    else:
        with bytes_bar(terminal, "uploading") as on_bytes:
            found = terminal.client.look_up(Path(file), digest_only=digest_only, on_bytes=on_bytes)
    terminal.answer(found, lambda: _drawn(found))
    if not found.found:
        leave(1)


def _drawn(answer: LookedUp) -> RenderableType:
    parts: list[RenderableType] = [text(_WORDS[answer.verdict], "bold")]
    for one in answer.found:
        parts.append(table(("what", "is"), _rows(one)))
    ways = ((one.way, one.says if one.done else f"not tried: {one.says}") for one in answer.tried)
    parts.append(table(("tried", "came of it"), ways))
    return Group(*parts)


def _rows(one: Found) -> Iterator[tuple[str, object]]:
    yield "id", one.thing
    yield "evidence", one.evidence.says
    for name in ("production", "scene", "shot", "generation"):
        if getattr(one, name) is not None:
            yield name, getattr(one, name)
    for person in one.people:
        yield "shows", _person(person)
    yield "made by a model", one.ai_generated
    yield "recorded", f"{moment(one.recorded_at)}, at position {one.position}"
    standing = [name for name in ("approved", "withdrawn", "erased") if getattr(one, name)]
    yield "standing", ", ".join(standing)
    if one.receipt is not None:
        yield "receipt", one.receipt


def _person(person: PersonFound) -> str:
    who = f"{person.name} ({person.character or person.likeness}, {person.depicts.replace('_', ' ')})"
    if person.likeness is None:
        return who
    consents = ", ".join(f"{one.state} {one.id}" for one in person.consents) or "no consent"
    return f"{who}: {consents}"


COMMANDS: Final = (lookup,)
