"""What is asked before a clip is handed to somebody: may it go out, who is in it, do they allow the use, how is it disclosed?

All that stands against it is answered at once. The append that puts the delivery on record asks again what may change meanwhile
(`registry.deciders.delivering`). The words of the law are those of Regulation (EU) 2024/1689, Article 50.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from generation.clearance import Clearance
from generation.errors import DeliveryRefused
from generation.gaps import Gap
from generation.grounds import CharacterGround
from generation.rules.finding import Finding, with_reasons
from registry.deciders.clip import Clip, ClipGone
from registry.deciders.likeness import Likeness, Use
from registry.deciders.standing import Standing
from registry.events.marks import Depiction, DisclosureBasis, DisclosureRole
from registry.events.references import Purpose
from registry.registry import Connection, Registry
from registry.views import clips
from registry.views.clips import ClipCard
from registry.views.persons import persons_in
from registry.views.places import production_of

_GENERATED_TYPES: Final = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
"""The IPTC words for what a model made, or made a part of."""
_LAW: Final = "Regulation (EU) 2024/1689, Article 50"
WITHDRAWN = Gap("E701", "The clip is withdrawn", (), "deliver another take")
REJECTED = Gap("E702", "The clip was rejected", (), "approve it first, or deliver another take")
NO_CONSENT = Gap(
    "E703", "No consent for this use", (), "get a consent that covers it, or deliver another take"
)
NO_LIKENESS = Gap(
    "E704", "A real person without a likeness", (), "link the likeness, or declare the character fictional"
)
UNMARKED = Gap(
    "E705", "Nothing in the file says it", (f"{_LAW}(2)",), "deliver it with c2pa, or name another basis"
)
SHOWS_SOMEBODY = Gap(
    "E706", "Somebody real is shown", (f"{_LAW}(4)",), "say yes, or correct who is in the clip"
)
NOT_APPROVED = Gap("W701", "Nobody approved the clip", (), "approve it, or accept W701 with the reason", "W")
NOBODY_KNOWS = Gap(
    "W702",
    "Nobody knows whether a real person is shown",
    (f"{_LAW}(4)",),
    "look, and say depicts_real_person",
    "W",
)
RESEMBLES = Gap(
    "W703",
    "No deep fake, and a real person is shown",
    (f"{_LAW}(4)",),
    "name another basis, or accept W703 with the reason",
    "W",
)
NOT_AS_SIGNED = Gap(
    "W704",
    "The provider's manifest is not right",
    (f"{_LAW}(2)",),
    "look why, or accept W704 with the reason",
    "W",
)
KEPT = Gap(
    "W705",
    "The clip was kept in spite of a person",
    (),
    "deliver another take, or accept W705 with the reason",
    "W",
)


GENERATED = Gap(
    "E707",
    "Nobody says that no machine made it",
    (f"{_LAW}(2)", f"{_LAW}(4)"),
    "name another basis",
)
NOBODY_SAYS = Gap(
    "W706",
    "Nobody knows whether a machine made it",
    (f"{_LAW}(2)", f"{_LAW}(4)"),
    "find out where it is from, or accept W706 with the reason",
    "W",
)
UNNAMED = Gap(
    "W707",
    "A real person is shown whom nobody named",
    (),
    "say in accept why they allow it, or deliver another take",
    "W",
)


@dataclass(frozen=True, slots=True)
class Handing:
    """How a clip is to be delivered. `depicts` is the reviewer's word where the log knows nothing; `marked`: with our C2PA."""

    role: DisclosureRole
    basis: DisclosureBasis
    purpose: Purpose
    marked: bool = False
    depicts: Literal["yes", "no"] | None = None
    accept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A clip that may go out so: whom it depicts, by which consents, for what reasons, and what must still hold at the append."""

    card: ClipCard
    depicts: Depiction
    consents: tuple[str, ...]
    standing: Standing
    accepted: Mapping[str, str]


def clear(registry: Registry, studio: str, clip: str, how: Handing) -> Cleared:
    """Raises NotFound, ClipGone, and DeliveryRefused with everything that stands against it."""
    with registry.snapshot(studio) as connection:
        card = clips.clip(connection, studio, clip)
        if card.erased:
            raise ClipGone(f"{clip} is erased", hint="nothing is left to deliver")
        shown = _Shown.of(registry, connection, studio, card, how)
    depicts: Depiction = (
        card.depicts_real_person if card.depicts_real_person != "unknown" else how.depicts or "unknown"
    )
    found = with_reasons(
        (*_of_clip(card, how), *shown.findings(card), *_of_basis(card, depicts, how)), how.accept
    )
    if any(finding.blocks for finding in found):
        raise DeliveryRefused(
            f"{clip} cannot be delivered so: {'; '.join(one.title for one in found if one.blocks)}",
            findings=found,
            hint="do what each finding says; for what is marked W, write your reason into accept under the finding's id",
        )
    accepted = {finding.rule: finding.accepted for finding in found if finding.accepted}
    return Cleared(card, depicts, shown.consents(), shown.standing(), accepted)


def _of_clip(card: ClipCard, how: Handing) -> Iterator[Finding]:
    verdict = card.verdict
    if card.withdrawn:
        yield WITHDRAWN.at("clip", f"{card.id} is not to be used any more")
    elif verdict is not None and not verdict.approved:
        yield REJECTED.at("clip", f"{card.id} was turned down ({verdict.cause})")
    elif verdict is None:
        yield NOT_APPROVED.at("clip", f"{card.id} has no verdict")
    mark = card.marks.c2pa
    if mark.state in ("invalid", "damaged"):
        yield NOT_AS_SIGNED.at(
            "clip", f"its C2PA manifest is {mark.state} ({', '.join(mark.problems) or 'no reason given'})"
        )
    if card.depicts_real_person == "yes" and how.depicts == "no":
        yield SHOWS_SOMEBODY.at("depicts_real_person", f"the log knows that {card.id} shows a real person")
    if card.depicts_real_person == "unknown" and how.depicts is None:
        yield NOBODY_KNOWS.at("depicts_real_person", f"the log does not know who is seen in {card.id}")


def _of_basis(card: ClipCard, depicts: Depiction, how: Handing) -> Iterator[Finding]:
    if how.basis == "machine_readable" and not _says_itself(card, how):
        yield UNMARKED.at("basis", f"{card.id} bears no C2PA manifest that holds ({card.marks.c2pa.state})")
    if card.ai_generated is None:
        yield NOBODY_SAYS.at("clip", f"whoever adopted {card.id} does not know whether a machine made it")
    if how.basis == "not_generated" and card.ai_generated is not False:
        yield GENERATED.at("basis", f"{card.id} is not said to be made without a machine")
    if how.basis == "no_deep_fake" and depicts == "yes":
        yield RESEMBLES.at("basis", f"{card.id} shows a real person")


def _says_itself(card: ClipCard, how: Handing) -> bool:
    """Whether the file says by a manifest that it was generated: its own, or the one it is delivered with.

    Of footage from elsewhere a manifest may say anything: only its source type counts, and ours calls it no more than opened.
    """
    mark = card.marks.c2pa
    if card.origin == "adopted":
        return mark.present and mark.source_type in _GENERATED_TYPES
    return how.marked or mark.present


@dataclass(frozen=True, slots=True)
class _Shown:
    """Who is in a clip and what they allowed. `apart` are likenesses it carries that are behind nobody shown any more."""

    people: Mapping[str, CharacterGround]
    apart: Mapping[str, Likeness]
    kept: frozenset[str]
    heard: frozenset[str] | None
    territories: tuple[str, ...]
    use: Use

    @classmethod
    def of(
        cls, registry: Registry, connection: Connection, studio: str, card: ClipCard, how: Handing
    ) -> _Shown:
        clearance = Clearance(registry, connection, studio, registry.head(connection, studio))
        production = production_of(connection, studio, card.id)
        known = persons_in(connection, studio, card.id)
        characters = {*clearance.shown_in(card.id), *(one for one in known if one.startswith("character_"))}
        people = clearance.people(sorted(characters))
        behind = {ground.likeness.id for ground in people.values() if ground.likeness}
        apart = [one for one in known if one.startswith("likeness_") and one not in behind]
        state = registry.states(connection, studio, [card.id], as_of=clearance.position)[card.id].state
        return cls(
            people=people,
            apart=clearance.likenesses(apart),
            kept=state.kept if isinstance(state, Clip) else frozenset(),
            heard=clearance.heard_in(card.id),
            territories=clearance.territories(production),
            use=Use(production, how.purpose, voice=False, at=registry.clock()),
        )

    def findings(self, card: ClipCard) -> Iterator[Finding]:
        if (
            card.adopted
            and card.adopted.depicts_real_person == "yes"
            and not (self.apart or any(self._real()))
        ):
            yield UNNAMED.at(
                "clip", f"whoever adopted {card.id} says that somebody real is seen, and not who"
            )
        for id, ground in self._real():
            if ground.likeness is None:
                yield NO_LIKENESS.at("clip", f"{id} depicts a real person, and no likeness is linked")
            else:
                yield from self._allowed(ground.likeness.id, ground.likeness.likeness, self._use_of(id))
        for id, likeness in self.apart.items():
            yield from self._allowed(id, likeness, self.use)

    def consents(self) -> tuple[str, ...]:
        """What covers the use, of those who are behind somebody shown."""
        given = (
            ground.likeness.likeness.covering(self._use_of(id), self.territories)
            for id, ground in self._real()
            if ground.likeness is not None
        )
        return tuple(dict.fromkeys(one.granted.consent for one in given if one is not None))

    def standing(self) -> Standing:
        """What the append asks once more; who was kept by a person's decision is not asked about."""
        asked = [
            id
            for id, ground in self.people.items()
            if not (ground.likeness and ground.likeness.id in self.kept)
        ]
        behind = [self.people[id].likeness for id in asked]
        use = Use(self.use.production, self.use.purpose, voice=self.heard is None, at=self.use.at)
        return Standing(
            likenesses=tuple(one.id for one in behind if one is not None),
            use=use,
            shows=tuple(asked),
            heard=self.heard or frozenset(),
        )

    def _real(self) -> Iterator[tuple[str, CharacterGround]]:
        return ((id, ground) for id, ground in self.people.items() if ground.depicts == "real_person")

    def _use_of(self, character: str) -> Use:
        heard = self.heard is None or character in self.heard
        return Use(self.use.production, self.use.purpose, voice=heard, at=self.use.at)

    def _allowed(self, id: str, likeness: Likeness, use: Use) -> Iterator[Finding]:
        if likeness.covering(use, self.territories) is not None:
            return
        why = likeness.why_not(use, self.territories)
        if id in self.kept:
            yield KEPT.at("clip", f"{id} does not allow it ({why}), and somebody decided to keep the clip")
        else:
            yield NO_CONSENT.at("clip", f"{id} does not allow it ({why})")
