"""The fenced blocks of the documentation: which commands they show, and which of them are to be run.

    python -m tests.api.tools.blocks python

prints every Python block that is run, page by page as one function each, for the type checker.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
_FENCE = re.compile(r"^```(?P<language>\w+)(?P<run> run)?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One block. `line` is where it begins; `runs` says that it is marked to be run (```sh run)."""

    page: str
    line: int
    language: str
    runs: bool
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """Every block of a page that names its language."""
    whole = page.read_text("utf-8")
    for found in _FENCE.finditer(whole):
        line = whole.count("\n", 0, found.start()) + 1
        name = str(page.relative_to(ROOT))
        yield Block(name, line, found["language"], found["run"] is not None, found["text"])


def running(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.runs]


def main() -> None:
    """Print the Python that is run, so that it can be type-checked."""
    for number, page in enumerate(PAGES):
        text = "".join(block.text for block in running(page) if block.language == "python")
        if text:
            sys.stdout.write(f"def page_{number}() -> None:\n{textwrap.indent(text, '    ')}\n\n")


if __name__ == "__main__":
    main()
