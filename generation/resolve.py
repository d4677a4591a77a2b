"""What a payload will be built from: request and grounds in, a `Resolution` out, with every gap named and nothing guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from generation import gaps
from generation.casting import Member, Person, cast_of, check_speakers, ground, stale_elements
from generation.consent import Appearance, appearances, without_consent
from generation.dressing import remark_on_pin
from generation.grounds import AccountGround, AssetGround, Grounds, ParentGround, TakeGround
from generation.rules.finding import Finding
from generation.rules.prompts import MARKER
from generation.shot import PictureName, RemotePicture, ShotPart, ShotRequest

Shown = AssetGround | RemotePicture
"""A picture as it will be sent: ours, or one elsewhere by its address."""


RELAY_MARGIN_US: Final = 3_600 * 1_000_000
"""An address that dies within the hour may be dead when the vendor fetches it; where we can serve the clip, we do."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the payload will be built from.

    `called` leads from the names the request uses to character ids; `shows` is everybody who can be recognised. With gaps it
    holds only what could be resolved, and no payload may be sent from it. `remarks` are cautions, which need the caller's reason,
    and what only informs.
    """

    request: ShotRequest
    account: AccountGround | None
    people: tuple[Person, ...]
    opening: Shown | None
    closing: Shown | None
    references: tuple[Shown, ...]
    parent: ParentGround | None
    retake: TakeGround | None
    setting: str | None
    called: Mapping[str, str]
    shows: tuple[Appearance, ...]
    gaps: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def speaks(self) -> bool:
        """Whether somebody talks: by dialogue, or by voice markers in a prompt of the caller's own."""
        prompt = self.request.prompt or ""
        return bool(self.request.conversations) or any(kind == "voice" for kind, _ in MARKER.findall(prompt))

    @property
    def edits(self) -> bool:
        """Whether the parent is the video to be edited (guide V.1), and not one to continue from."""
        return self.parent is not None and self.request.edit is not None

    @property
    def seconds(self) -> int:
        """How long the clip will be: as asked, and for an edited clip as long as that clip is (contract section 2)."""
        if self.parent is not None and self.edits:
            return max(1, round(self.parent.duration_seconds))
        return self.request.duration

    @property
    def sound(self) -> Literal["on", "off"]:
        if self.request.sound is not None:
            return self.request.sound
        return "on" if self.speaks and self.parent is None else "off"

    def speaker(self, name: str) -> Person | None:
        """The person a line belongs to, by whatever name the request uses for them."""
        return next((person for person in self.people if person.character.id == self.called.get(name)), None)

    def people_in(self, shot: ShotPart) -> tuple[Person, ...]:
        """Who of the cast is in one shot: everybody, unless the shot names them. Numbers stay those of the whole clip."""
        if shot.cast is None:
            return self.people
        named = {self.called.get(name) for name in shot.cast}
        return tuple(person for person in self.people if person.character.id in named)


def resolve(request: ShotRequest, grounds: Grounds) -> Resolution:
    """Resolve what can be resolved and name every gap. Never raises."""
    found: list[Finding] = []
    found.extend(_misplaced(request, grounds))
    cast = cast_of(request, grounds, found)
    people, notes = ground(cast, grounds, found)
    check_speakers(request, grounds, cast=cast, found=found)
    notes += _unsaid_looks(request, people)
    shows = appearances(request, grounds, cast, people)
    found.extend(without_consent(shows))
    setting = request.setting
    if setting is None and request.prompt is None and grounds.scene is not None and grounds.scene.setting:
        setting, notes = grounds.scene.setting, [*notes, f"the setting is that of scene {grounds.scene.name}"]
    return Resolution(
        request=request,
        account=grounds.account,
        people=people,
        opening=_shown("opening", request.opening, grounds, found),
        closing=_shown("closing", request.closing, grounds, found),
        references=_references(request, grounds, found),
        parent=_parent(request, grounds, found),
        retake=_retake(request, grounds, found),
        setting=setting,
        called={name: character.id for name, character in grounds.people.items()},
        shows=shows,
        gaps=tuple(found),
        remarks=(*_remarks(cast), *stale_elements(cast, people, grounds)),
        notes=tuple(notes),
    )


def _remarks(cast: tuple[Member, ...]) -> Iterator[Finding]:
    for member in cast:
        if (remark := remark_on_pin(member.character, member.path)) is not None:
            yield remark


def _unsaid_looks(request: ShotRequest, people: tuple[Person, ...]) -> list[str]:
    """A prompt of the caller's own is sent as it stands, so nothing of a look is written into it."""
    named = [f"{person.character.look!r} of {person.character.name}" for person in people if person.worn]
    if request.prompt is None or not named:
        return []
    return [f"the prompt is sent as it stands: the look {', '.join(named)} is not written into it"]


