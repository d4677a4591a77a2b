"""How lineage is written: each event's things, the steps it begins, and those it ends (the table is in `kinds`).

An edge that ended keeps its row, with the position of the end; said again it is a row of its own. Whatever is written stands in
clear in the log, so the rows are the same before and after an erasure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Insert, Update, bindparam, exists, insert, select, update

from registry.events.asset import AssetRegistered, AssetSuperseded
from registry.events.character import (
    LikenessLinked,
    LikenessUnlinked,
    LookDefined,
    LookRetired,
    ReferenceAssigned,
    ReferenceWithdrawn,
    VoiceBound,
    VoiceUnbound,
)
from registry.events.clip import (
    ApprovalWithdrawn,
    ClipAdopted,
    ClipApproved,
    ClipErased,
    ClipRecorded,
    ClipRejected,
    ClipWithdrawn,
)
from registry.events.element import ElementAdopted, ElementMintFailed, ElementMintRequested
from registry.events.envelope import Recorded
from registry.events.ids import is_id
from registry.events.production import BudgetSettled
from registry.events.references import CastMember
from registry.events.scene import (
    CastReleased,
    CharacterCast,
    ContinuityCorrected,
    ContinuityRecorded,
    SceneContinuedFrom,
    SceneOpened,
)
from registry.events.submission import SubmissionIntended
from registry.events.voice import VoiceAdopted, VoiceMintFailed, VoiceMintRequested
from registry.log.roles import Projection
from registry.views.generations import GENERATIONS
from registry.views.kinds import ERASED, INTRODUCED, KINDS, RETIRED, EdgeKind, Evidence, events_told, look_id
from registry.views.rows import add_all, find
from registry.views.steps import EDGES, NODES


class Begin(NamedTuple):
    """From here on `made` was made from `source`."""

    made: str
    source: str
    kind: EdgeKind
    evidence: Evidence
    detail: str = ""


class End(NamedTuple):
    """What holds no more from here on: steps of the kind from `made`; of one source, or one detail, where it is named."""

    made: str
    kind: EdgeKind
    source: str | None = None
    detail: str | None = None


Said = Begin | End


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    _introduce(connection, events)
    begun: list[tuple[Recorded, Begin]] = []
    for recorded in events:
        for said in _said(connection, recorded):
            if isinstance(said, Begin):
                begun.append((recorded, said))
                continue
            _begin(connection, begun)
            _end(connection, recorded, said)
        if (mark := _MARKS.get(recorded.type)) is not None:
            connection.execute(
                _marking(mark), {"_log": recorded.log, "_id": recorded.stream, mark: recorded.position}
            )
    _begin(connection, begun)


_MARKS: Final = {**dict.fromkeys(RETIRED, "retired"), **dict.fromkeys(ERASED, "erased")}


def _introduce(connection: Connection, events: Sequence[Recorded]) -> None:
    """The things of a batch, each under the position of the event that brought it in."""
    new = [(recorded, recorded.stream) for recorded in events if recorded.type in INTRODUCED]
    rows = [
        {"log": r.log, "node": r.position, "id": thing, "retired": None, "erased": None} for r, thing in new
    ]
    add_all(connection, NODES, rows)
    for recorded in events:
        match recorded.event:
            case LookDefined(look=look):
                _know(connection, recorded, look_id(recorded.stream, look))
            case ClipApproved():
                _know(connection, recorded, recorded.actor)
            case (
                ContinuityRecorded(clip=str(), submission=str() as submission)
                | BudgetSettled(submission=submission)
            ):
                _know(connection, recorded, submission)


def _know(connection: Connection, recorded: Recorded, thing: str) -> None:
    connection.execute(_KNOWN, {"_log": recorded.log, "_node": recorded.position, "_id": thing})


def _said(connection: Connection, recorded: Recorded) -> Iterable[Said]:
    made = recorded.stream
    match recorded.event:
        case ContinuityRecorded(clip=str() as clip) as record:
            yield from _of_clip(clip, record)
        case ContinuityCorrected() as corrected:
            yield from _corrected(connection, recorded.log, corrected)
        case ElementMintRequested() | VoiceMintRequested() | ElementAdopted() | VoiceAdopted() as binding:
            yield from _of_binding(made, binding)
        case ElementMintFailed() | VoiceMintFailed():
            yield from (End(made, kind) for kind, of in KINDS.items() if recorded.type in of.ended)
        case SubmissionIntended() | BudgetSettled() as call:
            yield from _of_call(made, call)
        case ClipRecorded(scene=scene):
            yield Begin(made, scene, "in", "witnessed")
        case ClipAdopted() as adopted:
            yield from _of_adopted(made, adopted)
        case ClipApproved():
            yield Begin(made, recorded.actor, "approved-by", "attested")
        case ApprovalWithdrawn() | ClipRejected() | ClipWithdrawn() | ClipErased():
            yield End(made, "approved-by")
        case AssetRegistered(derived_from=frame) if frame is not None:
            yield Begin(made, frame.clip, "frame-of", "attested")
        case AssetSuperseded(by=by):
            yield Begin(by, made, "supersedes", "attested")
        case event:
            yield from _of_story(made, event)


def _of_call(made: str, event: SubmissionIntended | BudgetSettled) -> Iterable[Begin]:
    """Whose money a paid call took. A clip's own step says its record, which knows what the vendor deducted."""
    match event:
        case SubmissionIntended(subject=subject, account=account):
            yield Begin(made, account, "on-account", "witnessed")
            if is_id(subject, "element") or is_id(subject, "voice"):
                yield Begin(subject, made, "paid-with", "witnessed")
        case BudgetSettled(submission=submission, units=units, basis=basis):
            grade: Evidence = "reported" if basis == "charged" else "inferred"
            yield Begin(submission, made, "paid-with", grade, units)


