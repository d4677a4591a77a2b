"""Looking a file up in a large studio: by its digest, by what its tracks hold, by what it looks like.

The rows of the views are written directly: clips with five frames of random looks each, and the digests of bytes and tracks.
What is asked is drawn at random among them; a look is asked for with 12 of its 288 bits changed, so that no row has it exactly.

- by digest: `views.recognised.known_bytes`, beside a bare indexed select of the same row on the raw driver
- by tracks: reading them in the confined child, beside the SHA-256 of the file
- by looks: `views.near.copies` of one picture, beside the same bare select; and of a film, its five frames with what they lead to
- frames: decoding a film and looking at five frames of it

    python -m benchmarks.lookup [--fingerprints 100000] [--asks 100] [--rounds 3] [--engine sqlite] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from random import Random

from benchmarks.driver import Driver, driver
from benchmarks.grounds import ENGINES, grounds, new_id
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, percentile, ratio, seconds_of
from registry.blobs.prints import read_looks, read_streams
from registry.log.engine.database import Database
from registry.resembling import COPY
from registry.views.near import BITS, apart, copies, frames_of, parts_of
from registry.views.recognised import KEPT, known_bytes
from tests.servers.copying import film, shots

FRAMES = 5
AIM_MS = 20.0
"""The most that 99 of 100 pictures may take among a million fingerprints."""
ABOUT = """Milliseconds for one question, 50 and 99 of 100 below, among {count:,} fingerprints ({clips:,} clips of five
frames). `bare` is one select by an index on the raw driver. A picture is asked for with 12 of 288 bits changed; a film with
as many of each of its five frames. Of the film itself (H.264, 1280 x 720, {seconds} s, {bytes:,} bytes): `tracks` reads what
they hold, `frames` decodes all of it and looks at five, both in the confined child; `sha256` is the digest of the file."""
SECONDS = 5
Ask = Callable[[int], object]


def main() -> None:
    options = _options()
    figures: list[Figure] = []
    compared: list[Compared] = []
    for ground in grounds(tuple(options.engine or ENGINES)):
        say(f"{ground.name}: the rows of {options.fingerprints:,} fingerprints")
        url, studio = ground.fresh(), new_id("studio")
        with closing(ground.migrated(url)) as database, closing(driver(url)) as raw:
            clips = Clips(studio, options.fingerprints // FRAMES)
            clips.write(raw)
            for what, aim, ways in _questions(database, raw, clips):
                case = f"{ground.name}, {what}"
                say(case)
                found = _measured(ways, clips, options.asks, options.rounds)
                figures += _figures(case, found)
                compared += _compared(case, found, aim)
    content = _film()
    figures += _of_a_film(content, options.rounds)
    sizes = {"count": options.fingerprints, "clips": options.fingerprints // FRAMES}
    about = ABOUT.format(**sizes, seconds=SECONDS, bytes=len(content))
    publish(Report("Lookup", about, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--fingerprints", type=int, default=100_000)
    parser.add_argument("--asks", type=int, default=100, help="questions of each kind in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one (repeatable)")
    return parser.parse_args()


class Clips:
    """The rows of so many clips, by number; all of a clip's follow from it."""

    def __init__(self, studio: str, count: int) -> None:
        self.studio, self.count = studio, count

    def id_of(self, number: int) -> str:
        return f"clip_{number:026d}"

    def digest(self, number: int, kept: str) -> str:
        return hashlib.sha256(f"{kept} {number}".encode()).hexdigest()

    def look(self, number: int, frame: int, changed: int = 0) -> str:
        """What a frame looks like, with so many bits changed."""
        chance = Random(number * FRAMES + frame)
        bits = chance.getrandbits(BITS)
        for place in chance.sample(range(BITS), changed):
            bits ^= 1 << place
        return f"dhash12:{bits:072x}"

    def write(self, raw: Driver) -> None:
        """In the order of the views' columns."""
        raw.load("view_digests", self._digests())
        raw.load("view_looks_like", self._looks())

    def _digests(self) -> Iterator[tuple[object, ...]]:
        for number in range(self.count):
            for kept in ("clip", "poster", "pictures", "sound"):
                yield self.studio, self.digest(number, kept), self.id_of(number), kept, number

    def _looks(self) -> Iterator[tuple[object, ...]]:
        for number in range(self.count):
            for frame in range(FRAMES):
                bits = bytes.fromhex(self.look(number, frame).partition(":")[2])
                key = self.studio, self.id_of(number), frame, number, "dhash12", bits
                yield *key, *parts_of(bits).values()


