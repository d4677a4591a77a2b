"""The client against a real service on a line that breaks: each command has its effect once, and its caller learns of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.client import ContinuityClient, ContinuityError, Manners, Unreachable
from tests.api.served.serving import Served, png
from tests.servers.cutting import Cut, Cutter, cutting

POINTS = {
    "before anything is sent": Cut(request=0),
    "within the head": Cut(request=40),
    "within the body": Cut(request=700),
    "after the work, before the answer": Cut(answer=0),
    "within the answer": Cut(answer=120),
}
LARGE = 900_000


@pytest.fixture(scope="module")
def line(service: Served) -> Iterator[Cutter]:
    with cutting(service.url) as cutter:
        yield cutter


@pytest.fixture
def client(service: Served, line: Cutter) -> Iterator[ContinuityClient]:
    manners = Manners(first_pause=0.001, longest_pause=0.01)
    with ContinuityClient(line.url, service.key, manners=manners, timeout=10) as made:
        yield made
    line.will()


@pytest.fixture(scope="module")
def production(service: Served) -> str:
    service.made("/v1/accounts", {"name": "main", "region": "sandbox"})
    return str(service.made("/v1/productions", {"name": "Last Seat"})["id"])


def introduce(client: ContinuityClient, _production: str, _folder: Path) -> str:
    return client.introduce_character("Mina", depicts="fictional", description="a woman " * 100).id


def upload(client: ContinuityClient, _production: str, folder: Path) -> str:
    file = folder / "mina.png"
    file.write_bytes(png(640, 640))
    return client.register_asset(file).asset.id


def request(client: ContinuityClient, production: str, _folder: Path) -> str:
    said = {"production": production, "action": "A lantern drifts over a river. " * 30}
    return client.request_generation(said).id


COMMANDS: dict[str, Callable[[ContinuityClient, str, Path], str]] = {
    "CharacterIntroduced": introduce,
    "AssetRegistered": upload,
    "GenerationRequested": request,
}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("event", COMMANDS)
def test_a_command_has_its_effect_once(
    service: Served,
    line: Cutter,
    client: ContinuityClient,
    production: str,
    tmp_path: Path,
    *,
    event: str,
    point: str,
) -> None:
    """Wherever the connection breaks, twice, the third try's answer is the right one, and the effect is there once."""
    before = service.position()
    line.will(POINTS[point], POINTS[point])

    made = COMMANDS[event](client, production, tmp_path)

    assert len(line.heads) == 3
    assert [one.stream for one in since(service, before) if one.type == event] == [made]


@pytest.mark.parametrize("point", POINTS)
def test_a_line_that_never_holds_is_told_with_the_key(
    service: Served, line: Cutter, client: ContinuityClient, production: str, point: str
) -> None:
    """After the last try the caller has a typed error with the key; the same call under it later has its effect once in all."""
    before, said = service.position(), {"production": production, "action": "A lantern drifts. " * 60}
    line.will(*[POINTS[point]] * 4)
    with pytest.raises(Unreachable) as lost:
        client.request_generation(said)
    line.will()
    key = lost.value.idempotency_key

    made = client.request_generation(said, idempotency_key=key)

    assert (lost.value.code, key in lost.value.hint if key else None) == ("unreachable", True)
    assert [one.stream for one in since(service, before) if one.type == "GenerationRequested"] == [made.id]


def test_a_refusal_is_a_refusal_on_a_bad_line_too(line: Cutter, client: ContinuityClient) -> None:
    """A refused command is told as such, with code and hint, whatever became of the answers before."""
    line.will(Cut(answer=0), Cut(answer=90))

    with pytest.raises(ContinuityError) as refused:
        client.introduce_character("Jun")

    assert (refused.value.code, refused.value.status, len(line.heads)) == ("invalid-request", 422, 3)
    assert refused.value.hint


def test_a_download_goes_on_where_it_broke(
    service: Served, line: Cutter, client: ContinuityClient, tmp_path: Path
) -> None:
    """What had come is kept, the rest is asked for by range, the whole is checked; progress never goes back."""
    content = png(32, 32) + bytes(range(256)) * (LARGE // 256)
    asset = service.upload(content).json()["id"]
    heard: list[int] = []
    line.will(Cut(answer=300_000), Cut(answer=0), Cut(answer=300_000))

    file = client.download_asset(asset, tmp_path / "back.png", on_bytes=lambda done, _: heard.append(done))

    ranges = [
        head.partition(b"range: bytes=")[2].partition(b"\r\n")[0] for head in map(bytes.lower, line.heads)
    ]
    assert file.read_bytes() == content
    assert (ranges[0], len(ranges), heard == sorted(heard), heard[-1]) == (b"", 4, True, len(content))
    assert 250_000 < int(ranges[1][:-1]) <= 300_000
    assert int(ranges[3][:-1]) > 500_000
    assert [one.name for one in tmp_path.iterdir()] == ["back.png"]


def test_a_stream_misses_and_repeats_nothing(service: Served, line: Cutter, client: ContinuityClient) -> None:
    """Cut off in the middle of events, it is opened again behind the last whole one, which it names."""
    for number in range(12):
        service.made("/v1/characters", {"name": f"Extra {number}", "depicts": "fictional"})
    wanted = [one.position for one in since(service, 0)]
    line.will(*(Cut(answer=size) for size in (900, 5_000, 2_000, 9_000)))

    seen = list(itertools.islice(client.events(follow=True), len(wanted)))

    assert [event.position for event in seen] == wanted
    assert all(b"last-event-id: " in head.lower() for head in line.heads[2:])


def test_a_caller_who_hangs_up_is_no_failure_of_the_service(
    service: Served, line: Cutter, client: ContinuityClient, production: str, tmp_path: Path
) -> None:
    """A body that ends early, of JSON or of a picture, is refused like any other that cannot be read, and not counted as 500."""
    line.will(*[POINTS["within the body"]] * 2)
    upload(client, production, tmp_path)
    line.will(*[POINTS["within the body"]] * 2)
    introduce(client, production, tmp_path)

    counted = service.get("/metrics").text
    assert 'status="400"' in counted
    assert 'status="500"' not in counted


def since(service: Served, position: int) -> list[Any]:
    """What happened in the studio since."""
    return list(service.continuity.registry.feed.after(service.continuity.studio, position, limit=100_000))
