"""What a clip's proven events say together: which bytes, made from what, by which plan, approved by whom, charged what.

Or, of footage that was adopted: which bytes, brought by whom, and who is said to be in it.

Every event must belong, by the ids that the events themselves name, or the whole is refuted: events of another clip, another
generation, another paid call cannot be mixed in. The streams of the clip, its generation and its paid call have no holes. What
was appended after the last event shown is not denied: a receipt is as of its checkpoint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from registry.proof.note import Checkpoint
from registry.proof.proven import Leaf, Refuted

ERASURES: Final = frozenset({"AssetErased", "CharacterErased", "ClipErased", "LikenessErased"})
CONSENTS: Final = frozenset({"ConsentGranted", "ConsentRevoked"})
MADE: Final = "ClipRecorded"
ADOPTED: Final = "ClipAdopted"
BEGINNINGS: Final = frozenset({MADE, ADOPTED})
"""The events that a clip's stream begins with."""
CHARGES: Final = frozenset({"BudgetSettled", "BudgetReleased"})


@dataclass(frozen=True, slots=True)
class Input:
    """A thing the clip was made from, or somebody who is said to be in it.

    `position` is that of its first event; `erased` says whether it was by the checkpoint.
    """

    id: str
    position: int
    erased: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The one paid call: the position of its intent, where it went, the provider's task, and the state of the wire digest.

    The digest of the sent bytes is personal, so it stands sealed in the event at `position`; only its owner can open it. `via`
    says how the task was known to be this call's: by the answer, by a lookup, or by a person's word (`operator`).
    """

    position: int
    host: str
    model: str
    plan_digest: str
    wire_digest: Literal["sealed", "erased"]
    task_id: str | None
    via: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of the clip last, by which key, when (microseconds since 1970), and in which event."""

    approved: bool
    by: str
    at: int
    position: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What the paid call cost, in units. `basis`: charged, assumed (nobody knows), or released (nothing was charged)."""

    units: str
    basis: str
    position: int


@dataclass(frozen=True, slots=True)
class Statement:
    """All that is proven. Times are microseconds since 1970; what the receipt does not show is None or empty.

    `position` is where the clip is recorded, `record` where what it was made from is. An adopted clip came of no generation and
    of no paid call: `recorded_by` brought it, and answers for `ai_generated` and for who is in it (`cast`, `inputs`).
    """

    clip: str
    sha256: str
    bytes: int
    media_type: str
    log: str
    position: int
    recorded_at: int
    recorded_by: str
    record: int
    origin: str
    size: int
    scene: str
    comes: Literal["generated", "adopted"]
    ai_generated: bool | None
    generation: str | None
    submission: str | None
    pattern: str | None
    plan_digest: str | None
    cast: tuple[Mapping[str, Any], ...]
    inputs: tuple[Input, ...]
    sent: Sent | None
    verdict: Verdict | None
    charge: Charge | None
    state: Literal["kept", "withdrawn", "erased"]
    events: int


def read_statement(clip: str, checkpoint: Checkpoint, leaves: Sequence[Leaf]) -> Statement:
    """Raises Refuted when they do not belong together, or are not all that such a clip has."""
    try:
        return _Reading(clip, leaves).statement(checkpoint)
    except (KeyError, TypeError, AttributeError, ValueError) as odd:
        raise Refuted(f"an event of {clip} has not the shape of its kind ({odd})") from None


def inputs_of(continuity: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of everything that a continuity record names as what the clip was made from, each once, in its order."""
    cast: Iterable[Mapping[str, Any]] = continuity["cast"]
    named: list[str | None] = [*continuity["assets"], *continuity["elements"], *continuity["parents"]]
    for member in cast:
        named += [member["character"], *member["assets"], member["element"]]
        named += [member["speaks_with"], member["likeness"]]
    return tuple(dict.fromkeys(one for one in named if one is not None))


