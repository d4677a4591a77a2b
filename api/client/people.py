"""Calls about characters and the elements that show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from api.client.answers import read_as
from api.client.errors import Ambiguous, ContinuityError
from api.client.wire import Call, Calls, at, given
from api.recipes import CheckedElements, ElementFault
from registry.events.ids import is_id
from registry.events.references import CharacterKind, Depicts, ReferenceRole
from registry.views.censuses import CensusCard
from registry.views.characters import CharacterCard
from registry.views.elements import ElementCard

CENSUS_SECONDS: Final = 900
"""How long the service may take to read all that an account has made."""


class PeopleCalls(Calls):
    """Characters and elements. Wherever a character is named, its name or alias will do."""

    def introduce_character(  # noqa: PLR0913 - what a character is
        self,
        name: str,
        *,
        aliases: Sequence[str] = (),
        kind: CharacterKind = "person",
        depicts: Depicts | None = None,
        description: str = "",
        client_reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> CharacterCard:
        """Begin a character. Of a person it must be said whether somebody real is behind it.

        `client_reference` is what you call it elsewhere; with an `idempotency_key` of your own the call can be repeated later.
        """
        body = {
            "name": name,
            "aliases": list(aliases),
            "kind": kind,
            "depicts": depicts,
            "description": description,
            **given(client_reference=client_reference),
        }
        answer = self._wire.change("POST", at("characters"), body, key=idempotency_key)
        return read_as(CharacterCard, answer)

    def characters(self, *, name: str | None = None) -> Iterator[CharacterCard]:
        return self._wire.pages(CharacterCard, at("characters"), name=name)

    def character(self, character: str) -> CharacterCard:
        """By id, name or alias. Raises Ambiguous when several bear the name."""
        if is_id(character, "character"):
            return self._wire.read(CharacterCard, at("characters", character))
        found = list(self.characters(name=character))
        if not found:
            raise ContinuityError(
                "not-found",
                f"no character is called {character!r}",
                "see who there is: continuity characters list",
            )
        if len(found) > 1:
            ids = ", ".join(card.id for card in found)
            raise Ambiguous(
                "ambiguous-name", f"{character!r} is the name of several: {ids}", "name one by its id"
            )
        return found[0]

    def revise_character(
        self,
        character: str,
        *,
        name: str | None = None,
        aliases: Sequence[str] | None = None,
        description: str | None = None,
        version: int | None = None,
    ) -> CharacterCard:
        """Change name, aliases (all of them) or description; what is left out stays."""
        said: dict[str, Any] = {
            "name": name,
            "aliases": aliases and list(aliases),
            "description": description,
        }
        body = {field: value for field, value in said.items() if value is not None}
        path = at("characters", self._id(character))
        return read_as(CharacterCard, self._wire.change("PATCH", path, body, version=version))

    def retire_character(self, character: str, reason: str) -> CharacterCard:
        """Cast the character no more; what was made stays."""
        path = at("characters", self._id(character), "retire")
        return read_as(CharacterCard, self._wire.change("POST", path, {"reason": reason}))

    def assign_reference(
        self, character: str, asset: str, role: ReferenceRole = "frontal", *, look: str | None = None
    ) -> CharacterCard:
        """Let a picture stand for the character in a role, in a look or as introduced."""
        path = at("characters", self._id(character), "references")
        body = {"asset": asset, "role": role} | ({} if look is None else {"look": look})
        return read_as(CharacterCard, self._wire.change("POST", path, body))

    def withdraw_reference(
        self, character: str, asset: str, role: ReferenceRole, *, look: str | None = None, reason: str = ""
    ) -> CharacterCard:
        """Let the picture stand for the character in that role, and in that look, no longer."""
        path = at("characters", self._id(character), "references")
        said = {"asset": asset, "role": role, "look": look, "reason": reason or None}
        return read_as(CharacterCard, self._wire.change("DELETE", path, params=said))

    def define_look(self, character: str, look: str, **words: str | None) -> CharacterCard:
        """Define a look by `wardrobe`, `styling` and `age`, or say some of it anew; what is left out stays."""
        path = at("characters", self._id(character), "looks")
        said = {name: text for name, text in words.items() if text is not None}
        return read_as(CharacterCard, self._wire.change("POST", path, {"look": look} | said))

    def retire_look(self, character: str, look: str, reason: str) -> CharacterCard:
        """Make nothing new in the look."""
        path = at("characters", self._id(character), "looks", look, "retire")
        return read_as(CharacterCard, self._wire.change("POST", path, {"reason": reason}))

    def adopt_element(
        self,
        element_id: int,
        *,
        account: str,
        character: str,
        look: str | None = None,
        made_from: str | None = None,
        attested_by: str | None = None,
    ) -> ElementCard:
        """Take over an element that exists at Kling; good on that account and in that look only (contract R30)."""
        said = {"look": look, "made_from": made_from, "attested_by": attested_by}
        body = {"element_id": element_id, "account": account, "character": self._id(character)}
        body |= {name: value for name, value in said.items() if value is not None}
        return read_as(ElementCard, self._wire.change("POST", at("elements"), body))

    def elements(self) -> Iterator[ElementCard]:
        return self._wire.pages(ElementCard, at("elements"))

    def elements_of(self, character: str) -> Iterator[ElementCard]:
        return self._wire.pages(ElementCard, at("characters", self._id(character), "elements"))

    def check_elements(self, elements: Sequence[dict[str, Any]]) -> tuple[ElementFault, ...]:
        """What stands against adopting each of them, named by fields of `adopt_element`; nothing is adopted."""
        said = [{name: value for name, value in one.items() if value is not None} for one in elements]
        answer = self._wire.answer(Call("POST", at("elements", "check"), json={"elements": said}))
        return read_as(CheckedElements, answer.body).faults

    def retire_element(self, element: str, reason: str, *, delete: bool = False) -> ElementCard:
        """Let nothing new stand on it; with `delete` Kling deletes it, and the card read afterwards says whether it has."""
        body = {"reason": reason, "delete": delete}
        self._wire.change("POST", at("elements", element, "retire"), body)
        return self.element(element)

    def take_census(self, account: str | None = None) -> CensusCard:
        """Compare an account's elements and voices with the provider's lists now."""
        once = {"Idempotency-Key": self._wire.manners.make_key()}
        body = {} if account is None else {"account": account}
        call = Call("POST", at("elements", "census"), headers=once, json=body, patience=CENSUS_SECONDS)
        return read_as(CensusCard, self._wire.answer(call).body)

    def censuses(self, *, account: str | None = None) -> Iterator[CensusCard]:
        """The newest census of each account."""
        return self._wire.pages(CensusCard, at("elements", "census"), account=account)

    def element(self, element: str) -> ElementCard:
        return self._wire.read(ElementCard, at("elements", element))

    def _id(self, character: str) -> str:
        return character if is_id(character, "character") else self.character(character).id
