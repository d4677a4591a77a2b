"""By which compiler was a plan made? The number that its makers raise, and a digest of the source that decides.

The number is a promise ("other bytes, other number") and promises are forgotten; the digest cannot be. It covers every file that
can change what a request compiles to: what reads the grounds, what resolves, builds and judges, and what folds the states they
stand on. `tests/generation/test_compiler.py` holds the list against the imports. A changed comment is another compiler too: that
costs a line in a report, a missed change would cost its truth.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = ("generation/patterns", "generation/rules", "registry/deciders", "registry/events")
FILES: Final = (
    *(
        "addresses",
        "bindings",
        "casting",
        "clearance",
        "compile",
        "consent",
        "dressing",
        "errors",
        "exclusions",
    ),
    *("gaps", "gather", "grounds", "hindsight", "inventory", "moments", "payloads", "pinned", "plan"),
    *("policies", "present", "prices", "prompt", "resolve", "shot", "source", "voices"),
)
"""Files of `generation`."""
_DIGITS: Final = 12


@cache
def compiler_version(number: str) -> str:
    """The number with the first digits of the source's SHA-256, e.g. `1+5fe0a1c2b3d4`; the files are read once."""
    digest = sha256()
    for path in source_files():
        digest.update(f"{path.relative_to(_ROOT).as_posix()}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return f"{number}+{digest.hexdigest()[:_DIGITS]}"


def source_files() -> list[Path]:
    """Everything that the digest covers, in order."""
    inside = (path for folder in FOLDERS for path in (_ROOT / folder).glob("*.py"))
    return sorted({*inside, *(_ROOT / "generation" / f"{name}.py" for name in FILES)})
