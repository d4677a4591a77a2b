"""Calls about productions and their scenes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from api.client.answers import read_as
from api.client.wire import Calls, at, given
from api.money import SpendAnswer
from generation.pin_impact import PinImpact
from registry.views.continuity import ContinuityCard
from registry.views.productions import ProductionCard
from registry.views.scenes import SceneCard

C = TypeVar("C", SceneCard, ProductionCard)


def _held(character: str, version: int | None, look: str | None) -> dict[str, Any]:
    said = {"character": character, "version": version, "look": look}
    return {name: value for name, value in said.items() if value is not None}


class StoryCalls(Calls):
    """Productions, scenes, casting and the continuity log."""

    def open_production(
        self, name: str, *, account: str | None = None, idempotency_key: str | None = None
    ) -> ProductionCard:
        """Begin a show. Without `account` the studio's only one is chosen, if there is exactly one."""
        body = {"name": name, **given(account=account)}
        answer = self._wire.change("POST", at("productions"), body, key=idempotency_key)
        return read_as(ProductionCard, answer)

    def production(self, production: str) -> ProductionCard:
        return self._wire.read(ProductionCard, at("productions", production))

    def productions(self) -> Iterator[ProductionCard]:
        return self._wire.pages(ProductionCard, at("productions"))

    def choose_account(self, production: str, account: str) -> ProductionCard:
        path = at("productions", production, "account")
        return read_as(ProductionCard, self._wire.change("PUT", path, {"account": account}))

    def set_budget(self, production: str, units: str | None) -> ProductionCard:
        """The most it may spend in all, in Kling units; None is no limit. Needs a key with the role approver."""
        return self._put(production, "budget", {"units": units})

    def set_approval_rule(self, production: str, above_units: str | None) -> ProductionCard:
        """Plans dearer than that wait for an approver; None: none do. Needs a key with the role approver."""
        return self._put(production, "approval", {"above_units": above_units})

    def set_share(self, production: str, weight: int) -> ProductionCard:
        return self._put(production, "share", {"weight": weight})

    def _put(self, production: str, what: str, body: dict[str, Any]) -> ProductionCard:
        return read_as(ProductionCard, self._wire.change("PUT", at("productions", production, what), body))

    def spend(self, production: str, *, after: int = 0) -> SpendAnswer:
        """What a production may spend, has reserved and has spent, with a page of its paid calls (`next` is its cursor)."""
        return self._wire.read(SpendAnswer, at("productions", production, "spend"), after=after)

    def open_scene(  # noqa: PLR0913 - what a scene is
        self,
        production: str,
        name: str,
        *,
        episode: int = 1,
        number: int = 0,
        setting: str = "",
        client_reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> SceneCard:
        """Begin a scene; `client_reference` is what you call it elsewhere."""
        body = {
            "production": production,
            "name": name,
            "episode": episode,
            "number": number,
            "setting": setting,
            **given(client_reference=client_reference),
        }
        return read_as(SceneCard, self._wire.change("POST", at("scenes"), body, key=idempotency_key))

    def scene(self, scene: str) -> SceneCard:
        return self._wire.read(SceneCard, at("scenes", scene))

    def scenes(self, *, production: str | None = None) -> Iterator[SceneCard]:
        return self._wire.pages(SceneCard, at("scenes"), production=production)

    def cast(
        self, scene: str, character: str, *, version: int | None = None, look: str | None = None
    ) -> SceneCard:
        """Let a character (id or name) play in the scene, as the character is now; with a version or a look, pinned to that."""
        body = _held(character, version, look)
        return read_as(SceneCard, self._wire.change("POST", at("scenes", scene, "cast"), body))

    def pin_in_scene(
        self, scene: str, character: str, *, version: int | None = None, look: str | None = None
    ) -> SceneCard:
        """Use the character as of a version (None: the newest) and in a look (None: as introduced) in this scene."""
        return self._pins(SceneCard, ("scenes", scene), "POST", body=_held(character, version, look))

    def unpin_in_scene(self, scene: str, character: str, *, reason: str = "") -> SceneCard:
        return self._pins(SceneCard, ("scenes", scene), "DELETE", character, reason=reason or None)

    def move_pin_in_scene(self, scene: str, character: str) -> SceneCard:
        """Move the pin to the character as it is now, in the same look."""
        return self._pins(SceneCard, ("scenes", scene), "POST", character, "move")

    def impact_in_scene(self, scene: str, character: str) -> PinImpact:
        """What moving the pin would change."""
        return self._wire.read(PinImpact, at("scenes", scene, "pins", character, "impact"))

    def pin_in_production(
        self, production: str, character: str, *, version: int | None = None, look: str | None = None
    ) -> ProductionCard:
        """The same for every scene of the show that has no pin of its own."""
        body = _held(character, version, look)
        return self._pins(ProductionCard, ("productions", production), "POST", body=body)

    def unpin_in_production(self, production: str, character: str, *, reason: str = "") -> ProductionCard:
        held = ("productions", production)
        return self._pins(ProductionCard, held, "DELETE", character, reason=reason or None)

    def move_pin_in_production(self, production: str, character: str) -> ProductionCard:
        """Move the pin to the character as it is now, in the same look."""
        return self._pins(ProductionCard, ("productions", production), "POST", character, "move")

    def impact_in_production(self, production: str, character: str) -> PinImpact:
        """What moving the pin would change, in every scene that uses the character by it."""
        return self._wire.read(PinImpact, at("productions", production, "pins", character, "impact"))

    def _pins(
        self,
        card: type[C],
        holder: tuple[str, str],
        method: str,
        *place: str,
        body: dict[str, Any] | None = None,
        **said: str | None,
    ) -> C:
        return read_as(card, self._wire.change(method, at(*holder, "pins", *place), body, params=said))

    def describe_scene(
        self, scene: str, *, name: str | None = None, setting: str | None = None, version: int | None = None
    ) -> SceneCard:
        """Change its name or setting; what is left out stays."""
        body = {field: said for field, said in (("name", name), ("setting", setting)) if said is not None}
        return read_as(SceneCard, self._wire.change("PATCH", at("scenes", scene), body, version=version))

    def release(self, scene: str, character: str) -> SceneCard:
        """Let the character (id or name) play in it no longer; what was made keeps it."""
        said = {"character": character}
        return read_as(SceneCard, self._wire.change("DELETE", at("scenes", scene, "cast"), params=said))

    def close_scene(self, scene: str, reason: str) -> SceneCard:
        """Take no further requests."""
        return read_as(SceneCard, self._wire.change("POST", at("scenes", scene, "close"), {"reason": reason}))

    def close_production(self, production: str, reason: str) -> ProductionCard:
        """Take no further scenes or requests."""
        path = at("productions", production, "close")
        return read_as(ProductionCard, self._wire.change("POST", path, {"reason": reason}))

    def drop_shot(self, scene: str, shot: str, *, reason: str = "") -> SceneCard:
        """Film that moment no more."""
        said = {"reason": reason or None}
        return read_as(
            SceneCard, self._wire.change("DELETE", at("scenes", scene, "shots", shot), params=said)
        )

    def continue_scene(self, scene: str, clip: str) -> SceneCard:
        """Take up where another scene's clip left off (guide E)."""
        body = {"clip": clip}
        return read_as(SceneCard, self._wire.change("POST", at("scenes", scene, "continue-from"), body))

    def plan_shot(
        self,
        scene: str,
        action: str,
        *,
        framing: str | None = None,
        client_reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> SceneCard:
        """Plan a moment to film; `client_reference` is what you call it elsewhere."""
        body = {"action": action, **given(framing=framing, client_reference=client_reference)}
        path = at("scenes", scene, "shots")
        return read_as(SceneCard, self._wire.change("POST", path, body, key=idempotency_key))

    def continuity(self, scene: str) -> Iterator[ContinuityCard]:
        """The scene's continuity log, oldest first."""
        return self._wire.pages(ContinuityCard, at("scenes", scene, "continuity"))
