"""`continuity audit`: whether what is on record still comes out as it did, and bundles of it for outsiders (`bundles`)."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.console import Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.bundles import BUNDLES
from api.cli.showing import plain, table, text
from api.cli.terminal import Terminal, calling, leave

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.replayed import DeterminismPage, GenerationReplay, Replayed

DRIFTED: Final = 1
CANNOT_TELL: Final = 2
"""Exit codes, as every check of the record has them; 0 is that all is well."""
USUAL_SAMPLE: Final = 100
_MOST_KEPT: Final = 1_000
"""Findings that are kept for one JSON answer; with --json-lines each goes out as it is found."""


@click.group(name="audit")
def audit() -> None:
    """Checks of the record, and bundles of it for outsiders. They change nothing."""


@audit.command()
@click.option("--sample", type=click.IntRange(min=1), help=f"So many generations, drawn.  [{USUAL_SAMPLE}]")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.option("--production", help="Of this production alone.")
@click.option("--seed", help="The same word draws the same sample.  [another one each time]")
@calling
def determinism(
    terminal: Terminal,
    sample: int | None,
    production: str | None,
    seed: str | None,
    *,
    everything: bool,
) -> None:
    """Compile past generations again, from the log as it was read then, and compare the plans; what drifted, by compiler.

    Exit code 0: all are the same; 1: some drifted; 2: none did, and of some it cannot be told (their people were erased), or the
    service cannot be asked.

    Example: continuity audit determinism --all --production production_01jd…
    """
    if everything and sample is not None:
        raise click.UsageError("--all are all, --sample is some: say one of the two")
    _failing_cannot_tell()
    seed = seed or secrets.token_hex(4)
    found = Found(seed="" if everything else seed)
    pages = terminal.client.audit_determinism(
        production=production, sample=None if everything else sample or USUAL_SAMPLE, seed=seed
    )
    with _progress(terminal) as told:
        for page in pages:
            told(page)
            found.add(page)
            if terminal.by_line:
                for one in page.items:
                    if one.verdict != "same":
                        terminal.line(one)
    if not terminal.by_line:
        terminal.answer(found.said(), found.drawn)
    leave(found.exit_code)


@audit.command()
@click.argument("generation")
@calling
def replay(terminal: Terminal, generation: str) -> None:
    """Compile one generation again, from the log as it was read then, and make the bytes of its paid call again. Nothing is sent.

    Exit codes as of `audit determinism`; bytes that cannot be made again do not count.

    Example: continuity audit replay generation_01jd…
    """
    _failing_cannot_tell()
    found = terminal.client.replay(generation)
    terminal.answer(found, lambda: _replayed(found))
    verdicts = {one.verdict for one in found.plans} | ({"drifted"} & {found.wire.verdict})
    leave(DRIFTED if "drifted" in verdicts else CANNOT_TELL if verdicts != {"same"} else 0)


def _replayed(found: GenerationReplay) -> RenderableType:
    columns = ("generation", "position", "compiled by", "now", "where or why", "then", "now")
    wire = found.wire
    said = f"bytes: {wire.verdict}" + (f" ({wire.because})" if wire.because else f", {wire.wire_digest_now}")
    return Group(table(columns, map(_row, found.plans)), text(said, "bold"))


def _failing_cannot_tell() -> None:
    """Who cannot ask the service cannot tell either, which is no finding."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.meta["when_it_fails"] = CANNOT_TELL


@dataclass
class Found:
    """What all pages came to. `counts` are by compiler; `findings` the first that are not the same."""

    seed: str
    compiler_now: str = ""
    examined: int = 0
    counts: defaultdict[str, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: dict.fromkeys(("same", "drifted", "unknown"), 0))
    )
    findings: list[Replayed] = field(default_factory=list)
    omitted: int = 0

    def add(self, page: DeterminismPage) -> None:
        self.compiler_now = page.compiler_now
        self.examined += page.examined
        for tally in page.by_compiler:
            for verdict in ("same", "drifted", "unknown"):
                self.counts[tally.compiler][verdict] += getattr(tally, verdict)
        others = [one for one in page.items if one.verdict != "same"]
        kept = others[: max(0, _MOST_KEPT - len(self.findings))]
        self.findings += kept
        self.omitted += len(others) - len(kept)

    @property
    def exit_code(self) -> int:
        if any(one["drifted"] for one in self.counts.values()):
            return DRIFTED
        return CANNOT_TELL if any(one["unknown"] for one in self.counts.values()) else 0

    def said(self) -> dict[str, Any]:
        by_compiler = [{"compiler": name, **self.counts[name]} for name in sorted(self.counts)]
        return {
            "compiler_now": self.compiler_now,
            "examined": self.examined,
            "seed": self.seed,
            "by_compiler": by_compiler,
            "findings": self.findings,
            "omitted": self.omitted,
        }

    def drawn(self) -> RenderableType:
        rows = [(name, *(str(count) for count in self.counts[name].values())) for name in sorted(self.counts)]
        drawn_by = f", drawn by --seed {self.seed}" if self.seed else ""
        parts: list[RenderableType] = [
            text(f"{self.examined} generations compiled again by {self.compiler_now}{drawn_by}", "bold"),
            table(("compiled by", "same", "drifted", "unknown"), rows),
        ]
        if self.findings:
            columns = ("generation", "position", "compiled by", "now", "where or why", "then", "now")
            parts += [text("\nwhat is not the same", "bold"), table(columns, map(_row, self.findings))]
        if self.omitted:
            parts.append(text(f"and {self.omitted} more: --json-lines names them all", "dim"))
        return Group(*parts)


def _row(one: Replayed) -> tuple[str, ...]:
    drift = one.drift
    then, now = (plain(drift.then)[:80], plain(drift.now)[:80]) if drift else ("", "")
    where = drift.path if drift else one.because
    return (one.generation, str(one.position), one.compiler, one.verdict, where, then, now)


@contextmanager
def _progress(terminal: Terminal) -> Iterator[Callable[[DeterminismPage], None]]:
    """A bar that counts generations, where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal.err, disable=not terminal.live, transient=True) as bar:
        task = bar.add_task("compiling again", total=None)

        def told(page: DeterminismPage) -> None:
            bar.update(task, advance=page.examined)
            if page.of is not None:
                bar.update(task, total=page.of)

        yield told


for _one in BUNDLES:
    audit.add_command(_one)
COMMANDS: Final = (audit,)
