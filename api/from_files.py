"""Settings that stand in files: what `<NAME>_FILE` points at is read as if it were the value of `<NAME>`.

So a secret stays out of process lists, of the environment that a child inherits, and of what a container engine shows. A
problem names the variable and the file, never what the file holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

SUFFIX: Final = "_FILE"
MOST_BYTES: Final = 65_536
"""No secret and no address is longer; a wrong path (a film, a device without end) is noticed here."""


def with_files(environment: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The environment with what the files of these names hold, and a problem for each that cannot be used.

    An empty variable counts as one that is not set.
    """
    told, problems = dict(environment), []
    for name in names:
        file = environment.get(name + SUFFIX, "")
        if not file:
            continue
        if environment.get(name, ""):
            problems.append(f"{name} and {name}{SUFFIX} are both set: set one of them")
            continue
        try:
            told[name] = _held(Path(file))
        except (OSError, ValueError) as refused:
            why = refused.strerror if isinstance(refused, OSError) else refused
            problems.append(f"{name}{SUFFIX}: {file!r} cannot be used: {why}")
    return told, problems


def _held(path: Path) -> str:
    """The one line of a file, without the newline at its end. Raises OSError, and ValueError saying what is wrong with it."""
    with path.open("rb") as file:
        held = file.read(MOST_BYTES + 1)
    if len(held) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES} bytes")
    try:
        text = held.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("it is no text in UTF-8") from None
    if not text.strip():
        raise ValueError("it is empty")
    if "\n" in text or "\0" in text:
        raise ValueError("it must hold one line of text and nothing else")
    return text
