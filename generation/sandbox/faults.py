"""The order to misbehave: what may be asked for, when it applies, and what it needs; told in docs/reference/sandbox.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from generation.sandbox.requests import AnyProduct

Moment = Literal["create", "query", "lookup", "list", "result", "callback"]
Deed = Literal[
    "fail_task",
    "lag",
    "delay",
    "code",
    "drop_before_accept",
    "drop_after_accept",
    "drop_mid_body",
    "stall",
    "html",
    "truncate_json",
    "http_status",
    "redirect",
    "echo_missing",
    "echo_other",
    "no_task_id",
    "hide",
    "status",
    "units",
    "invent",
    "cut_short",
    "shorten",
    "png",
    "oversize",
    "other_length",
    "repeat",
    "hold",
    "withhold",
    "unsigned",
    "wrong_signature",
    "other_shape",
]

LONGEST_FILM = 120
RISK_CONTROL = "Failure to pass the risk control system"

_READS = frozenset({"query", "lookup", "list"})
_ANSWERS = _READS | {"create", "result"}
_MOMENTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("fail_task", "lag", "drop_mid_body", "no_task_id"), frozenset({"create"})),
    **dict.fromkeys(("echo_missing", "echo_other"), frozenset({"create", "lookup"})),
    **dict.fromkeys(("code", "html", "truncate_json", "http_status", "redirect", "stall"), _ANSWERS),
    **dict.fromkeys(("drop_before_accept", "drop_after_accept"), _ANSWERS),
    "delay": _ANSWERS | {"callback"},
    "status": _READS | {"callback"},
    **dict.fromkeys(("hide", "units"), _READS),
    "invent": frozenset({"list"}),
    **dict.fromkeys(("cut_short", "shorten", "png", "oversize", "other_length"), frozenset({"result"})),
    **dict.fromkeys(("repeat", "hold", "withhold"), frozenset({"callback"})),
    **dict.fromkeys(("unsigned", "wrong_signature", "other_shape"), frozenset({"callback"})),
}
SHAPING = ("fail_task", "lag", "hide", "status", "units", "invent")
"""Deeds that change tasks rather than the answer: one of each may join one of the others on the same request."""

CALLBACK_DEEDS = (
    "delay",
    "status",
    "repeat",
    "hold",
    "withhold",
    "unsigned",
    "wrong_signature",
    "other_shape",
)
"""Deeds of callbacks; one of each may join the others."""

_ALWAYS_ACCEPTING = frozenset(("fail_task", "lag", "echo_missing", "echo_other", "no_task_id"))
_ACCEPTING = _ALWAYS_ACCEPTING | {"delay", "stall", "truncate_json", "drop_after_accept"}
_MID_BODY = frozenset(("drop_mid_body", "code", "html", "http_status", "redirect", "stall"))
_STATUS_OF = {"redirect": 302, "hide": 400}


class FaultMatch(BaseModel):
    """Which request a fault waits for; every condition given must hold, an empty match takes the next one.

    `status` is the task's true status at that moment (of a callback: the status it tells). In mid-body only what
    has come by then can match: the account, and ids and words in the bytes received.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    external_task_id: str | None = None
    task_id: str | None = None
    prompt_contains: str | None = None
    account: str | None = None
    status: str | None = None


class Fault(BaseModel):
    """One order to misbehave, as it is posted to `/sandbox/v1/faults`.

    - `on`: "create", "lookup" (one task), "list", "query" (either of the two), "result" (a film download) or "callback".
    - `do`: what happens; docs/reference/sandbox.md has the table.
    - `accept`: whether the create is carried out behind the fault, where both make sense. A fault that accepts waits
      for a create that is acceptable; one that does not takes the first match.
    - `times`: how many requests it takes before it is used up, after letting `skip` matching ones pass.
    - `after_bytes`: answer or cut once that many bytes of the body have come, without waiting for the rest.
    - `seconds`: of delay, stall, lag (virtual ones), lingering, or of the film of `other_length`.
    - `status`, `code`, `message`: of the answer. `word`: the status that is told instead of the true one.
    - `units`: told instead of the true deduction. `count`: invented tasks, repeated callbacks.
    - `external_task_id`, `task_id`: of invented tasks, or of `echo_other`. `where`: what a lag hides the task from.
    - `location`: of a redirect. `size`: bytes of an oversized film, with a Content-Length if `declared`.
    - `media_type`: said of a film instead of the true one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: Moment = "create"
    do: Deed
    route: AnyProduct | None = None
    match: FaultMatch = FaultMatch()
    times: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    skip: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    seconds: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 1.0
    after_bytes: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    code: Annotated[int, Field(ge=0, le=99_999)] = 5000
    status: Annotated[int, Field(ge=200, le=599)] = 500
    message: str = ""
    accept: bool | None = None
    word: Annotated[str, Field(max_length=100)] = "processing"
    units: Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")] = "0"
    count: Annotated[int, Field(ge=1, le=500)] = 1
    external_task_id: Annotated[str, Field(max_length=200)] = ""
    task_id: Annotated[str, Field(pattern=r"^([0-9]{1,18})?$")] = ""
    where: Literal["lookup", "list", "both"] = "both"
    location: Annotated[str, Field(pattern=r"^[!-~]{1,2000}$")] = "https://other.invalid/film.mp4"
    size: Annotated[int, Field(ge=0, le=100_000_000_000)] = 1_000_000_000
    declared: bool = True
    media_type: Annotated[str, Field(pattern=r"^[ -~]{0,100}$")] = ""

    @model_validator(mode="before")
    @classmethod
    def _own_status(cls, given: Any) -> Any:
        if isinstance(given, dict) and "status" not in given and given.get("do") in _STATUS_OF:
            return {**given, "status": _STATUS_OF[given["do"]]}
        return given

    @model_validator(mode="after")
    def _sensible(self) -> Fault:
        if self.on not in _MOMENTS[self.do]:
            raise ValueError(f"{self.do} is for {sorted(_MOMENTS[self.do])}, not for {self.on}")
        if self.do in _ALWAYS_ACCEPTING and self.accept is False:
            raise ValueError(f"{self.do} needs an accepted create")
        contradiction = {"drop_before_accept": True, "drop_after_accept": False}
        if self.accept is not None and contradiction.get(self.do) == self.accept:
            raise ValueError(f"accept={self.accept} contradicts {self.do}")
        if self.after_bytes is not None and (self.on != "create" or self.do not in _MID_BODY):
            raise ValueError(f"after_bytes is for creates and {sorted(_MID_BODY)}, not for {self.do}")
        if self.do == "other_length" and self.seconds > LONGEST_FILM:
            raise ValueError(f"a film of {self.seconds:g} s is longer than {LONGEST_FILM} s")
        if self.after_bytes is not None and self.do != "drop_mid_body" and self.accept:
            raise ValueError("an answer in mid-body accepts nothing: leave accept out")
        return self

    @property
    def early(self) -> bool:
        """Whether it shows while the body is still coming."""
        return self.do == "drop_mid_body" or self.after_bytes is not None

    @property
    def accepts(self) -> bool:
        """Whether the request is carried out before the fault shows (or, in mid-body, behind it)."""
        if self.accept is not None or self.early:
            return bool(self.accept)
        return self.do in _ACCEPTING

    @property
    def shapes(self) -> bool:
        """Whether it changes tasks rather than the answer."""
        return self.do in SHAPING
