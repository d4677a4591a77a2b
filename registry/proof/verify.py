"""A source of rows held against what a verifier holds: every log walked, and one report of all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from operator import itemgetter

from registry.proof.held import Held, HeldNote, Keyring
from registry.proof.report import LogReport, Report
from registry.proof.sources.source import Source, SourceDamaged
from registry.proof.walk import Row, Walk

Tell = Callable[[int, int], None]
"""(events done, events in all)."""


def verify(
    source: Source,
    notes: Sequence[HeldNote],
    keys: Keyring,
    *,
    logs: Collection[str] = (),
    tell: Tell = lambda _done, _all: None,
) -> Report:
    """Walk every log of the source. Raises SourceUnusable.

    Every log must at least agree with itself. Proven have to be those that are named in `logs`, or else those that the held
    checkpoints speak of, or else, where there are none, all: what nobody holds a checkpoint of nobody can tell.
    """
    held = Held.open([*notes, *source.notes()], keys)
    wanted = set(logs) or set(held.opened)
    walks: dict[str, Walk] = {}
    doubts = list(held.doubts)
    damage = ""
    try:
        heads = source.heads()
        for log in {*heads, *wanted}:
            walks[log] = Walk(log, held.opened.get(log, ()))
        _walk(source, walks, held, sum(heads.values()), tell)
        misfits = list(source.misfits())
    except SourceDamaged as broken:
        damage, heads, misfits = str(broken), {}, []
    if not walks:
        doubts.append("there is no log in it")
    reports = [walk.end() for _, walk in sorted(walks.items())]
    for log, position, what in misfits:
        _of(reports, log).found("kind", position, what)
    for report in reports:
        _ends(report, heads, damage)
        if wanted and report.log not in wanted:
            report.doubts.clear()
    if damage and not reports:
        reports = [LogReport("?")]
        reports[0].found("unreadable", 0, damage)
    return Report(reports, doubts)


def _walk(source: Source, walks: dict[str, Walk], held: Held, total: int, tell: Tell) -> None:
    done = 0
    for batch in source.rows():
        for raw, rows in groupby(batch, key=itemgetter(0)):
            log = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
            if log not in walks:  # no head knows it: it is told at the end
                walks[log] = Walk(log, held.opened.get(log, ()))
            walks[log].take(list[Row](rows))
        done += len(batch)
        tell(done, total)


def _ends(report: LogReport, heads: dict[str, int], damage: str) -> None:
    """Where the source says that the log ends, and where it does."""
    if damage:
        report.found("unreadable", report.events, damage)
    elif heads.get(report.log, 0) != report.events:
        said = heads.get(report.log)
        message = f"{report.events} events are there, and its head " + (
            f"says {said}" if said is not None else "is missing"
        )
        report.found("head", report.events, message)


def _of(reports: list[LogReport], log: str) -> LogReport:
    for report in reports:
        if report.log == log:
            return report
    reports.append(LogReport(log))
    return reports[-1]
