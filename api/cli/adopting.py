"""Adopting many elements from a file: every row is checked first, by its form here and by its sense at the service."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api.cli.reading import json_of
from api.cli.showing import table
from api.client import ContinuityError, LocalFailure
from registry.events.ids import is_id

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from registry.views.elements import ElementCard

_FIELDS: Final = ("element_id", "character", "account", "look", "made_from")
_NEEDED: Final = ("element_id", "character")
_MOST_BYTES: Final = 16 << 20
_PORTION: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One row and where it stands: `line 3` of a CSV, `item 3` of a JSON list."""

    place: str
    said: dict[str, Any]


class Problems:
    """What is wrong with rows, in the order of the file."""

    def __init__(self) -> None:
        self._found: list[dict[str, Any]] = []

    def add(self, row: Row, message: str, value: Any = None) -> None:
        self._found.append({"path": row.place, "message": message, "value": value})

    def raise_any(self) -> None:
        """Raises LocalFailure naming every bad row."""
        if self._found:
            self._found.sort(key=lambda one: int(one["path"].rpartition(" ")[2]))
            rows = len({one["path"] for one in self._found})
            raise LocalFailure(
                "bad-rows",
                f"{rows} row{'s' if rows != 1 else ''} cannot be adopted, and nothing was",
                "correct every row named in errors, and run it again",
                problem={"errors": self._found},
            )


@dataclass(frozen=True, slots=True)
class Adopting:
    """One file being adopted. `account` serves rows that name none; without it, the studio's only one."""

    terminal: Terminal
    account: str | None
    attested_by: str | None

    def run(self, file: Path) -> None:
        """Check all, then adopt all; a row that was adopted before is left as it is."""
        rows = rows_of(file)
        wanted = self._wanted(rows)
        before = {(card.account, card.element_id) for card in self.terminal.client.elements()}
        cards: list[tuple[Row, str, ElementCard]] = []
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        hidden = not self.terminal.live
        with Progress(*columns, console=self.terminal.err, disable=hidden, transient=True) as bar:
            task = bar.add_task("adopting", total=len(rows))
            for row, said in zip(rows, wanted, strict=True):
                known = (said["account"], said["element_id"]) in before
                card = self.terminal.client.adopt_element(**said, attested_by=self.attested_by)
                cards.append((row, "known already" if known else "adopted", card))
                bar.advance(task)
        self._tell(cards)

    def _tell(self, cards: list[tuple[Row, str, ElementCard]]) -> None:
        told = [{"row": row.place, "verdict": verdict, "element": card.id} for row, verdict, card in cards]
        rows = (
            (card.id, verdict, card.element_id, card.character, card.look, card.account, row.place)
            for row, verdict, card in cards
        )
        names = ("element", "verdict", "element_id", "character", "look", "account", "row")
        self.terminal.answer(told, lambda: table(names, rows))

    def _wanted(self, rows: list[Row]) -> list[dict[str, Any]]:
        """The rows as calls. Raises LocalFailure with everything that is wrong in the file."""
        problems = Problems()
        accounts = [card.id for card in self.terminal.client.accounts()]
        called: dict[str, str | ContinuityError] = {}
        calls: list[tuple[Row, dict[str, Any]]] = []
        seen: dict[tuple[str, int], str] = {}
        for row in rows:
            call = self._call(row, accounts, called, problems)
            if call is None:
                continue
            place = seen.setdefault((call["account"], call["element_id"]), row.place)
            if place != row.place:
                problems.add(row, f"the same element stands in {place}", call["element_id"])
            else:
                calls.append((row, call))
        self._ask(calls, problems)
        problems.raise_any()
        return [call for _, call in calls]

    def _call(
        self, row: Row, accounts: list[str], called: dict[str, Any], problems: Problems
    ) -> dict[str, Any] | None:
        """One row as a call, None when something is wrong with it."""
        faults = list(_faults(row))
        account = row.said.get("account") or self.account or (accounts[0] if len(accounts) == 1 else None)
        if account is None:
            faults.append((f"account is missing, and the studio has {len(accounts)}", None))
        elif account not in accounts:
            faults.append(("there is no such account", account))
        name = row.said.get("character") or ""
        if isinstance(name, str) and name:
            if name not in called:
                called[name] = self._character(name)
            if isinstance(called[name], ContinuityError):
                faults.append((called[name].message, name))
        for message, value in faults:
            problems.add(row, message, value)
        if faults or not isinstance(name, str):
            return None
        optional = {field: row.said.get(field) or None for field in ("look", "made_from")}
        element_id = int(row.said["element_id"])
        return {"element_id": element_id, "account": account, "character": called[name], **optional}

    def _character(self, name: str) -> str | ContinuityError:
        if is_id(name, "character"):
            return name
        try:
            return self.terminal.client.character(name).id
        except ContinuityError as refused:
            if refused.code not in ("not-found", "ambiguous-name"):
                raise
            return refused

    def _ask(self, calls: list[tuple[Row, dict[str, Any]]], problems: Problems) -> None:
        for start in range(0, len(calls), _PORTION):
            portion = calls[start : start + _PORTION]
            for fault in self.terminal.client.check_elements([call for _, call in portion]):
                row, call = portion[fault.index]
                problems.add(row, fault.message, call.get(fault.path))


