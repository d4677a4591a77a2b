"""What is locked against what is known to be harmful, without asking anybody: `make audit`.

    python -m tests.architecture.advisories [--database FOLDER]

`requirements/advisories.json` names the holes this project has looked into, so that no lock falls back behind them. It is no
survey: `--database` reads a copy of PyPA's advisory database as well (a folder with `vulns/<package>/*.yaml`, in OSV's form), and
says how old that is. Nothing is fetched. Exit code 1 when something locked is affected, 2 when an advisory cannot be read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT: Final = Path(__file__).parents[2]
KNOWN: Final = ROOT / "requirements/advisories.json"
OLD_DAYS: Final = 90
_LOCKED: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)
_MODIFIED: Final = re.compile(r"^modified: *['\"]?(\d{4}-\d{2}-\d{2})", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Locked:
    """A package in one version, and the files that lock it."""

    package: str
    version: str
    files: tuple[str, ...] = ()


class Span(NamedTuple):
    """From a version on until another, which is free of it; or the last that is not (`inclusive`). None: no end is known."""

    since: Version
    until: Version | None
    inclusive: bool = False

    def __contains__(self, version: object) -> bool:
        if not isinstance(version, Version) or version < self.since:
            return False
        return self.until is None or version < self.until or (self.inclusive and version == self.until)


@dataclass(frozen=True)
class Advisory:
    """A hole in some versions of a package: those in one of the spans, and those that are listed."""

    id: str
    package: str
    about: str
    spans: tuple[Span, ...]
    listed: frozenset[str] = frozenset()

    def holds(self, version: str) -> bool:
        return version in self.listed or any(Version(version) in span for span in self.spans)


def locked(folder: Path = ROOT / "requirements") -> list[Locked]:
    """Everything that the lock files name."""
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted(folder.glob("*.txt")):
        for name, version in _LOCKED.findall(file.read_text()):
            found.setdefault((canonicalize_name(name), version), []).append(file.name)
    return sorted(Locked(name, version, tuple(files)) for (name, version), files in found.items())


def looked_into(file: Path = KNOWN) -> tuple[date, list[Advisory]]:
    """The project's own list, and the day it was last gone through."""
    said = json.loads(file.read_text())
    rows = [
        Advisory(
            one["id"],
            canonicalize_name(one["package"]),
            one["about"],
            (Span(Version("0"), Version(one["fixed"])),),
        )
        for one in said["advisories"]
    ]
    return date.fromisoformat(said["as_of"]), rows


def published(database: Path, packages: set[str]) -> tuple[date, list[Advisory]]:
    """What a copy of the database says of these packages, and the day of its newest entry. ValueError for what it cannot read."""
    vulns = database / "vulns"
    days = [
        found[1] for file in vulns.glob("*/*.yaml") if (found := _MODIFIED.search(file.read_text("utf-8")))
    ]
    if not days:
        raise ValueError(
            f"{database} holds no vulns/<package>/*.yaml: it is no copy of the advisory database"
        )
    found = [
        advisory
        for folder in sorted(vulns.iterdir())
        if canonicalize_name(folder.name) in packages
        for file in sorted(folder.glob("*.yaml"))
        for advisory in _read(file)
    ]
    return date.fromisoformat(max(days)), found


def _read(file: Path) -> Iterator[Advisory]:
    said = yaml.safe_load(file.read_text("utf-8"))
    if said.get("withdrawn"):
        return
    for one in said.get("affected", ()):
        ranges = [part for part in one.get("ranges", ()) if part["type"] == "ECOSYSTEM"]
        about = str(said.get("summary") or said.get("details") or "").partition("\n")[0][:100]
        yield Advisory(
            said["id"],
            canonicalize_name(one["package"]["name"]),
            about,
            tuple(span for found in ranges for span in _spans(found["events"])),
            frozenset(one.get("versions", ())),
        )


def _spans(events: list[dict[str, str]]) -> Iterator[Span]:
    """Each `introduced` with the `fixed` or `last_affected` that follows it (OSV schema, section affected[].ranges[].events)."""
    begun: Version | None = None
    for event in events:
        match event:
            case {"introduced": since}:
                begun = _version(since)
            case {"fixed": until} if begun is not None:
                yield Span(begun, _version(until))
                begun = None
            case {"last_affected": until} if begun is not None:
                yield Span(begun, _version(until), inclusive=True)
                begun = None
    if begun is not None:
        yield Span(begun, None)


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        raise ValueError(f"{text!r} is no version") from None


def hits(locks: list[Locked], advisories: list[Advisory]) -> list[str]:
    """A line for everything that is locked and affected."""
    return [
        f"{one.package} {one.version} ({', '.join(one.files)}): {advisory.id}, {advisory.about}"
        for one in locks
        for advisory in advisories
        if advisory.package == one.package and advisory.holds(one.version)
    ]


def main(arguments: list[str], *, today: date) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", type=Path, help="a copy of PyPA's advisory database")
    options = parser.parse_args(arguments)
    locks = locked()
    sources: list[tuple[str, tuple[date, list[Advisory]]]] = [("looked into here", looked_into())]
    try:
        if options.database is not None:
            sources.append(
                (str(options.database), published(options.database, {one.package for one in locks}))
            )
    except (ValueError, KeyError, TypeError, OSError, yaml.YAMLError) as unreadable:
        sys.stderr.write(f"audit: the advisories cannot be read: {unreadable}\n")
        return 2
    found: list[str] = []
    for name, (day, advisories) in sources:
        age = (today - day).days
        old = f" (OLD: get a newer copy; beyond {OLD_DAYS} days it says little)" if age > OLD_DAYS else ""
        sys.stdout.write(f"audit: {len(advisories)} advisories, {name}, as of {day}, {age} days ago{old}\n")
        found += hits(locks, advisories)
    last = "\n".join(found) or f"audit: none of them holds for the {len(locks)} packages that are locked"
    sys.stdout.write(f"{last}\n")
    return 1 if found else 0


if __name__ == "__main__":
    given: Any = sys.argv[1:]
    sys.exit(main(given, today=datetime.now(tz=UTC).date()))
