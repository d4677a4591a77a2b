"""From a recipe and its grounds to the payload that makes an element or a voice, with every finding. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from generation import gaps
from generation.grounds import AssetGround
from generation.patterns.omni import blob
from generation.plan import Attachment
from generation.recipe import ElementRecipeRequest, Footage, MintGrounds, VoiceRequest
from generation.rules.finding import Finding
from generation.rules.subject import Facts, Picture, Video
from registry.deciders.character import Character, Reference
from registry.deciders.portrayal import SPEAKING_KINDS
from registry.events.element import ElementInputs
from registry.events.references import ReferenceRole
from registry.events.voice import VoiceInputs

NAME_LIMIT: Final = 20
"""Contract R47 and R56."""
DESCRIPTION_LIMIT: Final = 100
"""Contract R48."""
VIEWS_LIMIT: Final = 3
"""Contract R50."""
_VIEWS: Final[tuple[ReferenceRole, ...]] = (
    "three_quarter",
    "profile",
    "full_body",
    "other",
    "frontal",
    "wardrobe",
)
"""Which reference is taken as another view, best first."""
_VIDEO_SECONDS: Final = (3.0, 8.0)
"""Contract R55."""
_VOICE_SECONDS: Final = (5.0, 30.0)
"""Contract R58."""


@dataclass(slots=True)
class Draft:
    """What a recipe comes to. `inputs` is None where it names nothing that could be made."""

    payload: dict[str, Any]
    name: str
    description: str = ""
    inputs: ElementInputs | VoiceInputs | None = None
    attachments: tuple[Attachment, ...] = ()
    facts: Facts = field(default_factory=Facts)
    found: list[Finding] = field(default_factory=list)


def element_draft(request: ElementRecipeRequest, grounds: MintGrounds) -> Draft:
    """The body of POST advanced-custom-elements (contract section 6)."""
    found = _shared(request, grounds)
    character = grounds.character
    name = _name(request.name, character)
    description = _description(request, character)
    draft = Draft({"element_name": name, "element_description": description}, name, description, found=found)
    if character is not None and request.look is not None:
        _check_look(request.look, character, found)
    voice = _voice(request, grounds, found)
    made = (
        _video(request, grounds, draft) if request.video is not None else _pictures(request, grounds, draft)
    )
    if voice is not None:
        draft.payload["element_voice_id"] = voice[1]
    if request.tags:
        draft.payload["tag_list"] = [{"tag_id": tag} for tag in request.tags]
    draft.inputs = ElementInputs(
        character=request.character,
        look=request.look,
        voice=None if voice is None else voice[0],
        tags=request.tags,
        **made,
    )
    return draft


def voice_draft(request: VoiceRequest, grounds: MintGrounds) -> Draft:
    """The body of POST custom-voices (contract section 7)."""
    found = _shared(request, grounds)
    character = grounds.character
    if character is not None and character.kind not in SPEAKING_KINDS:
        found.append(gaps.CANNOT_SPEAK.at("character", f"{character.name} is a {character.kind}"))
    name = _name(request.name, character)
    draft = Draft({"voice_name": name}, name, found=found)
    named = [field for field in ("recording", "clip", "url") if getattr(request, field) not in (None, "")]
    if len(named) > 1:
        found.append(gaps.ONE_SOURCE.at(named[1], f"{' and '.join(named)} are given"))
    if request.url is not None:
        draft.payload["voice_url"] = request.url
    elif named:
        path = named[0]
        attached = _footage(grounds, path, str(getattr(request, path)), draft, _VOICE_SECONDS)
        draft.payload["voice_url"] = attached
    draft.inputs = VoiceInputs(character=request.character, recording=request.recording, clip=request.clip)
    return draft


def _shared(request: ElementRecipeRequest | VoiceRequest, grounds: MintGrounds) -> list[Finding]:
    """What is wrong with who pays and whom it is for."""
    found: list[Finding] = []
    character = grounds.character
    if character is None:
        found.append(gaps.UNKNOWN_CHARACTER.at("character", f"there is no {request.character}"))
    elif character.retired:
        found.append(gaps.RETIRED.at("character", f"{character.name or request.character} is retired"))
    if grounds.unknown_production is not None:
        found.append(gaps.UNKNOWN_PRODUCTION.at("production", f"there is no {grounds.unknown_production}"))
    if grounds.unknown_account is not None:
        found.append(gaps.UNKNOWN_ACCOUNT.at("account", f"there is no {grounds.unknown_account}"))
    elif grounds.account is None:
        told = "no account is named" if request.production is None else "the production has no account"
        found.append(gaps.NO_ACCOUNT.at("account", told))
    return found


def _name(said: str | None, character: Character | None) -> str:
    if said is not None:
        return said.strip()
    return character.name[:NAME_LIMIT].strip() if character else ""


def _description(request: ElementRecipeRequest, character: Character | None) -> str:
    if request.description is not None:
        return request.description.strip()
    if character is None:
        return ""
    look = character.looks.get(request.look or "")
    known = [character.description, look.wardrobe if look else "", look.styling if look else ""]
    told = "; ".join(text.strip() for text in known if text.strip())
    return (told or f"{character.name}, a {character.kind}")[:DESCRIPTION_LIMIT].strip()


def _check_look(look: str, character: Character, found: list[Finding]) -> None:
    if look not in character.looks:
        names = ", ".join(sorted(character.looks)) or "none"
        found.append(gaps.UNUSABLE_LOOK.at("look", f"{character.name} has no look {look!r}; it has {names}"))
    elif character.looks[look].retired:
        found.append(gaps.RETIRED.at("look", f"the look {look!r} of {character.name} is retired"))


def _voice(
    request: ElementRecipeRequest, grounds: MintGrounds, found: list[Finding]
) -> tuple[str, str] | None:
    """The voice to bind: its stream and Kling's id. The character's own is left out where it is unusable; a named one is not."""
    if request.voice == "none" or grounds.character is None:
        return None
    asked, known = request.voice is not None, grounds.voice
    if asked and grounds.character.kind not in SPEAKING_KINDS:
        kind = f"{grounds.character.name} is a {grounds.character.kind}"
        found.append(gaps.CANNOT_SPEAK.at("voice", kind))
        return None
    if known is None:
        if asked:
            found.append(gaps.NO_SUCH_VOICE.at("voice", f"there is no {request.voice}"))
        return None
    voice = known.voice
    why = ""
    if voice.character != request.character:
        why = f"{known.id} is the voice of {voice.character}"
    elif not voice.live:
        state = "retired" if voice.retired else voice.lost or ("deleted" if voice.deleted else "not made")
        why = f"{known.id} is {state}"
    elif voice.account not in (None, grounds.account):
        why = f"{known.id} is a voice of {voice.account}, not of {grounds.account}"
    if not why:
        return known.id, voice.voice_id or ""
    told = gaps.NO_SUCH_VOICE.at("voice", why)
    if not asked:
        told = told.model_copy(
            update={"severity": "I", "message": f"{why}: the element is made without a voice"}
        )
    found.append(told)
    return None


def _pictures(request: ElementRecipeRequest, grounds: MintGrounds, draft: Draft) -> dict[str, Any]:
    frontal, views = _chosen(request, grounds, draft.found)
    pictures = [*([frontal] if frontal else []), *views]
    draft.payload |= {
        "reference_type": "image_refer",
        "element_image_list": {
            **({"frontal_image": blob(frontal)} if frontal else {}),
            "refer_images": [{"image_url": blob(view)} for view in views],
        },
    }
    unique = {picture.id: picture for picture in pictures}.values()
    draft.attachments = tuple(
        Attachment(
            ref=blob(picture),
            asset=picture.id,
            key=picture.rendition_key,
            sha256=picture.rendition_digest,
            bytes=picture.rendition_bytes,
        )
        for picture in unique
    )
    draft.facts = Facts(
        pictures={
            blob(one): Picture(one.width, one.height, one.rendition_bytes, one.format) for one in unique
        },
        references=frozenset(attached.ref for attached in draft.attachments),
        policies=grounds.policies,
    )
    return {"frontal": frontal.id if frontal else None, "views": tuple(view.id for view in views)}


def _chosen(
    request: ElementRecipeRequest, grounds: MintGrounds, found: list[Finding]
) -> tuple[AssetGround | None, list[AssetGround]]:
    """The frontal picture and the other views: those named, else the character's references of the look by role."""
    character = grounds.character
    if character is None:
        return None, []
    shown = references_in(character, request.look)
    frontal: AssetGround | None = None
    if request.frontal is not None:
        frontal = _named(request.frontal, "frontal", character, grounds, found)
    else:
        frontal = next(_usable((one for one in shown if one.role == "frontal"), grounds), None)
    if request.views is not None:
        named = [
            _named(asset, f"views[{index}]", character, grounds, found)
            for index, asset in enumerate(request.views)
        ]
        views = [view for view in named if view is not None]
    else:
        ordered = (one for role in _VIEWS for one in shown if one.role == role)
        others = {view.id: view for view in _usable(ordered, grounds)}
        if frontal is not None:
            others.pop(frontal.id, None)
        views = list(others.values())[:VIEWS_LIMIT]
    if (frontal is None and request.frontal is None) or (not views and request.views is None):
        look = f"in the look {request.look!r}" if request.look else "as introduced"
        has = ", ".join(sorted({one.role for one in shown})) or "none"
        told = f"{character.name} {look} has these references: {has}"
        found.append(gaps.TOO_FEW_VIEWS.at("frontal" if frontal is None else "views", told))
    return frontal, views


