"""`continuity lineage`: a tree of what anything was made from, or of what was made from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal

import rich_click as click
from rich.tree import Tree

from api.cli.showing import plain, text
from api.cli.terminal import Terminal, calling
from api.client import ContinuityError

if TYPE_CHECKING:
    from api.client import ContinuityClient
    from registry.views.lineage import Edge, Lineage

NAMED: Final = 60
"""Up to so many things are looked up for a name to show beside the id."""


@click.command()
@click.argument("thing")
@click.option("--descendants", is_flag=True, help="What was made from it, instead of what it was made from.")
@click.option("--depth", type=int, help="How many steps to go.")
@calling
def lineage(terminal: Terminal, thing: str, descendants: bool, depth: int | None) -> None:
    """What a clip (or element, asset, character, scene) was made from, as a tree; each branch says how.

    A generation or a submission stands for the clip it came to.

    Example: continuity lineage clip_01jd…
    """
    direction: Literal["ancestors", "descendants"] = "descendants" if descendants else "ancestors"
    found = terminal.client.lineage(thing, direction=direction, depth=depth)
    terminal.answer(found, lambda: tree_of(found, names_in(terminal.client, found)))


def tree_of(found: Lineage, names: Mapping[str, str]) -> Tree:
    """The edges as a tree. Lineage is a graph: what was spread out before is named again, and not spread out again."""
    steps: defaultdict[str, list[tuple[str, Edge, str]]] = defaultdict(list)
    later = {found.id}  # itself, and what took its place since: told with its ancestors, though made after it
    for edge in found.edges:
        near, far, kind = edge.made, edge.source, str(edge.kind)
        if found.direction == "descendants":
            near, far = far, near
        elif kind == "remint-of" and far in later:
            near, far, kind = far, near, "reminted-as"
            later.add(far)
        steps[near].append((kind, edge, far))
    root = Tree(text(_label(found.id, names), "bold"), guide_style="dim")
    spread, waiting = {found.id}, [(root, found.id)]
    while waiting:  # breadth first, as the edges are ordered: what is near is spread out where it is nearest
        branch, near = waiting.pop(0)
        for kind, edge, far in steps[near]:
            repeated = far in spread and bool(steps[far])
            label = text(f"{kind} ", "cyan") + text(_label(far, names))
            grown = branch.add(label + text(" (above)" if repeated else f" [{edge.evidence}]", "dim"))
            if far not in spread:
                spread.add(far)
                waiting.append((grown, far))
    return root


def _label(thing: str, names: Mapping[str, str]) -> str:
    return f"{thing}  {names[thing]}" if names.get(thing) else thing


def names_in(client: ContinuityClient, found: Lineage) -> dict[str, str]:
    """What people call the things of a lineage; those that cannot be read keep their id alone."""
    things = dict.fromkeys([found.id, *(end for edge in found.edges for end in (edge.made, edge.source))])
    return dict(_names(client, list(things)[:NAMED]))


def _names(client: ContinuityClient, things: Iterable[str]) -> Iterable[tuple[str, str]]:
    readers: dict[str, Callable[[str], str]] = {
        "asset": lambda one: client.asset(one).label,
        "character": lambda one: client.character(one).name,
        "scene": lambda one: client.scene(one).name,
        "account": lambda one: client.account(one).name,
        "element": lambda one: f"Kling element {client.element(one).element_id}",
        "clip": lambda one: f"{client.clip(one).duration_us / 1_000_000:.2f} s",
    }
    for thing in things:
        reader = readers.get(thing.partition("_")[0])
        try:
            yield thing, plain(reader(thing)) if reader else ""
        except ContinuityError:
            yield thing, ""


COMMANDS: Final = (lineage,)
