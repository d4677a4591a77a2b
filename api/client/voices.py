"""Calls about voices: adopt, make, bind, retire, listen to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.client.answers import read_as
from api.client.people import PeopleCalls
from api.client.wire import Call, at
from api.voicing import PresetVoiceCard, PresetVoices
from generation.plan import MintPreview
from registry.views.characters import CharacterCard
from registry.views.voices import VoiceCard


class VoiceCalls(PeopleCalls):
    """Voices. Wherever a character is named, its name or alias will do."""

    def adopt_voice(
        self,
        voice_id: str,
        *,
        account: str | None,
        character: str,
        name: str = "",
        attested_by: str | None = None,
    ) -> VoiceCard:
        """Take over a voice that exists at Kling; without an account it is a preset of the vendor's."""
        body: dict[str, Any] = {"voice_id": voice_id, "account": account, "name": name}
        body |= {"character": self._id(character)}
        body |= {} if attested_by is None else {"attested_by": attested_by}
        return read_as(VoiceCard, self._wire.change("POST", at("voices"), body))

    def make_voice(  # noqa: PLR0913 - what it is made from, and who pays
        self,
        character: str,
        *,
        recording: str | None = None,
        clip: str | None = None,
        url: str | None = None,
        name: str | None = None,
        account: str | None = None,
        production: str | None = None,
    ) -> VoiceCard:
        """Have a voice made from a recording, a clip or an address, by one paid call."""
        said = {"recording": recording, "clip": clip, "url": url, "name": name}
        said |= {"account": account, "production": production}
        return read_as(VoiceCard, self._wire.change("POST", at("voices"), self._wanted(character, said)))

    def preview_voice(self, character: str, **said: str | None) -> MintPreview:
        """What would be sent to make it, at which price, and what speaks against it; takes what `make_voice` does."""
        call = Call("POST", at("voices", "preview"), json=self._wanted(character, said))
        return read_as(MintPreview, self._wire.answer(call).body)

    def _wanted(self, character: str, said: Mapping[str, str | None]) -> dict[str, str]:
        given = {name: value for name, value in said.items() if value is not None}
        return {"character": self._id(character), **given}

    def remint_voice(
        self,
        voice: str,
        *,
        reason: str,
        account: str | None = None,
        production: str | None = None,
        **source: str | None,
    ) -> VoiceCard:
        """Make a voice again; `source` is another `recording`, `clip` or `url` than it was made from."""
        said = {"reason": reason, "account": account, "production": production, **source}
        body = {name: value for name, value in said.items() if value is not None}
        return read_as(VoiceCard, self._wire.change("POST", at("voices", voice, "remint"), body))

    def voices(self, *, character: str | None = None, account: str | None = None) -> Iterator[VoiceCard]:
        whose = None if character is None else self._id(character)
        return self._wire.pages(VoiceCard, at("voices"), character=whose, account=account)

    def voice(self, voice: str) -> VoiceCard:
        return self._wire.read(VoiceCard, at("voices", voice))

    def retire_voice(self, voice: str, *, reason: str, delete: bool = False) -> VoiceCard:
        """Let nobody new speak with it; with `delete` Kling deletes it, and the card read afterwards says whether it has."""
        body = {"reason": reason, "delete": delete}
        self._wire.change("POST", at("voices", voice, "retire"), body)
        return self.voice(voice)

    def bind_voice(self, character: str, voice: str | None, *, reason: str = "") -> CharacterCard:
        """Say what a character speaks with; None is no voice of its own."""
        path = at("characters", self._id(character), "voice")
        return read_as(CharacterCard, self._wire.change("POST", path, {"voice": voice, "reason": reason}))

    def preset_voices(self, *, account: str | None = None) -> tuple[PresetVoiceCard, ...]:
        """The vendor's own voices, as it lists them now."""
        return self._wire.read(PresetVoices, at("voices", "presets"), account=account).items
