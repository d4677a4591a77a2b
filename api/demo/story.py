"""The story: two people and a café are registered, two scenes opened and cast, and five clips made, each by another pattern.

Everything goes through the Python client, as anybody's program would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.client import ContinuityClient, GenerationAnswer

Tell = Callable[[str], None]

DIALOGUE: Final = {
    "language": "Korean",
    "turns": [
        {"speaker": "mina", "line": "여기 제 자리예요."},
        {"speaker": "jun", "line": "먼저 온 건 저인데요."},
    ],
}


@dataclass(frozen=True, slots=True)
class World:
    """What the story stands on: ids by name."""

    account: str
    production: str
    cafe_scene: str
    street_scene: str
    cafe: str
    people: dict[str, str]


@dataclass(frozen=True, slots=True)
class Take:
    """One clip of the story: a letter, what it shows, and its generation."""

    letter: str
    title: str
    generation: str


def set_up(
    client: ContinuityClient, pictures: dict[str, Path], elements: dict[str, int], tell: Tell
) -> World:
    """Register, introduce, assign, adopt, open, cast."""
    account = client.open_account("demo", region="sandbox")
    assets = {name: client.register_asset(path, label=name).asset for name, path in pictures.items()}
    for name, asset in assets.items():
        size = f"{asset.picture.width}×{asset.picture.height}" if asset.picture else asset.kind
        tell(f"registered {name}, {size}: {asset.id}")
    people = {}
    for name in ("Mina", "Jun"):
        word = name.lower()
        people[word] = client.introduce_character(name, aliases=[word], depicts="fictional").id
        client.assign_reference(people[word], assets[f"{word}-frontal"].id, "frontal")
        client.assign_reference(people[word], assets[f"{word}-three-quarter"].id, "three_quarter")
        client.adopt_element(elements[word], account=account.id, character=people[word], made_from="image")
        tell(f"introduced {name} with two references and element {elements[word]}: {people[word]}")
    production = client.open_production("The Last Seat", account=account.id)
    cafe = client.open_scene(production.id, "Café at dusk", number=1, setting="a crowded café at dusk")
    street = client.open_scene(production.id, "Street in the rain", number=2, setting="a wet street at night")
    for scene in (cafe, street):
        for character in people.values():
            client.cast(scene.id, character)
    tell(f"opened {production.name} with the scenes {cafe.name} and {street.name}, both cast")
    return World(account.id, production.id, cafe.id, street.id, assets["cafe"].id, people)


def first_takes(client: ContinuityClient, world: World) -> list[Take]:
    """The four clips that need no other clip: F2, A2, A, text."""
    return [
        _ask(
            client,
            "a",
            "both talk, in Korean, from their elements",
            {"scene": world.cafe_scene, "action": "They argue over the last seat.", "dialogue": DIALOGUE},
        ),
        _ask(
            client,
            "b",
            "both, from pictures only, in a transformed setting",
            {
                "scene": world.cafe_scene,
                "cast": [{"character": name, "identity": "images"} for name in world.people],
                "action": "They raise paper lanterns and laugh.",
                "setting": "a lantern festival on a hill by night",
            },
        ),
        _ask(
            client,
            "d",
            "the café itself, anchored on its picture",
            {
                "scene": world.cafe_scene,
                "cast": [],
                "opening": world.cafe,
                "action": "Slow dolly in as the lamps come on and the last guests leave.",
            },
        ),
        _ask(
            client,
            "e",
            "from text alone",
            {"scene": world.street_scene, "cast": [], "action": "Rain begins to fall on empty tables."},
        ),
    ]


def continued_take(client: ContinuityClient, world: World, clip: str) -> Take:
    """The second scene takes up where clip (a) left off (pattern E)."""
    client.continue_scene(world.street_scene, clip)
    request = {
        "scene": world.street_scene,
        "cast": [],
        "continue_from": clip,
        "action": "The two step out into the rain, still arguing.",
    }
    return _ask(client, "c", "the second scene, continued from clip (a)", request)


def _ask(client: ContinuityClient, letter: str, title: str, request: dict[str, Any]) -> Take:
    asked: GenerationAnswer = client.request_generation({**request, "client_reference": f"demo-{letter}"})
    return Take(letter, title, asked.id)
