"""`continuity likenesses`: real people, what they allowed, and what they took back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from api.cli import erasures
from api.cli.terminal import Terminal, calling

if TYPE_CHECKING:
    from registry.views.likenesses import LikenessCard


@click.group()
def likenesses() -> None:
    """Real people behind characters, and their consents. Changes need a key with the role consent_officer.

    Example: continuity likenesses list
    """


@likenesses.command("register")
@click.argument("name")
@click.option("--minor", is_flag=True, help="The person is a minor; needs --guardian.")
@click.option("--guardian", default="", help="Who signs for a minor.")
@calling
def register(terminal: Terminal, name: str, *, minor: bool, guardian: str) -> None:
    """Register a real person.

    Example: continuity likenesses register "Mina Park"
    """
    terminal.show(terminal.client.register_likeness(name, minor=minor, guardian=guardian))


@likenesses.command("grant")
@click.argument("likeness")
@click.argument("evidence", metavar="ASSET")
@click.option("--signed-by", required=True, help="Who signed the document.")
@click.option("--production", "productions", multiple=True, help="Only for this show; may be repeated.")
@click.option("--purpose", "purposes", multiple=True, type=click.Choice(("draft", "final")))
@click.option("--territory", "territories", multiple=True, help="ISO country code; none is the whole world.")
@click.option("--voice", is_flag=True, help="The voice too.")
@click.option("--from", "starts_at", help="RFC 3339 with its offset; now unless given.")
@click.option("--until", "ends_at", help="RFC 3339 with its offset, exclusive; no end unless given.")
@calling
def grant(terminal: Terminal, likeness: str, evidence: str, **said: Any) -> None:
    """Write down what a person allowed; ASSET is the signed document.

    Example: continuity likenesses grant likeness_01jd… asset_01jd… --signed-by "Mina Park" --voice --until 2027-01-01T00:00:00Z
    """
    terminal.show(terminal.client.grant_consent(likeness, evidence, **said))


@likenesses.command("revoke")
@click.argument("likeness")
@click.argument("consent")
@click.option("--reason", required=True)
@calling
def revoke(terminal: Terminal, likeness: str, consent: str, reason: str) -> None:
    """They take it back: nothing more is sent on it, and the answer lists what is left to do.

    Example: continuity likenesses revoke likeness_01jd… consent_01jd… --reason "she left the show"
    """
    terminal.show(terminal.client.revoke_consent(likeness, consent, reason))


@likenesses.command("list")
@calling
def list_likenesses(terminal: Terminal) -> None:
    """All real people.

    Example: continuity likenesses list
    """
    terminal.listing(terminal.client.likenesses(), ("id", "name", "consents", "characters", "to do"), _row)


def _row(card: LikenessCard) -> tuple[object, ...]:
    left = card.follow_ups
    consents = ", ".join(f"{one.id} {one.state}" for one in card.consents)
    to_do = len(left.elements) + len(left.voices) + len(left.clips)
    return (card.id, card.name, consents, card.characters, to_do)


@likenesses.command("show")
@click.argument("likeness")
@calling
def show_likeness(terminal: Terminal, likeness: str) -> None:
    """One real person: consents, characters, refused uses, and what is left to do.

    Example: continuity likenesses show likeness_01jd…
    """
    terminal.show(terminal.client.likeness(likeness))


@likenesses.command("link")
@click.argument("character")
@click.argument("likeness")
@calling
def link(terminal: Terminal, character: str, likeness: str) -> None:
    """Say which real person is behind a character.

    Example: continuity likenesses link mina likeness_01jd…
    """
    terminal.show(terminal.client.link_likeness(character, likeness))


@likenesses.command("unlink")
@click.argument("character")
@click.option("--reason", required=True)
@calling
def unlink(terminal: Terminal, character: str, reason: str) -> None:
    """The link was a mistake: nothing is generated with the character until another is made.

    Example: continuity likenesses unlink mina --reason "her sister sat for it"
    """
    terminal.show(terminal.client.unlink_likeness(character, reason))


@likenesses.command("declare")
@click.argument("character")
@click.argument("depicts", type=click.Choice(("fictional", "real_person")))
@click.option("--reason", required=True)
@calling
def declare(terminal: Terminal, character: str, depicts: Any, reason: str) -> None:
    """Say whether a real person is behind a character.

    Example: continuity likenesses declare mina real_person --reason "cast from life"
    """
    terminal.show(terminal.client.declare_character(character, depicts, reason))


@likenesses.command("territories")
@click.argument("production")
@click.argument("territories", nargs=-1)
@calling
def set_territories(terminal: Terminal, production: str, territories: tuple[str, ...]) -> None:
    """Where a show is released, which consents must cover; none is the whole world.

    Example: continuity likenesses territories production_01jd… DE KR
    """
    terminal.show(terminal.client.set_territories(production, territories))


for command in (erasures.erase, erasures.erasure):
    likenesses.add_command(command)

COMMANDS: Final = (likenesses,)
