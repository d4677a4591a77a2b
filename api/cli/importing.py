"""Registering many files: a bar over all bytes, one verdict per file, and no file that stops the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from api.cli.showing import finding_lines, plain, text
from api.client import ContinuityError, UnexpectedAnswer, Unreachable

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.client import RegisteredAsset

Verdict = Literal["registered", "known already", "kept with findings", "refused"]

_STYLES = {
    "registered": "green",
    "known already": "cyan",
    "kept with findings": "yellow",
    "refused": "bold red",
}
_ABOUT_THE_CALLER = frozenset({401, 403, 429})


@dataclass(frozen=True, slots=True)
class Importing:
    """One import; verdicts go to the terminal as they fall."""

    terminal: Terminal

    def run(self, files: Sequence[Path]) -> bool:
        """Register the files in order. True when none was refused.

        Raises ContinuityError when the failure is not the file's: no service, no right, a store that is down.
        """
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
        )
        # Verdicts and bar share a console, or they would write over each other.
        watched = self.terminal.out.is_terminal and not self.terminal.for_programs
        sizes = {file: _size(file) for file in files}
        refused = 0
        with Progress(*columns, console=self.terminal.out, disable=not watched, transient=True) as bar:
            task = bar.add_task("importing", total=sum(sizes.values()))
            for done, file in enumerate(files):
                bar.update(task, description=f"{done + 1}/{len(files)} {plain(file.name)}")
                before = sum(sizes[earlier] for earlier in files[:done])
                refused += self._register(file, bar, task, before) == "refused"
                bar.update(task, completed=before + sizes[file])
        return refused == 0

    def _register(self, file: Path, bar: Progress, task: TaskID, before: int) -> Verdict:
        try:
            kept = self.terminal.client.register_asset(
                file, on_bytes=lambda sent, _: bar.update(task, completed=before + sent)
            )
        except ContinuityError as error:
            if not _about_the_file(error):
                raise
            self._tell(file, "refused", {"code": error.code, "message": error.message, "hint": error.hint})
            return "refused"
        verdict = _verdict(kept)
        findings = [finding.model_dump(mode="json") for finding in kept.asset.findings]
        near = [alike.model_dump(mode="json") for alike in kept.asset.near or ()]
        self._tell(file, verdict, {"asset": kept.asset.id, "findings": findings, "near": near})
        return verdict

    def _tell(self, file: Path, verdict: Verdict, more: dict[str, Any]) -> None:
        if self.terminal.for_programs:
            known = {"file": plain(file), "verdict": verdict} | more
            if not self.terminal.ids:
                self.terminal.line(known)
            elif "asset" in more:
                self.terminal.line({"id": more["asset"]})
            else:
                self.terminal.err.print(text(f"{plain(file)}: {more['message']} ({more['code']})"))
            return
        line = Text.assemble((f"{verdict:<18}", _STYLES[verdict]), f"  {plain(file.name)}")
        said = more.get("asset") or f"{more['message']} ({more['code']})"
        line.append(f"  {plain(said)}", "dim" if "asset" in more else "")
        self.terminal.out.print(line)
        for finding in finding_lines(more.get("findings", ())):
            self.terminal.out.print(finding)
        for alike in more.get("near", ()):
            said = f"{'':<18}  looks like {alike['asset']} ({alike['distance']} of 288 bits apart)"
            self.terminal.out.print(Text(plain(said), "yellow"))


def _verdict(kept: RegisteredAsset) -> Verdict:
    if not kept.created:
        return "known already"
    return "kept with findings" if kept.asset.findings else "registered"


def _about_the_file(error: ContinuityError) -> bool:
    """Whether the next file may fare better: not when nobody answers, nobody may, or the service names an outage."""
    if isinstance(error, Unreachable | UnexpectedAnswer):
        return False
    return error.status is None or (error.status < 500 and error.status not in _ABOUT_THE_CALLER)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # the verdict says why it cannot be read
