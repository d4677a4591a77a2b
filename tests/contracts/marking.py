"""A process that advances a log's mark step by step and says each position once it is durable; tests kill it on the way."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from registry.blobs import store_for
from registry.log.bucket_marks import BucketMarks, Notes
from registry.log.marks import FolderMarks, Mark, Marks
from tests.registry.events.golden import an_id


def opened(told: dict[str, str]) -> Marks:
    """The folder, or the bucket with its keys."""
    if "folder" in told:
        return FolderMarks(Path(told["folder"]))
    blobs = store_for(told["url"], access_key=told["access_key"], secret_key=told["secret_key"])
    assert isinstance(blobs, Notes)
    return BucketMarks(blobs)


def main(told: dict[str, str], positions: range) -> None:
    marks = opened(told)
    for position in positions:
        mark = Mark(position=position, event_id=an_id("event", position), recorded_at=position)
        marks.advance(told["log"], mark)
        sys.stdout.write(f"{position}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    main(told, range(*told.pop("positions")))
