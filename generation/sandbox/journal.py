"""The sandbox's disk: a line per POST, task, element, voice and deletion, picture bytes, and finished films, in one folder."""

from __future__ import annotations

import os
from pathlib import Path

import orjson

from generation.sandbox.creations import Creation, Deletion
from generation.sandbox.ledger import Entry
from generation.sandbox.tasks import Task


class Journal:
    """Appends to `tasks.jsonl` and its neighbours, and reads them back when a sandbox starts on the same folder.

    Flushed to the operating system, not to the platter: it outlives a killed process, which is what tests do to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.films = folder / "films"
        self._pictures = folder / "pictures"
        for each in (self.films, self._pictures):
            each.mkdir(parents=True, exist_ok=True)

    def keep_task(self, task: Task) -> None:
        self._append("tasks.jsonl", orjson.dumps(task.record()))

    def keep_entry(self, entry: Entry) -> None:
        self._append("ledger.jsonl", orjson.dumps(entry.record()))

    def keep_creation(self, creation: Creation) -> None:
        self._append("creations.jsonl", orjson.dumps(creation.record()))

    def keep_deletion(self, deletion: Deletion) -> None:
        self._append("deletions.jsonl", orjson.dumps(deletion.record()))

    def tasks(self) -> list[Task]:
        return [Task.from_record(orjson.loads(line)) for line in self._lines("tasks.jsonl")]

    def creations(self) -> list[Creation]:
        return [Creation.from_record(orjson.loads(line)) for line in self._lines("creations.jsonl")]

    def deletions(self) -> list[Deletion]:
        return [Deletion(**orjson.loads(line)) for line in self._lines("deletions.jsonl")]

    def entries(self) -> list[Entry]:
        return [Entry(**orjson.loads(line)) for line in self._lines("ledger.jsonl")]

    def keep_pictures(self, task_id: str, contents: list[bytes]) -> None:
        """Keep the pictures a film or an element will be made of; nothing is written for a task without any."""
        for n, content in enumerate(contents):
            self.picture(task_id, n).write_bytes(content)

    def pictures(self, task: Task) -> list[Path]:
        return [self.picture(task.task_id, n) for n in range(task.pictures)]

    def picture(self, task_id: str, n: int) -> Path:
        return self._pictures / f"{task_id}-{n}"

    def _append(self, name: str, line: bytes) -> None:
        # One write call per line, so that a kill leaves whole lines and at most one torn tail.
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, line + b"\n")
        finally:
            os.close(descriptor)

    def _lines(self, name: str) -> list[bytes]:
        path = self.folder / name
        if not path.exists():
            return []
        content = path.read_bytes()
        *whole, torn = content.split(b"\n")
        if torn:
            # A kill in mid-write: what was never acknowledged must not spoil the next line.
            os.truncate(path, len(content) - len(torn))
        return whole