def seen_in(adopted: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of everybody who is said to be in footage that was adopted, each once, in order."""
    cast: Iterable[Mapping[str, Any]] = adopted["cast"]
    named = [one for member in cast for one in (member["character"], member["likeness"])]
    return tuple(dict.fromkeys(one for one in (*named, *adopted["likenesses"]) if one is not None))


class _Reading:
    """One reading of a receipt's events; whatever is used is taken out, and nothing may be left over."""

    def __init__(self, clip: str, leaves: Sequence[Leaf]) -> None:
        self._clip = clip
        self._count = len(leaves)
        self._streams: defaultdict[str, list[Leaf]] = defaultdict(list)
        for leaf in leaves:
            self._streams[leaf.stream].append(leaf)

    def statement(self, checkpoint: Checkpoint) -> Statement:
        mine = self._whole(self._clip)
        if not mine or mine[0].type not in BEGINNINGS:
            raise Refuted(f"no event in it records {self._clip}")
        told = self._made(mine[0].said) if mine[0].type == MADE else self._adopted(mine[0])
        said = mine[0].said
        statement = Statement(
            clip=self._clip,
            sha256=said["stored"]["sha256"],
            bytes=said["stored"]["bytes"],
            media_type=said["stored"]["media_type"],
            log=mine[0]["log"],
            position=mine[0].position,
            recorded_at=mine[0]["recorded_at"],
            recorded_by=mine[0].actor,
            origin=checkpoint.origin,
            size=checkpoint.size,
            scene=said["scene"],
            ai_generated=said.get("ai_generated", True),
            verdict=_verdict(mine),
            state=_state(mine),
            events=self._count,
            **told,
        )
        if left := [leaf.position for leaves in self._streams.values() for leaf in leaves]:
            raise Refuted(f"the event at position {left[0]} does not belong to {self._clip}")
        return statement

    def _made(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What is told of a clip that a generation delivered."""
        continuity = self._continuity(said)
        made, paid = self._whole(said["generation"]), self._whole(said["submission"])
        self._must_be_planned(made, continuity.said)
        return {
            "comes": "generated",
            "record": continuity.position,
            "generation": said["generation"],
            "submission": said["submission"],
            "pattern": continuity.said["pattern"],
            "plan_digest": continuity.said["plan_digest"],
            "cast": tuple(continuity.said["cast"]),
            "inputs": tuple(self._inputs(inputs_of(continuity.said), continuity.said["cast"])),
            "sent": _sent(paid, continuity.said),
            "charge": self._charge(said["submission"]),
        }

    def _adopted(self, adopted: Leaf) -> dict[str, Any]:
        """What is told of footage that was adopted: it was neither planned nor paid for."""
        said, nothing = adopted.said, ("generation", "submission", "pattern", "plan_digest", "sent", "charge")
        return {
            **dict.fromkeys(nothing),
            "comes": "adopted",
            "record": adopted.position,
            "cast": tuple(said["cast"]),
            "inputs": tuple(self._inputs(seen_in(said), said["cast"])),
        }

    def _whole(self, stream: str) -> list[Leaf]:
        """All events of a stream from its first on, without a hole. Raises Refuted."""
        leaves = self._streams.pop(stream, [])
        versions = [leaf["version"] for leaf in leaves]
        if versions != list(range(1, len(leaves) + 1)):
            raise Refuted(f"events of {stream} are missing: it shows the versions {versions}")
        return leaves

    def _take(self, stream: str, fits: Any) -> list[Leaf]:
        """Those events of a stream that fit; the others stay."""
        leaves = self._streams.pop(stream, [])
        if others := [leaf for leaf in leaves if not fits(leaf)]:
            self._streams[stream] = others
        return [leaf for leaf in leaves if fits(leaf)]

    def _continuity(self, recorded: Mapping[str, Any]) -> Leaf:
        """The record of what the clip was made from, which must be of this clip and these bytes. Raises Refuted."""
        found = self._take(recorded["scene"], lambda leaf: leaf.type == "ContinuityRecorded")
        if len(found) != 1:
            raise Refuted(f"{len(found)} records say what {self._clip} was made from, and not one")
        said = found[0].said
        same = {
            "clip": self._clip,
            "clip_sha256": recorded["stored"]["sha256"],
            "generation": recorded["generation"],
            "submission": recorded["submission"],
        }
        for name, value in same.items():
            if said[name] != value:
                raise Refuted(
                    f"the record at position {found[0].position} is of another clip: its {name} is {said[name]}"
                )
        return found[0]

    def _must_be_planned(self, made: Sequence[Leaf], continuity: Mapping[str, Any]) -> None:
        """Raises Refuted when the generation shows no such plan, or ended otherwise."""
        plans = {leaf.said["plan_digest"] for leaf in made if leaf.type == "PlanCompiled"}
        if made and continuity["plan_digest"] not in plans:
            raise Refuted(f"no plan of the generation has the digest {continuity['plan_digest']}")
        ends = [leaf.said["clip"] for leaf in made if leaf.type == "GenerationEnded"]
        if made and ends != [self._clip]:
            raise Refuted(f"the generation did not end with {self._clip}")

    def _inputs(self, inputs: Iterable[str], cast: Iterable[Mapping[str, Any]]) -> Iterable[Input]:
        """Raises Refuted when the first event of one, or a consent that is named, is not shown."""
        consents = {member["consent"] for member in cast} - {None}
        granted: set[str] = set()
        for stream in inputs:

            def fits(leaf: Leaf) -> bool:
                consent = leaf.type in CONSENTS and leaf.said["consent"] in consents
                return leaf["version"] == 1 or leaf.type in ERASURES or consent

            leaves = self._take(stream, fits)
            if not leaves or leaves[0]["version"] != 1:
                raise Refuted(f"the first event of {stream}, which the clip was made from, is not shown")
            granted |= {leaf.said["consent"] for leaf in leaves if leaf.type == "ConsentGranted"}
            yield Input(stream, leaves[0].position, any(leaf.type in ERASURES for leaf in leaves))
        if missing := consents - granted:
            raise Refuted(f"the event that grants {min(missing)}, which the clip stood on, is not shown")

    def _charge(self, submission: str) -> Charge | None:
        """What the production's books say of the paid call."""
        found = [
            leaf
            for stream in list(self._streams)
            for leaf in self._take(
                stream, lambda leaf: leaf.type in CHARGES and leaf.said["submission"] == submission
            )
        ]
        if len({leaf.stream for leaf in found}) > 1:
            raise Refuted(f"several productions say what {submission} cost")
        if not found:
            return None
        last = found[-1]
        basis = last.said["basis"] if last.type == "BudgetSettled" else "released"
        return Charge("0" if basis == "released" else last.said["units"], basis, last.position)


def _sent(paid: Sequence[Leaf], continuity: Mapping[str, Any]) -> Sent | None:
    """Raises Refuted when the paid call was for something else, or under another plan."""
    if not paid:
        return None
    intent = paid[0]
    same = {"subject": continuity["generation"], "plan_digest": continuity["plan_digest"]}
    if intent.type != "SubmissionIntended" or any(intent.said[name] != value for name, value in same.items()):
        raise Refuted(f"the paid call at position {intent.position} was not for this clip")
    known = [leaf.said for leaf in paid if leaf.type == "SubmissionConfirmed"]
    tasks = [said["task_id"] for said in known]
    if tasks and tasks[-1] != continuity["task_id"]:
        raise Refuted(
            f"the paid call was taken as the task {tasks[-1]}, and the clip is of {continuity['task_id']}"
        )
    if not any(leaf.type == "TaskSucceeded" for leaf in paid):
        raise Refuted(f"the paid call at position {intent.position} does not show how it ended")
    return Sent(
        position=intent.position,
        host=intent.said["host"],
        model=intent.said["model"],
        plan_digest=intent.said["plan_digest"],
        wire_digest="erased" if intent.said["wire_digest"] == {"erased": True} else "sealed",
        task_id=tasks[-1] if tasks else None,
        via=known[-1]["via"] if known else None,
    )


def _verdict(mine: Sequence[Leaf]) -> Verdict | None:
    """What was said last, unless it was taken back or the clip withdrawn."""
    verdict: Verdict | None = None
    for leaf in mine:
        match leaf.type:
            case "ClipApproved" | "ClipRejected":
                verdict = Verdict(leaf.type == "ClipApproved", leaf.actor, leaf["recorded_at"], leaf.position)
            case "ApprovalWithdrawn" | "ClipWithdrawn" | "ClipErased":
                verdict = None
    return verdict


def _state(mine: Sequence[Leaf]) -> Literal["kept", "withdrawn", "erased"]:
    types = {leaf.type for leaf in mine}
    if "ClipErased" in types:
        return "erased"
    return "withdrawn" if "ClipWithdrawn" in types else "kept"
