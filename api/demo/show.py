"""How the demo tells its story on a terminal: steps, takes on their way, then files, lineage and continuity."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.lineage import tree_of
from api.cli.showing import plain, text
from api.client import ContinuityClient, GenerationAnswer
from api.demo.story import Take

PATIENCE_SECONDS: Final = 60.0


class DemoFailed(RuntimeError):
    """A take did not come to a clip; the message says which and why."""


class Teller:
    """Prints the story. Lines only, no cursor tricks, so that it reads the same in a log."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        self._console.print(
            Text.assemble((f"{time.monotonic() - self._began:5.1f} s  ", "dim"), plain(words))
        )

    def heading(self, words: str) -> None:
        self._console.print(text(f"\n── {words}", "bold"))

    def follow(self, client: ContinuityClient, takes: Sequence[Take]) -> dict[str, GenerationAnswer]:
        """Watch all takes to their ends. Raises DemoFailed when one has no clip."""
        ended: dict[str, GenerationAnswer] = {}
        seen: dict[str, str] = {}
        news = time.monotonic()
        while len(ended) < len(takes):
            for take in takes:
                if take.letter in ended:
                    continue
                answer = client.generation(take.generation)
                stage = _stage(answer)
                if seen.get(take.letter) != stage:
                    seen[take.letter], news = stage, time.monotonic()
                    self.say(f"({take.letter}) {take.title}: {stage}")
                if answer.outcome is not None:
                    ended[take.letter] = answer
            if time.monotonic() - news > PATIENCE_SECONDS:
                raise DemoFailed(f"nothing has moved for {PATIENCE_SECONDS:g} s: {seen}")
            time.sleep(0.2)
        if failed := [
            f"({letter}) {answer.outcome}: {answer.reason}"
            for letter, answer in ended.items()
            if not answer.clip
        ]:
            raise DemoFailed("; ".join(failed))
        return ended

    def why(self, letter: str, title: str, answer: GenerationAnswer) -> None:
        """The chosen pattern, its evidence and the reasons."""
        plan: dict[str, Any] = answer.plan or {}
        self._console.print(Text.assemble((f"({letter}) ", "bold"), plain(title)))
        chosen = Text.assemble(
            "    pattern ", (answer.pattern, "bold green"), f", {plain(plan.get('evidence'))}, "
        )
        chosen.append(f"{plain(plan.get('estimate', {}).get('units'))} units estimated")
        self._console.print(chosen)
        for why in plan.get("why", ()):
            cites = ", ".join(why["cites"])
            self._console.print(
                text(f"    {why['verdict']} {why['subject']}: {why['because']} [{cites}]", "dim")
            )

    def files(self, clips: dict[str, Path]) -> None:
        table = Table("clip", "file", "bytes", box=None, header_style="bold", pad_edge=False)
        for letter, path in sorted(clips.items()):
            table.add_row(f"({letter})", str(path), f"{path.stat().st_size:,}")
        self._console.print(table)

    def lineage(self, client: ContinuityClient, clip: str, names: Mapping[str, str]) -> None:
        """What the clip was made from, as a tree."""
        self._console.print(tree_of(client.lineage(clip), names))

    def continuity(self, client: ContinuityClient, scene: str, names: Mapping[str, str]) -> None:
        """The scene's continuity log."""
        card = client.scene(scene)
        table = Table(
            "position",
            "outcome",
            "pattern",
            "made from",
            "clip",
            "units",
            box=None,
            header_style="bold",
            pad_edge=False,
        )
        for entry in client.continuity(scene):
            record = entry.record
            if record is None:
                continue
            grounds = [*record.elements, *record.assets, *record.parents]
            made_from = ", ".join(_named(ground, names) for ground in grounds) or "text alone"
            table.add_row(
                str(entry.position),
                record.outcome,
                record.pattern,
                made_from,
                record.clip or "–",
                record.units or "–",
            )
        self._console.print(text(f"{card.name} ({scene})", "bold"))
        self._console.print(table)


def _named(thing: str, names: Mapping[str, str]) -> str:
    return f"{names[thing]} ({thing})" if thing in names else thing


def _stage(answer: GenerationAnswer) -> str:
    if answer.outcome is not None:
        return f"{answer.outcome} {answer.reason}".strip()
    paid = answer.submission_card
    return f"{answer.stage}, {paid.state}" if paid else answer.stage


def save_clips(client: ContinuityClient, ended: dict[str, GenerationAnswer], folder: Path) -> dict[str, Path]:
    """Download every clip, digest checked."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {
        letter: client.download_clip(answer.clip, folder / f"{letter}-{answer.pattern}.mp4")
        for letter, answer in ended.items()
        if answer.clip is not None
    }
