"""Looks of a character: wardrobe, styling and age under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from registry.deciders.command import Command, checked_text
from registry.errors import InvalidCommand, NotFound, Refusal
from registry.events.character import LookDefined, LookRetired
from registry.events.envelope import Event
from registry.events.personal import known
from registry.events.references import LookName

_NAME = TypeAdapter(LookName)


class LookAlreadyRetired(Refusal):
    """Nothing new may be made in that look."""

    code = "look-retired"


@dataclass(frozen=True, kw_only=True)
class DefineLook(Command):
    """How the character looks under that name. What is None stays as it was, or is empty in a new look."""

    look: str
    wardrobe: str | None = None
    styling: str | None = None
    age: str | None = None


@dataclass(frozen=True, kw_only=True)
class RetireLook(Command):
    """Make nothing new in it."""

    look: str
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """A look as it is; `version` counts its definitions, `since` is the version of the character that first had it."""

    version: int = 0
    since: int = 0
    wardrobe: str = ""
    styling: str = ""
    age: str = ""
    retired: bool = False


Looks = Mapping[str, Look]


def must_have_look(looks: Looks, look: str, character: str) -> Look:
    """Raises NotFound and LookAlreadyRetired."""
    if look not in looks:
        known_looks = ", ".join(sorted(looks)) or "none"
        raise NotFound(
            f"{character} has no look {look!r}; it has {known_looks}", hint="define the look first"
        )
    if looks[look].retired:
        raise LookAlreadyRetired(f"the look {look!r} of {character} is retired", hint="use another look")
    return looks[look]


def decide_look(command: DefineLook | RetireLook, looks: Looks) -> Sequence[Event]:
    if isinstance(command, RetireLook):
        must_have_look(looks, command.look, command.stream)
        return [LookRetired(look=command.look, reason=checked_text(command.reason, "reason"))]
    try:
        _NAME.validate_python(command.look)
    except ValidationError:
        raise InvalidCommand(
            f"{command.look!r} is no name of a look: 1 to 60 characters, no slash, no space at either end",
            hint="name it after what is worn, e.g. winter",
            path="look",
        ) from None
    before = looks.get(command.look, Look())
    wanted = LookDefined(
        look=command.look,
        wardrobe=_text(command.wardrobe, before.wardrobe, "wardrobe"),
        styling=_text(command.styling, before.styling, "styling"),
        age=_text(command.age, before.age, "age"),
    )
    same = (wanted.wardrobe, wanted.styling, wanted.age) == (before.wardrobe, before.styling, before.age)
    return [] if same and before.version and not before.retired else [wanted]


def _text(wanted: str | None, before: str, field: str) -> str:
    return before if wanted is None else checked_text(wanted, field, most=500)


def evolve_looks(looks: Looks, event: LookDefined | LookRetired, *, version: int) -> Looks:
    """`version` is the character's, with this event."""
    before = looks.get(event.look, Look())
    if isinstance(event, LookRetired):
        return {**looks, event.look: replace(before, retired=True)}
    look = Look(
        version=before.version + 1,
        since=before.since or version,
        wardrobe=known(event.wardrobe, ""),
        styling=known(event.styling, ""),
        age=known(event.age, ""),
    )
    return {**looks, event.look: look}
