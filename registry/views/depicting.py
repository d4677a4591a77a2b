"""Does it depict a real person? `yes` and `no` are what the log knows; everything else is `unknown`.

`yes`: somebody real is known to be shown, however that became known (`persons`), or whoever adopted the clip says so. `no`:
whoever went into it was declared fictional, as its plan knew when it was made, or whoever adopted it says that nobody real is
seen; and as it is with the clips it goes on from. A picture that stands for nobody may show anybody, so what was made from it
stays unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, String, TextClause, bindparam, column, select, table, text

from registry.events.marks import Depiction
from registry.log.engine.quick import rows_of
from registry.views.persons import going_into, known_persons, step_into
from registry.views.steps import looked_up

_CLIPS: Final = table(
    "view_clips", column("log"), column("clip"), column("depicts_real_person"), column("adopted")
)
"""Cards of clips say what is found here, so theirs is the module that imports this one."""
_NOBODY: Final = select(_CLIPS.c.clip).where(
    _CLIPS.c.log == bindparam("of_log"),
    _CLIPS.c.clip.in_(bindparam("these", expanding=True)),
    _CLIPS.c.depicts_real_person == "no",
)
_SAID_TO: Final = select(_CLIPS.c.clip).where(
    _CLIPS.c.log == bindparam("of_log"),
    _CLIPS.c.clip.in_(bindparam("these", expanding=True)),
    _CLIPS.c.depicts_real_person == "yes",
    _CLIPS.c.adopted.is_not(None),
)
"""Those of some clips that were adopted as showing somebody real; what a plan knew, later words may have set right."""


@cache
def _inside(dialect: str) -> TextClause:
    """Every step into what went into some things, each once however many of them it is in."""
    made = looked_up(dialect, "view_nodes", "m", "m.log = :log AND m.node = e.made")
    source = looked_up(dialect, "view_nodes", "s", "s.log = :log AND s.node = e.source")
    statement = text(
        f"{going_into(dialect, 'id IN :things')}SELECT e.made, e.source, m.id, s.id "  # noqa: S608 - none of it is anybody's
        f"FROM inside i {step_into(dialect)} {made} {source}"
    )
    return statement.bindparams(bindparam("things", expanding=True, type_=String))


def depictions(connection: Connection, log: str, things: Collection[str]) -> Mapping[str, Depiction]:
    """What each of some clips or assets depicts, as the log knows it now."""
    if not things:
        return {}
    names: dict[int, str] = {}
    into: defaultdict[int, list[int]] = defaultdict(list)
    asked = {"log": log, "things": sorted(set(things))}
    for made, source, made_id, source_id in rows_of(connection, _inside(connection.dialect.name), asked):
        names[made], names[source] = made_id, source_id
        into[made].append(source)
    known = {*things, *names.values()}
    clips = [one for one in known if one.startswith("clip_")]
    shown = known_persons(connection, log, known) | dict.fromkeys(
        _among(connection, _SAID_TO, log, clips), True
    )
    fictional = _among(connection, _NOBODY, log, clips)
    found: dict[str, _Seen] = {one: _seen(one, shown, fictional) for one in things}
    numbered: dict[int, _Seen] = {}
    for number in sorted(names):  # what goes into a thing was introduced before it
        below = [numbered[source] for source in into[number] if source in numbered]
        numbered[number] = _seen(names[number], shown, fictional).with_(below)
        found[names[number]] = numbered[number]
    return {thing: found[thing].word for thing in things}


class _Seen:
    """What is known of a thing with all that went into it."""

    __slots__ = ("known", "real", "unknown")

    def __init__(self, *, real: bool, known: bool, unknown: bool) -> None:
        self.real, self.known, self.unknown = real, known, unknown

    def with_(self, below: Collection[_Seen]) -> _Seen:
        return _Seen(
            real=self.real or any(one.real for one in below),
            known=self.known or any(one.known for one in below),
            unknown=self.unknown or any(one.unknown for one in below),
        )

    @property
    def word(self) -> Depiction:
        if self.real:
            return "yes"
        return "no" if self.known and not self.unknown else "unknown"


def _seen(thing: str, shown: Mapping[str, bool], fictional: Collection[str]) -> _Seen:
    """By itself. A clip's plan, or its adopter, says whether all in it are known; of a picture it is known whom it stands for."""
    clip = thing.startswith("clip_")
    return _Seen(
        real=shown.get(thing, False),
        known=thing in fictional if clip else thing in shown,
        unknown=clip and thing not in fictional,
    )


def _among(connection: Connection, statement: Select[Any], log: str, clips: Collection[str]) -> set[str]:
    """Those of some clips of which it was said."""
    return (
        set(connection.execute(statement, {"of_log": log, "these": [*clips]}).scalars()) if clips else set()
    )
