"""Continuing from a clip that the vendor no longer serves: decided by the grounds alone, and the same plan either way."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from generation.compile import compile_plan
from generation.errors import CannotResolve
from generation.relaying import Relays, read_pass
from generation.resolve import RELAY_MARGIN_US
from registry.views.continuity import continuity
from tests.crash.invariants import check_all
from tests.generation.film import DAY_US, NOW_US, PARENT, film, shot
from tests.registry.events.golden import an_id
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

SHA = sha256(b"clip").hexdigest()
RAIN = {"cast": [], "action": "The rain begins.", "continue_from": "clip_1"}
MAKER = Relays(b"k" * 32, "https://film.example", 3_600)


def parent(expires: int, *, relay: bool = True):
    return film(parent=replace(PARENT, url_expires_at_us=expires, sha256=SHA, relay=relay))


@pytest.mark.parametrize(
    ("expires", "relayed"),
    [
        (NOW_US - DAY_US, True),
        (NOW_US + RELAY_MARGIN_US, True),
        (NOW_US + RELAY_MARGIN_US + 1, False),
        (NOW_US + DAY_US, False),
    ],
)
def test_the_relay_stands_in_when_the_address_is_too_old(expires: int, relayed: bool) -> None:
    """Dead or dying within the hour, the vendor's address gives way to ours, pinned to our copy's digest; else it is used."""
    attached = compile_plan(shot(**RAIN), parent(expires)).attachments[-1]

    assert attached.relay is relayed
    assert attached.sha256 == (SHA if relayed else None)
    assert (attached.url is None) is relayed


def test_who_serves_the_clip_is_no_part_of_what_is_asked() -> None:
    """An approval outlives the vendor's address: the plan's digest is the same by either way."""
    fresh, old = (compile_plan(shot(**RAIN), parent(NOW_US + off)) for off in (DAY_US, -DAY_US))

    assert fresh.plan_digest == old.plan_digest
    assert fresh.payload == old.payload


def test_without_a_relay_a_dead_address_is_a_gap() -> None:
    """An expired address is refused where nobody can fetch from us, and an ageing one is used to its last moment."""
    with pytest.raises(CannotResolve, match="E410"):
        compile_plan(shot(**RAIN), parent(NOW_US, relay=False))
    assert compile_plan(shot(**RAIN), parent(NOW_US + 1, relay=False)).attachments[-1].url == PARENT.url


def test_a_pass_opens_one_clip_until_its_end() -> None:
    """It fits its submission, clip, end and digest, under its secret; a change of any of them closes it."""
    one, other = an_id("submission"), an_id("clip")
    token = MAKER.address(one, other, SHA, now=5_000_000).rpartition("/")[2]
    claimed = read_pass(token)
    assert claimed is not None

    assert (claimed.submission, claimed.source, claimed.ends) == (one, other, 3_605)
    assert MAKER.opens(claimed, SHA, now=3_604_999_999)
    assert not MAKER.opens(claimed, SHA, now=3_605_000_000)
    assert not MAKER.opens(claimed, "0" * 64, now=0)
    assert not Relays(b"j" * 32, "", 1).opens(claimed, SHA, now=0)
    recording = read_pass(MAKER.address(one, an_id("asset"), SHA, now=5_000_000).rpartition("/")[2])
    assert recording is not None
    assert (recording.source, MAKER.opens(recording, SHA, now=0)) == (an_id("asset"), True)
    assert not MAKER.opens(replace(recording, source=other), SHA, now=0)
    for changed in ({"ends": 9_999}, {"source": an_id("clip", 2)}, {"submission": an_id("submission", 2)}):
        assert not MAKER.opens(replace(claimed, **changed), SHA, now=0)
    for nothing in ("", token[:-1], f"{token}\n", token.upper(), token.replace(".", "/")):
        assert read_pass(nothing) is None
    assert "k" * 32 not in repr(MAKER)


def test_the_record_says_who_served_the_parent(world: World, provider: Sandbox) -> None:
    """Continued from the provider's own copy, the continuity says provider, and no digest of bytes we did not see."""
    made = world.carry(world.ask(**ALONE))[0]
    child = world.carry(world.ask(**{**RAIN, "continue_from": made.clip}))[0]
    with world.registry.reading() as connection:
        records = {
            one.record.generation: one.record
            for one in continuity(connection, world.studio, child.scene).items
        }

    assert (records[child.id].parent_from, records[child.id].parent_sha256) == ("provider", None)
    assert (records[made.id].parent_from, records[made.id].parent_sha256) == (None, None)
    check_all(world, provider.ledger())
