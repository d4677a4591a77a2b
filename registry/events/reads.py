"""Reads of what shows a real person: what was handed out, and how far the studio's log was. In the system log."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import Field, StringConstraints

from registry.events.envelope import Event
from registry.events.ids import StudioId

Form = Literal["original", "rendition", "thumbnail", "clip", "poster", "relay", "export", "lookup"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
Named = Annotated[str, StringConstraints(pattern=r"^[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}$")]


class BytesRead(Event):
    """Bytes were handed out to the event's actor: of an asset, a clip, or all that a studio has or that an audit bundle
    tells of a clip, a scene or a production (`export`).

    A `lookup` went the other way: who brought bytes, or their digest, was told whom they show.

    `persons` are the characters and likenesses they show or concern, as far as was known then; empty for a document of which
    nobody has said whose it is, and for an export. `part` is the range that was asked for, empty for the whole. `position` is
    where the studio's log ended.
    """

    NAME: ClassVar[str] = "BytesRead"

    studio: StudioId
    thing: Named
    form: Form
    part: str = ""
    persons: tuple[Named, ...] = ()
    position: int = Field(ge=0)
