"""What is done to a worker and by the provider in one life of a generation: where it is killed, and which fault it meets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from typing import Any, Final, Literal

Order = dict[str, Any]
Broken = Literal["", "intent_after_post", "retrying_transport", "fresh_id"]

POINTS: Final = (
    *("after:claim", "before:IntendSubmission", "after:IntendSubmission", "before:create", "body", "sent"),
    *("after:create", "before:answer", "after:answer", "before:SubmissionConfirmed"),
    *("after:SubmissionConfirmed", "before:SubmissionUnknown", "after:SubmissionUnknown"),
    *("before:SubmissionRejected", "after:SubmissionRejected", "before:SubmissionNotSent"),
    *("before:task", "after:task", "before:tasks", "after:tasks"),
    *("before:SubmissionDisproved", "after:SubmissionDisproved"),
    *("before:SubmissionQuarantined", "after:SubmissionQuarantined"),
    *("before:SubmissionResent", "after:SubmissionResent", "before:release", "after:release"),
    *("before:TaskSucceeded", "after:TaskSucceeded", "download", "before:clip", "after:clip"),
    *("before:StoreResult", "after:StoreResult", "before:EndGeneration", "after:EndGeneration"),
    *("before:finish", "after:finish"),
)
"""Every point of `hooks` that a generation can come by."""

_WITH_PICTURE: Final = 0.5
Subject = Literal["generation", "element", "voice"]
_EVERY: Final = 16
_MINTS: Final[dict[int, Subject]] = {3: "element", 9: "element", 13: "voice"}
"""Of so many schedules these are about something in the making; the others make films."""
_LOST_ANSWER: Final[Order] = {"do": "drop_after_accept"}

CHAOS: Final = "chaos"
"""The fault of schedules in which each request may draw one of DEEDS, by a seed of the schedule's own."""

FAULTS: Final[dict[str, tuple[Order, ...]]] = {
    CHAOS: (),
    "none": (),
    "dropped before it was accepted": ({"do": "drop_before_accept"},),
    "dropped after it was accepted": (_LOST_ANSWER,),
    "dropped in mid-body": ({"do": "drop_mid_body", "accept": False},),
    "dropped in mid-body, accepted behind a proxy": ({"do": "drop_mid_body", "accept": True, "seconds": 0},),
    "answer cut short": ({"do": "truncate_json"},),
    "a page instead of an answer, accepted": ({"do": "html", "accept": True},),
    "a page instead of an answer, not accepted": ({"do": "html", "accept": False},),
    "500, accepted": ({"do": "http_status", "status": 500, "accept": True},),
    "503, not accepted": ({"do": "http_status", "status": 503, "accept": False},),
    "5002, accepted": ({"do": "code", "code": 5002, "status": 504, "accept": True},),
    "302": ({"do": "redirect", "accept": False},),
    "no echo": ({"do": "echo_missing"},),
    "another echo": ({"do": "echo_other", "external_task_id": "s-somebody-elses"},),
    "no task id": ({"do": "no_task_id"},),
    "concurrency": ({"do": "code", "code": 1303, "status": 429, "times": 2},),
    "concurrency, then a lost answer": ({"do": "code", "code": 1303, "status": 429}, _LOST_ANSWER),
    "no money for a while": ({"do": "code", "code": 1102, "status": 429},),
    "refused for good": ({"do": "code", "code": 1301, "status": 400, "message": "content"},),
    "lost answer, look-ups fail": (
        _LOST_ANSWER,
        {"on": "lookup", "do": "http_status", "status": 500},
        {"on": "lookup", "do": "code", "code": 1302, "status": 429},
        {"on": "lookup", "do": "html"},
    ),
    "lost answer, found late": ({"do": "lag", "seconds": 0.6}, _LOST_ANSWER),
    "lost answer, hidden from one look": (_LOST_ANSWER, {"on": "lookup", "do": "hide"}),
    "lost request, the list fails": (
        {"do": "drop_before_accept"},
        {"on": "list", "do": "http_status", "status": 502},
    ),
    "goes back": ({"on": "lookup", "do": "status", "word": "submitted"},),
    "a word nobody knows": ({"on": "lookup", "do": "status", "word": "dreaming"},),
    "the film breaks off": ({"on": "result", "do": "cut_short"},),
    "a page instead of the film": ({"on": "result", "do": "html"},),
    "the film is gone once": ({"on": "result", "do": "http_status", "status": 404},),
}

