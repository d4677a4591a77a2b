"""Likenesses: the real people behind characters, what they allowed and what they took back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.deciders.asset import Asset
from registry.deciders.command import (
    NAME_LENGTH,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_live,
    must_be_new,
    must_exist,
    read,
    unexpected,
)
from registry.errors import InvalidCommand, NotFound, Refusal
from registry.events.envelope import Event
from registry.events.likeness import (
    ConsentGranted,
    ConsentRevoked,
    ErasureBasis,
    ErasureOrdered,
    LikenessErased,
    LikenessRegistered,
    LikenessUseRefused,
)
from registry.events.references import Purpose


class AlreadyErased(Refusal):
    """The person was erased, or is being erased: nothing can be said of them any more."""

    code = "already-erased"


class AlreadyRevoked(Refusal):
    """The consent was revoked before."""

    code = "already-revoked"


@dataclass(frozen=True, kw_only=True)
class RegisterLikeness(Command):
    """Keep a real person's rights. A minor needs a guardian."""

    name: str
    minor: bool
    guardian: str = ""


@dataclass(frozen=True, kw_only=True)
class GrantConsent(Command):
    """Write down what they allowed, with the signed document."""

    consent: ConsentGranted

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.consent.evidence, *self.consent.productions)


@dataclass(frozen=True, kw_only=True)
class RevokeConsent(Command):
    """They take it back."""

    consent: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefuseUse(Command):
    """Write down that the likeness was asked for and not allowed."""

    refused: LikenessUseRefused


@dataclass(frozen=True, kw_only=True)
class OrderErasure(Command):
    """Block every use, and begin to erase."""

    basis: ErasureBasis


@dataclass(frozen=True, kw_only=True)
class RecordErasure(Command):
    """Everything is gone: the record of it."""

    erased: LikenessErased


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a likeness: for which production and purpose, with the voice or not, when (microseconds since 1970)."""

    production: str | None
    purpose: Purpose
    voice: bool
    at: int


@dataclass(frozen=True, slots=True)
class Consent:
    """What was allowed, and whether it still is."""

    granted: ConsentGranted
    revoked: bool = False

    def why_not(self, use: Use, territories: tuple[str, ...]) -> str | None:
        """Why it does not cover a use in these territories (empty: the whole world); None when it does."""
        given = self.granted
        missing = [place for place in territories if place not in given.territories]
        reasons = (
            (self.revoked, "it was revoked"),
            (use.at < given.starts_at, "it has not begun"),
            (given.ends_at is not None and use.at >= given.ends_at, "it is over"),
            (
                bool(given.productions) and use.production not in given.productions,
                "it is for other productions",
            ),
            (
                bool(given.purposes) and use.purpose not in given.purposes,
                f"it is not for {use.purpose} clips",
            ),
            (use.voice and not given.voice, "it does not cover the voice"),
            (bool(given.territories) and not territories, "the production is released in the whole world"),
            (bool(given.territories) and bool(missing), f"it does not cover {', '.join(missing)}"),
        )
        return next((why for applies, why in reasons if applies), None)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A likeness as it is. `erasing` blocks every use; `erased` says that nothing of the person can be read any more."""

    exists: bool = False
    name: str = ""
    minor: bool = False
    consents: tuple[Consent, ...] = ()
    erasing: bool = False
    erased: bool = False

    def covering(self, use: Use, territories: tuple[str, ...]) -> Consent | None:
        """The first consent that allows the use in these territories; None when there is none."""
        if self.erasing:
            return None
        return next((one for one in self.consents if one.why_not(use, territories) is None), None)

    def why_not(self, use: Use, territories: tuple[str, ...]) -> str:
        """Why nothing allows the use, consent by consent of those that stand; else what became of the newest."""
        if self.erasing:
            return "the person was erased"
        standing = tuple(one for one in self.consents if not one.revoked) or self.consents[-1:]
        told = [f"{one.granted.consent}: {one.why_not(use, territories)}" for one in standing]
        return "; ".join(told) or "there is no consent"


def decide(command: Command, state: Likeness, reads: Reads) -> Sequence[Event]:
    if isinstance(command, RegisterLikeness):
        return _register(command, state)
    must_exist(state.exists, command.stream)
    match command:
        case RefuseUse():
            return [command.refused]
        case OrderErasure():
            if state.erased:
                raise _gone(command.stream)
            return [] if state.erasing else [ErasureOrdered(basis=command.basis)]
        case RecordErasure():
            return [] if state.erased else [command.erased]
    if state.erasing:
        raise _gone(command.stream)
    match command:
        case GrantConsent():
            return _grant(command, state, reads)
        case RevokeConsent():
            return _revoke(command, state)
        case _:
            raise unexpected(command)


def _gone(stream: str) -> AlreadyErased:
    return AlreadyErased(f"{stream} is erased", hint="look at its erasure record")


def _register(command: RegisterLikeness, state: Likeness) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    guardian = checked_text(command.guardian, "guardian", most=NAME_LENGTH, least=1 if command.minor else 0)
    if guardian and not command.minor:
        raise InvalidCommand(
            f"{guardian!r} is named as guardian of somebody who is no minor",
            hint="leave guardian out, or say minor",
            path="guardian",
        )
    name = checked_text(command.name, "name", most=NAME_LENGTH, least=1)
    return [LikenessRegistered(name=name, minor=command.minor, guardian=guardian)]


def _grant(command: GrantConsent, state: Likeness, reads: Reads) -> Sequence[Event]:
    granted = command.consent
    must_be_new(any(one.granted.consent == granted.consent for one in state.consents), granted.consent)
    if granted.ends_at is not None and granted.ends_at <= granted.starts_at:
        raise InvalidCommand(
            f"the consent ends at {granted.ends_at}, and it starts at {granted.starts_at}",
            hint="let it end after it starts, or leave the end out",
            path="ends_at",
        )
    must_be_live(read(reads, granted.evidence, Asset).retired, granted.evidence)
    for production in granted.productions:
        must_exist(reads[production].exists, production)
    signed_by = checked_text(str(granted.signed_by), "signed_by", most=NAME_LENGTH, least=1)
    return [granted.model_copy(update={"signed_by": signed_by})]


def _revoke(command: RevokeConsent, state: Likeness) -> Sequence[Event]:
    found = next((one for one in state.consents if one.granted.consent == command.consent), None)
    if found is None:
        raise NotFound(f"there is no {command.consent} of {command.stream}", hint="look at its consents")
    if found.revoked:
        raise AlreadyRevoked(f"{command.consent} was revoked before", hint="nothing is left to do")
    return [ConsentRevoked(consent=command.consent, reason=checked_text(command.reason, "reason"))]


def evolve(state: Likeness, event: Event) -> Likeness:
    match event:
        case LikenessRegistered(name=str(name), minor=minor):
            return Likeness(True, name, minor)
        case LikenessRegistered(minor=minor):
            return Likeness(True, "", minor)
        case ConsentGranted():
            return replace(state, consents=(*state.consents, Consent(event)))
        case ConsentRevoked():
            consents = tuple(
                replace(one, revoked=one.revoked or one.granted.consent == event.consent)
                for one in state.consents
            )
            return replace(state, consents=consents)
        case LikenessUseRefused():
            return state
        case ErasureOrdered():
            return replace(state, erasing=True)
        case LikenessErased():
            return replace(state, erasing=True, erased=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Likeness(), decide, evolve)
