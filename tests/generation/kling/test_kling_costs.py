"""Reading an account's packs of units: an envelope within an envelope, whose numbers come as they like."""

from __future__ import annotations

from typing import Any

import pytest

from generation.comparing import Listed
from generation.kling.answers import Pack, Task
from generation.kling.client import NoInformation
from generation.listing import listed, packs_used, read_packs
from registry.events.account import ResourcePack
from tests.generation.kling import scripted
from tests.generation.kling.scripted import ScriptedServer, answering, envelope

PACK = {
    "resource_pack_name": "Video pack",
    "resource_pack_id": "p-1",
    "resource_pack_type": "decreasing_total",
    "total_quantity": 1000.0,
    "remaining_quantity": 978.4,
    "status": "online",
    "something_new": 1,
}
READ = ResourcePack(
    id="p-1", name="Video pack", kind="decreasing_total", status="online", total="1000", remaining="978.4"
)


def costs(*packs: Any, code: Any = 0) -> bytes:
    return envelope(data={"code": code, "msg": "m", "resource_pack_subscribe_infos": list(packs)})


def read(make_client, script):
    with ScriptedServer(script) as server:
        return read_packs(make_client(server.url), 1_795_370_400_000), server


def test_packs_are_read(make_client) -> None:
    """Both moments are asked for in milliseconds, and a pack comes back with exact amounts."""
    packs, server = read(make_client, answering(200, costs(PACK)))

    assert packs == (READ,)
    asked = "GET /account/costs?start_time=1763748000000&end_time=1795370400000 HTTP/1.1"
    assert server.talks[0].head.startswith(asked.encode())


@pytest.mark.parametrize("amount", ["1e3", "NaN", "lots", "9" * 13])
def test_amounts_that_cannot_be_read_leave_the_pack_out(make_client, amount: str) -> None:
    """A pack whose numbers are none is left out, and the others are read."""
    packs, _ = read(make_client, answering(200, costs({**PACK, "remaining_quantity": amount}, PACK)))

    assert packs == (READ,)


NOTHING = {
    "refused inside": answering(200, costs(PACK, code=1201)),
    "refused outside": answering(401, envelope(1002, "no")),
    "no packs": answering(200, envelope(data=[])),
    "a broken pack": answering(200, costs({"resource_pack_id": 7})),
    "html": answering(200, b"<html>"),
    "reset": scripted.reset_at_once,
}


@pytest.mark.parametrize("case", NOTHING)
def test_anything_else_is_no_information(make_client, case: str) -> None:
    """A refusal in either envelope and a broken answer say nothing about the packs."""
    packs, _ = read(make_client, NOTHING[case])

    assert isinstance(packs, NoInformation)
    assert packs.why


def test_what_was_used_is_told_of_packs_known_before() -> None:
    """The difference counts packs of both moments; a new pack is no use, and none in common says nothing."""
    later = READ.model_copy(update={"remaining": "970"})
    other = READ.model_copy(update={"id": "p-2", "remaining": "5"})

    assert str(packs_used((READ,), (later, other))) == "8.4"
    assert packs_used((READ,), (other,)) is None


def test_a_stranger_s_task_is_made_storable() -> None:
    """Texts are cut and cleaned, dates and deductions that cannot be read are left out."""
    task = Task.model_validate(
        {
            **{"task_id": "t", "task_status": "su\x00cceed", "created_at": -1, "updated_at": 2**60},
            **{"task_info": {"external_task_id": "\ud800" + "x" * 300}, "final_unit_deduction": "1e3"},
        }
    )

    assert listed("text2video", task) == Listed(
        "text2video", "t", "?" + "x" * 199, "su?cceed", None, None, None
    )
    assert Pack.model_validate({**PACK, "resource_pack_id": 7}).resource_pack_id == "7"
