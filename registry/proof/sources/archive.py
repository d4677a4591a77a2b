"""The rows of an exported studio, and the checkpoints that were put in beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from registry.proof.held import HeldNote, notes_in
from registry.proof.leaf import COLUMNS
from registry.proof.sources.source import BATCH, SourceDamaged, SourceUnusable, as_bytes
from registry.proof.walk import Row

_NAMES = frozenset({*COLUMNS, "leaf_hash"})


class Archive:
    """A folder that `continuity studio export` wrote."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())["manifest"]
            contents = manifest["contents"]
            if not manifest["finished"]:
                raise SourceUnusable(f"{folder} holds an export that was not finished")
            self._heads = {str(manifest["studio"]): int(contents["position"])}
            self._files = [folder / _file(one["file"]) for one in contents["segments"]]
        except OSError as failure:
            raise SourceUnusable(f"{folder} holds no archive: {failure.strerror}") from None
        except (ValueError, KeyError, TypeError) as failure:
            raise SourceUnusable(f"the manifest of {folder} cannot be read: {failure!r}") from None

    def heads(self) -> dict[str, int]:
        return dict(self._heads)

    def rows(self) -> Iterator[Sequence[Row]]:
        some: list[Row] = []
        for file in self._files:
            try:
                with file.open("rb") as opened:
                    for number, line in enumerate(opened, 1):
                        some.append(_row(f"{file.name} line {number}", line))
                        if len(some) == BATCH:
                            yield some
                            some = []
            except OSError as failure:
                raise SourceDamaged(f"{file.name} cannot be read: {failure.strerror}") from None
        yield some

    def notes(self) -> Iterator[HeldNote]:
        folder = self._folder / "checkpoints"
        if folder.is_dir():
            yield from notes_in([folder])

    def misfits(self) -> Iterator[tuple[str, int, str]]:
        yield from ()

    def close(self) -> None:
        pass


def _row(where: str, line: bytes) -> Row:
    try:
        found: dict[str, Any] = json.loads(line)
        if found.keys() != _NAMES:
            raise ValueError("it has other columns than an event")
        row = as_bytes([found[name] for name in COLUMNS])
        return [*row, bytes.fromhex(found["leaf_hash"])]
    except (ValueError, TypeError, AttributeError) as broken:
        raise SourceDamaged(f"{where}: {broken}") from None


def _file(name: str) -> str:
    """A file of events of the archive itself; no manifest leads anywhere else."""
    folder, _, rest = name.partition("/")
    if folder != "events" or "/" in rest or not rest.endswith(".jsonl"):
        raise ValueError(f"{name!r} is no file of events")
    return name
