"""A lineage as a drawing: Graphviz DOT, or a Mermaid flowchart. Arrows go from what was made to what it was made from.

Nodes have numbers for names, and everything that somebody wrote stands in a label, escaped as the language has it; so no name
of a picture or a look can end a label or begin a statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from registry.views.lineage import Edge, Lineage, Thing

DOT: Final = "text/vnd.graphviz"
MERMAID: Final = "text/vnd.mermaid"
_PLAIN: Final = re.compile(r"[^\w .,:()/-]")
"""What stands as it is in a Mermaid label: letters of any script, digits, and marks that mean nothing there."""


def dot(found: Lineage) -> str:
    """Ended steps are dashed, inferred ones dotted; what is retired or erased is grey."""
    number = _numbered(found)
    lines = [
        "digraph lineage {",
        "  rankdir=LR;",
        '  node [shape=box, fontname="sans-serif"];',
        '  edge [fontname="sans-serif"];',
        *(f"  n{number[one.id]} [{_node_of(one)}];" for one in found.things),
        *(f"  n{number[e.made]} -> n{number[e.source]} [{_edge_of(e)}];" for e in found.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def mermaid(found: Lineage) -> str:
    """Ended steps are dotted lines; what is retired or erased is dashed."""
    number = _numbered(found)
    gone = [f"n{number[one.id]}" for one in found.things if _gone(one)]
    lines = ["flowchart LR"]
    lines += [f'  n{number[one.id]}["{_entities(_lines_of(one))}"]' for one in found.things]
    for edge in found.edges:
        arrow = "-->" if edge.until is None else "-.->"
        lines.append(f'  n{number[edge.made]} {arrow}|"{_entities([_said(edge)])}"| n{number[edge.source]}')
    if gone:
        lines += ["  classDef gone stroke-dasharray: 4,color:#777", f"  class {','.join(gone)} gone"]
    return "\n".join(lines) + "\n"


def _numbered(found: Lineage) -> dict[str, int]:
    return {thing.id: number for number, thing in enumerate(found.things)}


def _lines_of(thing: Thing) -> Iterator[str]:
    yield thing.id
    if thing.name:
        yield thing.name
    if gone := _gone(thing):
        yield gone


def _gone(thing: Thing) -> str:
    if thing.erased is not None:
        return "erased"
    if thing.retired is None:
        return ""
    return "withdrawn" if thing.kind == "clip" else "retired"


def _said(edge: Edge) -> str:
    detail = f" {edge.detail}" if edge.detail and not edge.detail.startswith("character_") else ""
    ended = "" if edge.until is None else f", until {edge.until}"
    return f"{edge.kind}{detail} ({edge.evidence} {edge.position}{ended})"


def _node_of(thing: Thing) -> str:
    grey = ", color=grey, fontcolor=grey" if _gone(thing) else ""
    return f"label={_quoted(_lines_of(thing))}{grey}"


def _edge_of(edge: Edge) -> str:
    style = "dashed" if edge.until is not None else "dotted" if edge.evidence == "inferred" else "solid"
    return f"label={_quoted([_said(edge)])}, style={style}"


def _quoted(lines: Iterable[str]) -> str:
    """A string of DOT: in a label a backslash begins an escape, so it is doubled, and a line break is one."""
    told = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join("\\n".join(one.splitlines()) for one in told) + '"'


def _entities(lines: Iterable[str]) -> str:
    """A label of Mermaid: whatever could mean something there is an entity code."""
    told = ("<br/>".join(_PLAIN.sub(_entity, part) for part in line.splitlines()) for line in lines)
    return "<br/>".join(told)


def _entity(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};"
