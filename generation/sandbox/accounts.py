"""The accounts the sandbox is born with: keys, and the elements each one already owns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ElementKind = Literal["image", "video"]

# HS256 wants a key at least as long as its digest (RFC 7518, 3.2).
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class SeededElement:
    """One entry of an account's element library (contract 6). `element_id` is an int64; ids of one account mean
    nothing on another. `kind` is "image" for multi-image elements, "video" for video-character ones (contract R29).
    """

    element_id: int
    name: str
    description: str
    kind: ElementKind = "image"
    deleted: bool = False


@dataclass(frozen=True)
class Voice:
    """A voice as an element or a query shows it (contract 6 and 7); `owner` is "kling" or an AccessKey."""

    voice_id: str
    name: str
    owner: str


@dataclass(frozen=True)
class SeededAccount:
    """One vendor account: an AccessKey/SecretKey pair for JWTs and an API key (contract 1.2), plus its elements.

    Raises ValueError for a secret HS256 would call too short.
    """

    name: str
    access_key: str
    secret_key: str = field(repr=False)
    api_key: str = field(repr=False)
    elements: tuple[SeededElement, ...] = ()

    def __post_init__(self) -> None:
        if len(self.secret_key.encode()) < SHORTEST_SECRET:
            raise ValueError(
                f"the secret key of account {self.name!r} is shorter than {SHORTEST_SECRET} bytes"
            )

    def element(self, element_id: int) -> SeededElement | None:
        """The account's live element of that id; None for foreign, unknown and deleted ones."""
        return next((e for e in self.elements if e.element_id == element_id and not e.deleted), None)


def _library(first_id: int) -> tuple[SeededElement, ...]:
    """Five live elements and a deleted one, with 18-digit ids that start at `first_id`."""
    rows: tuple[tuple[str, str, ElementKind, bool], ...] = (
        ("Mina", "Woman, long black hair", "image", False),
        ("Jun", "Man, short hair, round glasses", "image", False),
        ("Haneul", "Man in his forties, grey beard", "image", False),
        ("Sora", "Woman in her sixties, white bun", "image", False),
        ("Dancer", "A dancer, taken from a video", "video", False),
        ("Removed", "Deleted by its owner", "image", True),
    )
    return tuple(
        SeededElement(first_id + 7919 * n, name, text, kind, deleted)
        for n, (name, text, kind, deleted) in enumerate(rows)
    )


DEFAULT_ACCOUNT = SeededAccount(
    name="first",
    access_key="sandbox-ak",
    secret_key="sandbox-sk-for-loopback-use-only-0001",  # noqa: S106 - a public toy key, worth nothing outside
    api_key="sandbox-api-key-0001",
    elements=_library(829836802793406551),
)
SECOND_ACCOUNT = SeededAccount(
    name="second",
    access_key="sandbox-ak-2",
    secret_key="sandbox-sk-for-loopback-use-only-0002",  # noqa: S106 - a public toy key, worth nothing outside
    api_key="sandbox-api-key-0002",
    elements=_library(741205518830227764),
)
DEFAULT_ACCOUNTS = (DEFAULT_ACCOUNT, SECOND_ACCOUNT)

# What the vendor owns and everybody may use (contract 6, list presets).
PRESET_ELEMENTS = (
    SeededElement(160000000000000101, "Preset Courier", "A courier in a yellow jacket"),
    SeededElement(160000000000000102, "Preset Cat", "A grey cat"),
)
PRESET_VOICES = (
    Voice("160000000000000201", "Preset Narrator", "kling"),
    Voice("160000000000000202", "Preset Child", "kling"),
)
