"""What the view of voices tells through a voice's life, however it began."""

from __future__ import annotations

from typing import Any

import pytest

from registry.deciders.command import Command
from registry.deciders.minting import EndMint, OpenMint
from registry.deciders.portrayal import BindVoice
from registry.deciders.voice import AdoptVoice, MintVoice, NoteOnVoice, RetireVoice
from registry.errors import AlreadyRegistered
from registry.events.voice import VoiceDeleted, VoiceLost, VoiceMintRequested, VoiceRecovered
from registry.views import characters, uses, voices
from registry.views.voices import VoiceCard
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import STUDIO, Opened
from tests.registry.log.story import ACCOUNT, CLIP, JUN, MINA, VOICE

MADE, OTHER = an_id("voice", 2), an_id("voice", 3)
LOST = VoiceLost(cause="deleted")


def card(log: Opened, voice: str) -> VoiceCard:
    with log.registry.reading() as connection:
        return voices.voice(connection, STUDIO, voice)


def asked(log: Opened, **changes: Any) -> MintVoice:
    """A voice of Mina in the making, from somebody's address."""
    inputs = {"character": MINA, "recording": None, "clip": None}
    said = {"account": ACCOUNT, "inputs": inputs, "production": None, "remint_of": VOICE, **changes}
    requested = example("VoiceMintRequested", **said)
    assert isinstance(requested, VoiceMintRequested)
    command = MintVoice(stream=MADE, requested=requested)
    log.handle(command)
    return command


def note(event: Any, voice: str = VOICE) -> NoteOnVoice:
    return NoteOnVoice(stream=voice, event=event)


@pytest.mark.parametrize(
    ("then", "state"),
    [
        ((), "live"),
        ((note(LOST),), "lost"),
        ((note(LOST), note(VoiceRecovered())), "live"),
        ((note(LOST), RetireVoice(stream=VOICE, reason="recast")), "retired"),
        ((RetireVoice(stream=VOICE, reason="recast"), note(VoiceDeleted())), "deleted"),
    ],
    ids=["adopted", "lost", "recovered", "retired", "deleted"],
)
def test_a_voice_is_what_became_of_it(told: Opened, then: tuple[Command, ...], state: str) -> None:
    """The last thing that keeps anybody from speaking with it is what is told."""
    for command in then:
        told.handle(command)

    shown = card(told, VOICE)

    assert (shown.state, shown.version) == (state, 1 + len(then))
    assert (shown.voice_id, shown.attested_by, shown.submission) == ("v7", "Yuna", None)


def test_a_mint_is_told_from_its_request_to_its_voice(told: Opened) -> None:
    """First what was asked and its price; then the paid call; at last Kling's id, the cost and where it can be heard."""
    requested = asked(told).requested
    begun = card(told, MADE)
    assert (begun.state, begun.voice_id, begun.remint_of) == ("minting", None, VOICE)
    assert (begun.estimate, begun.units) == (requested.estimate_units, None)
    paid = an_id("submission", 9)
    told.handle(OpenMint(stream=MADE, submission=paid))
    assert (card(told, MADE).state, card(told, MADE).submission) == ("minting", paid)
    end = {"made_id": "v9", "trial_url": "https://kling/v9.wav", "task_id": "task-9", "units": "0.05"}
    told.handle(EndMint(stream=MADE, outcome="delivered", **end))
    done = card(told, MADE)
    assert (done.state, done.voice_id, done.units) == ("live", "v9", "0.05")
    assert done.trial_url == "https://kling/v9.wav"


def test_a_failed_mint_says_why(told: Opened) -> None:
    """There is no voice, and the reason stands."""
    asked(told)
    told.handle(EndMint(stream=MADE, outcome="failed", reason="two voices in the recording"))
    assert (card(told, MADE).state, card(told, MADE).reason) == ("failed", "two voices in the recording")


def test_voices_are_found_by_whose_they_are(told: Opened) -> None:
    """By character, by account, by Kling's id; a preset by its character, and up to a position of the log."""
    told.handle(
        AdoptVoice(stream=OTHER, voice_id="p1", account=None, character=JUN, name="", attested_by="Yuna")
    )
    with told.registry.reading() as connection:
        ask = (connection, STUDIO)
        assert [one.id for one in voices.voices(*ask, character=MINA).items] == [VOICE]
        assert [one.id for one in voices.voices(*ask, account=ACCOUNT).items] == [VOICE]
        assert [one.id for one in voices.voices_of(*ask, [MINA, JUN])] == [VOICE, OTHER]
        assert voices.voice_bound_as(*ask, ACCOUNT, "v7").id == VOICE  # type: ignore[union-attr]
        assert voices.voice_bound_as(*ask, None, "v7") is None
        assert voices.voice_bound_as(*ask, None, "p1", character=MINA) is None
        assert voices.voice_bound_as(*ask, None, "p1", character=JUN).id == OTHER  # type: ignore[union-attr]
        head = told.registry.head(*ask)
        assert voices.voices_until(*ask, head - 1, characters=[JUN]) == []
        assert voices.voices_until(*ask, head, characters=[JUN]) == [OTHER]


def test_an_account_s_voice_is_adopted_once_and_a_preset_once_a_character(told: Opened) -> None:
    """The database refuses the twin, whoever was first; a voice that we made may bear an id that was adopted meanwhile."""
    twin = AdoptVoice(stream=OTHER, voice_id="v7", account=ACCOUNT, character=JUN, name="", attested_by="Y")
    with pytest.raises(AlreadyRegistered):
        told.handle(twin)
    for number, who in enumerate((MINA, JUN), start=10):
        stream = an_id("voice", number)
        told.handle(
            AdoptVoice(stream=stream, voice_id="p1", account=None, character=who, name="", attested_by="Y")
        )
    again = AdoptVoice(stream=OTHER, voice_id="p1", account=None, character=JUN, name="", attested_by="Y")
    with pytest.raises(AlreadyRegistered):
        told.handle(again)
    asked(told)
    told.handle(OpenMint(stream=MADE, submission=an_id("submission", 9)))
    told.handle(EndMint(stream=MADE, outcome="delivered", made_id="v7", task_id="task-9"))
    assert card(told, MADE).voice_id == "v7"


def test_a_character_shows_its_voice(told: Opened) -> None:
    """The card names the bound voice until it is taken back."""
    with told.registry.reading() as connection:
        assert characters.character(connection, STUDIO, MINA).voice == VOICE
    told.handle(BindVoice(stream=MINA, voice=None, reason="mute"))
    with told.registry.reading() as connection:
        assert characters.character(connection, STUDIO, MINA).voice is None


def test_a_voice_names_the_recording_it_was_made_from(told: Opened) -> None:
    """What was adopted names none; of several voices each names its own."""
    asked(told, inputs={"character": MINA, "recording": None, "clip": CLIP})
    with told.registry.reading() as connection:
        assert uses.recordings_of(connection, STUDIO, [MADE, VOICE]) == {MADE: CLIP}
