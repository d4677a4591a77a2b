"""Answers are read leniently: what cannot be read hides nothing beside it."""

from __future__ import annotations

from typing import Any

import pytest

from generation.kling.answers import read_costs, read_envelope, read_task

TASK: dict[str, Any] = {"task_id": "1", "task_status": "succeed"}
PACK = {"resource_pack_id": "p", "total_quantity": 10, "remaining_quantity": "4"}


@pytest.mark.parametrize(
    ("written", "read"),
    [(1_700_000_000_000, 1_700_000_000_000), ("soon", None), (1.5, None), (None, None), ([], None)],
)
def test_a_date_that_cannot_be_read_is_none(written: Any, read: int | None) -> None:
    """The task is there all the same."""
    task = read_task(TASK | {"created_at": written, "updated_at": written})

    assert task is not None
    assert (task.created_at, task.updated_at) == (read, read)
    assert task.is_ended


@pytest.mark.parametrize("kind", ["elements", "voices"])
def test_a_broken_entry_hides_no_other(kind: str) -> None:
    """Neither those before nor those after it; what is no list holds nothing."""
    name = f"{kind.removesuffix('s')}_id"
    entries = [{name: "a"}, "broken", {name: {}}, {name: 7}]
    task = read_task(TASK | {"task_result": {kind: entries}})

    assert task is not None
    assert [getattr(one, name) for one in getattr(task, kind)] == ["a", "7"]
    for no_list in ({name: "a"}, 7, None, "a"):
        none = read_task(TASK | {"task_result": {kind: no_list}})
        assert none is not None
        assert getattr(none, kind) == ()


def test_the_bound_voice_of_an_element() -> None:
    """Empty where there is none."""
    entries = [{"element_id": 1, "element_voice_info": {"voice_id": "v"}}, {"element_id": 2}]
    task = read_task(TASK | {"task_result": {"elements": entries}})

    assert task is not None
    assert [one.voice_id for one in task.elements] == ["v", ""]


def test_packs_are_read_or_are_none() -> None:
    """Numbers and texts alike; what lists no packs is told from an empty list."""
    costs = read_costs({"code": 0, "resource_pack_subscribe_infos": [PACK]})

    assert costs is not None
    assert [(one.total_quantity, one.remaining_quantity) for one in costs.resource_pack_subscribe_infos] == [
        ("10", "4")
    ]
    for wrong in (None, [], {"code": "0"}, {"code": 0, "resource_pack_subscribe_infos": [{}]}):
        assert read_costs(wrong) is None


def test_what_is_no_envelope_is_none() -> None:
    """No JSON, half of it, no number as its code."""
    assert read_envelope(b'{"code":7,"message":"m","more":1}') is not None
    for raw in (b"", b"{", b"[]", b'{"code":"7"}', b'{"code":null}'):
        assert read_envelope(raw) is None