def _questions(
    database: Database, raw: Driver, clips: Clips
) -> Iterator[tuple[str, float | None, dict[str, Ask]]]:
    """What is asked, what it may take, and the ways to ask it."""

    def digest(number: int) -> object:
        with database.reading(clips.studio) as connection:
            return known_bytes(connection, clips.studio, [clips.digest(number, "clip"), "0" * 64], KEPT)

    def bare(number: int) -> object:
        statement = "SELECT thing, kept FROM view_digests WHERE log = ? AND digest = ?"
        return raw.rows(statement, (clips.studio, clips.digest(number, "clip")))

    def picture(number: int) -> object:
        with database.reading(clips.studio) as connection:
            found = copies(connection, clips.studio, clips.look(number, 2, COPY), within=COPY)
        assert (clips.id_of(number), 2) in found
        return found

    def whole(number: int) -> object:
        seen = {frame: clips.look(number, frame, COPY) for frame in range(FRAMES)}
        with database.reading(clips.studio) as connection:
            things = {
                thing
                for look in seen.values()
                for thing, _ in copies(connection, clips.studio, look, within=COPY)
            }
            frames = frames_of(connection, clips.studio, things)
        assert max(apart(seen[at], one) for at, one in frames[clips.id_of(number)].items()) == COPY
        return frames

    yield "by digest", None, {"ours": digest, "bare": bare}
    yield "a picture by its looks", AIM_MS, {"ours": picture, "bare": bare}
    yield "a film by its looks", None, {"ours": whole, "bare": bare}


def _measured(ways: dict[str, Ask], clips: Clips, asks: int, rounds: int) -> dict[str, list[list[float]]]:
    """The milliseconds of every question, by way and round."""
    chance = Random(asks)
    numbers = [chance.randrange(clips.count) for _ in range(asks)]
    for ask in ways.values():
        ask(numbers[0])

    def timed(ask: Ask) -> list[float]:
        return [1_000 * seconds_of(lambda: ask(number), 1)[0] for number in numbers]  # noqa: B023

    return alternate({way: (lambda ask=ask: timed(ask)) for way, ask in ways.items()}, rounds)


def _figures(case: str, found: dict[str, list[list[float]]]) -> Iterator[Figure]:
    for way, rounds in found.items():
        for percent in (50, 99):
            yield Figure(
                case, f"{way}, p{percent}", "ms", Spread.of([percentile(one, percent) for one in rounds])
            )


def _compared(case: str, found: dict[str, list[list[float]]], aim: float | None) -> Iterator[Compared]:
    p99 = Spread.of([percentile(one, 99) for one in found["ours"]])
    yield Compared(case, "ours, p99", p99, unit="ms", aim=aim, most=True)
    middles = {way: [percentile(one, 50) for one in rounds] for way, rounds in found.items()}
    yield Compared(case, "ours / bare, p50", ratio(middles["ours"], middles["bare"]))


def _film() -> bytes:
    """As large as Kling's, of a set through which somebody goes."""
    large = (frame.resize((1280, 720)) for frame in shots(count=24 * SECONDS))
    return film(large, crf="20")


def _of_a_film(content: bytes, rounds: int) -> Iterator[Figure]:
    ways: dict[str, Callable[[], object]] = {
        "sha256": lambda: hashlib.sha256(content).digest(),
        "tracks": lambda: read_streams(BytesIO(content)),
        "frames": lambda: read_looks(BytesIO(content)),
    }
    for ask in ways.values():
        ask()
    timed = {way: (lambda ask=ask: 1_000 * seconds_of(ask, 1)[0]) for way, ask in ways.items()}
    for way, taken in alternate(timed, max(3, rounds)).items():
        yield Figure("a film", way, "ms", Spread.of(taken))


if __name__ == "__main__":
    main()
