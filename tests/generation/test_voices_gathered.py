"""Voices in the grounds of a request: as the views have them now, and as the log had them then."""

from __future__ import annotations

from generation.gather import gather
from generation.grounds import CharacterGround
from generation.intake import preview
from generation.shot import ShotRequest
from registry.deciders.portrayal import BindVoice
from registry.deciders.voice import AdoptVoice, NoteOnVoice, RetireVoice
from registry.events.voice import VoiceLost
from tests.servers.world import World, new_id


def mina(world: World, as_of: int | None = None) -> CharacterGround:
    request = ShotRequest.model_validate({"scene": world.scene, "action": "They wait."})
    gathered = gather(world.registry, world.studio, request, as_of=as_of)
    return gathered.grounds.people[world.mina.character]


def given_a_voice(world: World, account: str | None = None) -> str:
    """A voice of Mina's that is bound to her."""
    voice, who = new_id("voice"), world.mina.character
    world.do(
        AdoptVoice(stream=voice, voice_id="829", account=account, character=who, name="", attested_by="x")
    )
    world.do(BindVoice(stream=who, voice=voice))
    return voice


def here(world: World) -> int:
    return int(world.log()[-1].position)


def test_a_bound_voice_is_loaded_with_what_became_of_it(studio: World) -> None:
    """The character's own voice and the account's id come with the grounds; a loss and a retirement are told, not hidden."""
    before = here(studio)
    voice = given_a_voice(studio, studio.account)
    bound = here(studio)
    studio.do(NoteOnVoice(stream=voice, event=VoiceLost(cause="missing")))
    lost = here(studio)
    studio.do(RetireVoice(stream=voice, reason="recast"))

    now = mina(studio).voice
    assert now is not None
    assert (now.id, now.voice_id, now.live, now.retired, now.cause) == (
        voice,
        "829",
        False,
        True,
        "is retired",
    )
    assert mina(studio, before).voice is None
    then = mina(studio, bound).voice
    assert then is not None
    assert (then.live, then.account, then.cause) == (True, studio.account, "")
    missing = mina(studio, lost).voice
    assert missing is not None
    assert missing.cause == "is lost: Kling no longer lists it"


def test_now_and_the_newest_position_agree(studio: World) -> None:
    """What the views say and what the log says of voices is the same, also of one that is not bound any more."""
    given_a_voice(studio, studio.account)
    given_a_voice(studio)
    assert mina(studio) == mina(studio, here(studio))
    assert len(mina(studio).voices) == 2
    studio.do(BindVoice(stream=studio.mina.character, voice=None, reason="mute"))
    assert mina(studio) == mina(studio, here(studio))
    assert mina(studio).voice is None


def test_a_preview_says_that_an_adopted_element_may_not_carry_the_voice(studio: World) -> None:
    """From the log to the finding: Mina speaks, her voice is bound, and nobody knows what her element sounds like."""
    given_a_voice(studio, studio.account)
    lines = {"language": "Korean", "turns": [{"speaker": "Mina", "line": "안녕하세요."}]}
    request = {"scene": studio.scene, "action": "They talk.", "dialogue": lines}

    found = preview(studio.registry, studio.studio, ShotRequest.model_validate(request)).findings

    told = [(one.rule, one.severity, one.path) for one in found if one.rule == "I465"]
    assert told == [("I465", "I", "$.dialogue.turns[0].speaker")]
