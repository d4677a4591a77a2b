"""The flags of a shot: one for each thing a shot request can say, in the order a person thinks of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

import rich_click as click

from generation.shot import Identity, Route

_WHERE: Final = (
    click.option("--scene", help="The scene it is for."),
    click.option("--production", help="Or the production, whose unplaced scene takes it."),
    click.option("--shot", help="The planned shot it is a take of."),
    click.option("--retake-of", help="The clip it is to replace."),
    click.option("--purpose", type=click.Choice(("draft", "final")), help="What the clip is for."),
    click.option("--client-reference", help="Your own name for it."),
)
_WHO: Final = (
    click.option(
        "--cast",
        multiple=True,
        metavar="NAME[=IDENTITY],...",
        help=f"Who is seen, and what each face stands on ({', '.join(get_args(Identity))}); the scene's cast unless given.",
    ),
    click.option("--nobody", is_flag=True, help="Nobody is seen, whoever is cast in the scene."),
    click.option(
        "--identity",
        type=click.Choice(get_args(Identity)),
        help="What the faces of --cast stand on, where NAME=IDENTITY does not say it.",
    ),
    click.option(
        "--fall-back",
        is_flag=True,
        help="Whoever of --cast has lost the element of the look in use stands on a picture this once.",
    ),
    click.option(
        "--look",
        "looks",
        multiple=True,
        metavar="NAME=LOOK",
        help="The look of somebody in --cast; may be repeated.",
    ),
)
_WHAT: Final = (
    click.option("--action", help="What happens."),
    click.option("--setting", help="Where; the scene's setting unless given."),
    click.option("--framing", help='E.g. "medium close shot".'),
    click.option(
        "--adapt-wardrobe/--keep-wardrobe", default=None, help="Whether clothing follows the setting."
    ),
    click.option(
        "--dialogue", multiple=True, metavar='"NAME: LINE"', help="A spoken line; repeat in speaking order."
    ),
    click.option("--language", help="Language of the dialogue, e.g. Korean."),
    click.option("--timing", help="How the lines follow each other, e.g. natural."),
    click.option("--prompt", help="A prompt sent as it stands instead of the composed one."),
)
_SHOTS: Final = (
    click.option(
        "--part",
        "parts",
        nargs=2,
        type=(int, str),
        multiple=True,
        metavar="SECONDS ACTION",
        help="One of several shots in the clip; repeat in order of time.",
    ),
    click.option(
        "--shots",
        "shots_file",
        type=click.File("rb"),
        metavar="FILE",
        help="Or the shots as a JSON list, each with action, duration, framing, cast and dialogue of its own.",
    ),
)
_PICTURES: Final = (
    click.option("--opening", metavar="ASSET|URL", help="Picture that is the exact first frame."),
    click.option("--closing", metavar="ASSET|URL", help="Picture that is the exact last frame."),
    click.option(
        "--reference",
        "references",
        multiple=True,
        metavar="ASSET|URL",
        help="Picture of a thing or place; may be repeated.",
    ),
    click.option("--continue-from", help="Clip, or generation, to go on from."),
    click.option("--edit", help="Clip to change."),
    click.option(
        "--keep-original-sound/--drop-original-sound",
        default=None,
        help="Of the clip gone on from or changed.",
    ),
)
_HOW: Final = (
    click.option("--duration", type=int, help="Seconds."),
    click.option("--aspect-ratio", help="16:9, 9:16 or 1:1."),
    click.option("--mode", help="std, pro or 4k."),
    click.option("--mode-reason", help="Why more than std."),
    click.option("--sound", type=click.Choice(("on", "off")), help="On where somebody speaks unless given."),
    click.option("--watermark/--no-watermark", default=None, help="Whether Kling marks the clip."),
    click.option(
        "--route", type=click.Choice(get_args(Route)), help="The endpoint, where you must have one."
    ),
    click.option("--accept", multiple=True, metavar="RULE=REASON", help="Your written reason for a caution."),
    click.option(
        "--request",
        "file",
        type=click.File("rb"),
        help="Begin with this JSON request, to which flags may add; - is standard input.",
    ),
)


_WHEN: Final = (
    click.option("--takes", type=int, help="So many clips of the same plan."),
    click.option("--approval", is_flag=True, default=None, help="Wait for an approver before it is sent."),
    click.option("--max-units", help="The most one take may cost, in Kling units."),
    click.option("--plan-digest", help="The plan that a preview showed; another one is refused."),
    click.option("--accepted-by", help="Who has seen plan and price; a note."),
    click.option("--priority", type=int, help="Higher goes first in its production, -100 to 100."),
    click.option("--needed-by", help="When, e.g. 2026-12-01T18:00:00+09:00; the earlier goes first."),
)


def shot_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of a shot."""
    for option in reversed((*_WHERE, *_WHO, *_WHAT, *_SHOTS, *_PICTURES, *_HOW, *_WHEN)):
        function = option(function)
    return function
