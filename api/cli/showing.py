"""How cards look to a person: tables, lists of fields, findings. Nothing that came from outside can steer the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from pydantic import BaseModel

STYLES = {"E": "bold red", "W": "yellow", "I": "cyan"}


def plain(value: object) -> str:
    """A value as harmless text: control characters are shown as what they are, never sent to the terminal."""
    if value is None or value in ("", [], (), {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        said_of = (
            f"{plain(name)}: {plain(timed(name, said))}" for name, said in value.items() if said is not None
        )
        return ", ".join(said_of) or "–"
    if isinstance(value, list | tuple):
        return ("\n" if any(isinstance(one, Mapping) for one in value) else ", ").join(map(plain, value))
    return "".join(
        letter if letter.isprintable() or letter == "\n" else _code(letter) for letter in str(value)
    )


def _code(letter: str) -> str:
    return f"\\x{ord(letter):02x}"


def text(value: object, style: str = "") -> Text:
    return Text(plain(value), style=style)


def moment(microseconds: int | None) -> str:
    """Microseconds since 1970 as UTC, to the second."""
    if microseconds is None:
        return "–"
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def timed(name: str, value: object) -> object:
    """A field's value; times are named `…_at` and count microseconds, and are shown as UTC."""
    return moment(value) if str(name).endswith("_at") and isinstance(value, int) else value


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Columns by name; the first is an id or another word that must stay in one piece."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for number, name in enumerate(columns):
        made.add_column(name, no_wrap=number == 0, overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else text(cell) for cell in row))
    return made


def fields(card: BaseModel | Mapping[str, Any], *, without: Iterable[str] = ()) -> Table:
    """A card's fields, one a line."""
    said = card if isinstance(card, Mapping) else card.model_dump(mode="json")
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in said.items():
        if name not in set(without):
            made.add_row(text(name), text(timed(name, value)))
    return made


def finding_lines(findings: Iterable[Mapping[str, Any]]) -> Iterator[Text]:
    """Each finding in full: rule and place, what it says, what would pass, what it stands on."""
    for finding in findings:
        severity = str(finding.get("severity", ""))
        line = Text.assemble(
            ("  " + plain(finding.get("rule")), STYLES.get(severity, "bold")),
            f"  {plain(finding.get('message') or finding.get('title'))}",
        )
        if finding.get("path"):
            line.append(f"  (at {plain(finding['path'])})", "dim")
        for name in ("alternatives", "cites"):
            if finding.get(name):
                line.append(f"\n      {name}: {'; '.join(map(plain, finding[name]))}", "dim")
        if finding.get("accepted"):
            line.append(f"\n      accepted: {plain(finding['accepted'])}", "dim")
        yield line


def error_lines(errors: Iterable[Mapping[str, Any]]) -> Iterator[Text]:
    """Each problem of a malformed request: its place, what is wrong, the offending value."""
    for error in errors:
        line = Text.assemble(
            ("  " + plain(error.get("path")), "bold red"), f"  {plain(error.get('message'))}"
        )
        if "value" in error:
            line.append(f"  (was {plain(error['value'])[:200]})", "dim")
        yield line
