"""For every pattern, a request and the payload it becomes: what the reference page shows.

The film is a small one: Mina and Jun with an element and a portrait each, a café and a street, and `clip_1` to go on from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generation.compile import compile_plan
from generation.grounds import (
    AccountGround,
    AssetGround,
    CharacterGround,
    ElementGround,
    Grounds,
    ParentGround,
    ReferenceGround,
    SceneGround,
)
from generation.shot import ShotRequest


@dataclass(frozen=True, slots=True)
class PatternExample:
    """What somebody asks, and what goes out."""

    request: Mapping[str, Any]

    @property
    def payload(self) -> Mapping[str, Any]:
        return compile_plan(ShotRequest.model_validate({"scene": "scene_1", **self.request}), FILM).payload


def _picture(name: str) -> AssetGround:
    key, digest = f"studio_1/asset_{name}", "0" * 64
    return AssetGround(f"asset_{name}", "picture", digest, key, digest, 100_000, 1280, 720, "jpeg")


def _person(name: str, element: int) -> CharacterGround:
    return CharacterGround(
        id=f"character_{name}",
        name=name.capitalize(),
        kind="person",
        version=1,
        references=(ReferenceGround("frontal", f"asset_{name}"),),
        elements=(ElementGround(f"element_{name}", element, "account_1", "image"),),
    )


_PEOPLE: Final = {"mina": _person("mina", 12345), "jun": _person("jun", 67890)}
FILM: Final = Grounds(
    studio="studio_1",
    position=1,
    now_us=1_800_000_000_000_000,
    account=AccountGround("account_1", "global", "api-singapore.klingai.com"),
    production="production_1",
    scene=SceneGround("scene_1", "The café", ("character_mina", "character_jun")),
    people={**_PEOPLE, **{person.id: person for person in _PEOPLE.values()}},
    assets={f"asset_{name}": _picture(name) for name in ("mina", "jun", "cafe", "street")},
    parent=ParentGround(
        "clip_1", "generation_1", "862931", "https://cdn.example.com/clip_1.mp4", None, 5.041, "scene_0"
    ),
)
_TALK: Final = {
    "action": "They argue over the last seat.",
    "setting": "a crowded café at dusk",
    "dialogue": {
        "language": "Korean",
        "turns": [
            {"speaker": "mina", "line": "여기 제 자리예요."},
            {"speaker": "jun", "line": "먼저 왔는데요."},
        ],
    },
}

_REQUESTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "text2video": {"cast": [], "action": "Rain runs down the window."},
    "A": {"cast": [], "action": "Steam rises from the cups.", "opening": "asset_cafe"},
    "A2": {
        **_TALK,
        "cast": [{"character": "mina", "identity": "images"}, {"character": "jun", "identity": "images"}],
    },
    "B": {
        "cast": [],
        "action": "Day turns to night.",
        "opening": "asset_cafe",
        "closing": "asset_street",
    },
    "C": {"cast": [], "action": "Steam rises.", "opening": "asset_cafe", "route": "image2video"},
    "D": {
        "cast": [],
        "shots": [
            {"action": "Rain runs down the window.", "duration": 5, "framing": "close-up"},
            {"action": "A waiter lights the lamps.", "duration": 5},
            {"action": "The street lights up.", "duration": 5, "framing": "wide shot"},
        ],
    },
    "E": {"cast": [], "action": "They leave the café.", "continue_from": "clip_1"},
    "E-base": {"cast": [], "action": "It begins to snow.", "edit": "clip_1"},
    "F": {"action": "They wait for the last seat.", "setting": "a crowded café at dusk"},
    "F2": _TALK,
}
PATTERN_EXAMPLES: Final[Mapping[str, PatternExample]] = {
    name: PatternExample(request) for name, request in _REQUESTS.items()
}
