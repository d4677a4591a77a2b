"""How far it is: bytes that go up, bytes that come down, and what is waited for, from a real service."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.cli.moving import bytes_bar
from api.cli.terminal import Terminal
from api.client import ContinuityClient, Manners
from api.client.transfer import OnBytes
from tests.api.served.filming import Film, filming
from tests.api.served.serving import png
from tests.servers.copying import film as footage
from tests.servers.copying import shots
from tests.servers.cutting import Cut, cutting
from tests.servers.sandbox import Sandbox

SIZE = 1_500_000
PIECE = 256 * 1024


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, kling: Sandbox) -> Iterator[Film]:
    with filming(tmp_path_factory.mktemp("service"), kling) as started:
        yield started


@pytest.fixture
def client(film: Film) -> Iterator[ContinuityClient]:
    with ContinuityClient(film.service.url, film.service.key) as made:
        yield made


def register(client: ContinuityClient, _production: str, file: Path, tell: OnBytes) -> None:
    file.write_bytes(png(32, 32) + bytes(SIZE))
    client.register_asset(file, on_bytes=tell)


def adopt(client: ContinuityClient, production: str, file: Path, tell: OnBytes) -> None:
    file.write_bytes(footage(shots(count=60)))
    client.adopt_clip(file, source="stock", ai_generated="no", production=production, on_bytes=tell)


def look_up(client: ContinuityClient, _production: str, file: Path, tell: OnBytes) -> None:
    file.write_bytes(png(32, 32) + bytes(SIZE))
    client.look_up(file, on_bytes=tell)


@pytest.mark.parametrize("upload", [register, adopt, look_up])
def test_an_upload_says_how_far_it_is(
    film: Film, client: ContinuityClient, tmp_path: Path, upload: Callable[..., None]
) -> None:
    """Piece by piece, of the file's own bytes, never back, and all of them at the end."""
    heard: list[tuple[int, int | None]] = []
    file = tmp_path / "file"

    upload(client, film.production, file, lambda done, total: heard.append((done, total)))

    size = file.stat().st_size
    done = [one for one, _ in heard]
    assert {total for _, total in heard} == {size}
    assert done == sorted(set(done))
    assert (done[0], done[-1], len(done)) == (min(PIECE, size), size, -(-size // PIECE))


def test_an_upload_that_is_sent_again_begins_again(film: Film, tmp_path: Path) -> None:
    """What went into a line that broke is not counted as sent."""
    file, heard = tmp_path / "face.png", list[int]()
    file.write_bytes(png(32, 32) + bytes(SIZE))
    with (
        cutting(film.service.url) as line,
        ContinuityClient(line.url, film.service.key, manners=Manners(first_pause=0.001)) as client,
    ):
        line.will(Cut(answer=0))
        client.register_asset(file, on_bytes=lambda done, _: heard.append(done))

    size = file.stat().st_size
    assert (heard.count(size), heard.count(PIECE), heard[-1]) == (2, 2, size)


def test_a_wait_says_what_it_waits_for(film: Film, client: ContinuityClient) -> None:
    """Every look at a generation is heard, from where it stood to its end."""
    asked = client.request_generation({"production": film.production, "action": "Rain on a window."})
    heard: list[Any] = []

    def hear(now: Any) -> None:
        heard.append(now)
        while not now.outcome and client.generation(asked.id).outcome is None:
            film.work(0.05)

    ended = client.wait_for_generation(asked.id, hear, timeout=60)

    assert [one.outcome for one in heard] == [None, "delivered"]
    assert (heard[0].waiting_for != "", ended) == (True, heard[-1])


def test_a_person_who_watches_sees_a_bar(client: ContinuityClient, tmp_path: Path) -> None:
    """With sizes, from the first bytes on; a program that reads along sees nothing."""
    screen, plain = io.StringIO(), io.StringIO()
    file = tmp_path / "face.png"
    file.write_bytes(png(32, 32) + bytes(SIZE))
    for out, watched in ((screen, True), (plain, False)):
        err = Console(file=out, force_terminal=watched, width=120)
        with bytes_bar(Terminal(client, err, err), "uploading") as tell:
            assert "uploading" not in out.getvalue()
            client.look_up(file, on_bytes=tell)
    assert "uploading" in screen.getvalue()
    assert "1.5/1.5 MB" in screen.getvalue()
    assert plain.getvalue() == ""
