"""A small film for compiler tests: Mina and Jun, their portraits and elements, a café, and a clip to continue from."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

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

NOW_US = 1_800_000_000_000_000
DAY_US = 86_400_000_000


def asset(name: str, **changed: Any) -> AssetGround:
    digest = sha256(name.encode()).hexdigest()
    ground = AssetGround(
        id=f"asset_{name}",
        kind="picture",
        digest=digest,
        rendition_key=f"studio_1/asset_{name}/rendition",
        rendition_digest=digest,
        rendition_bytes=100_001,
        width=1024,
        height=1024,
        format="jpeg",
    )
    return replace(ground, **changed)


def character(name: str, element: int | None = None, *, account: str = "account_1", **changed: Any):
    elements = (ElementGround(f"element_{name}", element, account, "image"),) if element else ()
    ground = CharacterGround(
        id=f"character_{name}",
        name=name.capitalize(),
        kind="person",
        version=3,
        references=(
            ReferenceGround("profile", f"asset_{name}_side"),
            ReferenceGround("frontal", f"asset_{name}"),
        ),
        elements=elements,
    )
    return replace(ground, **changed)


MINA, JUN = character("mina", 12345), character("jun", 67890)
PICTURES = ("mina", "mina_side", "jun", "jun_side", "cafe", "street", "lamp")
PARENT = ParentGround(
    clip="clip_1",
    generation="generation_1",
    task_id="862931",
    url="https://cdn.example.com/a.mp4?sig=1&x=é",
    url_expires_at_us=NOW_US + DAY_US,
    duration_seconds=5.041,
    scene="scene_0",
)


def film(*people: CharacterGround, **changed: Any) -> Grounds:
    """Grounds with these people (Mina and Jun unless named) cast in scene_1, found by first name and by id."""
    cast = people or (MINA, JUN)
    grounds = Grounds(
        studio="studio_1",
        position=41,
        now_us=NOW_US,
        account=AccountGround("account_1", "global", "api-singapore.klingai.com"),
        production="production_1",
        scene=SceneGround("scene_1", "The café", tuple(person.id for person in cast)),
        people={person.id: person for person in cast} | {person.name.lower(): person for person in cast},
        assets={f"asset_{name}": asset(name) for name in PICTURES},
        parent=PARENT,
    )
    return replace(grounds, **changed)


ARGUE: dict[str, Any] = {"action": "They argue over the last seat.", "setting": "a crowded café at dusk"}
KOREAN: dict[str, Any] = {
    "language": "Korean",
    "turns": [
        {"speaker": "mina", "line": "여기 제 자리예요."},
        {"speaker": "jun", "line": "먼저 왔는데요."},
    ],
}
BY_IMAGES = [{"character": "mina", "identity": "images"}, {"character": "jun", "identity": "images"}]


def shot(**fields: Any) -> ShotRequest:
    return ShotRequest.model_validate({"scene": "scene_1", **fields})
