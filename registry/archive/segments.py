"""Files of events: one line an event, every column of its row, checked one by one when they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from registry.archive.layout import EVENTS, Segment, damaged, new_file, open_file, unreadable
from registry.errors import ArchiveDamaged, HistoryTampered
from registry.events.canonical import canonical
from registry.proof.leaf import COLUMNS, leaf_hash

Row = dict[str, Any]
SEGMENT: Final = 10_000
"""Events in a file: what a killed export does again at most."""
_NAMES: Final = frozenset({*COLUMNS, "leaf_hash"})


@dataclass
class Run:
    """How far a log has been read or written: its studio, the last position and time, the running digest of all leaf hashes.

    `streams` are all that were named, by events or by what their sealed fields are sealed under.
    """

    studio: str
    position: int = 0
    recorded_at: int = 0
    leaf: bytes = b""
    digest: Any = field(default_factory=sha256)
    streams: set[str] = field(default_factory=set)

    def take(self, row: Row) -> None:
        """The next row. Raises ValueError, in words, when it cannot be the next one."""
        if row["log"] != self.studio or row["position"] != self.position + 1:
            raise ValueError(f"{row['log']} {row['position']} stands where {self.position + 1} belongs")
        if leaf_hash(row) != row["leaf_hash"]:
            raise ValueError(f"position {row['position']} was changed: its hash is not that of its columns")
        if row["recorded_at"] < self.recorded_at:
            raise ValueError(f"position {row['position']} was recorded before the one in front of it")
        self.position, self.recorded_at, self.leaf = row["position"], row["recorded_at"], row["leaf_hash"]
        self.digest.update(row["leaf_hash"])
        self.streams.add(row["stream"])
        self.streams.update(_sealing(row["body"]))

    def sum(self) -> str:
        """SHA-256 over all leaf hashes so far."""
        return str(self.digest.hexdigest())


def write_segment(folder: Path, run: Run, rows: Iterator[Row]) -> Segment:
    """Write the rows as the file that follows what `run` has seen. Raises HistoryTampered."""
    first = run.position + 1
    file = f"{EVENTS}/{first:012d}.jsonl"
    digest = sha256()
    with new_file(folder / file) as opened:
        for row in rows:
            line = line_of(row)
            run.take(row)
            digest.update(line)
            opened.write(line)
    return Segment(file=file, first=first, last=run.position, sha256=digest.hexdigest(), digest=run.sum())


def read_segment(folder: Path, file: str, run: Run) -> Iterator[Row]:
    """The rows of the file that follows what `run` has seen, each checked. Raises ArchiveDamaged with the line."""
    try:
        with open_file(folder / file) as opened:
            for number, line in enumerate(opened, 1):
                yield _checked(f"{file} line {number}", line, run)
    except OSError as failure:
        raise unreadable(file, failure) from None


def known_segment(folder: Path, segment: Segment, run: Run) -> Iterator[Row]:
    """The rows of a file that the manifest names, held against what it says of it. Raises ArchiveDamaged."""
    if segment.first != run.position + 1:
        raise damaged(segment.file, f"it begins at {segment.first}, and {run.position + 1} is next")
    yield from read_segment(folder, segment.file, run)
    told = Segment(
        file=segment.file,
        first=segment.first,
        last=run.position,
        sha256=sha256_of(folder, segment.file),
        digest=run.sum(),
    )
    if told != segment:
        raise damaged(segment.file, "it is not what the manifest says")


def sha256_of(folder: Path, file: str) -> str:
    """The digest of a file. Raises ArchiveDamaged when it cannot be read."""
    digest = sha256()
    try:
        with open_file(folder / file) as opened:
            while chunk := opened.read(1 << 20):
                digest.update(chunk)
    except OSError as failure:
        raise unreadable(file, failure) from None
    return digest.hexdigest()


def line_of(row: Row) -> bytes:
    """A row as a line: the body's exact bytes as text, the hash in hexadecimal digits. Raises HistoryTampered."""
    try:
        return canonical({**row, "body": row["body"].decode(), "leaf_hash": row["leaf_hash"].hex()}) + b"\n"
    except ValueError as broken:
        raise HistoryTampered(
            f"position {row['position']} of {row['log']} cannot be written down: {broken}",
            hint="the stored event was changed; compare with a backup",
        ) from None


def _checked(where: str, line: bytes, run: Run) -> Row:
    try:
        row: Row = orjson.loads(line)
        if row.keys() != _NAMES:
            raise ValueError("it has other columns than an event")
        row["body"], row["leaf_hash"] = row["body"].encode(), bytes.fromhex(row["leaf_hash"])
        run.take(row)
        if line_of(row) != line:
            raise ValueError("it is not written the way events are")
    except ArchiveDamaged:
        raise
    except (ValueError, TypeError, AttributeError, OverflowError, HistoryTampered) as broken:
        raise damaged(where, str(broken)) from None
    return row


def _sealing(body: bytes) -> Iterator[str]:
    """The streams whose keys seal anything in a body."""
    if b'"under"' not in body:
        return
    for value in orjson.loads(body).values():
        if isinstance(value, dict) and "sealed" in value:
            yield from value["under"]
