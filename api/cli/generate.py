"""`continuity generate`, `continuity preview`: from film words to a clip, or to what would be sent for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
import rich_click as click
from rich.console import Group, RenderableType

from api.cli.following import FOLLOW_OPTIONS, Following
from api.cli.moving import bytes_bar
from api.cli.shot import shot_from
from api.cli.shot_flags import shot_options
from api.cli.showing import fields, finding_lines, table, text
from api.cli.terminal import FAILED, Terminal, calling, leave

if TYPE_CHECKING:
    from generation.plan import Preview

_AS_OF: Final = click.option(
    "--as-of",
    metavar="POINT",
    help="Preview as of a position of the log, or a moment (2026-06-12T18:00:00Z), not of now.",
)


@click.command()
@shot_options
@click.option("--preview", is_flag=True, help="Show what would be sent and what it costs; send nothing.")
@_AS_OF
@click.option("--no-wait", is_flag=True, help="Ask, and do not follow.")
@click.option(
    "--download", type=click.Path(path_type=Path, dir_okay=False), help="Fetch the clip into this file."
)
@click.option(
    "--idempotency-key", help="Your own key, so that the command can be repeated without paying twice."
)
@FOLLOW_OPTIONS[0]
@FOLLOW_OPTIONS[1]
@calling
def generate(terminal: Terminal, **flags: Any) -> None:
    """Ask for a clip and follow it to its end.

    Exit code 0: delivered; 4: failed, or refused with findings; 3: nobody knows whether the provider took the paid call.

    Example: continuity generate --scene scene_01jd… --cast mina,jun --language Korean
    --dialogue "mina: 여기 자리 있어요?" --dialogue "jun: 네, 앉으세요." --duration 5

    Several shots: continuity generate --scene scene_01jd… --part 5 "Mina comes in." --part 3 "Jun looks up."
    """
    request = shot_from(flags)
    if flags["preview"]:
        _preview(terminal, request, flags["as_of"])
        return
    if flags["as_of"] is not None:
        raise click.UsageError("--as-of speaks about a preview: a request is always taken as of now")
    asked = terminal.client.request_generation(request, idempotency_key=flags["idempotency_key"])
    if flags["no_wait"]:
        terminal.show(asked, without=("request", "plan"))
        return
    following = Following(terminal)
    ended = following.to_the_end(asked.id, timeout=flags["timeout"], patience=flags["patience"])
    clip = None if ended.clip is None else terminal.client.clip(ended.clip)
    if clip is not None and flags["download"] is not None:
        with bytes_bar(terminal, "downloading") as on_bytes:
            terminal.client.download_clip(clip.id, flags["download"], on_bytes=on_bytes)
    following.tell_end(ended, clip, flags["download"])


@click.command()
@shot_options
@_AS_OF
@calling
def preview(terminal: Terminal, **flags: Any) -> None:
    """Payload, pattern and why, findings and price of a request. Nothing is written, sent or spent.

    Exit code 4 when the same request would be refused. With --as-of: what would have been sent then.

    Example: continuity preview --scene scene_01jd… --cast mina --action "She waits at the window."
    """
    _preview(terminal, shot_from(flags), flags["as_of"])


def _preview(terminal: Terminal, request: dict[str, Any], as_of: str | None) -> None:
    shown = terminal.client.preview_generation(request, as_of=as_of)
    terminal.answer(shown, lambda: _drawn(shown))
    if not shown.sendable:
        leave(FAILED)


def _drawn(shown: Preview) -> RenderableType:
    price = shown.estimate and f"{shown.estimate.units} units, about {shown.estimate.usd} USD"
    said = {
        "sendable": shown.sendable,
        "pattern": shown.pattern,
        "evidence": shown.evidence,
        "endpoint": shown.endpoint,
        "price": price,
        "bytes to send": shown.wire_bytes,
        "plan digest": shown.plan_digest,
    }
    why = table(("verdict", "subject", "because"), ((w.verdict, w.subject, w.because) for w in shown.why))
    people = table(
        ("marker", "role", "name", "stands on"),
        ((g.marker, g.role, g.name, g.element or g.asset or g.clip) for g in shown.grounded),
    )
    payload = (
        "" if shown.payload is None else orjson.dumps(shown.payload, option=orjson.OPT_INDENT_2).decode()
    )
    findings = finding_lines(finding.model_dump() for finding in shown.findings)
    parts: list[RenderableType] = [fields(said), text("\nwhy", "bold"), why]
    parts += [text("\ngrounded on", "bold"), people, text("\nfindings", "bold"), *findings]
    return Group(*parts, text("\npayload", "bold"), text(payload))


COMMANDS: Final = (generate, preview)
