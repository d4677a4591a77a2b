"""`Personal[T]`: a field that speaks of a person, sealed in the log and gone when its key is destroyed.

In memory the field holds the plain value, or `Erased` when the key no longer exists; every reader copes with both. On disk it
is a `Sealed` envelope. Personal fields stand only at the top level of an event, so that finding them needs no walk.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

T = TypeVar("T")


class Erased(BaseModel):
    """Stands where a value was whose key is destroyed. Equal to every other `Erased`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    erased: Literal[True] = True


class Sealed(BaseModel):
    """A personal value as the log keeps it: AES-256-GCM, base64; `under` names the streams whose keys open it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sealed: str
    nonce: str
    under: tuple[str, ...]


class _Mark:
    """Marks an annotation as personal."""


ERASED = Erased()
GONE: Final = "(erased)"
"""What people read in the place of an erased text."""


def _erased_first(value: Any) -> Any:
    """The erased mark is never read as a value: a field that may hold any JSON object would take it for one."""
    return ERASED if value == {"erased": True} else value


_PERSONAL = _Mark()
Personal = Annotated[T | Erased, BeforeValidator(_erased_first), _PERSONAL]


@cache
def personal_fields(event_type: type[BaseModel]) -> frozenset[str]:
    """The names of an event class's personal fields."""
    return frozenset(name for name, field in event_type.model_fields.items() if _PERSONAL in field.metadata)


def known(value: T | Erased, otherwise: T) -> T:
    """The plain value, or what to show in its place once it is erased."""
    return otherwise if isinstance(value, Erased) else value
