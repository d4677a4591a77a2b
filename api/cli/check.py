"""`continuity check`: anybody's payloads against the catalogue, here and now, without a service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import orjson
import rich_click as click

from api.cli.reading import json_of
from api.cli.showing import finding_lines, text
from api.cli.terminal import as_json, console
from api.client import LocalFailure
from generation.check import check as judge
from generation.policies import GUIDE, EndFrame, Policies

if TYPE_CHECKING:
    from generation.rules.finding import Finding


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--endpoint", help="Where the bodies go, unless each line says so itself.")
@click.option(
    "--end-frame-policy",
    type=click.Choice(get_args(EndFrame)),
    default=GUIDE.end_frame,
    show_default=True,
    help="An end frame with more than two pictures (rule R25).",
)
@click.option("--json", "wants_json", is_flag=True, help="One JSON line per payload.")
@click.pass_context
def check(
    context: click.Context,
    file: Path,
    endpoint: str | None,
    *,
    end_frame_policy: EndFrame,
    wants_json: bool,
) -> None:
    """Say everything that is wrong with a payload for Kling; exit code 1 when one would be refused.

    FILE holds a JSON body, or JSON lines (bodies, or objects with `endpoint` and `body`); `-` reads standard input.

    Example: continuity check body.json --endpoint omni-video
    """
    context.meta["as_json"] = wants_json
    out, refused, policies = console(), 0, Policies(end_frame=end_frame_policy)
    for number, (where, body) in enumerate(_payloads(_bytes_of(file), endpoint), start=1):
        findings = judge(where, body, policies=policies)
        legal = all(finding.severity != "E" for finding in findings)
        refused += not legal
        if wants_json:
            click.echo(as_json({"payload": number, "endpoint": where, "legal": legal, "findings": findings}))
        else:
            out.print(
                text(f"{number}  {where}  {'legal' if legal else 'refused'}", "" if legal else "bold red")
            )
            for line in finding_lines(_shown(findings)):
                out.print(line)
    context.exit(1 if refused else 0)


def _shown(findings: tuple[Finding, ...]) -> Iterator[dict[str, Any]]:
    return (finding.model_dump(mode="json") for finding in findings)


def _bytes_of(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as failed:
        raise LocalFailure(
            "unreadable-file", f"{file} cannot be read: {failed.strerror}", "check the path"
        ) from None


def _payloads(raw: bytes, endpoint: str | None) -> Iterator[tuple[str, Any]]:
    """Each payload with its endpoint. One JSON document, or one per line."""
    for document in _documents(raw):
        own = isinstance(document, dict) and {"endpoint", "body"} <= document.keys()
        where = str(document["endpoint"]) if own else endpoint
        if where is None:
            raise LocalFailure(
                "no-endpoint", "the file does not say where the body goes", "name it with --endpoint"
            )
        yield where, document["body"] if own else document


def _documents(raw: bytes) -> list[Any]:
    """All of them before the first is judged: a file is taken whole or not at all."""
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        lines = ((number, line) for number, line in enumerate(raw.splitlines(), start=1) if line.strip())
        found = [json_of(line, f"line {number}", "one JSON document per line") for number, line in lines]
        if not found:
            raise LocalFailure(
                "nothing-to-check", "there is no payload in it", "a JSON body, or JSON lines"
            ) from None
        return found
    return [json_of(raw, "the file")]


COMMANDS: Final = (check,)
