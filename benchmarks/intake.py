"""Taking a picture in, beside reading its header and taking one SHA-256 of the same file.

The pictures are the demo's own, enlarged to the size of photographs; each way runs over the same files in turn. Where
a picture has to be new, its label in the file is changed first, outside the clock.

- before the rendition: `accession_picture` up to where the picture would be decoded: digest, keyed fingerprint,
  search for a twin
- known: the whole of it for a picture that is registered already
- new: the whole of it: decoded in a confined child, rendition, both stored and durable, registered
- limit: what no intake can do without: the header by Pillow, one SHA-256 of the file
- decode: a plain decode by Pillow in this process, for what `new` has to do at least

    python -m benchmarks.intake [--side 3000] [--rounds 3] [--repeats 3] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from unittest.mock import patch

from PIL import Image

from api.demo.cafe import cafe
from api.demo.mina import mina
from benchmarks.grounds import CONTEXT, Ground, grounds, new_id
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, ratio, seconds_of
from registry import accession
from registry.accession import Offer, accession_picture
from registry.blobs import Blobs, store_for
from registry.registry import Registry

AIM = 0.5
"""Of SHA-256 and header, before the rendition is made."""
ABOUT = """Megabytes (1,000,000 bytes) of picture files a second, one after another, on SQLite and a folder. The pictures are
the demo's, enlarged to {side} pixels a side: {sizes}. `limit` reads the header and takes one SHA-256; `before the
rendition` is our intake up to where the picture would be decoded; `known` and `new` are the whole of it, `new` with
its decoding in a confined process, the rendition, and both files made durable; `decode` is a plain decode by
Pillow."""
_numbers = count(1)


class _AtTheRendition(Exception):
    """Stands where decoding would begin."""


def main() -> None:
    options = _options()
    drawn = {"JPEG": _jpeg(cafe(), options.side), "PNG": _png(mina(0.0), options.side)}
    figures: list[Figure] = []
    compared: list[Compared] = []
    for ground in grounds(("sqlite",)):
        with _studio(ground) as ways:
            for form, content in drawn.items():
                say(form)
                found = _measured(ways(content), content, options)
                figures += [Figure(form, way, "MB/s", Spread.of(speeds)) for way, speeds in found.items()]
                compared += _compared(form, found)
    sizes = ", ".join(f"a {form} of {len(content) / 1e6:.1f} MB" for form, content in drawn.items())
    about = ABOUT.format(side=options.side, sizes=sizes)
    publish(Report("Picture intake", about, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--side", type=int, default=3_000, help="pixels of the longer side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3, help="pictures of each way in each round")
    return parser.parse_args()


Way = Callable[[bytes], object]


@contextmanager
def _studio(ground: Ground) -> Iterator[Callable[[bytes], dict[str, Way]]]:
    with ground.registry() as registry, tempfile.TemporaryDirectory(prefix="blobs-") as folder:
        studio, blobs = new_id("studio"), store_for(f"file://{folder}")

        def taken(content: bytes) -> object:
            offer = Offer(studio=studio, file=BytesIO(content))
            return accession_picture(registry, blobs, offer, context=CONTEXT)

        def ways(content: bytes) -> dict[str, Way]:
            taken(content)
            return {
                "before the rendition": lambda fresh: _stopped(registry, blobs, studio, fresh),
                "limit": _limit,
                "known": lambda _fresh: taken(content),
                "new": taken,
                "decode": lambda fresh: Image.open(BytesIO(fresh)).load(),
            }

        yield ways
        blobs.close()


def _measured(ways: dict[str, Way], content: bytes, options: argparse.Namespace) -> dict[str, list[float]]:
    """MB/s, by way and round. What is read is in memory already, for every way."""

    def turn(way: Way) -> Callable[[], float]:
        return lambda: options.repeats * len(content) / _taken(way, content, options.repeats) / 1e6

    return alternate({name: turn(way) for name, way in ways.items()}, options.rounds)


def _taken(way: Way, content: bytes, repeats: int) -> float:
    """Seconds for so many pictures, each new."""
    fresh = [_changed(content) for _ in range(repeats)]
    return sum(seconds_of(lambda: way(fresh.pop()), repeats))


def _compared(form: str, found: dict[str, list[float]]) -> Iterator[Compared]:
    before = "before the rendition"
    yield Compared(form, f"{before} / limit", ratio(found[before], found["limit"]), aim=AIM)
    yield Compared(form, "known / limit", ratio(found["known"], found["limit"]))
    yield Compared(form, "new / decode", ratio(found["new"], found["decode"]))


def _stopped(registry: Registry, blobs: Blobs, studio: str, content: bytes) -> None:
    """The intake as it is, with a stop where it would decode."""
    with patch.object(accession, "render", _stop):
        try:
            accession_picture(registry, blobs, Offer(studio=studio, file=BytesIO(content)), context=CONTEXT)
        except _AtTheRendition:
            return
    raise RuntimeError("the picture was known, and nothing would have been decoded")


def _stop(_file: BinaryIO | Path, **_options: Any) -> NoReturn:
    raise _AtTheRendition


def _limit(content: bytes) -> str:
    file = BytesIO(content)
    with Image.open(file) as picture:
        assert picture.size
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _jpeg(picture: Image.Image, side: int) -> bytes:
    out = BytesIO()
    _grained(_enlarged(picture, side)).save(out, "JPEG", quality=92)
    return out.getvalue()


def _png(picture: Image.Image, side: int) -> bytes:
    out = BytesIO()
    _grained(_enlarged(picture, side)).save(out, "PNG", compress_level=3)
    return out.getvalue()


def _enlarged(picture: Image.Image, side: int) -> Image.Image:
    factor = side / max(picture.size)
    size = (round(picture.width * factor), round(picture.height * factor))
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def _grained(picture: Image.Image) -> Image.Image:
    """With the grain of a photograph, as a drawing alone compresses to nothing."""
    grain = Image.effect_noise(picture.size, 12).convert("RGB")
    return Image.blend(picture, grain, 0.15)


def _changed(content: bytes) -> bytes:
    """The same picture with another comment: new bytes, as large, and as much to decode."""
    said = f"take {next(_numbers):08d}".encode()
    if content.startswith(b"\xff\xd8"):
        return content[:2] + b"\xff\xfe" + struct.pack(">H", len(said) + 2) + said + content[2:]
    body = b"tEXt" + b"Comment\0" + said
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return content[:33] + chunk + content[33:]


if __name__ == "__main__":
    main()
