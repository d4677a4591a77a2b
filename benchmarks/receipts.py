"""What it costs to check a receipt offline, beside the least that anybody must do to be sure of a file.

    python -m benchmarks.receipts [--events 100000] [--rounds 5] [--json]

- a receipt: parsed, its note's signature checked, each of its events hashed and led to the root, and what they say read together
- the limit: the SHA-256 of the clip's own file, and one Ed25519 signature checked, which no proof of a file can do without

The receipt is that of a usual clip: two people, seven inputs, some thirty events with bodies of the lengths that they have in a
studio, in a log of so many events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, seconds_of
from registry.proof import tree
from registry.proof.held import Keyring
from registry.proof.leaf import COLUMNS, leaf_hash
from registry.proof.note import Checkpoint, Signer, sign
from registry.proof.receipt import verify_receipt, write_receipt

FILE_BYTES: Final = 20_000_000
"""About what ten seconds of 1080p have."""
TIMES: Final = 30
AIM: Final = 0.25
ABOUT: Final = """Milliseconds to check a receipt of {count} events ({bytes:,} bytes) in a log of {events:,}, beside the SHA-256
of a clip of 20 MB and one Ed25519 signature, which no proof of a file can do without. The aim: a receipt costs a
quarter of that at most."""
_LOG: Final = "studio_01jd0000000000000000000001"
_CLIP, _SCENE = "clip_01jd0000000000000000000001", "scene_01jd0000000000000000000001"
_MADE, _PAID = "generation_01jd0000000000000000000001", "submission_01jd0000000000000000000001"
_SEALED: Final = 900
"""Bytes of a sealed field, of which a plan's is ten times as long."""


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="how many the log has")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    signer = Signer(Ed25519PrivateKey.generate())
    say(f"a log of {options.events:,} events")
    receipt, count = made(signer, options.events)
    key, file = signer.key(f"films.example/{_LOG}"), bytes(FILE_BYTES)
    digest, text = sha256(file).hexdigest(), "origin\n1\nroot\n"
    signature = signer.sign(key.name, text).signature
    ways = {
        "a receipt": partial(verify_receipt, receipt, Keyring((key,)), sha256="0" * 64),
        "SHA-256 of the file": lambda: sha256(file).hexdigest(),
        "one signature": lambda: key.verify(text, signature),
    }
    if digest == "0" * 64 or not key.verify(text, signature):
        raise RuntimeError("the benchmark does not measure what it says")
    came = alternate(
        {way: partial(lambda job: min(seconds_of(job, TIMES)) * 1_000, job) for way, job in ways.items()},
        options.rounds,
    )
    figures = tuple(Figure("a clip", way, "ms", Spread.of(values)) for way, values in came.items())
    limits = zip(came["SHA-256 of the file"], came["one signature"], strict=True)
    shares = [mine / sum(limit) for mine, limit in zip(came["a receipt"], limits, strict=True)]
    compared = (
        Compared(
            "a clip", "receipt / (hash of the file + one signature)", Spread.of(shares), aim=AIM, most=True
        ),
    )
    about = ABOUT.format(count=count, bytes=len(receipt), events=options.events)
    publish(Report("Receipts", about, figures, compared), as_json=options.json)


def made(signer: Signer, events: int) -> tuple[bytes, int]:
    """A receipt under the last checkpoint of such a log, and of how many events it is."""
    rows = list(_rows(events // 2))
    leaves = [sha256(number.to_bytes(8)).digest() for number in range(events)]
    for row in rows:
        leaves[row["position"] - 1] = leaf_hash(row)
    checkpoint = Checkpoint(f"films.example/{_LOG}", events, tree.root_of(leaves))
    reader = tree.reader_of(leaves)
    paths = [(row, tree.inclusion(row["position"] - 1, events, reader)) for row in rows]
    return write_receipt(_CLIP, sign(checkpoint, [signer]), paths), len(rows)


def _rows(position: int) -> Iterator[dict[str, Any]]:
    versions: dict[str, int] = {}
    for stream, name, body in _story():
        position += 1
        versions[stream] = versions.get(stream, 0) + 1
        row: dict[str, Any] = dict.fromkeys(COLUMNS, "key_01jd0000000000000000000001")
        row |= {"log": _LOG, "stream": stream, "type": name, "position": position, "schema_version": 1}
        row |= {"version": versions[stream], "recorded_at": 1_795_370_400_000_000 + position}
        yield {**row, "body": json.dumps(body).encode()}


def _story() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Stream, type and body of each event; what no check reads is of the length that it usually has."""
    sealed = {"sealed": "A" * _SEALED, "nonce": "A" * 16, "under": [_SCENE]}
    assets = [f"asset_01jd000000000000000000000{n}" for n in range(4)]
    people = [f"character_01jd000000000000000000000{n}" for n in range(2)]
    elements = ["element_01jd0000000000000000000001"]
    for stream in (*assets, *people, *elements):
        yield stream, "First", {"label": sealed, "original": sealed}
    plan, sent = "1" * 64, {"host": "https://kling.example", "model": "kling-v3-omni"}
    yield _MADE, "GenerationRequested", {"request": sealed}
    yield _MADE, "PlanCompiled", {"plan_digest": plan, "plan": {**sealed, "sealed": "A" * 10 * _SEALED}}
    yield _MADE, "SubmissionOpened", {"submission": _PAID}
    yield _PAID, "SubmissionIntended", {"subject": _MADE, "plan_digest": plan, "wire_digest": sealed, **sent}
    yield _PAID, "SubmissionConfirmed", {"task_id": "t", "via": "answer"}
    for name in ("TaskProcessing", "TaskSucceeded", "CallbackReceived", "CallbackReceived"):
        yield _PAID, name, {"url": "u" * 300}
    production = "production_01jd0000000000000000000001"
    yield production, "BudgetSettled", {"submission": _PAID, "units": "1.8", "basis": "charged"}
    yield _MADE, "ResultStored", {"fetched_from": "u" * 300}
    stored = {"sha256": "0" * 64, "bytes": FILE_BYTES, "media_type": "video/mp4"}
    yield _CLIP, "ClipRecorded", {"scene": _SCENE, "generation": _MADE, "submission": _PAID, "stored": stored}
    cast = [
        {
            "character": one,
            "assets": [asset],
            "element": None,
            "speaks_with": None,
            "likeness": None,
            "consent": None,
        }
        for one, asset in zip(people, assets, strict=False)
    ]
    same = {"clip": _CLIP, "clip_sha256": "0" * 64, "generation": _MADE, "submission": _PAID, "task_id": "t"}
    record = {
        "cast": cast,
        "assets": assets,
        "elements": elements,
        "parents": [],
        "pattern": "F2",
        "prompt": sealed,
    }
    yield _SCENE, "ContinuityRecorded", {**same, **record, "plan_digest": plan, "wire_digest": sealed}
    yield _MADE, "GenerationEnded", {"clip": _CLIP}
    yield _PAID, "SubmissionClosed", {"reason": "its generation ended as delivered"}
    for name in ("ClipNoted", "ClipNoted", "ClipApproved"):
        yield _CLIP, name, {"text": sealed}


if __name__ == "__main__":
    main()
