"""Calls about people: likenesses, consents, who is behind a character, where a show is released, what becomes of clips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from api.client.answers import read_as
from api.client.people import PeopleCalls
from api.client.wire import at
from registry.events.references import Depicts, Purpose
from registry.views.characters import CharacterCard
from registry.views.likenesses import LikenessCard
from registry.views.productions import ProductionCard


class RightsCalls(PeopleCalls):
    """Likenesses and consents. Changes need a key with the role consent_officer."""

    def register_likeness(self, name: str, *, minor: bool = False, guardian: str = "") -> LikenessCard:
        """A real person; a minor has a guardian, who signs."""
        body = {"name": name, "minor": minor, "guardian": guardian}
        return read_as(LikenessCard, self._wire.change("POST", at("likenesses"), body))

    def likeness(self, likeness: str) -> LikenessCard:
        return self._wire.read(LikenessCard, at("likenesses", likeness))

    def likenesses(self) -> Iterator[LikenessCard]:
        return self._wire.pages(LikenessCard, at("likenesses"))

    def grant_consent(  # noqa: PLR0913 - what a person allows
        self,
        likeness: str,
        evidence: str,
        *,
        signed_by: str,
        productions: Sequence[str] = (),
        purposes: Sequence[Purpose] = (),
        territories: Sequence[str] = (),
        voice: bool = False,
        starts_at: str | None = None,
        ends_at: str | None = None,
    ) -> LikenessCard:
        """What the person allowed; what is left out is all of it. Times are RFC 3339, the end exclusive."""
        body: dict[str, Any] = {
            "evidence": evidence,
            "signed_by": signed_by,
            "productions": list(productions),
            "purposes": list(purposes),
            "territories": list(territories),
            "voice": voice,
            "starts_at": starts_at,
            "ends_at": ends_at,
        }
        return read_as(LikenessCard, self._wire.change("POST", at("likenesses", likeness, "consents"), body))

    def revoke_consent(self, likeness: str, consent: str, reason: str) -> LikenessCard:
        """Nothing is sent on it from here on. `follow_ups` says what is left to do."""
        path = at("likenesses", likeness, "consents", consent, "revoke")
        return read_as(LikenessCard, self._wire.change("POST", path, {"reason": reason}))

    def link_likeness(self, character: str, likeness: str) -> CharacterCard:
        """Say which real person is behind a character."""
        path = at("characters", self._id(character), "likeness")
        return read_as(CharacterCard, self._wire.change("POST", path, {"likeness": likeness}))

    def unlink_likeness(self, character: str, reason: str) -> CharacterCard:
        """The link was a mistake."""
        path = at("characters", self._id(character), "likeness")
        return read_as(CharacterCard, self._wire.change("DELETE", path, params={"reason": reason}))

    def declare_character(self, character: str, depicts: Depicts, reason: str) -> CharacterCard:
        """Say whether a real person is behind a character."""
        path = at("characters", self._id(character), "declare")
        body = {"depicts": depicts, "reason": reason}
        return read_as(CharacterCard, self._wire.change("POST", path, body))

    def set_territories(self, production: str, territories: Sequence[str]) -> ProductionCard:
        """Where a show is released, as ISO 3166-1 alpha-2 codes; none is the whole world."""
        path = at("productions", production, "territories")
        return read_as(ProductionCard, self._wire.change("PUT", path, {"territories": list(territories)}))
