"""Uses of a likeness that were asked for and not allowed, and how they are written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from generation.consent import Appearance
from registry.deciders.command import Command
from registry.deciders.likeness import RefuseUse
from registry.deciders.standing import NoConsent
from registry.errors import RegistryError
from registry.events.envelope import Context
from registry.events.likeness import LikenessUseRefused
from registry.registry import Idempotency, Registry


@dataclass(frozen=True, slots=True)
class Refusals:
    """Where refusals at the door are kept: once for a request, however often it is repeated under its idempotency key."""

    registry: Registry
    studio: str
    context: Context
    idempotency: Idempotency | None = None

    def keep(self, uses: Sequence[Command]) -> None:
        if uses:
            self.registry.handle(self.studio, uses, context=self.context, idempotency=self._once())

    def _once(self) -> Idempotency | None:
        """A key of its own, which no caller can send (it holds a space): the refused request's own key stays free."""
        if self.idempotency is None:
            return None
        asked = sha256(f"{self.idempotency.key} {self.idempotency.command_sha256}".encode()).hexdigest()
        return replace(self.idempotency, key=f"refused {asked}", build=lambda _: b"{}")


def refused_uses(refused: RegistryError, *, production: str | None, subject: str | None) -> list[Command]:
    """What to write beside a refusal: nothing, unless a likeness was not allowed."""
    likeness = refused.detail.get("likeness")
    if not isinstance(refused, NoConsent) or likeness is None:
        return []
    return [_use(likeness, refused.detail["character"], refused.detail["why"], production, subject)]


def denied_uses(shows: Iterable[Appearance], *, production: str | None, subject: str | None) -> list[Command]:
    """The same for everybody whom a resolution found without consent."""
    return [
        _use(one.likeness, one.character.id, one.denied, production, subject)
        for one in shows
        if one.denied is not None and one.likeness is not None
    ]


def _use(likeness: str, character: str, reason: str, production: str | None, subject: str | None) -> Command:
    told = LikenessUseRefused(character=character, production=production, subject=subject, reason=reason)
    return RefuseUse(stream=likeness, refused=told)