def references_in(character: Character, look: str | None) -> tuple[Reference, ...]:
    """What shows the character in a look; a look without a face of its own stands on the character as introduced."""
    own = tuple(one for one in character.references if one.look == look)
    if look is None or any(one.role == "frontal" for one in own):
        return own
    return tuple(one for one in character.references if one.look is None)


def _usable(references: Iterable[Reference], grounds: MintGrounds) -> Iterator[AssetGround]:
    found = (grounds.assets.get(one.asset) for one in references)
    return iter(
        [one for one in found if one is not None and not one.retired and one.rendition_key is not None]
    )


def _named(
    asset: str, path: str, character: Character, grounds: MintGrounds, found: list[Finding]
) -> AssetGround | None:
    """A picture the request names, if it can stand for the character."""
    picture = grounds.assets.get(asset)
    if picture is None:
        found.append(gaps.UNKNOWN_ASSET.at(path, f"there is no {asset}"))
    elif picture.retired:
        found.append(gaps.RETIRED.at(path, f"{asset} is retired"))
    elif picture.rendition_key is None:
        found.append(gaps.NOT_A_PICTURE.at(path, f"{asset} is a {picture.kind}"))
    elif all(one.asset != asset for one in character.references):
        found.append(gaps.NOT_ITS_PICTURE.at(path, f"{asset} is no reference of {character.name}"))
    else:
        return picture
    return None


