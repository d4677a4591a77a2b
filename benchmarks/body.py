"""What making the body of a POST costs: our stream beside the naive way and beside copying the same bytes.

Each way runs in a process of its own, so that peak memory is its own.

- sending: one pass over a prepared body: read, digest of each picture, base64, fragments
- prepare: the pass before it, which also takes the digest of the wire bytes
- naive: base64.b64encode and json.dumps of everything at once, with no digest at all
- digest: SHA-256 of the same bytes in memory, the limit of anything that verifies what it sends
- encode, memcpy: pybase64 and a plain copy of the same bytes in memory

    python -m benchmarks.body [--pictures 7] [--megabytes 10] [--rounds 3] [--json]
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pybase64

from benchmarks.report import arguments
from benchmarks.timing import seconds_of
from generation.attach import SLICE_BYTES, Attachment, WireBody, prepare

READ_BYTES = 1 << 20
CLEAR_PEAK = "5"


@dataclass(frozen=True)
class Job:
    """The pictures on disk, and what stands for them in a payload."""

    files: list[Path]
    attached: dict[str, Attachment]


def main() -> None:
    options = _options()
    if options.way:
        print(json.dumps(_measured(options)))
        return
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.pictures):
            Path(folder, str(number)).write_bytes(os.urandom(int(options.megabytes * 1_000_000)))
        results = {way: _in_own_process(way, folder, options) for way in options.only or WAYS}
    print(json.dumps(results) if options.json else _table(results))


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--pictures", type=int, default=7)
    parser.add_argument(
        "--megabytes", type=float, default=10.0, help="size of each picture, in 1,000,000 bytes"
    )
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many is shown")
    parser.add_argument("--only", action="append", choices=WAYS, help="run only this way (repeatable)")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(way: str, folder: str, options: argparse.Namespace) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.body",
        "--way",
        way,
        "--folder",
        folder,
        "--rounds",
        str(options.rounds),
    ]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(run.stdout))


def _measured(options: argparse.Namespace) -> dict[str, float]:
    files = sorted(Path(options.folder).iterdir())
    job = Job(files, {f"blob:asset_{file.name}": _attachment(file) for file in files})
    once = WAYS[options.way](job)
    _forget_peak()
    before, wire = _peak_mib(), once()
    best = min(seconds_of(once, options.rounds))
    raw = sum(file.stat().st_size for file in files)
    return {"mb_per_s": raw / best / 1e6, "grown_mib": _peak_mib() - before, "wire_bytes": wire}


def _attachment(file: Path) -> Attachment:
    with file.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return Attachment(f"blob:asset_{file.name}", str(file), digest, file.stat().st_size)


def _forget_peak() -> None:
    """`ru_maxrss` is inherited from the parent over exec, so the kernel's own mark is cleared and read instead."""
    Path("/proc/self/clear_refs").write_text(CLEAR_PEAK)


def _peak_mib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM: this benchmark needs Linux")


@contextmanager
def _open(attachment: Attachment) -> Iterator[Iterator[bytes]]:
    with open(attachment.key, "rb", buffering=0) as source:
        yield iter(lambda: source.read(READ_BYTES), b"")


def _prepared(attached: dict[str, Attachment]) -> WireBody:
    payload = {"image_list": [{"image_url": ref} for ref in attached]}
    return prepare(payload, attachments=attached, extra={"external_task_id": "s-1"}, open_blob=_open)


def _sending(job: Job) -> Callable[[], int]:
    body = _prepared(job.attached)
    return lambda: sum(map(len, body))


def _prepare(job: Job) -> Callable[[], int]:
    return lambda: _prepared(job.attached).length


def _naive(job: Job) -> Callable[[], int]:
    def once() -> int:
        images = [{"image_url": base64.b64encode(file.read_bytes()).decode()} for file in job.files]
        return len(json.dumps({"image_list": images, "external_task_id": "s-1"}).encode())

    return once


def _digest(job: Job) -> Callable[[], int]:
    return _over_slices(job, lambda piece: len(hashlib.sha256(piece).digest()))


def _encode(job: Job) -> Callable[[], int]:
    return _over_slices(job, lambda piece: len(pybase64.b64encode(piece)))


def _memcpy(job: Job) -> Callable[[], int]:
    return _over_slices(job, lambda piece: len(bytes(piece)))


def _over_slices(job: Job, work: Callable[[memoryview], int]) -> Callable[[], int]:
    """The same amount of work on bytes that are in memory already: one picture, over and over."""
    held = memoryview(job.files[0].read_bytes())
    pieces = [held[at : at + SLICE_BYTES] for at in range(0, len(held), SLICE_BYTES)]
    return lambda: sum(work(piece) for _ in job.files for piece in pieces)


WAYS: dict[str, Callable[[Job], Callable[[], int]]] = {
    "sending": _sending,
    "prepare": _prepare,
    "naive": _naive,
    "digest": _digest,
    "encode": _encode,
    "memcpy": _memcpy,
}


def _table(results: dict[str, dict[str, float]]) -> str:
    lines = [
        f"{'way':<10}{'MB/s of pictures':>18}{'x naive':>10}{'x digest':>10}{'x memcpy':>10}{'memory grown':>18}"
    ]
    for way, result in results.items():
        ratios = (_ratio(result, results.get(peer)) for peer in ("naive", "digest", "memcpy"))
        columns = "".join(f"{ratio:>10}" for ratio in ratios)
        lines.append(f"{way:<10}{result['mb_per_s']:>18,.0f}{columns}{result['grown_mib']:>14.1f} MiB")
    return "\n".join(lines)


def _ratio(result: dict[str, float], peer: dict[str, float] | None) -> str:
    return f"{result['mb_per_s'] / peer['mb_per_s']:.3g}" if peer else "-"


if __name__ == "__main__":
    main()
