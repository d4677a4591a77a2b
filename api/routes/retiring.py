"""Retiring an element or a voice, and having it deleted at the provider in the same breath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.routes.answering import Answer, Reply
from api.routes.commanding import Change
from generation.deleting import carry_out, must_be_deletable
from registry.deciders.element import RetireElement
from registry.deciders.voice import RetireVoice
from registry.registry import Connection


def retire(
    change: Change, command: RetireElement | RetireVoice, *, reply: Callable[[Connection], Reply]
) -> Answer[Any]:
    """Retire it; with `delete`, what can be deleted is deleted once that is on record. Repeated, the answer is the first one.

    Raises CannotDelete, and then nothing is retired. A deletion that the provider does not answer stays ordered.
    """
    if (first := change.earlier()) is not None:
        return first
    desk = change.continuity.desk()
    if command.delete:
        must_be_deletable(desk, change.studio, command.stream)
    answer: Answer[Any] = change.make(command, reply=reply)
    if command.delete:
        carry_out(desk, change.studio, command.stream, context=change.context())
    return answer