def rows_of(file: Path) -> list[Row]:
    """The rows of a JSON list or of CSV with a header. Raises LocalFailure for a file that is neither, or holds none."""
    try:
        raw = file.read_bytes()
    except OSError as unread:
        raise LocalFailure(
            "unreadable", f"{file.name} cannot be read: {unread.strerror}", "check the path"
        ) from None
    if len(raw) > _MOST_BYTES:
        raise LocalFailure(
            "too-large", f"{file.name} has {len(raw)} bytes, at most {_MOST_BYTES}", "split it"
        )
    rows = _json_rows(raw, file.name) if raw.lstrip()[:1] in (b"[", b"{") else _csv_rows(raw, file.name)
    if not rows:
        raise LocalFailure("no-rows", f"{file.name} lists no elements", _FORM)
    return rows


_FORM: Final = f"it is a JSON list of objects, or CSV with a header, of {', '.join(_FIELDS)}"


def _json_rows(raw: bytes, name: str) -> list[Row]:
    found = json_of(raw, name, _FORM)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise LocalFailure("not-a-list", f"{name} is no JSON list of objects", _FORM)
    return [Row(f"item {number}", said) for number, said in enumerate(found, 1)]


def _csv_rows(raw: bytes, name: str) -> list[Row]:
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        if "element_id" not in (reader.fieldnames or ()):
            raise LocalFailure("no-header", f"{name} has no header with element_id", _FORM)
        return [Row(f"line {reader.line_num}", _cells(cells)) for cells in reader]
    except (UnicodeDecodeError, csv.Error) as unfit:
        raise LocalFailure("not-csv", f"{name} is no CSV in UTF-8: {unfit}", _FORM) from None


def _cells(cells: dict[Any, Any]) -> dict[str, Any]:
    """Cells without the space around them; what goes beyond the header stands under None, empty ones are absent."""
    kept = {name: value.strip() if isinstance(value, str) else value for name, value in cells.items()}
    return {str(name or "(beyond the header)"): value for name, value in kept.items() if value}


def _faults(row: Row) -> Iterator[tuple[str, Any]]:
    """What is wrong with the form of a row, each with the offending value."""
    for name in row.said:
        if name not in _FIELDS:
            yield f"{name} is no column; known are {', '.join(_FIELDS)}", row.said[name]
    for name in _NEEDED:
        if row.said.get(name) in (None, ""):
            yield f"{name} is missing", None
    for name in _FIELDS[1:]:
        if row.said.get(name) is not None and not isinstance(row.said[name], str):
            yield f"{name} is no text", row.said[name]
    if row.said.get("made_from") not in (None, "", "image", "video"):
        yield "made_from is image or video", row.said["made_from"]
    if row.said.get("element_id") not in (None, "") and not _is_element_id(row.said["element_id"]):
        yield "element_id is no positive 64-bit integer", row.said["element_id"]


def _is_element_id(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) < 40 and 0 < int(value) < 2**63
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