def _misplaced(request: ShotRequest, grounds: Grounds) -> Iterator[Finding]:
    """Scene, shot and production must be there and belong together, and an account must pay."""
    scene, production, shot = grounds.scene, grounds.production, request.shot
    if request.scene is not None and scene is None:
        yield gaps.UNKNOWN_SCENE.at("scene", f"no scene {request.scene!r}")
    elif shot is not None and (scene is None or shot not in scene.shots):
        where = f"in {scene.id}" if scene else "without a scene"
        yield gaps.UNKNOWN_SHOT.at("shot", f"no shot {shot!r} {where}")
    if production is None and request.production is not None:
        yield gaps.UNKNOWN_PRODUCTION.at("production", f"no production {request.production!r}")
    elif scene is not None and request.production not in (None, production):
        belongs = f"{scene.id} belongs to {production}, not to {request.production}"
        yield gaps.OTHER_PRODUCTION.at("production", belongs)
    if production is not None and grounds.account is None:
        yield gaps.NO_ACCOUNT.at("production", f"production {production} has no Kling account")


def _references(request: ShotRequest, grounds: Grounds, found: list[Finding]) -> tuple[Shown, ...]:
    named = (
        _shown(f"references[{index}]", name, grounds, found) for index, name in enumerate(request.references)
    )
    return tuple(picture for picture in named if picture is not None)


def _shown(path: str, named: PictureName | None, grounds: Grounds, found: list[Finding]) -> Shown | None:
    return _asset(path, named, grounds, found) if isinstance(named, str) else named


def _asset(path: str, name: str, grounds: Grounds, found: list[Finding]) -> AssetGround | None:
    asset = grounds.assets.get(name)
    if asset is None:
        found.append(gaps.UNKNOWN_ASSET.at(path, f"no asset {name!r}"))
    elif asset.retired:
        found.append(gaps.RETIRED.at(path, f"asset {name} is retired"))
    elif asset.kind != "picture" or asset.rendition_key is None or asset.rendition_digest is None:
        found.append(
            gaps.NOT_A_PICTURE.at(path, f"asset {name} is of kind {asset.kind}, without a rendition to send")
        )
    elif asset.made_from_clip in grounds.withdrawn:
        told = f"asset {name} was cut from {asset.made_from_clip}, which is withdrawn"
        found.append(gaps.WITHDRAWN_CLIP.at(path, told))
    elif (who := grounds.unplayed.get(asset.made_from_clip or "")) is not None:
        told = f"{who} is seen in {asset.made_from_clip}, which asset {name} was cut from"
        found.append(gaps.NOBODY_PLAYS.at(path, told))
    else:
        return asset
    return None


def _parent(request: ShotRequest, grounds: Grounds, found: list[Finding]) -> ParentGround | None:
    path, named = ("edit", request.edit) if request.edit else ("continue_from", request.continue_from)
    if named is None:
        return None
    parent = grounds.parent
    if parent is None:
        found.append(gaps.UNKNOWN_PARENT.at(path, f"no clip {named!r}"))
    elif parent.clip in grounds.withdrawn:
        found.append(gaps.WITHDRAWN_CLIP.at(path, f"{parent.clip} is withdrawn"))
    elif parent.clip in grounds.unplayed:
        found.append(gaps.NOBODY_PLAYS.at(path, f"{grounds.unplayed[parent.clip]} is seen in {parent.clip}"))
    elif parent.adopted and not parent.relay:
        found.append(
            gaps.ADOPTED_PARENT.at(
                path, f"{parent.clip} was adopted, the vendor has neither made nor kept it"
            )
        )
    elif parent.adopted:
        return parent
    elif parent.url is None:
        found.append(gaps.PARENT_WITHOUT_URL.at(path, f"{named} has no result yet"))
    elif parent.relay and _too_old(parent, grounds.now_us + RELAY_MARGIN_US):
        return replace(parent, url=None)
    elif parent.url_expires_at_us is not None and parent.url_expires_at_us <= grounds.now_us:
        days = (grounds.now_us - parent.url_expires_at_us) // 86_400_000_000
        found.append(gaps.PARENT_EXPIRED.at(path, f"the address of {parent.clip} expired {days} days ago"))
    else:
        return parent
    return None


def _too_old(parent: ParentGround, at: int) -> bool:
    return parent.url_expires_at_us is not None and parent.url_expires_at_us <= at


def _retake(request: ShotRequest, grounds: Grounds, found: list[Finding]) -> TakeGround | None:
    if request.retake_of is not None and grounds.retake is None:
        found.append(gaps.UNKNOWN_TAKE.at("retake_of", f"no clip {request.retake_of!r}"))
    elif request.retake_of in grounds.withdrawn:
        found.append(gaps.WITHDRAWN_CLIP.at("retake_of", f"{request.retake_of} is withdrawn"))
    return grounds.retake if request.retake_of is not None else None
