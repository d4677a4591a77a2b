"""What a benchmark has to say: figures by case and way, ratios beside their aims; as text, as JSON, and from it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from benchmarks.timing import Spread


@dataclass(frozen=True, slots=True)
class Figure:
    """What one way came to in one case."""

    case: str
    way: str
    unit: str
    value: Spread


@dataclass(frozen=True, slots=True)
class Compared:
    """A ratio, or a figure with a limit, beside what is aimed at; no `aim` where it is published alone.

    `most` says that the aim is a limit from above.
    """

    case: str
    what: str
    value: Spread
    unit: str = "x"
    aim: float | None = None
    most: bool = False

    @property
    def met(self) -> bool:
        """Whether the median is where it should be."""
        if self.aim is None:
            return True
        return self.value.median <= self.aim if self.most else self.value.median >= self.aim

    @property
    def missed_by(self) -> str:
        """How far the median is from the aim, as a share of the aim."""
        if self.aim is None or self.met:
            return ""
        return f"{abs(self.value.median - self.aim) / self.aim:.0%}"


@dataclass(frozen=True, slots=True)
class Report:
    """All of one benchmark; `about` says what was compared with what, in sentences for the published page."""

    title: str
    about: str
    figures: tuple[Figure, ...]
    compared: tuple[Compared, ...]

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """From what `asdict` made of it."""
        return cls(
            told["title"],
            told["about"],
            tuple(Figure(**{**one, "value": Spread(**one["value"])}) for one in told["figures"]),
            tuple(Compared(**{**one, "value": Spread(**one["value"])}) for one in told["compared"]),
        )


def arguments(doc: str | None) -> argparse.ArgumentParser:
    """A parser that shows a benchmark's own docstring and knows `--json`."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


def publish(report: Report, *, as_json: bool) -> None:
    """Print it."""
    print(json.dumps(asdict(report)) if as_json else as_text(report))


def say(what: str) -> None:
    """Tell on the error output what goes on, as a run takes its time."""
    print(f"  {what}", file=sys.stderr, flush=True)


def as_text(report: Report) -> str:
    """For a terminal."""
    parts = [report.title]
    for unit in units(report.figures):
        parts.append(_aligned([[unit, *ways(report.figures, unit)], *rows(report.figures, unit)]))
    parts.append(_aligned([["compared", "", "ratio", "aim", ""], *verdicts(report.compared)]))
    return "\n\n".join(parts)


def units(figures: Sequence[Figure]) -> list[str]:
    return list(dict.fromkeys(figure.unit for figure in figures))


def ways(figures: Sequence[Figure], unit: str) -> list[str]:
    return list(dict.fromkeys(figure.way for figure in figures if figure.unit == unit))


def rows(figures: Sequence[Figure], unit: str) -> list[list[str]]:
    """One row a case: its name, and the median (lowest to highest) of each way."""
    mine = {(one.case, one.way): one.value for one in figures if one.unit == unit}
    found = []
    for case in dict.fromkeys(case for case, _ in mine):
        values = [mine.get((case, way)) for way in ways(figures, unit)]
        found.append([case, *(shown(value) if value else "–" for value in values)])
    return found


def verdicts(compared: Sequence[Compared]) -> list[list[str]]:
    """One row a comparison: case, what, value, aim, verdict."""
    return [[one.case, one.what, _valued(one), _aim(one), _verdict(one)] for one in compared]


def shown(value: Spread, unit: str = "") -> str:
    """A median with its extremes."""
    return f"{number(value.median)}{unit} ({number(value.low)}–{number(value.high)})"


def number(value: float) -> str:
    """Three digits that count, and thousands with commas."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _valued(one: Compared) -> str:
    return shown(one.value, "" if one.unit == "x" else f" {one.unit}")


def _aim(one: Compared) -> str:
    if one.aim is None:
        return "–"
    unit = "x" if one.unit == "x" else f" {one.unit}"
    return f"{'≤' if one.most else '≥'} {one.aim:g}{unit}"


def _verdict(one: Compared) -> str:
    if one.aim is None:
        return ""
    return "met" if one.met else f"missed by {one.missed_by}"


def _aligned(table: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)
