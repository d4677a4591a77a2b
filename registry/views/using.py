"""Which event says that what is used where: the projection behind `uses`.

It looks up what it wrote itself (what an element was made of, whose voice and likeness a character has), and places that never
change (a scene's production), so a rebuild gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Update, bindparam, update

from registry.events.character import (
    LikenessLinked,
    LikenessUnlinked,
    ReferenceAssigned,
    ReferenceWithdrawn,
    VoiceBound,
    VoiceUnbound,
)
from registry.events.clip import ClipAdopted
from registry.events.element import ElementAdopted, ElementMintFailed, ElementMintRequested, ElementRetired
from registry.events.envelope import Recorded
from registry.events.generation import PlanCompiled
from registry.events.ids import is_id
from registry.events.personal import known
from registry.events.pins import CharacterPinned, PinReleased
from registry.events.references import CastMember
from registry.events.scene import CastReleased, CharacterCast, ContinuityRecorded, ShotDropped, ShotPlanned
from registry.events.voice import VoiceAdopted, VoiceMintFailed, VoiceMintRequested, VoiceRetired
from registry.log.roles import Projection
from registry.views.generations import GENERATIONS
from registry.views.rows import add_all, change, find, find_each, remove
from registry.views.scenes import SCENES
from registry.views.uses import USES, How

_EMPTY: Final = dict.fromkeys(
    ("production", "scene", "shot", "generation", "clip", "character", "look", "element", "voice", "via")
)


def _retiring(binding: str) -> Update:
    lasting = USES.c.ended.is_(None), USES.c.how != "used", USES.c.how != "reminted-as"
    which = USES.c.log == bindparam("_log"), USES.c[binding] == bindparam("_made")
    return update(USES).where(*which, *lasting).values(ended=bindparam("ended"))


_RETIRE: Final = {binding: _retiring(binding) for binding in ("element", "voice")}
"""All that an element or a voice stands in lasts no longer; that something took its place does."""


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        writing = _Writing(connection, recorded)
        match recorded.event:
            case ElementAdopted() | ElementMintRequested() | VoiceAdopted() | VoiceMintRequested():
                writing.binding(recorded.event)
            case ElementRetired() | ElementMintFailed():
                writing.retire("element")
            case VoiceRetired() | VoiceMintFailed():
                writing.retire("voice")
            case PlanCompiled() | ContinuityRecorded():
                writing.request(recorded.event)
            case ClipAdopted():
                writing.adopted(recorded.event)
            case (
                CharacterCast()
                | CastReleased()
                | CharacterPinned()
                | PinReleased()
                | ShotPlanned()
                | ShotDropped()
            ):
                writing.place(recorded.event)
            case _:
                writing.character(recorded.event)
        writing.flush()


class _Writing:
    """One event's rows."""

    def __init__(self, connection: Connection, recorded: Recorded) -> None:
        self._connection, self._recorded = connection, recorded
        self._log, self._stream = recorded.log, recorded.stream
        self._rows: dict[tuple[str, str, int], dict[str, Any]] = {}

    def flush(self) -> None:
        add_all(self._connection, USES, list(self._rows.values()))

    def use(self, thing: str, how: How, *, thing_look: str = "", at: int | None = None, **where: Any) -> None:
        """A row, unless this event has one of that thing: the first says how."""
        position = self._recorded.position if at is None else at
        key = {"log": self._log, "thing": thing, "thing_look": thing_look, "position": position}
        row = {**_EMPTY, "detail": "", "ended": None, **key, "how": how, **where}
        self._rows.setdefault((thing, thing_look, position), row)

    def end(self, how: How, **which: str | None) -> None:
        """What lasts no longer; None where a use has nothing."""
        lasting = {"log": self._log, **which, "how": how, "ended": None}
        change(self._connection, USES, where=lasting, values={"ended": self._recorded.position})

    def retire(self, binding: str) -> None:
        its = {"_log": self._log, "_made": self._stream, "ended": self._recorded.position}
        self._connection.execute(_RETIRE[binding], its)

    def character(self, event: object) -> None:
        who = self._stream
        match event:
            case ReferenceAssigned(asset=asset, role=role, look=look):
                self.use(asset, "reference", character=who, look=look, detail=role)
            case ReferenceWithdrawn(asset=asset, role=role, look=look):
                self.end("reference", thing=asset, character=who, look=look, detail=role)
            case VoiceBound(voice=voice):
                self.end("bound", character=who)
                self.use(voice, "bound", character=who)
            case VoiceUnbound():
                self.end("bound", character=who)
            case LikenessLinked(likeness=likeness):
                self.use(likeness, "linked", character=who)
                self._carry_over(likeness, who)
            case LikenessUnlinked():
                self.end("linked", character=who)

    def _carry_over(self, likeness: str, who: str) -> None:
        """What was made of the character before the link shows the person all the same."""
        there = find(self._connection, USES, {"log": self._log, "thing": likeness}, "position")
        known_already = {row.position for row in there}
        earlier = {"log": self._log, "thing": who, "thing_look": "", "how": "used"}
        for row in find(self._connection, USES, earlier):
            told = {name: row._mapping[name] for name in (*_EMPTY, "detail")}
            if row.position not in known_already:
                self.use(likeness, "used", at=row.position, **{**told, "character": who, "via": who})

    def binding(
        self, event: ElementAdopted | ElementMintRequested | VoiceAdopted | VoiceMintRequested
    ) -> None:
        made = self._stream
        match event:
            case ElementAdopted(character=who, look=look):
                self._shown(who, look, "depicted-by", element=made)
            case ElementMintRequested(inputs=inputs, remint_of=before):
                self._shown(inputs.character, inputs.look, "depicted-by", element=made)
                for source in (inputs.frontal, *inputs.views, inputs.video):
                    if source is not None:
                        self.use(
                            source, "made-into", element=made, character=inputs.character, look=inputs.look
                        )
                if inputs.voice is not None:
                    self.use(inputs.voice, "speaks-in", element=made, character=inputs.character)
                if before is not None:
                    self.use(before, "reminted-as", element=made, character=inputs.character)
            case VoiceAdopted(character=who):
                self.use(who, "has-voice", voice=made)
            case VoiceMintRequested(inputs=voice_inputs, remint_of=before):
                self.use(voice_inputs.character, "has-voice", voice=made)
                for source in (voice_inputs.recording, voice_inputs.clip):
                    if source is not None:
                        self.use(source, "made-into", voice=made, character=voice_inputs.character)
                if before is not None:
                    self.use(before, "reminted-as", voice=made, character=voice_inputs.character)

    def place(self, event: object) -> None:
        """Scenes and productions that hold on to a character."""
        scene = self._stream if is_id(self._stream, "scene") else None
        where: dict[str, Any] = {
            "production": self._production(scene) if scene else self._stream,
            "scene": scene,
        }
        here = {"scene": scene} if scene else {"scene": None, "production": self._stream}
        match event:
            case CharacterCast(character=who):
                self.use(who, "cast", **where)
            case CastReleased(character=who):
                self.end("cast", thing=who, **here)
            case CharacterPinned(character=who, character_version=version, look=look):
                self.end("pinned", thing=who, **here)
                self._shown(who, look, "pinned", detail=str(version), **where)
            case PinReleased(character=who):
                self.end("pinned", thing=who, **here)
            case ShotPlanned(shot=shot, subjects=subjects):
                for who in subjects:
                    self.use(who, "shot", shot=shot, **where)
            case ShotDropped(shot=shot):
                self.end("shot", shot=shot, **here)

    def _shown(self, who: str, look: str | None, how: How, **where: Any) -> None:
        """A use of the character, and of its look."""
        self.use(who, how, look=look, **where)
        if look is not None:
            self.use(who, how, thing_look=look, look=look, **where)

    def _production(self, scene: str) -> str | None:
        rows = find(self._connection, SCENES, {"log": self._log, "scene": scene}, "production")
        return rows[0].production if rows else None

    def request(self, event: PlanCompiled | ContinuityRecorded) -> None:
        """What a generation is to stand on, and in the end stood on."""
        generation = event.generation if isinstance(event, ContinuityRecorded) else self._stream
        mine = {"log": self._log, "generation": generation}
        remove(self._connection, USES, {**mine, "how": "planned"})
        if isinstance(event, ContinuityRecorded):
            self._record(event)
            return
        (row,) = find(self._connection, GENERATIONS, mine, "production", "scene", "shot")
        where = {**dict(row._mapping), "generation": generation}
        grounded = known(event.plan, {}).get("grounded", ())
        self._stand([dict(one) for one in grounded], "planned", where)

    def _record(self, record: ContinuityRecorded) -> None:
        where = {
            "production": self._production(self._stream),
            "scene": self._stream,
            "shot": record.shot,
            "generation": record.generation,
            "clip": record.clip,
            "detail": record.outcome,
        }
        carried = self._carried(record.cast)
        for member in record.cast:
            self._member(member, where, carried)
        grounded: list[dict[str, Any]] = [
            {"character": m.character, "element": m.element} for m in record.cast
        ]
        grounded += [{"character": m.character, "asset": asset} for m in record.cast for asset in m.assets]
        grounded += [{"asset": asset} for asset in record.assets]
        grounded += [{"element": element} for element in record.elements]
        self._stand(grounded, "used", where)

    def adopted(self, event: ClipAdopted) -> None:
        """Who is seen in footage that we did not make, as was attested."""
        where: dict[str, Any] = {
            "production": self._production(event.scene),
            "scene": event.scene,
            "shot": event.shot,
            "clip": self._stream,
            "detail": "adopted",
        }
        carried = self._carried(event.cast)
        for member in event.cast:
            self._member(member, where, carried)
        for likeness in event.likenesses:
            self.use(likeness, "used", **where)

    def _carried(self, cast: Sequence[CastMember]) -> dict[tuple[str, How], list[str]]:
        """The people that characters are linked to, and the voices of those who spoke."""
        asked: list[tuple[str, How]] = [(member.character, "linked") for member in cast]
        asked += [(member.character, "bound") for member in cast if member.voice is not None]
        lasting = [{"log": self._log, "character": who, "how": how, "ended": None} for who, how in asked]
        found = find_each(self._connection, USES, lasting, "thing")
        return {one: [row.thing for row in rows] for one, rows in zip(asked, found, strict=True)}

    def _member(
        self, member: CastMember, where: dict[str, Any], carried: dict[tuple[str, How], list[str]]
    ) -> None:
        """The character, the look, the person, the consent and the voice that a clip stood on."""
        who = member.character
        self._shown(who, member.look, "used", **where)
        if member.consent is not None:
            self.use(member.consent, "used", character=who, **where)
        if member.likeness is not None:
            self.use(member.likeness, "used", character=who, **where)
        for thing in (*carried[who, "linked"], *carried.get((who, "bound"), ())):
            self.use(thing, "used", character=who, via=who, **where)

    def _stand(self, grounded: Iterable[dict[str, Any]], how: How, where: dict[str, Any]) -> None:
        """What was shown directly before what an element carried, so that the nearer use is the one that is told."""
        shown = list(grounded)
        for one in shown:
            for kind in ("asset", "element", "character"):
                if one.get(kind):
                    self.use(one[kind], how, **where | {"character": one.get("character")})
        elements = list(dict.fromkeys(one["element"] for one in shown if one.get("element")))
        into = [
            {"log": self._log, "element": element, "how": made}
            for element in elements
            for made in ("made-into", "speaks-in")
        ]
        for rows in find_each(self._connection, USES, into, "thing", "element"):
            for row in rows:
                self.use(row.thing, how, element=row.element, via=row.element, **where)


PROJECTION = Projection(
    "uses",
    (USES,),
    frozenset(
        {
            *("ReferenceAssigned", "ReferenceWithdrawn", "VoiceBound", "VoiceUnbound"),
            *("LikenessLinked", "LikenessUnlinked"),
            *("ElementAdopted", "ElementMintRequested", "ElementMintFailed", "ElementRetired"),
            *("VoiceAdopted", "VoiceMintRequested", "VoiceMintFailed", "VoiceRetired"),
            *(
                "CharacterCast",
                "CastReleased",
                "CharacterPinned",
                "PinReleased",
                "ShotPlanned",
                "ShotDropped",
            ),
            *("PlanCompiled", "ContinuityRecorded", "ClipAdopted"),
        }
    ),
    _project,
)
