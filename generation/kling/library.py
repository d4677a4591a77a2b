"""The account's elements and voices at the vendor: listed, and deleted (contract 6 and 7). Nothing here costs units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlencode

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from generation.kling.answers import Task, read_task
from generation.kling.client import KlingClient, NoInformation, no_information
from generation.kling.outcomes import INVALID_VALUE

Shelf: TypeAlias = Literal["element", "element_preset", "voice", "voice_preset"]
"""The four lists: what the account made, and what the vendor offers everybody."""

PATH_OF_SHELF: Final[Mapping[Shelf, str]] = {
    "element": "/v1/general/advanced-custom-elements",
    "element_preset": "/v1/general/advanced-presets-elements",
    "voice": "/v1/general/custom-voices",
    "voice_preset": "/v1/general/presets-voices",
}
_RESULTS: Final[Mapping[Shelf, str]] = {
    "element": "elements",
    "element_preset": "elements",
    "voice": "voices",
    "voice_preset": "voices",
}
_INT64: Final = 2**63
_ALREADY: Final = "already be deleted"
"""The vendor's words for a second deletion (contract K9)."""


def _id_text(value: Any) -> Any:
    """An element id as the digits it is, whether it came as a number or as text (contract K11)."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    digits = isinstance(text, str) and text.isascii() and text.isdigit()
    if not digits or not 0 < int(text[:40]) < _INT64:
        raise ValueError("no positive 64-bit integer")
    return str(int(text))


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    owned_by: str = ""

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, said: Any) -> Any:
        return (
            {name: value for name, value in said.items() if value is not None}
            if isinstance(said, dict)
            else said
        )


class _Pictures(_Entry):
    frontal_image: str = ""
    refer_images: tuple[Any, ...] = ()


class _Videos(_Entry):
    refer_videos: tuple[Any, ...] = ()


class ListedElement(_Entry):
    """An element as the vendor lists it. Pictures and videos are counted, never fetched."""

    element_id: Annotated[str, BeforeValidator(_id_text)]
    element_name: str = ""
    element_description: str = ""
    reference_type: str = ""
    element_image_list: _Pictures = Field(default_factory=_Pictures)
    element_video_list: _Videos = Field(default_factory=_Videos)
    status: str = ""

    @property
    def vendor_id(self) -> str:
        return self.element_id

    @property
    def name(self) -> str:
        return self.element_name

    @property
    def sources(self) -> int:
        """How many pictures, or videos, it was made from."""
        images = self.element_image_list
        return (
            bool(images.frontal_image) + len(images.refer_images) + len(self.element_video_list.refer_videos)
        )


class ListedVoice(_Entry):
    """A voice as the vendor lists it; it has no state, so that a deleted one is not listed (contract 7)."""

    voice_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    voice_name: str = ""

    @property
    def vendor_id(self) -> str:
        return self.voice_id

    @property
    def name(self) -> str:
        return self.voice_name


Listed: TypeAlias = ListedElement | ListedVoice


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """A page of a list: what was made, each with our id of the call that made it if it bears one.

    `entries` counts all that stood on the page, also what is in the making or failed; `unreadable` those that make no sense.
    """

    things: tuple[tuple[Listed, str], ...]
    entries: int
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Deleted:
    """The vendor has deleted it, now or before."""


@dataclass(frozen=True, slots=True)
class NotDeletable:
    """The vendor will not: it is a preset, or none of this account's (contract R59)."""

    why: str


def library_page(client: KlingClient, shelf: Shelf, page: int, size: int) -> LibraryPage | NoInformation:
    """One page of a list: `page` 1-1000, `size` 1-500 (contract R60)."""
    read = client.get(f"{PATH_OF_SHELF[shelf]}?" + urlencode({"pageNum": page, "pageSize": size}))
    if isinstance(read, NoInformation):
        return read
    answer, envelope = read
    if answer.http != 200 or envelope.code != 0:
        return no_information(answer, envelope)
    if not isinstance(envelope.data, list):
        return NoInformation("the answer holds no list", answer.http, 0)
    things: list[tuple[Listed, str]] = []
    unreadable = 0
    for entry in envelope.data:
        task = read_task(entry)
        found = None if task is None else list(_made(task, entry, shelf))
        if task is None or found is None or None in found:
            unreadable += 1
        things += [(one, (task and task.external_task_id) or "") for one in found or () if one is not None]
    return LibraryPage(tuple(things), len(envelope.data), unreadable)


def delete_element(client: KlingClient, element_id: int) -> Deleted | NotDeletable | NoInformation:
    """Delete an element of the account's own; once it is deleted, again and again."""
    return _delete(client, "/v1/general/delete-advanced-elements", {"element_id": str(element_id)})


def delete_voice(client: KlingClient, voice_id: str) -> Deleted | NotDeletable | NoInformation:
    """Delete a custom voice, likewise."""
    return _delete(client, "/v1/general/delete-voices", {"voice_id": voice_id})


def _delete(
    client: KlingClient, path: str, body: Mapping[str, str]
) -> Deleted | NotDeletable | NoInformation:
    read = client.order(path, body)
    if isinstance(read, NoInformation):
        return read
    answer, envelope = read
    said = envelope.message or ""
    if (answer.http == 200 and envelope.code == 0) or (envelope.code == INVALID_VALUE and _ALREADY in said):
        return Deleted()
    if envelope.code == INVALID_VALUE and answer.http in {200, 400}:
        return NotDeletable(said[:200])
    return no_information(answer, envelope)


def _made(task: Task, entry: Mapping[str, Any], shelf: Shelf) -> Iterator[Listed | None]:
    """What a finished task made, of its raw entry; None is what cannot be read. Nothing while it is in the making, or failed.

    The task as read leaves out what it cannot read, and what only a census asks for: here each entry must be accounted for.
    """
    if task.task_status != "succeed":
        return
    result = entry.get("task_result")
    results = result.get(_RESULTS[shelf]) if isinstance(result, dict) else None
    if not isinstance(results, list) or not results:
        yield None
        return
    kind = ListedVoice if shelf.startswith("voice") else ListedElement
    for one in results:
        try:
            yield kind.model_validate(one)
        except ValidationError:
            yield None
