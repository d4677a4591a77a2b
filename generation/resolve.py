"""What a payload will be built from: request and grounds in, a `Resolution` out, with every gap named and nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generation import gaps
from generation.casting import Person, cast_of, check_speakers, ground
from generation.grounds import AccountGround, AssetGround, Grounds, ParentGround
from generation.rules.fields import MARKER
from generation.rules.finding import Finding
from generation.shot import ShotRequest


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the payload will be built from.

    `called` leads from the names the request uses to character ids. With gaps it holds only what could be resolved, and no
    payload may be sent from it.
    """

    request: ShotRequest
    account: AccountGround | None
    people: tuple[Person, ...]
    opening: AssetGround | None
    references: tuple[AssetGround, ...]
    parent: ParentGround | None
    setting: str | None
    called: Mapping[str, str]
    gaps: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def speaks(self) -> bool:
        """Whether somebody talks: by dialogue, or by voice markers in a prompt of the caller's own."""
        prompt = self.request.prompt or ""
        return self.request.dialogue is not None or any(kind == "voice" for kind, _ in MARKER.findall(prompt))

    @property
    def sound(self) -> Literal["on", "off"]:
        if self.request.sound is not None:
            return self.request.sound
        return "on" if self.speaks and self.parent is None else "off"

    def speaker(self, name: str) -> Person | None:
        """The person a line belongs to, by whatever name the request uses for them."""
        return next((person for person in self.people if person.character.id == self.called.get(name)), None)


def resolve(request: ShotRequest, grounds: Grounds) -> Resolution:
    """Resolve what can be resolved and name every gap. Never raises."""
    found: list[Finding] = []
    if grounds.account is None:
        found.append(
            gaps.NO_ACCOUNT.at("production", f"production {grounds.production} has no Kling account")
        )
    if request.scene is not None and grounds.scene is None:
        found.append(gaps.UNKNOWN_SCENE.at("scene", f"no scene {request.scene!r}"))
    cast = cast_of(request, grounds, found)
    people, notes = ground(cast, grounds, found)
    check_speakers(request, grounds, cast=cast, found=found)
    setting = request.setting
    if setting is None and request.prompt is None and grounds.scene is not None and grounds.scene.setting:
        setting, notes = grounds.scene.setting, [*notes, f"the setting is that of scene {grounds.scene.name}"]
    return Resolution(
        request=request,
        account=grounds.account,
        people=people,
        opening=_asset("opening", request.opening, grounds, found) if request.opening else None,
        references=_references(request, grounds, found),
        parent=_parent(request, grounds, found),
        setting=setting,
        called={name: character.id for name, character in grounds.people.items()},
        gaps=tuple(found),
        notes=tuple(notes),
    )


def _references(request: ShotRequest, grounds: Grounds, found: list[Finding]) -> tuple[AssetGround, ...]:
    named = (
        _asset(f"references[{index}]", name, grounds, found) for index, name in enumerate(request.references)
    )
    return tuple(asset for asset in named if asset is not None)


def _asset(path: str, name: str, grounds: Grounds, found: list[Finding]) -> AssetGround | None:
    asset = grounds.assets.get(name)
    if asset is None:
        found.append(gaps.UNKNOWN_ASSET.at(path, f"no asset {name!r}"))
    elif asset.retired:
        found.append(gaps.RETIRED.at(path, f"asset {name} is retired"))
    elif asset.kind != "picture" or asset.rendition_key is None or asset.rendition_digest is None:
        found.append(
            gaps.NOT_A_PICTURE.at(path, f"asset {name} is a {asset.kind} without a rendition to send")
        )
    else:
        return asset
    return None


def _parent(request: ShotRequest, grounds: Grounds, found: list[Finding]) -> ParentGround | None:
    if request.continue_from is None:
        return None
    parent = grounds.parent
    if parent is None:
        found.append(gaps.UNKNOWN_PARENT.at("continue_from", f"no clip {request.continue_from!r}"))
    elif parent.url is None:
        found.append(
            gaps.PARENT_WITHOUT_URL.at("continue_from", f"{request.continue_from} has no result yet")
        )
    elif parent.url_expires_at_us is not None and parent.url_expires_at_us <= grounds.now_us:
        days = (grounds.now_us - parent.url_expires_at_us) // 86_400_000_000
        found.append(
            gaps.PARENT_EXPIRED.at("continue_from", f"the address of {parent.clip} expired {days} days ago")
        )
    else:
        return parent
    return None
