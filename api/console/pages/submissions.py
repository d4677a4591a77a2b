"""Paid calls: which of them nobody knows the outcome of, what Kling answered in its own words, and what a person may decide."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

import orjson
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from api.console.naming import called_in
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit, named
from registry.errors import BlobError
from registry.events.references import StoredBytes
from registry.log.history import Part
from registry.past import happened
from registry.views import naming
from registry.views import submissions as view
from registry.views.page import Span
from registry.views.submissions import SubmissionCard

_MOST_SHOWN: Final = 256 * 1024
"""Bytes of an answer that a page shows."""
_MOST_OPEN: Final = 200
_HISTORY: Final = 200

STATES: Final = {
    "intended": ("busy", "about to be sent, or being sent"),
    "unknown": ("warn", "perhaps accepted, perhaps not: it is looked up by our id until it is found or disproved"),
    "disproved": ("warn", "three looks and the account's list show no task of it"),
    "quarantined": ("bad", "a person decides: nothing more is done by itself"),
    "absent": ("busy", "a person declared that there is no task: it is sent again"),
    "waiting": ("busy", "the account was full, or not a byte was sent: it is sent again after a pause"),
    "held": ("bad", "the account was refused: it is sent again when that is mended"),
    "confirmed": ("busy", "Kling has one task of it, which is followed to its end"),
    "processing": ("busy", "Kling is making it"),
    "succeeded": ("good", "Kling has made it"),
    "closed": ("", "it has ended: failed, refused for good, given up, or what it was for has ended"),
}  # fmt: skip
"""State -> how it is marked, and what is known and follows (docs/reference/submissions.md)."""


class Said(NamedTuple):
    """One answer of Kling's as it was kept: its bytes as text; `missing` says why there is none."""

    text: str
    size: int
    sha256: str
    missing: str = ""
    cut: bool = False


@get("/submissions", sync_to_thread=True)
def list_submissions(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    in_state: Annotated[str, QueryParameter(name="state")] = "",
) -> Response[str]:
    """Those that wait for a person and those that are looked up; and all of them, or those in a state, the newest first."""
    newest = Span(span.after, 50, newest=True)
    open_ones = Span(limit=_MOST_OPEN)
    state = in_state if in_state in STATES else None
    calls = visit.read(view.submissions, span=newest, state=state)
    waiting = visit.read(view.submissions, span=open_ones, state="quarantined").items
    looked_up = visit.read(view.submissions, span=open_ones, state="unknown").items
    cards = (*calls.items, *waiting, *looked_up)
    return page(
        request,
        "submissions.html",
        title="Paid calls",
        visit=visit,
        calls=calls,
        waiting=waiting,
        looked_up=looked_up,
        names=visit.read(naming.names_of, {thing for card in cards for thing in _named(card)}),
        states=STATES,
        state=state or "",
    )


@get("/submissions/{submission:str}", sync_to_thread=True)
def show_submission(request: Web, submission: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """One paid call: what is known, what Kling said word for word, what happened, and the decision about it."""
    card = visit.read(view.submission, named("submission", submission))
    past = happened.history(visit.registry, visit.studio, submission, Part(limit=_HISTORY))
    return page(
        request,
        "submission.html",
        title=f"Paid call of {_moment_word(card)}",
        visit=visit,
        call=card,
        names=visit.read(naming.names_of, _named(card)),
        known=STATES.get(card.state, ("", "")),
        answers=[_said(visit, stored) for stored in card.answers],
        history=past.items,
        called=called_in(visit, past.items),
    )


def _named(card: SubmissionCard) -> set[str]:
    return {thing for thing in (card.production, card.account, card.subject) if thing}


def _moment_word(card: SubmissionCard) -> str:
    return {"element": "an element", "voice": "a voice"}.get(card.subject.partition("_")[0], "a take")


def _said(visit: Visit, stored: StoredBytes) -> Said:
    """The answer as text, indented where it is JSON; what was erased with its people, or cannot be read, is said."""
    most = None if stored.bytes <= _MOST_SHOWN else _MOST_SHOWN
    try:
        with visit.continuity.blobs.open(stored.key, sha256=stored.sha256, length=most) as chunks:
            content = b"".join(chunks)
    except BlobError as gone:
        return Said("", stored.bytes, stored.sha256, missing=gone.message)
    try:
        text = orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        text = content.decode("utf-8", "replace")
    return Said(text, stored.bytes, stored.sha256, cut=most is not None)


ROUTES: Any = Router("/", route_handlers=[list_submissions, show_submission], opt={"reach": "studio"})
