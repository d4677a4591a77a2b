"""The main job, as a user meets it: the demo's story against real processes, also with the worker killed in the middle."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from api.client import ContinuityClient
from api.demo.run import tell
from api.demo.show import Teller
from api.demo.stage import Stage
from registry.blobs.media import probe
from tests.api.served.serving import running

pytestmark = pytest.mark.slow
STORY = ["F2", "A2", "A", "text2video", "E"]


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONTINUITY_", "KLING_", "S3_"))
    }


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    stage = Stage(
        folder,
        _environment()
        | {
            "CONTINUITY_LEASE_SECONDS": "3",
            "CONTINUITY_LEASE_MARGIN_SECONDS": "1",
            "CONTINUITY_SEND_FLOOR_SECONDS": "2",
        },
    )
    try:
        stage.open("the test")
        yield stage
    finally:
        stage.close()


@dataclass(frozen=True)
class Told:
    """What the demo said, and the folder that it left."""

    done: subprocess.CompletedProcess[str]
    folder: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The story as `continuity demo` tells it, once."""
    root = tmp_path_factory.mktemp("story")
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "demo", "--root", str(root)],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    (folder,) = root.iterdir()
    return Told(done, folder)


@pytest.fixture(scope="module")
def client(told: Told) -> Iterator[ContinuityClient]:
    """Asks a service that was started afterwards on what the demo left."""
    with running(told.folder / "data") as service, ContinuityClient(service.url, service.key) as client:
        yield client


def _tell(stage: Stage) -> ContinuityClient:
    client = ContinuityClient(stage.url, stage.key)
    with Path(stage.folder / "told.txt").open("w") as told:
        tell(Teller(Console(file=told, width=200)), client, stage.folder)
    return client


def _accepted(stage: Stage) -> list[dict[str, object]]:
    entries = httpx.get(f"{stage.sandbox_url}/sandbox/v1/ledger", trust_env=False).json()
    posts = entries["entries"] if isinstance(entries, dict) else entries
    return [post for post in posts if post["task_id"]]


def test_the_story_is_in_the_feed_in_order_and_without_holes(client: ContinuityClient) -> None:
    """Every clip of the story ends in one ContinuityRecorded, and the feed tells it all with no position missing."""
    events = list(client.events())

    assert [event.position for event in events] == list(range(1, len(events) + 1))
    recorded = [event.body for event in events if event.type == "ContinuityRecorded"]
    assert sorted(record["pattern"] for record in recorded) == sorted(STORY)
    assert {record["outcome"] for record in recorded} == {"delivered"}
    assert [event.type for event in events].count("SubmissionConfirmed") == len(STORY)


def test_the_clips_play_and_the_originals_come_back_identical(
    told: Told, client: ContinuityClient, tmp_path: Path
) -> None:
    """What was delivered can be decoded and has its receipt beside it, and a registered picture is answered byte for byte."""
    clips = sorted((told.folder / "clips").glob("*.mp4"))
    receipts = sorted((told.folder / "clips").glob("*.receipt.json"))
    footage = [probe(clip) for clip in clips]
    labels = {asset.label: asset.id for asset in client.assets()}
    pictures = sorted((told.folder / "pictures").iterdir())
    fetched = [client.download_asset(labels[path.stem], tmp_path / f"again-{path.name}") for path in pictures]

    assert len(clips) == len(STORY)
    assert [one.name for one in receipts] == [f"{clip.name}.receipt.json" for clip in clips]
    assert {one.checked for one in footage} == {"decoded"}
    assert [_digest(path) for path in fetched] == [_digest(path) for path in pictures]


def test_killing_the_worker_again_and_again_changes_nothing_in_the_outcome(tmp_path: Path) -> None:
    """Workers that die by SIGKILL, as often as there are clips to fetch, leave five delivered clips and five paid tasks."""
    over, kills = threading.Event(), []

    def murderer() -> None:
        with ContinuityClient(stage.url, stage.key) as client:
            while not over.wait(0.1):
                types = [event.type for event in client.events()]
                if types.count("TaskSucceeded") > len(kills) and _nothing_is_being_sent(types):
                    stage.processes["worker"].send_signal(signal.SIGKILL)
                    kills.append(stage.processes["worker"].wait())
                    stage.start_worker()

    killing = threading.Thread(target=murderer)
    with staged(tmp_path) as stage:
        killing.start()
        try:
            with _tell(stage) as client:
                outcomes = [generation.outcome for generation in client.generations()]
            paid = len(_accepted(stage))
        finally:
            over.set()
            killing.join()

    assert len(kills) > 1
    assert outcomes == ["delivered"] * len(STORY)
    assert paid == len(STORY)


def _nothing_is_being_sent(types: list[str]) -> bool:
    """Between an intent and the first byte nobody can know what a killed sender did: the exact points are in tests/crash."""
    return 0 < types.count("GenerationRequested") == types.count("SubmissionConfirmed")


def test_the_demo_command_tells_the_story_and_leaves_nothing_running(told: Told) -> None:
    """`continuity demo` exits 0, prints patterns, files, lineage and continuity, and stops what it started."""
    for pattern in STORY:
        assert f"pattern {pattern}," in told.done.stdout
    assert "Lineage of clip (c)" in told.done.stdout
    assert "continues clip_" in told.done.stdout
    assert _running_in(told.folder) == []


def _running_in(folder: Path) -> list[str]:
    time.sleep(0.2)
    told = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in told.splitlines() if str(folder) in line]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
