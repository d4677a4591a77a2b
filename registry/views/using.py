"""Which event says that what is used where: the projection behind `uses`.

It looks up what it wrote itself (what an element was made of, whose voice and likeness a character has), and places that never
change (a scene's production), so a rebuild gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from registry.events.character import (
    LikenessLinked,
    LikenessUnlinked,
    ReferenceAssigned,
    ReferenceWithdrawn,
    VoiceBound,
    VoiceUnbound,
)
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
from registry.views.scenes import SCENES
from registry.views.uses import USES, How

_EMPTY: Final = dict.fromkeys(
    ("production", "scene", "shot", "generation", "clip", "character", "look", "element", "voice", "via")
)


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        writing = _Writing(connection, recorded)
        match recorded.event:
            case ElementAdopted() | ElementMintRequested() | VoiceAdopted() | VoiceMintRequested():
                writing.binding(recorded.event)
            case ElementRetired() | ElementMintFailed():
                writing.end(USES.c.element == recorded.stream, USES.c.how != "reminted-as")
            case VoiceRetired() | VoiceMintFailed():
                writing.end(USES.c.voice == recorded.stream, USES.c.how != "reminted-as")
            case PlanCompiled() | ContinuityRecorded():
                writing.request(recorded.event)
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
        if self._rows:
            self._connection.execute(insert(USES), list(self._rows.values()))

    def use(self, thing: str, how: How, *, thing_look: str = "", at: int | None = None, **where: Any) -> None:
        """A row, unless this event has one of that thing: the first says how."""
        position = self._recorded.position if at is None else at
        key = {"log": self._log, "thing": thing, "thing_look": thing_look, "position": position}
        row = {**_EMPTY, "detail": "", "ended": None, **key, "how": how, **where}
        self._rows.setdefault((thing, thing_look, position), row)

    def end(self, *which: Any) -> None:
        """What lasts no longer."""
        wanted = (USES.c.log == self._log, USES.c.ended.is_(None), USES.c.how != "used", *which)
        self._connection.execute(update(USES).where(*wanted).values(ended=self._recorded.position))

    def character(self, event: object) -> None:
        who = self._stream
        match event:
            case ReferenceAssigned(asset=asset, role=role, look=look):
                self.use(asset, "reference", character=who, look=look, detail=role)
            case ReferenceWithdrawn(asset=asset, role=role, look=look):
                which = (
                    USES.c.look.is_(None) if look is None else USES.c.look == look,
                    USES.c.detail == role,
                )
                self.end(USES.c.thing == asset, USES.c.how == "reference", USES.c.character == who, *which)
            case VoiceBound(voice=voice):
                self.end(USES.c.character == who, USES.c.how == "bound")
                self.use(voice, "bound", character=who)
            case VoiceUnbound():
                self.end(USES.c.character == who, USES.c.how == "bound")
            case LikenessLinked(likeness=likeness):
                self.use(likeness, "linked", character=who)
                self._carry_over(likeness, who)
            case LikenessUnlinked():
                self.end(USES.c.character == who, USES.c.how == "linked")

    def _carry_over(self, likeness: str, who: str) -> None:
        """What was made of the character before the link shows the person all the same."""
        there = select(USES.c.position).where(USES.c.log == self._log, USES.c.thing == likeness)
        known_already = set(self._connection.execute(there).scalars())
        earlier = select(USES).where(
            USES.c.log == self._log, USES.c.thing == who, USES.c.thing_look == "", USES.c.how == "used"
        )
        for row in self._connection.execute(earlier.order_by(USES.c.position)).all():
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
        here = (
            USES.c.scene == scene if scene else USES.c.scene.is_(None) & (USES.c.production == self._stream)
        )
        match event:
            case CharacterCast(character=who):
                self.use(who, "cast", **where)
            case CastReleased(character=who):
                self.end(USES.c.thing == who, USES.c.how == "cast", here)
            case CharacterPinned(character=who, character_version=version, look=look):
                self.end(USES.c.thing == who, USES.c.how == "pinned", here)
                self._shown(who, look, "pinned", detail=str(version), **where)
            case PinReleased(character=who):
                self.end(USES.c.thing == who, USES.c.how == "pinned", here)
            case ShotPlanned(shot=shot, subjects=subjects):
                for who in subjects:
                    self.use(who, "shot", shot=shot, **where)
            case ShotDropped(shot=shot):
                self.end(USES.c.shot == shot, USES.c.how == "shot", here)

    def _shown(self, who: str, look: str | None, how: How, **where: Any) -> None:
        """A use of the character, and of its look."""
        self.use(who, how, look=look, **where)
        if look is not None:
            self.use(who, how, thing_look=look, look=look, **where)

    def _production(self, scene: str) -> str | None:
        wanted = select(SCENES.c.production).where(SCENES.c.log == self._log, SCENES.c.scene == scene)
        return self._connection.execute(wanted).scalar_one_or_none()

    def request(self, event: PlanCompiled | ContinuityRecorded) -> None:
        """What a generation is to stand on, and in the end stood on."""
        generation = event.generation if isinstance(event, ContinuityRecorded) else self._stream
        self._connection.execute(
            delete(USES).where(
                USES.c.log == self._log, USES.c.generation == generation, USES.c.how == "planned"
            )
        )
        if isinstance(event, ContinuityRecorded):
            self._record(event)
            return
        row = self._connection.execute(
            select(GENERATIONS.c.production, GENERATIONS.c.scene, GENERATIONS.c.shot).where(
                GENERATIONS.c.log == self._log, GENERATIONS.c.generation == generation
            )
        ).one()
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
        for member in record.cast:
            self._member(member, where)
        grounded: list[dict[str, Any]] = [
            {"character": m.character, "element": m.element} for m in record.cast
        ]
        grounded += [{"character": m.character, "asset": asset} for m in record.cast for asset in m.assets]
        grounded += [{"asset": asset} for asset in record.assets]
        grounded += [{"element": element} for element in record.elements]
        self._stand(grounded, "used", where)

    def _member(self, member: CastMember, where: dict[str, Any]) -> None:
        """The character, the look, the person, the consent and the voice that a clip stood on."""
        who = member.character
        self._shown(who, member.look, "used", **where)
        if member.consent is not None:
            self.use(member.consent, "used", character=who, **where)
        if member.likeness is not None:
            self.use(member.likeness, "used", character=who, **where)
        for likeness in self._holding(USES.c.character == who, USES.c.how == "linked"):
            self.use(likeness, "used", character=who, via=who, **where)
        if member.voice is not None:
            for voice in self._holding(USES.c.character == who, USES.c.how == "bound"):
                self.use(voice, "used", character=who, via=who, **where)

    def _stand(self, grounded: Iterable[dict[str, Any]], how: How, where: dict[str, Any]) -> None:
        """What was shown directly before what an element carried, so that the nearer use is the one that is told."""
        shown = list(grounded)
        for one in shown:
            for kind in ("asset", "element", "character"):
                if one.get(kind):
                    self.use(one[kind], how, **where | {"character": one.get("character")})
        for element in dict.fromkeys(one["element"] for one in shown if one.get("element")):
            made_of = USES.c.how.in_(("made-into", "speaks-in"))
            for source in self._holding(USES.c.element == element, made_of, ended=True):
                self.use(source, how, element=element, via=element, **where)

    def _holding(self, *which: Any, ended: bool = False) -> list[str]:
        query = select(USES.c.thing).where(USES.c.log == self._log, *which)
        if not ended:
            query = query.where(USES.c.ended.is_(None))
        return list(self._connection.execute(query.order_by(USES.c.position, USES.c.thing)).scalars())


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
            *("PlanCompiled", "ContinuityRecorded"),
        }
    ),
    _project,
)
