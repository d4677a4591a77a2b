"""The report as a page: HTML without a script that asks no other host, light and dark, written piece by piece.

Everything that anybody ever typed goes through the template's escaping; nothing is marked as safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.reporting.drawing import HEIGHT, WIDTH
from api.reporting.lettering import cut
from api.reporting.showing import STEPS
from api.reporting.told import About, Shown, moment
from registry.events.personal import GONE, known

_MINUTE_US: Final = 60_000_000
_PIECES: Final = 500
"""Of the template's, which are a few letters each, that are written at once."""


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("api.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "moment": moment,
        "seconds": seconds,
        "read": lambda value: known(value, GONE),
        "cut": cut,
    }
    made.globals |= {"steps": STEPS, "box_width": WIDTH, "box_height": HEIGHT}
    return made


def seconds(microseconds: int) -> str:
    """A length as people read it."""
    minutes, rest = divmod(microseconds, _MINUTE_US)
    return f"{minutes}:{rest / 1_000_000:05.2f} min" if minutes else f"{rest / 1_000_000:.2f} s"


def html(about: About, shown: Iterable[Shown]) -> Iterator[bytes]:
    """The page in pieces; each clip is asked for when its turn comes, and forgotten after it."""
    template = _environment().get_template("report.html")
    stream = template.stream(about=about, shown=shown)
    stream.enable_buffering(_PIECES)
    for some in stream:
        yield some.encode()
