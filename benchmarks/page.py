"""docs/reference/benchmarks.md: every figure that is kept beside its aim, each miss with its reason, and when it was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.measured import Measured
from benchmarks.reasons import reason
from benchmarks.report import Compared, Report, rows, units, verdicts, ways

_HEAD = """# Benchmarks

Each part says when it was measured and of which commit. `python -m benchmarks --only NAME --large --write` measures a part anew
with its published sizes and makes this page, without `--only` all of them; `make bench` runs everything with small sizes and
writes nothing. Figures are medians with the lowest and the highest round in brackets. What is compared took turns in the same
run (A B A B); a ratio was taken within each round before its median was. Ratios say more than figures: those hold on other
machines, these do not.

{places}

## Aims

{aims}
"""
_MISSED = """### Missed

{reasons}
"""


def page(kept: Sequence[Measured]) -> str:
    """The whole page, of the runs in their order."""
    reports = [one.report for one in kept if one.report]
    judged = [(report, one) for report in reports for one in report.compared if one.aim is not None]
    aims = [[report.title, *row] for report, one in judged for row in verdicts([one])]
    table = _table(["", "case", "compared", "measured", "aim", ""], aims)
    parts = [_HEAD.format(places=_places(kept), aims=table)]
    if missed := [(report, one) for report, one in judged if not one.met]:
        parts.append(_MISSED.format(reasons=_reasons(missed)))
    return "\n".join([*parts, *(_section(one) for one in kept)])


def _places(kept: Sequence[Measured]) -> str:
    """Where parts were measured, each place once with the parts it is of."""
    found: dict[str, list[str]] = {}
    for one in kept:
        found.setdefault(f"{one.machine}. {one.versions}.", []).append(one.name)
    return "\n".join(f"- {', '.join(names)}: {place}" for place, names in found.items())


def _reasons(missed: Sequence[tuple[Report, Compared]]) -> str:
    """Each reason once, with the cases it stands for and by how much each missed."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for report, one in missed:
        why = (report.title, one.what, reason(report, one))
        found.setdefault(why, []).append(f"{one.case} by {one.missed_by}")
    return "\n".join(
        f"- {title}, {what}: {'; '.join(cases)}. {why[:1].upper()}{why[1:]}."
        for (title, what, why), cases in found.items()
    )


def _section(one: Measured) -> str:
    title = one.report.title if one.report else one.name.capitalize()
    return "\n\n".join([f"## {title}", *_told(one)]) + "\n"


def _told(one: Measured) -> Iterator[str]:
    yield f"{one.on}, commit `{one.commit}`: `{one.command}`.{f' {one.note}' if one.note else ''}"
    if one.report is None:
        yield f"```text\n{one.text.rstrip()}\n```"
        return
    report = one.report
    yield report.about
    for unit in units(report.figures):
        yield _table([unit, *ways(report.figures, unit)], rows(report.figures, unit))
    if free := [compared for compared in report.compared if compared.aim is None]:
        yield _table(["compared", "", "ratio"], [row[:3] for row in verdicts(free)])


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
