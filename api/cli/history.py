"""`continuity history`, `continuity show` and `continuity diff`: the past of anything that has an id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import rich_click as click
from rich.console import Group, RenderableType

from api.cli.showing import fields, moment, plain, table, text
from api.cli.terminal import Terminal, calling
from api.cli.uses import id_of

if TYPE_CHECKING:
    from registry.past.told import Difference, Happened, InFull, Stood

_HEADS: Final = ("version", "position", "when", "who", "what", "why", "request")
_POINT: Final = "a version (v3), a position of the log (41), or a moment (2026-06-12T18:00:00Z)"


@click.command()
@click.argument("thing")
@click.option("--type", "type_", help="Only events of this type, e.g. ReferenceAssigned.")
@click.option("--by", "actor", metavar="KEY", help="Only what this key did.")
@click.option("--newest", is_flag=True, help="The newest first.")
@click.option("--version", type=click.IntRange(min=1), help="This event alone, in full, with its chain.")
@calling
def history(
    terminal: Terminal, thing: str, type_: str | None, actor: str | None, version: int | None, *, newest: bool
) -> None:
    """Who did what to anything, why, when, and under which request. A character may be named by name or alias.

    With --version: one event with its body, the request that led to it, what was written with it, and what it led to.

    Example: continuity history clip_01jd… --newest
    """
    client = terminal.client
    thing = id_of(client, thing)
    if version is not None:
        found = client.event(thing, version)
        terminal.answer(found, lambda: _in_full(found))
        return
    told = client.history(thing, type=type_, actor=actor, sort="newest" if newest else "oldest")
    terminal.listing(told, _HEADS, _row)


@click.command()
@click.argument("thing")
@click.option("--as-of", metavar="POINT", help=f"As of {_POINT}.")
@calling
def show(terminal: Terminal, thing: str, as_of: str | None) -> None:
    """Anything as it stood at a point of its past, folded from the log, or as it stands now.

    Example: continuity show mina --as-of 2026-06-12T00:00:00Z
    """
    found = terminal.client.state(id_of(terminal.client, thing), as_of=as_of)
    terminal.answer(found, lambda: _standing(found))


@click.command()
@click.argument("thing")
@click.option("--from", "since", metavar="POINT", help=f"{_POINT[0].upper()}{_POINT[1:]}.  [v1]")
@click.option("--to", "until", metavar="POINT", help="The later point.  [now]")
@calling
def diff(terminal: Terminal, thing: str, since: str | None, until: str | None) -> None:
    """What changed in anything between two points of its past, from what to what, and by which events.

    Example: continuity diff mina --from v3 --to v7
    """
    found = terminal.client.difference(id_of(terminal.client, thing), since=since, until=until)
    terminal.answer(found, lambda: _changes(found))


def _row(one: Happened) -> tuple[object, ...]:
    who = one.holder or one.actor
    where = (str(one.version), one.position, moment(one.recorded_at))
    return (*where, who, one.sentence, _why(one.reasons), one.request_id or one.correlation_id)


def _why(reasons: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {plain(said)}" for name, said in reasons.items())


def _in_full(found: InFull) -> RenderableType:
    said = {
        "event": f"{found.type} ({found.event_id})",
        "of": f"{found.stream} v{found.version}",
        "position": found.position,
        "when": moment(found.recorded_at),
        "who": f"{found.holder} ({found.actor})" if found.holder else found.actor,
        "request": found.request_id,
        "belongs to": found.correlation_id,
        "what": found.sentence,
        "why": _why(found.reasons),
    }
    parts: list[RenderableType] = [fields(said), text("\nbody", "bold"), fields(found.body)]
    if found.led_by is not None:
        led = (str(found.led_by.position), found.led_by.holder or found.led_by.actor, found.led_by.sentence)
        parts += [text("\nled to it", "bold"), table(("position", "who", "what"), [led])]
    for title, chain in (("written with it", found.together), ("followed", found.followed)):
        if chain:
            rows = [(str(one.position), one.type, one.stream, one.version) for one in chain]
            parts += [text(f"\n{title}", "bold"), table(("position", "event", "of", "version"), rows)]
    if found.more:
        parts.append(text("and more: continuity history of what is named here", "dim"))
    return Group(*parts)


def _standing(found: Stood) -> RenderableType:
    when = (
        f"version {found.version} of {found.newest}, position {found.position}, {moment(found.recorded_at)}"
    )
    return Group(text(f"{found.id}  {when}", "bold"), fields(found.state))


def _changes(found: Difference) -> RenderableType:
    title = f"{found.id}  version {found.since} (position {found.from_position}) → {found.until} ({found.to_position})"
    rows = [
        (
            one.path,
            plain(one.before),
            plain(one.value),
            "\n".join(f"v{step.version} {step.type}" for step in one.by),
        )
        for one in found.changes
    ]
    if not rows:
        return Group(text(title, "bold"), text("nothing is different"))
    return Group(text(title, "bold"), table(("what", "then", "later", "by"), rows))


COMMANDS: Final = (history, show, diff)
