"""Kling's answers as it writes them (contract 1.3, 5): read leniently, fields we do not know are kept.

Nothing here judges. A status never heard of is still a status; what it means is decided where it is used.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, ValidationError

SUBMITTED: Final = "submitted"
PROCESSING: Final = "processing"
SUCCEED: Final = "succeed"
FAILED: Final = "failed"


def _int_or_nothing(value: Any) -> Any:
    return value if isinstance(value, int) else None


Moment = Annotated[int | None, BeforeValidator(_int_or_nothing)]
"""Unix milliseconds, or None for anything else: a date we cannot read must not hide a finished film."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)


class Envelope(_Answer):
    """The frame of every answer. A `code` other than 0 is a failure, whatever the HTTP status (contract 1.3)."""

    code: StrictInt
    message: str | None = None
    request_id: str | None = None
    data: Any = None


class TaskInfo(_Answer):
    """What we told the vendor about the task; absent on tasks made elsewhere."""

    external_task_id: str | None = None


class Video(_Answer):
    """One finished film. `duration` is decimal seconds as text; `url` dies after 30 days."""

    id: str
    url: str
    watermark_url: str | None = None
    duration: str | None = None


class VoiceInfo(_Answer):
    """A voice as it stands in an answer, alone or within an element. `trial_url` is where it can be heard."""

    voice_id: str = ""
    trial_url: str | None = None


class ElementInfo(_Answer):
    """An element as it stands in an answer (contract section 6). `element_id` is an int64, as text here."""

    element_id: str = ""
    element_voice_info: VoiceInfo | None = None
    status: str | None = None

    @property
    def voice_id(self) -> str:
        """The voice bound to it, "" for none."""
        return self.element_voice_info.voice_id if self.element_voice_info else ""


def _readable(value: Any, kind: type[_Answer]) -> tuple[_Answer, ...]:
    """Those entries that can be read: a broken one must not hide that the task exists, nor what else it made."""
    found = []
    for entry in value if isinstance(value, list) else ():
        try:
            found.append(kind.model_validate(entry))
        except ValidationError:
            continue
    return tuple(found)


class TaskResult(_Answer):
    """What a task made: films, elements or voices. Empty until it has succeeded."""

    videos: tuple[Video, ...] = ()
    elements: Annotated[
        tuple[ElementInfo, ...], BeforeValidator(lambda value: _readable(value, ElementInfo))
    ] = ()
    voices: Annotated[tuple[VoiceInfo, ...], BeforeValidator(lambda value: _readable(value, VoiceInfo))] = ()


class Task(_Answer):
    """A task as the vendor sees it (contract 5.1). Times are Unix milliseconds, units decimal text."""

    task_id: str = Field(min_length=1)
    task_status: str
    task_status_msg: str | None = None
    task_info: TaskInfo | None = None
    task_result: TaskResult | None = None
    final_unit_deduction: str | None = None
    created_at: Moment = None
    updated_at: Moment = None

    @property
    def external_task_id(self) -> str | None:
        """Our id, if the task carries one; the vendor writes "" for none."""
        return (self.task_info.external_task_id or None) if self.task_info else None

    @property
    def videos(self) -> tuple[Video, ...]:
        return self.task_result.videos if self.task_result else ()

    @property
    def elements(self) -> tuple[ElementInfo, ...]:
        return self.task_result.elements if self.task_result else ()

    @property
    def voices(self) -> tuple[VoiceInfo, ...]:
        return self.task_result.voices if self.task_result else ()

    @property
    def is_ended(self) -> bool:
        return self.task_status in {SUCCEED, FAILED}


class Pack(_Answer):
    """A pack of units an account bought (contract 7.1). `remaining_quantity` lags behind by up to 12 hours."""

    resource_pack_id: str = Field(min_length=1)
    resource_pack_name: str = ""
    resource_pack_type: str = ""
    total_quantity: str
    remaining_quantity: str
    status: str = ""


class Costs(_Answer):
    """`data` of the costs route: an envelope within the envelope (contract 7.1)."""

    code: StrictInt
    msg: str | None = None
    resource_pack_subscribe_infos: tuple[Pack, ...] = ()


def read_costs(data: Any) -> Costs | None:
    """The packs, or None when `data` does not list any."""
    try:
        return Costs.model_validate(data)
    except ValidationError:
        return None


def read_envelope(raw: bytes) -> Envelope | None:
    """The envelope, or None when these bytes are none: no JSON, cut short, no integer `code`."""
    try:
        return Envelope.model_validate(orjson.loads(raw))
    except (orjson.JSONDecodeError, ValidationError):
        return None


def read_task(data: Any) -> Task | None:
    """One task, or None when `data` does not describe one."""
    try:
        return Task.model_validate(data)
    except ValidationError:
        return None
