"""What became of mutants: killed, out of time, lived; and which of them only say something in other words.

A sentence for people (a message, a hint) is told by its space and its small first letter. Nobody is harmed by another wording of
it, and tests that repeat every sentence hinder whoever wants to better one: so mutants that change nothing else are counted by
themselves, whether they are killed or not.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from difflib import unified_diff
from textwrap import dedent
from typing import Final

_KILLED: Final = (1, 3)
_TIMED_OUT: Final = (-24, -9, 24, 36, 152, 255)
"""Stopped by its limit of processor time or of time."""


@dataclass
class Score:
    """How many of a group's mutants met which end; `lived` are those no test noticed, each with what it changes."""

    counts: Counter[str] = field(default_factory=Counter)
    lived: dict[str, str] = field(default_factory=dict)

    @property
    def percent(self) -> float:
        """Of all that were tried and change more than words, the part that was noticed."""
        noticed = self.counts["killed"] + self.counts["timed out"]
        return 100 * noticed / max(1, noticed + self.counts["lived"])

    def count(self, mutant: str, verdict: int | None, was: str, now: str) -> None:
        """Take in one mutant; `was` and `now` are the function's text."""
        end = end_of(verdict)
        if end != "not tried" and says_the_same(was, now):
            end = "of words alone"
        self.counts[end] += 1
        if end == "lived":
            self.lived[mutant] = change_of(was, now)

    def line(self, name: str) -> str:
        ends = ("killed", "timed out", "lived", "of words alone", "not tried")
        told = ", ".join(f"{self.counts[end]} {end}" for end in ends if self.counts[end] or end == "lived")
        return f"{name:<10} {self.percent:5.1f} %   {told}"


def end_of(verdict: int | None) -> str:
    """How a mutant ended, by the exit code of its tests; a mutant that no test meets has lived."""
    if verdict is None:
        return "not tried"
    if verdict in _KILLED:
        return "killed"
    return "timed out" if verdict in _TIMED_OUT else "lived"


def says_the_same(was: str, now: str) -> bool:
    """Whether the two texts differ in sentences for people alone."""
    before, after = ast.parse(dedent(was)), ast.parse(dedent(now))
    spoken = {_spelled(node.value) for node in ast.walk(before) if _is_sentence(node)}
    for node in (*ast.walk(before), *ast.walk(after)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _spelled(node.value) in spoken:
            node.value = ""
    return ast.dump(before) == ast.dump(after)


def _is_sentence(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text and " " in node.value and node.value[:1].islower()


def _spelled(text: str) -> str:
    """The same for every way in which mutmut spells a text."""
    return text.removeprefix("XX").removesuffix("XX").casefold()


def change_of(was: str, now: str) -> str:
    """The lines that differ, as a diff shows them."""
    changed = unified_diff(dedent(was).splitlines(), dedent(now).splitlines(), n=0, lineterm="")
    return "\n".join(line for line in changed if not line.startswith(("---", "+++", "@@")))
