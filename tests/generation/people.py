"""A real person in the small studio: Mina is made hers, with a consent that a test can shape and take back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry.deciders.likeness import GrantConsent, Likeness, RegisterLikeness, RevokeConsent
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness
from registry.events.likeness import ConsentGranted
from tests.servers.world import World, new_id


@dataclass
class Actor:
    """The person behind a character of a world."""

    world: World
    likeness: str
    character: str
    consent: str = ""

    def allow(self, **said: Any) -> str:
        """Grant one more consent, in everything unless said otherwise; its id."""
        self.consent = new_id("consent")
        fields = {"voice": True, "starts_at": 0, "evidence": self.world.cafe, "signed_by": "Mina Park"}
        granted = ConsentGranted(consent=self.consent, **{**fields, **said})
        self.world.do(GrantConsent(stream=self.likeness, consent=granted))
        return self.consent

    def take_back(self) -> None:
        self.world.do(RevokeConsent(stream=self.likeness, consent=self.consent, reason="she left"))

    def state(self) -> Likeness:
        found: Likeness = self.world.registry.state(self.world.studio, self.likeness).state
        return found

    def refused(self) -> list[str]:
        """What was asked for and not allowed, in order: the generation it was, or "" at the door."""
        return [
            getattr(one.event, "subject", None) or ""
            for one in self.world.log()
            if one.type == "LikenessUseRefused" and one.stream == self.likeness
        ]


def actor(world: World, *, allows: bool = True, **said: Any) -> Actor:
    """Mina depicts a real person from here on."""
    likeness = new_id("likeness")
    world.do(
        RegisterLikeness(stream=likeness, name="Mina Park", minor=False),
        DeclareCharacter(stream=world.mina.character, depicts="real_person", reason="cast from life"),
    )
    world.do(LinkLikeness(stream=world.mina.character, likeness=likeness))
    found = Actor(world, likeness, world.mina.character)
    if allows:
        found.allow(**said)
    return found