def _of_story(made: str, event: object) -> Iterable[Said]:
    """What people say of characters and scenes, and take back."""
    match event:
        case ReferenceAssigned(asset=asset, role=role, look=look):
            yield Begin(look_id(made, look) if look else made, asset, "reference", "attested", role)
        case ReferenceWithdrawn(asset=asset, role=role, look=look):
            yield End(look_id(made, look) if look else made, "reference", asset, role)
        case LookDefined(look=look):
            yield Begin(look_id(made, look), made, "look-of", "attested")
        case LookRetired(look=look):
            yield End(look_id(made, look), "look-of")
        case VoiceBound(voice=voice):
            yield End(made, "speaks-with")
            yield Begin(made, voice, "speaks-with", "attested")
        case VoiceUnbound():
            yield End(made, "speaks-with")
        case LikenessLinked(likeness=likeness):
            yield Begin(made, likeness, "likeness-of", "attested")
        case LikenessUnlinked():
            yield End(made, "likeness-of")
        case SceneOpened(production=production):
            yield Begin(made, production, "in", "attested")
        case CharacterCast(character=who):
            yield Begin(made, who, "cast", "attested")
        case CastReleased(character=who):
            yield End(made, "cast", who)
        case SceneContinuedFrom(clip=clip):
            yield End(made, "continues")
            yield Begin(made, clip, "continues", "attested")


def _of_adopted(clip: str, event: ClipAdopted) -> Iterable[Begin]:
    """Where footage stands that we did not make, and who is seen in it, as somebody says."""
    yield Begin(clip, event.scene, "in", "attested")
    for member in event.cast:
        yield Begin(clip, member.character, "shows", "attested")
        if member.look is not None:
            yield Begin(clip, look_id(member.character, member.look), "wears", "attested", member.character)
    people = dict.fromkeys((*(member.likeness for member in event.cast), *event.likenesses))
    yield from (Begin(clip, one, "carries", "attested") for one in people if one is not None)


def _of_clip(clip: str, record: ContinuityRecorded) -> Iterable[Begin]:
    for parent in record.parents:
        yield Begin(clip, parent, "edits" if parent == record.edited else "continues", "witnessed")
    for asset in record.assets:
        places = [name for name in ("opening", "closing") if getattr(record, name) == asset]
        yield Begin(clip, asset, "frames" if places else "grounded-on", "witnessed", " and ".join(places))
    yield from (Begin(clip, element, "grounded-on", "witnessed") for element in record.elements)
    for member in record.cast:
        yield from _of_member(clip, member)
    if record.submission is not None:
        paid: Evidence = "witnessed" if record.units is None else "reported"
        yield Begin(clip, record.submission, "paid-with", paid, record.units or "")


def _of_member(clip: str, member: CastMember) -> Iterable[Begin]:
    """Whoever stood in the payload by an element or a picture is there for certain; others are there as far as we can tell."""
    who = member.character
    grade: Evidence = "witnessed" if member.element or member.assets else "inferred"
    yield Begin(clip, who, "shows", grade)
    if member.likeness is not None:
        yield Begin(clip, member.likeness, "carries", grade)
    if member.look is not None:
        yield Begin(clip, look_id(who, member.look), "wears", "witnessed", who)
    if member.speaks_with is not None:
        yield Begin(clip, member.speaks_with, "speaks-with", "witnessed")


def _corrected(connection: Connection, log: str, event: ContinuityCorrected) -> Iterable[Said]:
    """A person saw what somebody wears in truth."""
    rows = (
        find(connection, GENERATIONS, {"log": log, "generation": event.generation}, "clip")
        if event.looks
        else ()
    )
    for clip in (row.clip for row in rows if row.clip is not None):
        for worn in event.looks:
            yield End(clip, "wears", detail=worn.character)
            if worn.look is not None:
                yield Begin(clip, look_id(worn.character, worn.look), "wears", "attested", worn.character)


