"""`continuity rules`: what the catalogue holds and what a finding's id means, here and now, without a service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

import orjson
import rich_click as click
from rich.console import RenderableType
from rich.text import Text

from api.cli.showing import STYLES, fields, table, text
from api.cli.terminal import as_json, console
from api.client import LocalFailure

_DOES: Final = {"E": "refuses", "W": "needs your written reason (--accept)", "I": "informs"}


@click.command()
@click.argument("id", required=False)
@click.option("--json", "wants_json", is_flag=True, help="JSON for programs, on standard output.")
@click.pass_context
def rules(context: click.Context, id: str | None, wants_json: bool) -> None:
    """Every rule, gap and combination a finding can name; with an ID, that one in full, with example and sources.

    Example: continuity rules R26
    """
    from generation.glossary import GLOSSARY, entry_of, near

    context.meta["as_json"] = wants_json
    if id is None:
        _print_all([asdict(entry) for entry in GLOSSARY.values()], wants_json)
        return
    entry = entry_of(id)
    if entry is None:
        meant = ", ".join(near(id))
        hint = f"near it: {meant}" if meant else "continuity rules lists them all"
        raise LocalFailure("not-found", f"there is no rule {id!r}", hint)
    said = asdict(entry)
    if wants_json:
        click.echo(as_json(said))
        return
    out = console()
    for part in _drawn(said):
        out.print(part)


def _print_all(entries: list[dict[str, Any]], wants_json: bool) -> None:
    if wants_json:
        click.echo(as_json([{name: one[name] for name in _LISTED} for one in entries]))
        return
    rows = (
        (one["id"], text(one["severity"], STYLES[one["severity"]]), one["kind"], one["title"])
        for one in entries
    )
    console().print(table(("id", "", "kind", "title"), rows))


_LISTED: Final = ("id", "severity", "kind", "title", "cites")


def _drawn(said: dict[str, Any]) -> Iterator[RenderableType]:
    from generation.pages import trimmed

    yield Text.assemble((said["id"], STYLES[said["severity"]]), f"  {said['title']}")
    plain = {
        "severity": f"{said['severity']}, {_DOES[said['severity']]}",
        "means": said["means"],
        "way out": said["ways_out"],
        "sources": said["cites"],
    }
    yield fields({name: value for name, value in plain.items() if value})
    if (example := said["example"]) is not None:
        given = f", when {example['given']}" if example["given"] else ""
        yield text(f"\nexample: what breaks it in a legal body for {example['endpoint']}{given}", "bold")
        yield text(orjson.dumps(trimmed(example["changes"]), option=orjson.OPT_INDENT_2).decode())
        told = {"at": example["path"], "said": example["message"], "change": example["change"]}
        yield fields({name: value for name, value in told.items() if value})


COMMANDS: Final = (rules,)
