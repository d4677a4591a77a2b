"""An element or a voice in the making: its record, its walk to its end, and how it is shown (contract 6 and 7)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from generation.sandbox.accounts import ElementKind, Voice
from generation.sandbox.course import Course
from generation.sandbox.prices import shortest
from generation.sandbox.requests import LibraryProduct
from generation.sandbox.tasks import Task

# From the id of the task to the id of what it makes; its film's is further off (see `tasks`).
MADE = 400_000_000_000_000_000


@dataclass(frozen=True)
class Creation(Course):
    """An accepted create, as it is kept: nothing in it changes afterwards, its status is computed.

    `sources` are the picture or video addresses as given, "" for a picture whose bytes are kept beside the record.
    `voice` is the one bound to an element, or the one made. `seconds` is how long it takes. `fail_message` non-empty
    means it ends as failed. `lookup_lag` and `list_lag` are virtual seconds in which it cannot be found; `base` is the
    address its maker knew us by.
    """

    task_id: str
    made_id: str
    account: str
    owner: str
    product: LibraryProduct
    external_task_id: str
    name: str
    units: str
    created: float
    seconds: float
    description: str = ""
    kind: ElementKind = "image"
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    voice: Voice | None = None
    fail_message: str = ""
    lookup_lag: float = 0.0
    list_lag: float = 0.0
    callback_url: str = ""
    base: str = ""

    @property
    def prompt(self) -> str:
        """The words a fault can be matched by."""
        return f"{self.name}\n{self.description}"

    @property
    def begins(self) -> float:
        # The documents name the states, nobody measured how long the first one lasts.
        return self.created + self.seconds / 5

    @property
    def ends(self) -> float:
        return self.created + self.seconds

    def record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Creation:
        voice = Voice(**record["voice"]) if record["voice"] else None
        lists = {key: tuple(record[key]) for key in ("sources", "tags")}
        return cls(**{**record, **lists, "voice": voice})


Found = Task | Creation
"""Whatever a create POST makes, and a query finds."""


@dataclass(frozen=True)
class Deletion:
    """That an account gave up an element or a voice, and when (virtual seconds)."""

    account: str
    product: LibraryProduct
    made_id: str
    at: float

    def record(self) -> dict[str, Any]:
        return asdict(self)


def submitted_view(creation: Creation) -> dict[str, Any]:
    """`data` of a create answer: always "submitted", and no id of the thing itself (contract 6)."""
    created = int(creation.created * 1000)
    return _view(creation, "submitted", created, created)


def creation_view(
    creation: Creation, now: float, *, base: str, deleted: bool, status: str, message: str
) -> dict[str, Any]:
    """`data` of a query answer that tells that status; what was made is shown when it is "succeed". `base` prefixes its
    file addresses.
    """
    view = _view(creation, status, int(creation.created * 1000), int(creation.updated(now) * 1000))
    view["task_status_msg"] = message
    if status == "succeed" and creation.product == "custom-voices":
        view["task_result"] = {"voices": [_voice(creation.voice, base)]}
    elif status == "succeed":
        view["task_result"] = {"elements": [_element(creation, base, deleted=deleted)]}
    if status in ("succeed", "failed"):
        view["final_unit_deduction"] = shortest(creation.billed(now))
    return view


def _view(creation: Creation, status: str, created: int, updated: int) -> dict[str, Any]:
    info = {"external_task_id": creation.external_task_id} if creation.external_task_id else {}
    return {
        "task_id": creation.task_id,
        "task_status": status,
        "task_info": info,
        "created_at": created,
        "updated_at": updated,
    }


def _element(creation: Creation, base: str, *, deleted: bool) -> dict[str, Any]:
    addresses = [
        source or f"{base}/pictures/{creation.task_id}-{n}" for n, source in enumerate(creation.sources)
    ]
    pictures, videos = (addresses, []) if creation.kind == "image" else ([], addresses)
    return {
        "element_id": int(creation.made_id),
        "element_name": creation.name,
        "element_description": creation.description,
        "reference_type": f"{creation.kind}_refer",
        "element_image_list": _pictures(pictures),
        "element_video_list": {"refer_videos": [{"video_url": url} for url in videos]} if videos else {},
        "element_voice_info": _voice(creation.voice, base),
        "tag_list": [{"tag_id": tag} for tag in creation.tags],
        "owned_by": creation.owner,
        "status": "deleted" if deleted else "succeed",
    }


def _pictures(addresses: list[str]) -> dict[str, Any]:
    if not addresses:
        return {}
    return {
        "frontal_image": addresses[0],
        "refer_images": [{"image_url": url} for url in addresses[1:]],
    }


def _voice(voice: Voice | None, base: str) -> dict[str, str]:
    if voice is None:
        return {}
    return {
        "voice_id": voice.voice_id,
        "voice_name": voice.name,
        "trial_url": f"{base}/trials/{voice.voice_id}.wav",
        "owned_by": voice.owner,
    }