RATE: Final = 0.3
"""The share of requests that draw a deed in chaos."""

DEEDS: Final[tuple[Order, ...]] = (
    *({"do": do} for do in ("drop_before_accept", "truncate_json", "redirect", "echo_missing", "no_task_id")),
    _LOST_ANSWER,
    {"do": "drop_mid_body", "accept": False},
    {"do": "drop_mid_body", "accept": True, "seconds": 0},
    {"do": "echo_other", "external_task_id": "s-somebody-elses"},
    *({"do": "html", "accept": accept} for accept in (True, False)),
    *({"do": "http_status", "status": 500, "accept": accept} for accept in (True, False)),
    *({"do": "code", "code": code, "status": 429} for code in (1102, 1302, 1303)),
    {"do": "code", "code": 5002, "status": 504, "accept": True},
    *({"do": do, "seconds": 0.05} for do in ("delay", "stall")),
    {"do": "lag", "seconds": 0.6},
    *(
        {"on": on, **deed}
        for on in ("query", "result")
        for deed in (
            *({"do": do} for do in ("drop_before_accept", "drop_after_accept", "truncate_json", "redirect")),
            *({"do": do, "seconds": 0.05} for do in ("delay", "stall")),
            *({"do": "http_status", "status": status} for status in (403, 404, 500)),
            *({"do": "code", "code": code, "status": 429} for code in (1302, 5000)),
            {"do": "html"},
        )
    ),
    {"on": "lookup", "do": "hide"},
    {"on": "list", "do": "invent"},
    *({"on": "lookup", "do": do} for do in ("echo_missing", "echo_other")),
    *({"on": "query", "do": "status", "word": word} for word in ("submitted", "processing", "dreaming")),
    *({"on": "result", "do": do} for do in ("cut_short", "shorten", "png", "oversize", "other_length")),
)
"""Everything a provider can do to a create, a question or a film, but make the task fail or lie about the money.

Lists do not hide tasks and lags end before the grace does: who is told "never heard of it" by every means, for as long as we
ask, has a disproof, and no protocol is safe where that is a lie.
"""


@dataclass(frozen=True)
class Mode:
    """How the route is resent, and what the provider does on a repeated external id. `broken` is a protocol made wrong.

    With `fault` every schedule meets that one.
    """

    resend: Literal["never", "same_id_after_disproof"]
    duplicates: Literal["refuse", "accept"]
    broken: Broken = ""
    fault: str = ""


@dataclass(frozen=True)
class Schedule:
    """One generation's (or mint's) life under one fault: its workers are killed at each of `points`, as they come by them."""

    number: int
    points: tuple[str, ...]
    fault: str
    with_picture: bool

    @property
    def subject(self) -> Subject:
        """What the paid call is for."""
        return _MINTS.get(self.number % _EVERY, "generation")


def schedules(seed: int, only: str = "") -> Iterator[Schedule]:
    """Every pair of points with every fault (or one) in a random order, again and again.

    Each has a third point and every other one a fourth: not all are come by, and a life without a death costs as much.
    """
    chance, number = random.Random(seed), 0
    every = list(product(combinations_with_replacement(POINTS, 2), [only] if only else FAULTS))
    while True:
        chance.shuffle(every)
        for pair, fault in every:
            more = chance.choices(POINTS, k=1 + number % 2)
            yield Schedule(number, (*pair, *more), fault, with_picture=chance.random() < _WITH_PICTURE)
            number += 1
