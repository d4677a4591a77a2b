"""What callers send and read about voices."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, StringConstraints, model_validator

from api.bodies import ACCOUNT, CHARACTER, Body, Label, Name, Reason, Text
from registry.events.ids import AccountId, AssetId, CharacterId, ClipId, ProductionId, VoiceId
from registry.events.voice import KlingVoiceId
from registry.views.page import Card

VOICE = "voice_01jd0k4m5vf2s8m1q3x7w9y2ab"
Url = Annotated[Text, StringConstraints(min_length=1, max_length=2_000)]


def _example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


class NewVoice(Body):
    """A voice of a character: one that exists at Kling (`voice_id`), or one to be made from a recording, a clip or an address.

    An adopted one without `account` is a preset of the vendor's; `attested_by` is the holder of the key unless somebody is named.
    One that is made costs units: `production` is whose budget it takes, and the account is the production's where none is named.
    """

    model_config = _example(voice_id="829826751244537885", account=ACCOUNT, character=CHARACTER, name="Mina")

    character: CharacterId
    account: AccountId | None = None
    name: Label | None = None
    voice_id: KlingVoiceId | None = None
    attested_by: Name | None = None
    recording: AssetId | None = None
    clip: ClipId | None = None
    url: Url | None = None
    production: ProductionId | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        making = [
            name for name in ("recording", "clip", "url", "production") if getattr(self, name) is not None
        ]
        if self.voice_id is not None and making:
            raise ValueError(f"a voice that exists is not made: leave {', '.join(making)} out, or voice_id")
        if self.voice_id is None and not {*making} - {"production"}:
            raise ValueError("say which voice: voice_id adopts one; recording, clip or url make one")
        if self.voice_id is None and self.attested_by is not None:
            raise ValueError("attested_by goes with voice_id: what we make ourselves needs nobody's word")
        return self


class VoiceToPreview(NewVoice):
    """A voice that is to be made; what exists has nothing to preview."""

    model_config = _example(
        url="https://recordings.example/mina.wav", account=ACCOUNT, character=CHARACTER, name="Mina"
    )


class AnotherVoice(Body):
    """A voice to be made again, and why; on its own account unless another is named.

    From what it was made from; or, and for one that was adopted, from another recording, clip or address.
    """

    model_config = _example(reason="deleted at Kling", account=ACCOUNT)

    reason: Reason
    account: AccountId | None = None
    production: ProductionId | None = None
    recording: AssetId | None = None
    clip: ClipId | None = None
    url: Url | None = None


class BoundVoice(Body):
    """What the character speaks with from here on; null is no voice of its own."""

    model_config = _example(voice=VOICE, reason="cast")

    voice: VoiceId | None
    reason: Text = ""


class PresetVoiceCard(Card):
    """A voice of the vendor's that every account may use, and where it can be heard."""

    voice_id: str
    name: str
    trial_url: str


class PresetVoices(Card):
    """All of them, as the vendor lists them."""

    items: tuple[PresetVoiceCard, ...]
