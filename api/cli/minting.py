"""`continuity elements mint|remint|show`: having elements made, and following that to its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import rich_click as click
from rich.console import Group, RenderableType

from api.cli.following import FOLLOW_OPTIONS
from api.cli.showing import fields, finding_lines, plain, text
from api.cli.terminal import FAILED, INTERRUPTED, Terminal, calling, leave

if TYPE_CHECKING:
    from api.recipes import ElementAnswer
    from generation.plan import MintPreview

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Making:
    """One element being followed. Its progress goes to standard error, a line for each change."""

    terminal: Terminal
    said: str = field(default="")

    def to_the_end(self, element: str, *, timeout: float | None, patience: float) -> None:
        """Print the end; leave with 4 unless there is an element. An interrupt stops the following and not the making."""
        moving = self.terminal.err.status(element) if self.terminal.live else None
        try:
            with moving or nullcontext():
                ended = self.terminal.client.wait_for_element(
                    element, self._tell, timeout=timeout, patience=patience
                )
        except KeyboardInterrupt:
            told = f"{element} goes on; follow it: continuity elements show {element} --follow"
            self.terminal.err.print(text(told))
            leave(INTERRUPTED)
        self.terminal.answer(ended, lambda: shown(ended))
        if ended.element_id is None:
            leave(FAILED)

    def _tell(self, answer: ElementAnswer) -> None:
        now = progress_of(answer)
        if now != self.said and not self.terminal.for_programs:
            self.terminal.err.print(text(now, "dim"))
            self.said = now


def progress_of(answer: ElementAnswer) -> str:
    """Where it is, in one line: `element_… minting, processing: task 86… is processing`."""
    paid = answer.submission_card
    state = "" if paid is None or answer.state != "minting" else f", {paid.state}"
    waits = f": {answer.waiting_for}" if answer.waiting_for else ""
    return plain(f"{answer.id} {answer.state}{state}{waits}")


def shown(answer: ElementAnswer) -> RenderableType:
    """An element as a person reads it."""
    mint = answer.mint
    said: dict[str, Any] = {
        "element": answer.id,
        "state": answer.state,
        "element_id": answer.element_id,
        "account": answer.account,
        "character": answer.character,
        "look": answer.look,
        "attested by": answer.attested_by,
    }
    if mint is not None:
        recipe = mint.recipe
        said |= {
            "name": mint.name,
            "description": mint.description,
            "made from": recipe.video or [name for name in (recipe.frontal, *recipe.views) if name],
            "voice": recipe.voice or mint.voice_id,
            "in place of": mint.remint_of,
            "submission": mint.submission,
            "outcome": mint.outcome,
            "reason": mint.reason,
            "units": mint.units,
        }
    return fields({name: value for name, value in said.items() if value not in (None, "")})


def previewed(preview: MintPreview) -> RenderableType:
    """Price, findings and payload of what would be made."""
    said = {
        "sendable": preview.sendable,
        "account": preview.account,
        "price": f"{preview.estimate.units} units, about {preview.estimate.usd} USD",
        "recipe digest": preview.recipe_digest,
    }
    findings = finding_lines(finding.model_dump() for finding in preview.findings)
    payload = orjson.dumps(preview.payload, option=orjson.OPT_INDENT_2).decode()
    return Group(
        fields(said), text("\nfindings", "bold"), *findings, text("\npayload", "bold"), text(payload)
    )


def _following(command: F) -> F:
    for option in reversed(FOLLOW_OPTIONS):
        command = option(command)
    return command


@click.command("mint")
@click.argument("character")
@click.option("--account", help="The account it is made on; the production's unless given.")
@click.option("--production", help="Whose budget it takes.")
@click.option("--look", help="The look it shows; as introduced unless given.")
@click.option("--frontal", help="The frontal picture; the look's own unless given.")
@click.option(
    "--view", "views", multiple=True, help="Another view, up to three; the look's own unless given."
)
@click.option("--video", help="A clip or a recorded video in place of pictures.")
@click.option("--name", help="At most 20 characters; the character's unless given.")
@click.option("--description", help="At most 100 characters.")
@click.option("--voice", help='The voice it speaks with; the character\'s own unless given, "none" for none.')
@click.option("--tag", "tags", multiple=True, help="A tag of the vendor's, o_101 to o_108.")
@click.option("--preview", is_flag=True, help="Show payload, price and findings; make nothing.")
@click.option("--no-wait", is_flag=True, help="Ask for it and leave.")
@_following
@calling
def mint(
    terminal: Terminal,
    character: str,
    *,
    preview: bool,
    no_wait: bool,
    timeout: float | None,
    patience: float,
    **recipe: Any,
) -> None:
    """Have an element made from a character's pictures.

    Example: continuity elements mint mina --account account_01jd…
    """
    said = {name: value for name, value in recipe.items() if value not in (None, ())}
    if preview:
        found = terminal.client.preview_element(character, **said)
        terminal.answer(found, lambda: previewed(found))
        if not found.sendable:
            leave(FAILED)
        return
    asked = terminal.client.mint_element(character, **said)
    _follow(terminal, asked, no_wait=no_wait, timeout=timeout, patience=patience)


@click.command("remint")
@click.argument("element")
@click.option("--reason", required=True, help="Why it is made anew.")
@click.option("--account", help="Another account; its own unless given.")
@click.option("--production", help="Whose budget it takes.")
@click.option("--no-wait", is_flag=True, help="Ask for it and leave.")
@_following
@calling
def remint(
    terminal: Terminal, element: str, *, no_wait: bool, timeout: float | None, patience: float, **said: Any
) -> None:
    """Have another element made in the place of one, from its recipe.

    Example: continuity elements remint element_01jd… --reason "deleted at Kling"
    """
    asked = terminal.client.remint_element(element, **said)
    _follow(terminal, asked, no_wait=no_wait, timeout=timeout, patience=patience)


@click.command("show")
@click.argument("element")
@click.option("--follow", is_flag=True, help="Follow it until it is made, or has failed.")
@_following
@calling
def show(terminal: Terminal, element: str, *, follow: bool, timeout: float | None, patience: float) -> None:
    """One element: what it shows, how it came about, what it cost.

    Example: continuity elements show element_01jd…
    """
    if follow:
        Making(terminal).to_the_end(element, timeout=timeout, patience=patience)
        return
    found = terminal.client.element_now(element)
    terminal.answer(found, lambda: shown(found))


def _follow(
    terminal: Terminal, asked: ElementAnswer, *, no_wait: bool, timeout: float | None, patience: float
) -> None:
    if no_wait:
        terminal.answer(asked, lambda: shown(asked))
        return
    Making(terminal).to_the_end(asked.id, timeout=timeout, patience=patience)
