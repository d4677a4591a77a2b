"""`continuity likenesses erase` and `erasure`: a person goes, the record stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import rich_click as click

from api.cli.terminal import Terminal, calling
from api.client import LocalFailure

if TYPE_CHECKING:
    from registry.events.likeness import ErasureBasis

_BASES: Final = ("request", "consent_withdrawn", "retention", "law")


@click.command("erase")
@click.argument("likeness")
@click.option("--basis", required=True, type=click.Choice(_BASES), help="On whose word.")
@click.option("--yes", is_flag=True, help="It cannot be undone, and you mean it.")
@calling
def erase(terminal: Terminal, likeness: str, basis: ErasureBasis, *, yes: bool) -> None:
    """Erase a person: texts become unreadable, pictures are deleted, elements too; clips are listed for decision.

    Given again, an erasure that did not finish goes on. Backups of the key file made before hold the keys until they are deleted.

    Example: continuity likenesses erase likeness_01jd… --basis request --yes
    """
    if not yes:
        raise LocalFailure(
            "not-confirmed", f"erasing {likeness} cannot be undone", "say --yes when you mean it"
        )
    terminal.show(terminal.client.erase_likeness(likeness, basis))


@click.command("erasure")
@click.argument("likeness")
@calling
def erasure(terminal: Terminal, likeness: str) -> None:
    """What was erased, and what was decided of every clip that carries the person.

    Example: continuity likenesses erasure likeness_01jd…
    """
    terminal.show(terminal.client.erasure(likeness))
