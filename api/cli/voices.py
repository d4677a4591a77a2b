"""`continuity voices`: what characters speak with at Kling."""

from __future__ import annotations

from typing import Any, Final

import rich_click as click

from api.cli.minting import previewed
from api.cli.terminal import FAILED, Terminal, calling, leave


@click.group()
def voices() -> None:
    """Voices at Kling; a custom one is good on one account only, a preset on all.

    Example: continuity voices list
    """


@voices.command("adopt")
@click.argument("voice_id")
@click.option("--account", help="The account that owns it; without one it is a preset of Kling's.")
@click.option("--character", required=True, help="Whose it is: id, name or alias.")
@click.option("--name", default="", help="What to call it.")
@click.option("--attested-by", help="On whose word; the key's holder unless given.")
@calling
def adopt(terminal: Terminal, voice_id: str, **said: Any) -> None:
    """Take over a voice that exists at Kling.

    Example: continuity voices adopt 829826751244537885 --character mina
    """
    terminal.show(terminal.client.adopt_voice(voice_id, **said))


@voices.command("mint")
@click.argument("character")
@click.option("--recording", help="An asset: sound or video of one person speaking, 5 to 30 s.")
@click.option("--clip", help="A clip of ours in which the character speaks.")
@click.option("--from-url", "source", help="The address of such a recording elsewhere.")
@click.option(
    "--name", help="What to call it at Kling, at most 20 characters; the character's name unless given."
)
@click.option("--account", help="The account that pays and owns it.")
@click.option("--production", help="Whose budget it takes.")
@click.option("--preview", is_flag=True, help="Show payload, price and findings; make nothing.")
@calling
def mint(terminal: Terminal, character: str, source: str | None, *, preview: bool, **said: Any) -> None:
    """Have a voice made, by one paid call.

    Example: continuity voices mint mina --recording asset_01jd… --account account_01jd…
    """
    if preview:
        found = terminal.client.preview_voice(character, url=source, **said)
        terminal.answer(found, lambda: previewed(found))
        if not found.sendable:
            leave(FAILED)
        return
    terminal.show(terminal.client.make_voice(character, url=source, **said))


@voices.command("remint")
@click.argument("voice")
@click.option("--reason", required=True, help="Why.")
@click.option("--account", help="Another account than its own.")
@click.option("--production", help="Whose budget it takes.")
@click.option("--recording", help="Another recording than it was made from.")
@calling
def remint(terminal: Terminal, voice: str, **said: Any) -> None:
    """Make a voice again, by one paid call; past clips keep the old one.

    Example: continuity voices remint voice_01jd… --reason "deleted at Kling"
    """
    terminal.show(terminal.client.remint_voice(voice, **said))


@voices.command("list")
@click.option("--character", help="Only those of this character.")
@click.option("--account", help="Only those of this account.")
@calling
def list_voices(terminal: Terminal, character: str | None, account: str | None) -> None:
    """All voices.

    Example: continuity voices list --character mina
    """
    terminal.listing(
        terminal.client.voices(character=character, account=account),
        ("id", "voice_id", "name", "character", "account", "state"),
        lambda card: (
            card.id,
            card.voice_id,
            card.name,
            card.character,
            card.account or "(preset)",
            card.state,
        ),
    )


@voices.command("show")
@click.argument("voice")
@calling
def show(terminal: Terminal, voice: str) -> None:
    """One voice; trial_url is where it can be heard.

    Example: continuity voices show voice_01jd…
    """
    terminal.show(terminal.client.voice(voice))


@voices.command("bind")
@click.argument("character")
@click.argument("voice", required=False)
@click.option("--none", "nothing", is_flag=True, help="No voice of its own any more.")
@click.option("--reason", default="", help="Why.")
@calling
def bind(terminal: Terminal, character: str, voice: str | None, nothing: bool, reason: str) -> None:
    """Say what a character speaks with.

    Example: continuity voices bind mina voice_01jd…
    """
    if (voice is None) != nothing:
        raise click.UsageError("name a voice, or say --none")
    terminal.show(terminal.client.bind_voice(character, voice, reason=reason))


@voices.command("retire")
@click.argument("voice")
@click.option("--reason", required=True, help="Why.")
@click.option("--delete", is_flag=True, help="Have Kling delete it too; presets cannot be.")
@calling
def retire(terminal: Terminal, voice: str, reason: str, delete: bool) -> None:
    """Let nobody new speak with it.

    Example: continuity voices retire voice_01jd… --reason "recast"
    """
    terminal.show(terminal.client.retire_voice(voice, reason=reason, delete=delete))


@voices.command("presets")
@click.option("--account", help="Whose key asks; the studio's only account unless given.")
@calling
def presets(terminal: Terminal, account: str | None) -> None:
    """Kling's own voices, with where each can be heard.

    Example: continuity voices presets
    """
    terminal.listing(
        terminal.client.preset_voices(account=account),
        ("voice_id", "name", "audition"),
        lambda one: (one.voice_id, one.name, one.trial_url),
    )


COMMANDS: Final = (voices,)
