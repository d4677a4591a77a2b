"""`continuity lineage`: what anything was made from, or what was made from it, as a tree or as other programs read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, get_args

import rich_click as click
from rich.tree import Tree

from api.cli.showing import plain, text
from api.cli.terminal import Terminal, calling
from registry.views.kinds import EdgeKind

if TYPE_CHECKING:
    from registry.views.lineage import Edge, Lineage

_FORMATS: Final = ("tree", "json", "lines", "dot", "mermaid", "prov", "openlineage")


@click.command()
@click.argument("thing")
@click.option("--descendants", is_flag=True, help="What was made from it, instead of what it was made from.")
@click.option("--depth", type=int, help="How many steps to go.")
@click.option(
    "--type",
    "types",
    multiple=True,
    type=click.Choice(get_args(EdgeKind)),
    help="Only along such steps; repeatable.",
)
@click.option(
    "--as-of", metavar="WHEN", help="As it stood at a position of the log, or at a moment (RFC 3339)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="tree",
    help="Lines are JSON, one a line, however many.  [tree]",
)
@calling
def lineage(  # noqa: PLR0913 - its flags
    terminal: Terminal,
    thing: str,
    *,
    descendants: bool,
    depth: int | None,
    types: tuple[str, ...],
    as_of: str | None,
    form: str,
) -> None:
    """What a clip (or element, asset, character, scene) was made from, as a tree; each branch says how.

    Each says on which evidence it stands too, and until which position of the log it held. A generation or a submission stands
    for the clip it came to. For other programs: JSON, a Graphviz or Mermaid drawing, W3C PROV-JSON, OpenLineage run events.

    Example: continuity lineage clip_01jd… --type continues --type edits --format dot
    """
    direction: Literal["ancestors", "descendants"] = "descendants" if descendants else "ancestors"
    client = terminal.client
    if form == "lines":
        for met in client.lineage_lines(thing, direction=direction, depth=depth, types=types, as_of=as_of):
            terminal.line(met)
    elif form in ("dot", "mermaid", "prov", "openlineage"):
        drawn = client.lineage_as(thing, form, direction=direction, depth=depth, types=types, as_of=as_of)  # type: ignore[arg-type]
        click.echo(drawn.rstrip("\n"))
    else:
        found = client.lineage(
            thing, direction=direction, depth=depth, types=types, as_of=as_of, names=form == "tree"
        )
        if form == "json":
            terminal.line(found)
        else:
            terminal.answer(found, lambda: tree_of(found, names_in(found)))


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
    states = _states(found)
    root = Tree(text(_label(found.id, names, states), "bold"), guide_style="dim")
    spread, waiting = {found.id}, [(root, found.id)]
    while waiting:  # breadth first, as the edges are ordered: what is near is spread out where it is nearest
        branch, near = waiting.pop(0)
        for kind, edge, far in steps[near]:
            repeated = far in spread and bool(steps[far])
            label = text(f"{kind} ", "cyan") + text(_label(far, names, states))
            grown = branch.add(label + text(" (above)" if repeated else f" [{_evidence(edge)}]", "dim"))
            if far not in spread:
                spread.add(far)
                waiting.append((grown, far))
    return root


def _evidence(edge: Edge) -> str:
    return edge.evidence if edge.until is None else f"{edge.evidence}, until {edge.until}"


def _label(thing: str, names: Mapping[str, str], states: Mapping[str, str]) -> str:
    return "  ".join(filter(None, (thing, names.get(thing), states.get(thing))))


def _states(found: Lineage) -> dict[str, str]:
    """What is not as it was."""
    erased = {thing.id: "[erased]" for thing in found.things if thing.erased is not None}
    retired = {
        thing.id: "[withdrawn]" if thing.kind == "clip" else "[retired]"
        for thing in found.things
        if thing.retired is not None
    }
    return {**retired, **erased}


def names_in(found: Lineage) -> dict[str, str]:
    """What people call the things of a lineage; those without a name have their id alone."""
    return {thing.id: plain(thing.name) for thing in found.things if thing.name}


COMMANDS: Final = (lineage,)