def _video(request: ElementRecipeRequest, grounds: MintGrounds, draft: Draft) -> dict[str, Any]:
    if request.frontal is not None or request.views:
        draft.found.append(gaps.ONE_SOURCE.at("video", "pictures and a video are given"))
    if grounds.character is not None and grounds.character.kind != "person":
        told = f"{grounds.character.name} is a {grounds.character.kind}"
        draft.found.append(gaps.NOT_HUMAN.at("video", told))
    ref = _footage(grounds, "video", str(request.video), draft, _VIDEO_SECONDS)
    draft.payload |= {
        "reference_type": "video_refer",
        "element_video_list": {"refer_videos": [{"video_url": ref}]},
    }
    return {"video": request.video}


def _footage(grounds: MintGrounds, path: str, named: str, draft: Draft, seconds: tuple[float, float]) -> str:
    """The placeholder of a clip or recording, attached by the address where Kling may fetch it."""
    ref, footage = f"clip:{named}", grounds.footage
    if footage is None:
        draft.found.append(gaps.NO_RECORDING.at(path, f"there is no {named}"))
        return ref
    _check_footage(footage, path, grounds, draft.found, seconds)
    relayed = footage.url is None
    stored = footage.stored
    draft.attachments = (
        Attachment(
            ref=ref,
            clip=named if footage.kind == "clip" else None,
            asset=None if footage.kind == "clip" else named,
            url=footage.url,
            relay=relayed,
            sha256=stored.sha256 if relayed and stored else None,
        ),
    )
    draft.facts = Facts(
        videos={ref: Video(footage.seconds, footage.width, footage.height)},
        references=frozenset({ref}),
        policies=grounds.policies,
    )
    return ref


def _check_footage(
    footage: Footage, path: str, grounds: MintGrounds, found: list[Finding], seconds: tuple[float, float]
) -> None:
    least, most = seconds
    if footage.gone:
        found.append(gaps.RETIRED.at(path, f"{footage.id} is {footage.gone}"))
    elif footage.kind in ("picture", "document") or (path == "video" and footage.kind == "audio"):
        found.append(gaps.NO_RECORDING.at(path, f"{footage.id} is a {footage.kind}"))
    elif footage.url is None and (footage.stored is None or not grounds.relay):
        found.append(gaps.NO_ADDRESS.at(path, f"Kling no longer serves {footage.id}, and cannot reach us"))
    if footage.seconds and not least <= footage.seconds <= most:
        told = f"{footage.id} lasts {footage.seconds:g} s; {least:g} to {most:g} s are needed"
        found.append(gaps.WRONG_LENGTH.at(path, told))
