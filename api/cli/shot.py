"""A shot in flags: the options `generate` and `preview` share, and the request they add up to.

Only the spelling of flags is judged here. What the request lacks or contradicts is for the service to say, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any, Final

import orjson
import rich_click as click

from api.client import LocalFailure

_OPTIONS: Final = (
    click.option("--scene", help="The scene it is for."),
    click.option("--production", help="Or the production, whose unplaced scene takes it."),
    click.option(
        "--cast", multiple=True, help="Who is seen: names or ids, with commas; the scene's cast unless given."
    ),
    click.option("--nobody", is_flag=True, help="Nobody is seen, whoever is cast in the scene."),
    click.option(
        "--identity",
        type=click.Choice(("auto", "elements", "images")),
        help="What the faces of --cast stand on.",
    ),
    click.option(
        "--dialogue", multiple=True, metavar='"NAME: LINE"', help="A spoken line; repeat in speaking order."
    ),
    click.option("--language", help="Language of the dialogue, e.g. Korean."),
    click.option("--timing", help="How the lines follow each other, e.g. natural."),
    click.option("--action", help="What happens."),
    click.option("--setting", help="Where; the scene's setting unless given."),
    click.option("--framing", help='E.g. "medium close shot".'),
    click.option(
        "--adapt-wardrobe/--keep-wardrobe", default=None, help="Whether clothing follows the setting."
    ),
    click.option("--opening", help="Asset that is the exact first frame."),
    click.option(
        "--reference", "references", multiple=True, help="Asset of a thing or place; may be repeated."
    ),
    click.option("--continue-from", help="Clip to go on from."),
    click.option(
        "--keep-original-sound/--drop-original-sound", default=None, help="Of the clip gone on from."
    ),
    click.option("--prompt", help="A prompt sent as it stands instead of the composed one."),
    click.option("--duration", type=int, help="Seconds."),
    click.option("--aspect-ratio", help="16:9, 9:16 or 1:1."),
    click.option("--mode", help="std, pro or 4k."),
    click.option("--mode-reason", help="Why more than std."),
    click.option("--purpose", help="draft or final."),
    click.option("--sound", help="on or off."),
    click.option("--route", help="auto, omni, image2video or text2video."),
    click.option("--shot", help="The planned shot it is a take of."),
    click.option("--client-reference", help="Your own name for it."),
    click.option("--accept", multiple=True, metavar="RULE=REASON", help="Your written reason for a caution."),
    click.option("--takes", type=int, help="So many clips of the same plan."),
    click.option("--approval", is_flag=True, default=None, help="Wait for an approver before it is sent."),
    click.option("--max-units", help="The most one take may cost, in Kling units."),
    click.option("--priority", type=int, help="Higher goes first in its production, -100 to 100."),
    click.option("--needed-by", help="When, e.g. 2026-12-01T18:00:00+09:00; the earlier goes first."),
    click.option(
        "--request", "file", type=click.File("rb"), help="Read a JSON request first; - is standard input."
    ),
)


def shot_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of a shot."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def shot_from(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The request's JSON: what the file says, with every flag that was given over it."""
    given = dict(flags)
    file, cast = given.pop("file"), given.pop("cast")
    request = {} if file is None else _read(file)
    if cast or given.pop("nobody"):
        request["cast"] = _cast(cast, given.pop("identity"))
    elif given.pop("identity"):
        raise click.UsageError("--identity speaks about the cast: name it with --cast")
    spoken = _dialogue(given.pop("dialogue"), given.pop("language"), given.pop("timing"))
    if spoken:
        request["dialogue"] = spoken
    if reasons := given.pop("accept"):
        request["accept"] = dict(_pair(reason, "=", "--accept") for reason in reasons)
    request |= {name: value for name, value in given.items() if name in _PLAIN and value not in (None, ())}
    return request


_PLAIN: Final = frozenset(
    {
        *("scene", "production", "action", "setting", "framing", "adapt_wardrobe", "opening", "references"),
        *("continue_from", "keep_original_sound", "prompt", "duration", "aspect_ratio", "mode"),
        *("mode_reason", "purpose", "sound", "route", "shot", "client_reference"),
        *("takes", "approval", "max_units", "priority", "needed_by"),
    }
)


def patch_from(fields: tuple[str, ...]) -> dict[str, Any]:
    """`FIELD=JSON` pairs as a merge patch."""
    patch = {}
    for field in fields:
        name, said = _pair(field, "=", "--set")
        try:
            patch[name] = orjson.loads(said)
        except orjson.JSONDecodeError:
            raise click.BadParameter(
                f"{said!r} is not JSON; texts stand in quotes: {name}='\"…\"'", param_hint="--set"
            ) from None
    return patch


def _read(file: IO[bytes]) -> dict[str, Any]:
    try:
        found = orjson.loads(file.read())
    except orjson.JSONDecodeError as unfit:
        raise LocalFailure("not-json", f"the request is not JSON: {unfit}", "it holds one request") from None
    if not isinstance(found, dict):
        raise LocalFailure("not-json", "the request is no JSON object", "it holds one request")
    return found


def _cast(entries: tuple[str, ...], identity: str | None) -> list[dict[str, str]]:
    names = [name.strip() for entry in entries for name in entry.split(",") if name.strip()]
    return [{"character": name} | ({"identity": identity} if identity else {}) for name in names]


def _dialogue(lines: tuple[str, ...], language: str | None, timing: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {"language": language, "timing": timing}
    if lines:
        pairs = (_pair(line, ":", "--dialogue") for line in lines)
        said["turns"] = [{"speaker": speaker, "line": spoken} for speaker, spoken in pairs]
    return {name: value for name, value in said.items() if value is not None}


def _pair(text: str, sign: str, option: str) -> tuple[str, str]:
    left, found, right = text.partition(sign)
    if not (found and left.strip() and right.strip()):
        raise click.BadParameter(f"{text!r} has no two parts with {sign!r} between them", param_hint=option)
    return left.strip(), right.strip()
