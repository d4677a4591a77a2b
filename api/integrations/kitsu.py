"""Kitsu's CSV exports as Zou writes them: assets, shots, and the casting of shots; told apart by their first row.

Separated by semicolons, UTF-8, one row a thing (zou/app/blueprints/export/csv). Read are project, type, name, description of
assets; project, episode, sequence, name, description of shots; and the columns `Framing` and `Depicts`, if the project has such
metadata. Tasks, assignments, times and frame ranges are not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from api.integrations.story import (
    Person,
    Place,
    PlannedShot,
    Remark,
    Story,
    Wanted,
    depicts_of,
    order_of,
    problems_of,
    reference,
)

Kind = Literal["assets", "shots", "casting"]
COLUMNS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "assets": ("Project", "Type", "Name", "Description"),
    "shots": ("Project", "Episode", "Sequence", "Name", "Description"),
    "casting": ("Parent", "Name", "Asset Type", "Asset"),
}
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file."""
Row = Mapping[str, str]


@dataclass
class _Export:
    """What the files say, as it is gathered."""

    wanted: Wanted
    rows: dict[Kind, list[tuple[str, Row]]] = field(
        default_factory=lambda: {"assets": [], "shots": [], "casting": []}
    )
    problems: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)

    def read(self, name: str, content: bytes) -> None:
        """Take the rows of one file, or say why none are taken."""
        if len(content) > MOST_BYTES:
            self.problems.append(Remark(name, f"has {len(content)} bytes, at most {MOST_BYTES} are read"))
            return
        try:
            lines = list(
                csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True)
            )
        except (UnicodeDecodeError, csv.Error) as unfit:
            self.problems.append(Remark(name, f"is no CSV file of Kitsu: {unfit}"))
            return
        header = lines[0] if lines else []
        kind = next((one for one, columns in COLUMNS.items() if set(columns) <= set(header)), None)
        if kind is None:
            known = "; or ".join(", ".join(columns) for columns in COLUMNS.values())
            self.problems.append(Remark(name, f"has no first row that is known; known are: {known}"))
            return
        for number, cells in enumerate(lines[1:], start=2):
            place = f"{name}, row {number}"
            if len(cells) == len(header):
                self.rows[kind].append((place, _named(header, cells)))
            elif cells:
                self.problems.append(
                    Remark(place, f"has {len(cells)} cells, the first row has {len(header)}")
                )

    def project(self) -> str | None:
        """The one that all rows name, or the one that was asked for."""
        named = {row["Project"] for kind in ("assets", "shots") for _, row in self.rows[kind]}
        if self.wanted.project is not None:
            return self.wanted.project
        if len(named) > 1:
            self.problems.append(Remark("Project", f"several are named: {', '.join(sorted(named))}"))
        return min(named) if named else None

    def people(self, project: str) -> Iterator[Person]:
        for place, row in self.rows["assets"]:
            kind = self.wanted.types.get(row["Type"].casefold())
            if kind is None:
                self.left_out.append(
                    Remark(place, f"{row['Name']!r} is of the type {row['Type']!r}, which is no character")
                )
                continue
            depicts = depicts_of(row.get("Depicts", ""), kind, self.wanted, self.problems, place)
            called = reference("kitsu", project, row["Type"], row["Name"])
            yield Person(called, row["Name"], kind, depicts, row["Description"], place)

    def scenes(self, project: str) -> Iterator[Place]:
        """Sequences with their shots, in the order of the export; a sequence is a scene."""
        found: dict[tuple[str, str], list[tuple[str, Row]]] = {}
        for place, row in self.rows["shots"]:
            found.setdefault((row["Episode"], row["Sequence"]), []).append((place, row))
        casts = self._casts(project, set(found))
        episodes = list(dict.fromkeys(episode for episode, _ in found))
        for number, ((episode, sequence), rows) in enumerate(found.items(), start=1):
            yield Place(
                reference=reference("kitsu", project, episode, sequence),
                name=sequence,
                episode=order_of(episode, episodes.index(episode) + 1),
                number=order_of(sequence, number),
                shots=tuple(self._shots(project, rows)),
                cast=casts.get((episode, sequence), ()),
            )

    def _shots(self, project: str, rows: Sequence[tuple[str, Row]]) -> Iterator[PlannedShot]:
        for place, row in rows:
            name, action = row["Name"], row["Description"].strip()
            if not action:
                self.left_out.append(
                    Remark(place, f"the shot {name!r} has no description, so nobody knows what to film")
                )
                continue
            called = reference("kitsu", project, row["Episode"], row["Sequence"], name)
            yield PlannedShot(called, name, action, row.get("Framing", "").strip() or None)

    def _casts(self, project: str, known: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
        """Who plays in each scene: everybody who is cast in one of its shots."""
        found: dict[tuple[str, str], dict[str, None]] = {}
        for place, row in self.rows["casting"]:
            where = (row.get("Episode", ""), row["Parent"])
            if row["Asset Type"].casefold() not in self.wanted.types:
                continue
            if where not in known:
                self.left_out.append(
                    Remark(
                        place, f"casts {row['Asset']!r} in {'/'.join(where)!r}, which no file of shots names"
                    )
                )
                continue
            found.setdefault(where, {})[reference("kitsu", project, row["Asset Type"], row["Asset"])] = None
        return {where: tuple(cast) for where, cast in found.items()}


def read(files: Mapping[str, bytes], wanted: Wanted) -> Story:
    """What the exports (file name -> content) tell together; every problem of every file at once."""
    export = _Export(wanted)
    for name, content in files.items():
        export.read(name, content)
    project = export.project()
    if project is None:
        if not export.problems:
            export.problems.append(
                Remark("Project", "no file names it: give the shots or assets too, or --project")
            )
        return Story(None, problems=tuple(export.problems))
    people, scenes = tuple(export.people(project)), tuple(export.scenes(project))
    references = [
        *(one.reference for one in people),
        *(one.reference for one in scenes),
        *(shot.reference for one in scenes for shot in one.shots),
    ]
    problems = (*export.problems, *problems_of(people, references))
    return Story(project, people, scenes, problems, tuple(export.left_out))


def _named(header: Sequence[str], cells: Sequence[str]) -> Row:
    """Of columns with one name (`Assignations`) the first counts."""
    row: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=True):
        row.setdefault(name, cell)
    return row
