"""Following a generation on the terminal, and what its end looks like."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.console import Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.cli.showing import fields, plain, text
from api.cli.terminal import FAILED, INTERRUPTED, Terminal, leave
from api.client.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from api.client import GenerationAnswer
    from registry.views.clips import ClipCard

FOLLOW_OPTIONS: Final = (
    click.option(
        "--timeout", type=float, help="Stop following after so many seconds; the generation goes on."
    ),
    click.option(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        show_default=True,
        help="Seconds to wait while the outcome of the paid call is unknown and being looked up.",
    ),
)


@dataclass
class Following:
    """One generation being followed. Its progress goes to standard error, a line for each change."""

    terminal: Terminal
    said: str = field(default="")

    def to_the_end(self, generation: str, *, timeout: float | None, patience: float) -> GenerationAnswer:
        """Raises OutcomeUnknown and StillRunning. An interrupt stops the following and not the generation."""
        columns = (
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        bar = Progress(*columns, console=self.terminal.err, disable=not self.terminal.live, transient=True)
        task = bar.add_task(generation, total=len(_STEPS))

        def tell(answer: GenerationAnswer) -> None:
            now = progress_of(answer)
            if now != self.said and not self.terminal.for_programs:
                bar.console.print(text(now, "dim"))
                self.said = now
            bar.update(task, completed=_step_of(answer), description=now.partition(" ")[2])

        try:
            with bar:
                return self.terminal.client.wait_for_generation(
                    generation, tell, timeout=timeout, patience=patience
                )
        except KeyboardInterrupt:
            self.terminal.err.print(
                text(f"{generation} goes on; follow it: continuity generations show {generation} --follow")
            )
            leave(INTERRUPTED)

    def tell_end(self, ended: GenerationAnswer, clip: ClipCard | None, file: Path | None = None) -> None:
        """Print the end, with the file its clip is in; leave with 4 unless a clip was delivered."""
        if self.terminal.ids:
            self.terminal.line(clip or ended)
        else:
            self.terminal.answer(ended, lambda: end_of(ended, clip, file))
        if ended.outcome != "delivered":
            leave(FAILED)


_STEPS: Final = ("planned", "submitting", "processing", "stored", "ended")


def _step_of(answer: GenerationAnswer) -> int:
    """How many of its steps are behind it; what waits for a parent or a person has none."""
    paid = answer.submission_card
    at = "processing" if paid is not None and paid.task_id and answer.stage == "submitting" else answer.stage
    return _STEPS.index(at) + 1 if at in _STEPS else 0


def progress_of(answer: GenerationAnswer) -> str:
    """Where it is, in one line: `generation_… submitting, processing: task 86… is processing`."""
    stage = answer.outcome or answer.stage
    paid = answer.submission_card
    state = "" if paid is None or answer.outcome else f", {paid.state}"
    waits = f": {answer.waiting_for}" if answer.waiting_for and not answer.outcome else ""
    return plain(f"{answer.id} {stage}{state}{waits}")


def end_of(ended: GenerationAnswer, clip: ClipCard | None, file: Path | None = None) -> RenderableType:
    if clip is None:
        paid = ended.submission_card
        said: dict[str, Any] = {
            "generation": ended.id,
            "outcome": ended.outcome,
            "reason": ended.reason,
            "submission": ended.submission,
            "task": paid and paid.task_id,
            "units": paid and paid.units,
        }
        return fields(said)
    shown = {
        "clip": clip.id,
        "generation": ended.id,
        "pattern": ended.pattern,
        "seconds": f"{clip.duration_us / 1_000_000:.2f}",
        "size": f"{clip.width}x{clip.height}",
        "sound": clip.has_audio,
        "units": ended.submission_card and ended.submission_card.units,
    }
    got = f"continuity clips download {clip.id} take.mp4" if file is None else f"in {plain(file)}"
    return Group(fields(shown), text(f"→ {got}", "dim"))
