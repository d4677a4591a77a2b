"""`continuity uses` and `continuity impact`: where something is used, and what a change of it would touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import rich_click as click
from rich.console import Group, RenderableType

from api.cli.showing import table, text
from api.cli.terminal import Terminal, calling
from registry.events.ids import prefix_of

if TYPE_CHECKING:
    from api.client import ContinuityClient
    from generation.impact import Impact, TouchedBinding
    from registry.views.uses import UseCard

_PLACES: Final = ("production", "scene", "generation", "clip")


@click.command()
@click.argument("thing")
@click.option("--look", help="One look of a character.")
@calling
def uses(terminal: Terminal, thing: str, look: str | None) -> None:
    """Where an asset, element, voice, likeness or character is used: productions, scenes, generations, clips.

    A character may be named by name or alias.

    Example: continuity uses mina --look winter
    """
    client = terminal.client
    found = list(client.uses(id_of(client, thing), look=look))
    terminal.answer(found, lambda: _drawn(found))


@click.command()
@click.argument("thing")
@click.option(
    "--change",
    help="retire unless said (of a likeness revoke); of an asset supersede or withdraw; of a character voice or look:NAME.",
)
@calling
def impact(terminal: Terminal, thing: str, change: str | None) -> None:
    """What a change would touch, before it is made: pins, bindings that go stale, planned shots, open generations, cost.

    Example: continuity impact asset_01jd… --change supersede
    """
    found = terminal.client.impact(id_of(terminal.client, thing), change=change)
    terminal.answer(found, lambda: _told(found))


def id_of(client: ContinuityClient, thing: str) -> str:
    """The id itself, or that of the character who is called so."""
    try:
        prefix_of(thing)
    except ValueError:
        return client.character(thing).id
    return thing


def _drawn(found: Sequence[UseCard]) -> RenderableType:
    counts = [f"{len({getattr(use, place) for use in found} - {None})} {place}s" for place in _PLACES]
    columns = ("how", "detail", *_PLACES, "by", "look", "ended")
    rows = (
        (
            use.how,
            use.detail,
            *(getattr(use, place) for place in _PLACES),
            use.via or use.element or use.voice or use.character,
            use.look,
            use.ended is not None,
        )
        for use in found
    )
    return Group(table(columns, rows), text(", ".join(counts), "bold"))


def _told(found: Impact) -> RenderableType:
    parts: list[RenderableType] = []
    for title, columns, rows in _parts(found):
        if rows:
            parts += [text(f"{title} ({len(rows)})", "bold"), table(columns, rows)]
    if not parts:
        parts.append(text("nothing that is planned or bound would be touched"))
    kept = f"{found.clips} clips keep what they were made from"
    parts.append(text(f"re-minting: {found.remint.units} units ({found.remint.usd} USD); {kept}", "bold"))
    return Group(*parts)


def _parts(found: Impact) -> Iterable[tuple[str, Sequence[str], list[Sequence[object]]]]:
    def bindings(bound: Iterable[TouchedBinding]) -> list[Sequence[object]]:
        return [(one.id, one.character, one.look, one.because) for one in bound]

    of_binding = ("id", "character", "look", "because")
    yield (
        "pins",
        ("production", "scene", "character", "version", "look"),
        [(pin.production, pin.scene, pin.character, pin.version, pin.look) for pin in found.pins],
    )
    yield "elements", of_binding, bindings(found.elements)
    yield "voices", of_binding, bindings(found.voices)
    yield (
        "planned shots",
        ("scene", "shot", "character"),
        [(shot.scene, shot.shot, shot.character) for shot in found.shots],
    )
    yield "open generations", ("id",), [(generation,) for generation in found.generations]


COMMANDS: Final = (uses, impact)
