"""Confined children: what a hostile file can take with it, and what it cannot."""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from registry.blobs.confined import Confined, Limits
from registry.blobs.pictures import read_picture, render
from registry.errors import BlobError, BlobStoreDown, NotAPicture, PictureTooLarge

Make = Callable[..., Confined]


@pytest.fixture
def make() -> Iterator[Make]:
    """Pools that are closed when the test ends."""
    made: list[Confined] = []

    def one(size: int = 1, **limits: float) -> Confined:
        made.append(Confined(size=size, limits=Limits(**limits)))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for confined in made:
        confined.close()


def picture(size: tuple[int, int] = (64, 64), kind: str = "JPEG") -> io.BytesIO:
    out = io.BytesIO()
    Image.effect_noise(size, 50).save(out, kind)
    return out


def heavy_picture() -> io.BytesIO:
    """Within the size limits, and hard work to compress: 90 MB of noise."""
    out, side = io.BytesIO(), 5500
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "PNG", compress_level=0)
    return out


def children() -> set[str]:
    """The processes this thread group has started and not yet buried."""
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


def test_a_child_is_kept(make: Make) -> None:
    """One child serves one job after another: starting one for each would cost more than decoding."""
    confined, before = make(), children()

    read_picture(picture(), confined=confined)
    first = children() - before
    read_picture(picture(), confined=confined)

    assert len(first) == 1
    assert children() - before == first
    files = len(os.listdir(f"/proc/{first.copy().pop()}/fd"))
    read_picture(picture(), confined=confined)
    assert len(os.listdir(f"/proc/{first.copy().pop()}/fd")) == files


def test_a_dead_child_is_replaced(make: Make) -> None:
    """A child that died between jobs costs nobody a picture."""
    confined, before = make(), children()
    read_picture(picture(), confined=confined)
    (child,) = children() - before

    os.kill(int(child), 9)

    assert read_picture(picture(), confined=confined).width == 64


def test_memory_is_capped(make: Make) -> None:
    """A picture within the size limits that needs more memory than allowed is refused, and the next one works."""
    confined, flat = make(memory=160 * 1024**2), io.BytesIO()
    Image.new("RGB", (6300, 6300)).save(flat, "PNG", compress_level=1)

    with pytest.raises(PictureTooLarge, match="more memory"):
        read_picture(flat, confined=confined)
    assert read_picture(picture(), confined=confined).width == 64


def test_processor_time_is_capped(make: Make) -> None:
    """A picture that keeps the processor busy for too long is refused."""
    confined = make(seconds=1)

    with pytest.raises(PictureTooLarge, match="1 seconds of the processor"):
        render(heavy_picture(), confined=confined)


def test_waiting_is_capped(make: Make) -> None:
    """A child that does not answer is ended, and the next picture meets a new one."""
    confined, before = make(wait=1.5), children()
    read_picture(picture(), confined=confined)
    (child,) = children() - before
    os.kill(int(child), 19)

    with pytest.raises(PictureTooLarge, match=r"longer than 1\.5 seconds"):
        read_picture(picture(), confined=confined)
    assert not Path(f"/proc/{child}").exists()
    assert read_picture(picture(), confined=confined).width == 64


def test_a_child_has_nothing_of_ours(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment and no open file of the service is passed on."""
    monkeypatch.setenv("CONTINUITY_SECRET", "canary")
    confined, before = make(), children()
    with tempfile.NamedTemporaryFile() as secret:
        os.set_inheritable(secret.fileno(), True)
        read_picture(picture(), confined=confined)
        (child,) = children() - before

        opened = [os.readlink(link) for link in Path(f"/proc/{child}/fd").iterdir()]

    assert Path(f"/proc/{child}/environ").read_bytes() == b""
    assert secret.name not in opened


def test_children_end_when_closed(make: Make) -> None:
    """Closing a pool leaves no process; using it again starts one."""
    confined, before = make(), children()
    read_picture(picture(), confined=confined)

    confined.close()

    assert children() == before
    assert read_picture(picture(), confined=confined).width == 64


def test_many_callers_share_a_few_children(make: Make) -> None:
    """Callers beyond the pool's size wait, and everybody gets the answer to his own picture."""
    confined, before, most = make(size=2), children(), 0
    sizes = [(20 + number, 20) for number in range(24)]
    done = threading.Event()

    def look(size: tuple[int, int]) -> tuple[int, int]:
        found = read_picture(picture(size, "PNG"), confined=confined)
        return found.width, found.height

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(look, size) for size in sizes]
        while not all(job.done() for job in jobs):
            most = max(most, len(children() - before))
            done.wait(0.002)

    assert [job.result() for job in jobs] == sizes
    assert most <= 2


def test_no_room_for_the_rendition(make: Make) -> None:
    """A full temporary disk is the store's trouble, not the picture's."""
    confined = make()
    with (
        Path("/dev/full").open("r+b", buffering=0) as full,
        pytest.raises(BlobStoreDown, match="No space left"),
    ):
        confined.run("picture.render", picture(), into=full)  # type: ignore[arg-type]


def test_no_interpreter(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no child can be started, that is said, and the picture is not blamed."""
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    with pytest.raises(BlobError, match="no decoder could be started") as caught:
        read_picture(picture(), confined=make())
    assert not isinstance(caught.value, NotAPicture)
