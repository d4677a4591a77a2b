"""The answers about the past: an event for people, a state as of then, and what differs between two."""

from __future__ import annotations

from typing import Any, Literal

from registry.views.page import Card


class Happened(Card):
    """One event. `holder` was given the key that is its `actor`, None where a worker, the provider or the operator acted.

    `sentence` says what happened, `reasons` why, as far as somebody said it. `correlation_id` is the work that it belongs to (a
    generation's id), or the request itself.
    """

    position: int
    version: int
    event_id: str
    type: str
    recorded_at: int
    actor: str
    holder: str | None
    request_id: str
    causation_id: str
    correlation_id: str
    sentence: str
    reasons: dict[str, Any]


class Neighbour(Card):
    """Another event that belongs to the same chain."""

    position: int
    stream: str
    version: int
    type: str


class InFull(Happened):
    """One event in full: its `body`, opened, and its chain.

    `together` are the events written with it, for the same request or in the same run of work; `led_by` is the request that began
    the work it belongs to; `followed` are the first events that this work, or what was asked for here, came to afterwards, and
    `more` says that there are others.
    """

    stream: str
    schema_version: int
    body: dict[str, Any]
    together: tuple[Neighbour, ...]
    led_by: Happened | None
    followed: tuple[Neighbour, ...]
    more: bool


class Stood(Card):
    """A thing as of one of its versions: `state` is what its decider folds from the log up to `position`, and knows by heart.

    What was erased since stands as `{"erased": true}`. `newest` is the version it has come to by now.
    """

    id: str
    kind: str
    version: int
    newest: int
    position: int
    recorded_at: int
    state: dict[str, Any]


class Step(Card):
    """An event that changed something."""

    version: int
    position: int
    type: str


class Change(Card):
    """One operation of a JSON Patch (RFC 6902), with what stood there `before`, and the events that touched it on the way."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: Any
    before: Any
    by: tuple[Step, ...]


class Difference(Card):
    """What changed between two versions of a thing. `changes` is a JSON Patch: applied to the state then, it gives the later one.

    `since` and `until` are the versions, `from_position` and `to_position` where the log had them.
    """

    id: str
    kind: str
    since: int
    until: int
    from_position: int
    to_position: int
    changes: tuple[Change, ...]