def _of_binding(
    made: str, event: ElementMintRequested | VoiceMintRequested | ElementAdopted | VoiceAdopted
) -> Iterable[Begin]:
    """What a binding came from: its recipe, whose it is, where it lives, what it takes the place of."""
    match event:
        case ElementAdopted(character=who, look=look):
            yield Begin(made, who, "depicts", "attested")
            if look is not None:
                yield Begin(made, look_id(who, look), "wears", "attested", who)
        case VoiceAdopted(character=who):
            yield Begin(made, who, "voice-of", "attested")
        case ElementMintRequested(inputs=inputs):
            yield Begin(made, inputs.character, "depicts", "witnessed")
            if inputs.look is not None:
                look = look_id(inputs.character, inputs.look)
                yield Begin(made, look, "wears", "witnessed", inputs.character)
            if inputs.voice is not None:
                yield Begin(made, inputs.voice, "speaks-with", "witnessed")
            yield from _recipe(made, inputs.frontal, *inputs.views, inputs.video)
        case VoiceMintRequested(inputs=inputs):
            yield Begin(made, inputs.character, "voice-of", "witnessed")
            yield from _recipe(made, inputs.recording, inputs.clip)
    minted = isinstance(event, ElementMintRequested | VoiceMintRequested)
    if event.account is not None:
        yield Begin(made, event.account, "on-account", "witnessed" if minted else "attested")
    if isinstance(event, ElementMintRequested | VoiceMintRequested) and event.remint_of is not None:
        yield Begin(made, event.remint_of, "remint-of", "witnessed")


def _recipe(made: str, *sources: str | None) -> Iterable[Begin]:
    return (Begin(made, source, "made-from", "witnessed") for source in sources if source is not None)


def _begin(connection: Connection, begun: list[tuple[Recorded, Begin]]) -> None:
    """Write what has gathered. A scene's cast hangs on a node of its own (`steps`)."""
    for cast in (False, True):
        rows = [_row(recorded, said) for recorded, said in begun if (said.kind == "cast") is cast]
        if rows:
            connection.execute(_NEW_EDGE[cast], rows)
    begun.clear()


def _row(recorded: Recorded, said: Begin) -> dict[str, Any]:
    named = {f"_{name}": value for name, value in said._asdict().items()}
    return {"_log": recorded.log, "_position": recorded.position, "_until": None, **named}


def _end(connection: Connection, recorded: Recorded, said: End) -> None:
    named = {f"_{name}": value for name, value in said._asdict().items() if value is not None}
    values = {"_log": recorded.log, "until": recorded.position, **named}
    connection.execute(_ending(frozenset(named), cast=said.kind == "cast"), values)


def _number(end: str, *, cast: bool = False) -> ColumnElement[Any]:
    """The number of what `end` names; null for what is unknown, and that no edge may hold."""
    mine = (NODES.c.log == bindparam("_log")) & (NODES.c.id == bindparam(end))
    return select(-NODES.c.node if cast else NODES.c.node).where(mine).scalar_subquery()


def _new_edge(*, cast: bool) -> Insert:
    """An edge between two ids, unless the same one holds already."""
    said = {column.name: bindparam(f"_{column.name}", type_=column.type) for column in EDGES.c}
    row = {**said, "made": _number("_made", cast=cast), "source": _number("_source")}
    same = [EDGES.c[name] == row[name] for name in ("log", "made", "source", "kind", "detail")]
    there = exists().where(*same, EDGES.c.until.is_(None))
    return insert(EDGES).from_select([*row], select(*row.values()).where(~there))


_NEW_EDGE: Final = {cast: _new_edge(cast=cast) for cast in (False, True)}


def _known() -> Insert:
    """A thing that no stream of this log begins: it is there from the first event on that names it."""
    names = ("log", "node", "id")
    row = [bindparam(f"_{name}", type_=NODES.c[name].type) for name in names]
    there = exists().where(NODES.c.log == bindparam("_log"), NODES.c.id == bindparam("_id"))
    return insert(NODES).from_select([*names], select(*row).where(~there))


_KNOWN: Final = _known()


@cache
def _ending(named: frozenset[str], *, cast: bool) -> Update:
    which = [
        EDGES.c.log == bindparam("_log"),
        EDGES.c.made == _number("_made", cast=cast),
        EDGES.c.until.is_(None),
    ]
    which += [EDGES.c[name] == bindparam(f"_{name}") for name in ("kind", "detail") if f"_{name}" in named]
    if "_source" in named:
        which.append(EDGES.c.source == _number("_source"))
    return update(EDGES).where(*which).values(until=bindparam("until"))


@cache
def _marking(mark: str) -> Update:
    mine = (NODES.c.log == bindparam("_log")) & (NODES.c.id == bindparam("_id")) & NODES.c[mark].is_(None)
    return update(NODES).where(mine).values({mark: bindparam(mark)})


PROJECTION: Final = Projection("lineage", (NODES, EDGES), events_told(), _project)
