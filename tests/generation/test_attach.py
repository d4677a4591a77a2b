"""References become base64 in one place: exact bytes, checked twice, in flat memory, and only where they may stand."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.attach import SLICE_BYTES, Attachment, prepare, slices
from generation.errors import PayloadRefused
from registry.errors import BlobCorrupt
from tests.proof import times

EXTRA = {"external_task_id": "s-1", "callback_url": None}
ROOT = Path(__file__).parents[2]


class Blobs:
    """Pictures in memory, handed out in pieces of `step` bytes; `opened` counts the readings still open."""

    def __init__(self, step: int = 100_000, **pictures: bytes) -> None:
        self.step, self.opened, self.passes = step, 0, 0
        self.bytes = {f"blob:asset_{name}": data for name, data in pictures.items()}
        self.attachments = {
            ref: Attachment(ref, ref, hashlib.sha256(data).hexdigest(), len(data))
            for ref, data in self.bytes.items()
        }

    @contextmanager
    def open(self, attachment: Attachment):
        self.opened += 1
        self.passes += 1
        data = self.bytes[attachment.ref]
        try:
            yield (data[at : at + self.step] for at in range(0, len(data), self.step))
        finally:
            self.opened -= 1

    def prepare(self, payload, extra=EXTRA, **more):
        return prepare(payload, attachments={**self.attachments, **more}, extra=extra, open_blob=self.open)


@pytest.mark.parametrize("step", [1, 65_536, 1 << 20])
def test_the_body_is_the_json_with_raw_base64_in_it(step) -> None:
    """Given pictures of all lengths modulo 3, the wire bytes decode to the payload, raw base64 inside (R39)."""
    size = 10 if step == 1 else SLICE_BYTES * 2
    blobs = Blobs(step, a=b"a" * size, b=b"b" * (size + 1), c=b"c" * (size + 2), d=b"")
    payload = {"image_list": [{"image_url": ref} for ref in blobs.bytes], "prompt": '비 & "ü"'}
    wire = b"".join(blobs.prepare(payload))
    got = json.loads(wire)
    assert [base64.b64decode(i["image_url"], validate=True) for i in got.pop("image_list")] == list(
        blobs.bytes.values()
    )
    assert got == {"prompt": payload["prompt"], "external_task_id": "s-1"}


def test_length_and_digest_are_those_of_every_pass() -> None:
    """`length` and `sha256` describe each iteration exactly, and blobs are read anew and closed each time."""
    blobs = Blobs(a=bytes(range(256)) * 3000)
    body = blobs.prepare({"image": "blob:asset_a"})
    for _ in range(2):
        wire = b"".join(body)
        assert (len(wire), hashlib.sha256(wire).hexdigest()) == (body.length, body.sha256)
    assert (blobs.passes, blobs.opened, body.external_task_id) == (3, 0, "s-1")
    assert max(map(len, body)) == SLICE_BYTES * 4 // 3


def test_equal_plans_give_equal_bytes() -> None:
    """Key order does not reach the wire: all sends of a submission have one digest (invariant I4)."""
    blobs = Blobs(a=b"x")
    one = blobs.prepare({"image": "blob:asset_a", "mode": "std"})
    two = blobs.prepare({"mode": "std", "image": "blob:asset_a"})
    assert one.sha256 == two.sha256


def test_a_clip_becomes_its_url() -> None:
    """A parent clip goes out as the URL frozen in the intent."""
    clip = Attachment("clip:clip_1", "", "", 0, url="https://cdn.klingai.com/x.mp4?s=1")
    body = Blobs().prepare({"video_list": [{"video_url": clip.ref}]}, **{clip.ref: clip})
    assert json.loads(b"".join(body))["video_list"] == [{"video_url": clip.url}]


def test_a_prompt_that_looks_like_a_reference_stays_a_prompt() -> None:
    """Text fields never pull bytes in, whatever a caller writes there."""
    blobs = Blobs(a=b"secret picture")
    payload = {"prompt": "blob:asset_a", "multi_prompt": [{"prompt": "clip:clip_1"}]}
    got = json.loads(b"".join(blobs.prepare(payload)))
    assert got == {**payload, "external_task_id": "s-1"}
    assert blobs.passes == 0


def test_all_findings_come_at_once() -> None:
    """Missing, misplaced and unwritable values are reported together, each with its path."""
    clip = Attachment("clip:clip_1", "", "", 0)
    payload = {
        "image_list": [{"image_url": "blob:asset_gone"}, {"image_url": "clip:clip_1"}],
        "video_list": [{"video_url": "clip:clip_1"}, {"video_url": "blob:asset_a"}],
        "mask": "blob:asset_a",
        "cfg_scale": float("nan"),
        "n": 1 << 70,
        "s": "\ud800",
        "external_task_id": "mine",
        "x": {1: 2},
    }
    with pytest.raises(PayloadRefused) as refused:
        Blobs(a=b"x").prepare(payload, **{clip.ref: clip})
    starts = sorted(finding.partition(":")[0] for finding in refused.value.findings)
    places = [f"{kind}_list[{n}].{kind}_url" for kind in ("image", "video") for n in (0, 1)]
    assert starts == sorted([*places, "mask", "cfg_scale", "n", "s", "external_task_id", "x"])


def test_bottomless_nesting_is_a_finding() -> None:
    """A payload nested without end is refused, not a crash."""
    deep: dict[str, object] = {}
    deep["again"] = deep
    with pytest.raises(PayloadRefused, match="deeper than"):
        Blobs().prepare(deep)


@pytest.mark.parametrize(
    "change", [lambda d: d[:-1], lambda d: d + b"x", lambda d: b"y" + d[1:], lambda d: b""]
)
def test_a_blob_that_is_not_what_was_recorded_never_gets_a_wire_digest(change) -> None:
    """The first pass reads everything: a short, long, changed or empty blob is BlobCorrupt before any send."""
    blobs = Blobs(a=b"good" * 100_000)
    blobs.bytes["blob:asset_a"] = change(blobs.bytes["blob:asset_a"])
    with pytest.raises(BlobCorrupt, match="blob:asset_a"):
        blobs.prepare({"image": "blob:asset_a"})
    assert blobs.opened == 0


def test_a_blob_that_changes_later_stops_the_stream_before_its_end() -> None:
    """The last fragment is held back until every digest matched in that very pass."""
    blobs = Blobs(a=b"good" * 100_000, b=b"fine")
    body = blobs.prepare({"image": "blob:asset_a", "image_tail": "blob:asset_b"})
    blobs.bytes["blob:asset_b"] = b"fxne"
    sent = []
    with pytest.raises(BlobCorrupt):
        sent.extend(body)
    assert sum(map(len, sent)) < body.length
    with pytest.raises(json.JSONDecodeError):
        json.loads(b"".join(sent))


@settings(max_examples=times(200))
@given(chunks=st.lists(st.binary(max_size=40), max_size=12), size=st.sampled_from([3, 6, 9, 30]))
def test_slices_keep_the_bytes_and_the_rhythm(chunks, size) -> None:
    """However the store cuts a blob, slices are full multiples of three and only the last is shorter."""
    cut = [bytes(piece) for piece in slices(iter(chunks), size)]
    assert b"".join(cut) == b"".join(chunks)
    assert all(len(piece) == size for piece in cut[:-1])
    assert all(cut)


def test_seven_pictures_of_ten_megabytes_do_not_grow_memory() -> None:
    """Memory stays flat (under 32 MiB more) for the largest body the vendor takes; measured in a fresh process."""
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.body",
            "--only",
            "sending",
            "--only",
            "prepare",
            "--rounds",
            "1",
            "--json",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    measured = json.loads(run.stdout)
    assert measured["sending"]["wire_bytes"] == measured["prepare"]["wire_bytes"] > 7 * 10_000_000 * 4 // 3
    assert max(way["grown_mib"] for way in measured.values()) < 32
