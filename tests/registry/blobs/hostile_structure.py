"""Pictures whose own structure lies: headers, chunks, segments and frames that say what is not so."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tests.registry.blobs.hostile_bytes import (
    END,
    Case,
    after_soi,
    chunk,
    drawn,
    header,
    piece,
    png,
    riff,
    rows,
    saved,
    segment,
)


def structures() -> Iterator[Case]:
    """All of them."""
    yield from _png_headers()
    yield from _png_chunks()
    yield from _png_crowds()
    yield from _png_bombs()
    yield from _jpeg_headers()
    yield from _jpeg_segments()
    yield from _webp()


def _png_headers() -> Iterator[Case]:
    sizes = [
        *((0, 8), (8, 0), (0, 0), (20_001, 6), (6, 20_001), (20_000, 20_000)),
        *((2**31 - 1, 2**31 - 1), (2**32 - 1, 1), (7_000, 7_000)),
    ]
    for width, height in sizes:
        made = png(header(width, height), chunk(b"IDAT", rows()), END)
        yield f"PNG that says {width} x {height}", made, "refused"
    yield "PNG larger than its rows", png(header(8, 500), chunk(b"IDAT", rows()), END), "refused"
    yield "PNG smaller than its rows", png(header(8, 2), chunk(b"IDAT", rows(8, 200)), END), "either"
    for name, rest in {
        "depth 3": (3, 2), "depth 0": (0, 2), "depth 255": (255, 2), "colour 5": (8, 5), "colour 255": (8, 255),
        "compression 1": (8, 2, 1), "filter 1": (8, 2, 0, 1), "interlace 2": (8, 2, 0, 0, 2),
    }.items():  # fmt: skip
        yield f"PNG of {name}", png(header(8, 8, *rest), chunk(b"IDAT", rows()), END), "either"
    yield (
        "PNG with a short header",
        png(chunk(b"IHDR", b"\0\0\0\x08"), chunk(b"IDAT", rows()), END),
        "refused",
    )
    yield "PNG without a header", png(chunk(b"IDAT", rows()), END), "refused"
    yield "PNG with two headers", png(header(), header(9_000, 9_000), chunk(b"IDAT", rows()), END), "either"
    yield "PNG that ends at once", png(header(), END), "refused"


def _png_chunks() -> Iterator[Case]:
    whole = (header(), chunk(b"IDAT", rows()), END)
    for number, name in enumerate(("IHDR", "IDAT")):
        wrong = [*whole]
        wrong[number] = wrong[number][:-1] + bytes([wrong[number][-1] ^ 1])
        yield f"PNG with a wrong checksum of {name}", png(*wrong), "refused"
    yield (
        "PNG with a wrong checksum of a text",
        png(header(), chunk(b"tEXt", b"a\0CANARY", crc=1), *whole[1:]),
        "either",
    )
    for length in (2**31 - 1, 2**32 - 1, 2**31):
        yield (
            f"PNG chunk that says {length} bytes",
            png(header(), chunk(b"IDAT", rows(), length=length), END),
            "refused",
        )
    yield (
        "PNG with a wrong filter",
        png(header(), chunk(b"IDAT", zlib.compress(b"\x09" * 25 * 8)), END),
        "either",
    )
    yield "PNG of no zlib", png(header(), chunk(b"IDAT", b"CANARY" * 20), END), "refused"
    yield "PNG of an empty IDAT", png(header(), chunk(b"IDAT"), END), "refused"
    yield "PNG palette that is missing", png(header(8, 8, 8, 3), chunk(b"IDAT", rows(8, 8, 1)), END), "either"
    few = chunk(b"PLTE", b"\1\2\3")
    yield (
        "PNG palette of one, pointed beyond",
        png(header(8, 8, 8, 3), few, chunk(b"IDAT", rows(8, 8, 1)), END),
        "either",
    )
    yield (
        "PNG palette of 300",
        png(header(8, 8, 8, 3), chunk(b"PLTE", bytes(900)), chunk(b"IDAT", rows(8, 8, 1)), END),
        "either",
    )
    yield "PNG transparency too long", png(header(), chunk(b"tRNS", bytes(999)), *whole[1:]), "either"


def _png_crowds() -> Iterator[Case]:
    """Chunks nobody knows, thousands of them, and frames that are not there."""
    whole = (header(), chunk(b"IDAT", rows()), END)
    yield "PNG with an unknown critical chunk", png(header(), chunk(b"EVIL", b"CANARY"), *whole[1:]), "either"
    yield "PNG with a chunk of no name", png(header(), chunk(b"\0\0\0\0", b"CANARY"), *whole[1:]), "either"
    yield (
        "PNG in 3,000 pieces",
        png(header(64, 48), *(chunk(b"IDAT", bytes([one])) for one in rows(64, 48)[:3_000]), END),
        "either",
    )
    yield (
        "PNG with 3,000 texts",
        png(header(), *(chunk(b"tEXt", b"k\0CANARY") for _ in range(3_000)), *whole[1:]),
        "either",
    )
    unknown = [chunk(b"zzZz", b"CANARY")] * 3_000
    yield "PNG with 3,000 chunks nobody knows", png(header(), *unknown, *whole[1:]), "taken"
    yield "PNG without an end", png(*whole[:2]), "refused"
    yield "PNG with its end twice", png(*whole, END), "taken"
    control = chunk(b"acTL", struct.pack(">II", 100_000, 0))
    yield "APNG of 100,000 frames that are not there", png(header(), control, *whole[1:]), "either"
    beyond = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 60_000, 60_000, 9, 9, 1, 1, 0, 0))
    yield "APNG with a frame beyond its edge", png(header(), control, beyond, *whole[1:]), "either"
    frames = [drawn() for _ in range(5)]
    yield "APNG", saved("PNG", frames[0], save_all=True, append_images=frames[1:]), "taken"


def _png_bombs() -> Iterator[Case]:
    packed, body = zlib.compress(bytes(4_000_000), 9), chunk(b"IDAT", rows())
    for name, extra in {
        "a text": chunk(b"zTXt", b"k\0\0" + packed),
        "an international text": chunk(b"iTXt", b"k\0\1\0\0\0" + packed),
        "a profile": chunk(b"iCCP", b"k\0\0" + packed),
        "five texts": b"".join(chunk(b"zTXt", b"k%d\0\0" % at + packed) for at in range(5)),
    }.items():
        yield f"PNG with {name} that grows", png(header(), extra, body, END), "either"
    yield "PNG whose rows never end", png(header(), chunk(b"IDAT", packed), END), "either"
    yield (
        "PNG of 39 megapixels in no bytes",
        png(header(6_300, 6_300), chunk(b"IDAT", packed), END),
        "refused",
    )
    yield "PNG of 400 megapixels", png(header(20_000, 20_000, 1, 0), chunk(b"IDAT", packed), END), "refused"


def _jpeg_headers() -> Iterator[Case]:
    whole = saved("JPEG")
    at = whole.index(b"\xff\xc0") + 4
    for width, height in ((65_535, 65_535), (20_001, 8), (8, 20_001), (0, 16), (24, 0), (20_000, 20_000)):
        lying = whole[: at + 1] + struct.pack(">HH", height, width) + whole[at + 5 :]
        yield f"JPEG that says {width} x {height}", lying, "refused"
    yield (
        "JPEG much larger than its data",
        whole[: at + 1] + struct.pack(">HH", 900, 900) + whole[at + 5 :],
        "either",
    )
    for precision in (0, 12, 16, 255):
        yield f"JPEG of {precision} bits", whole[:at] + bytes([precision]) + whole[at + 1 :], "refused"
    for components in (0, 2, 5, 255):
        lying = whole[: at + 5] + bytes([components]) + whole[at + 6 :]
        yield f"JPEG of {components} components", lying, "refused"
    for marker in (0xC3, 0xC5, 0xC9, 0xCB):
        yield f"JPEG coded as {marker:x}", whole.replace(b"\xff\xc0", bytes((0xFF, marker)), 1), "either"
    for name, gone in {"quantisation": b"\xff\xdb", "codes": b"\xff\xc4", "a scan": b"\xff\xda"}.items():
        yield f"JPEG without {name}", whole.replace(gone, b"\xff\xe9"), "either"
    yield "JPEG sampled 4 by 4 of nothing", whole[: at + 7] + b"\x44" + whole[at + 8 :], "either"
    yield "JPEG sampled 0 by 0", whole[: at + 7] + b"\x00" + whole[at + 8 :], "refused"


def _jpeg_segments() -> Iterator[Case]:
    yield "JPEG with 500 comments", after_soi(*(segment(0xFE, b"CANARY") for _ in range(500))), "taken"
    yield (
        "JPEG with 200 tables",
        after_soi(*(segment(0xDB, b"\0" + bytes(range(1, 65))) for _ in range(200))),
        "taken",
    )
    yield "JPEG with a segment of no length", after_soi(segment(0xE5, b"", length=0)), "either"
    yield "JPEG with a segment too long", after_soi(segment(0xE5, b"CANARY", length=65_535)), "refused"
    yield "JPEG with codes of nonsense", after_soi(segment(0xC4, b"\0" + b"\xff" * 16 + bytes(200))), "either"
    yield "JPEG that starts again every row", after_soi(segment(0xDD, b"\0\1")), "either"
    yield "JPEG with a transform nobody knows", after_soi(segment(0xEE, b"Adobe\0\x64\0\0\0\0\xff")), "either"
    scans = saved("JPEG", progressive=True)
    last = scans.rindex(b"\xff\xda")
    yield "JPEG with 400 scans", scans[:-2] + scans[last:-2] * 400 + b"\xff\xd9", "either"
    yield "JPEG with a picture in its middle", whole_in_whole(), "either"
    yield "JPEG of several (MPO)", saved("MPO", drawn(), save_all=True, append_images=[drawn()]), "taken"
    fill = saved("JPEG")
    yield "JPEG with 10,000 fill bytes", fill[:2] + b"\xff" * 10_000 + fill[3:], "either"


def whole_in_whole() -> bytes:
    outer, inner = saved("JPEG"), saved("JPEG", drawn(size=(200, 200)))
    middle = outer.index(b"\xff\xda")
    return outer[:middle] + inner + outer[middle:]


def _webp() -> Iterator[Case]:
    lossy, lossless = saved("WEBP"), saved("WEBP", lossless=True)
    for name, file in (("lossy", lossy), ("lossless", lossless)):
        yield (
            f"WebP, {name}, that says it is longer",
            file[:4] + struct.pack("<I", 2**31) + file[8:],
            "either",
        )
        yield f"WebP, {name}, that says it is shorter", file[:4] + struct.pack("<I", 20) + file[8:], "refused"
        yield (
            f"WebP, {name}, whose chunk is longer",
            file[:16] + struct.pack("<I", 2**32 - 1) + file[20:],
            "refused",
        )
        yield f"WebP, {name}, of no known chunk", file[:12] + b"EVIL" + file[16:], "refused"
    for width, height in ((1 << 24, 1 << 24), (20_001, 1), (16_383, 16_383)):
        canvas = (
            struct.pack("<I", 0x10) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        )
        yield f"WebP canvas of {width} x {height}", riff(piece(b"VP8X", canvas), lossy[12:]), "refused"
    other = struct.pack("<I", 0x10) + (99).to_bytes(3, "little") + (99).to_bytes(3, "little")
    yield "WebP canvas that is another size", riff(piece(b"VP8X", other), lossy[12:]), "either"
    yield "WebP canvas alone", riff(piece(b"VP8X", other)), "refused"
    frames = [drawn() for _ in range(8)]
    moving = saved("WEBP", frames[0], save_all=True, append_images=frames[1:], duration=1)
    yield "WebP that moves", moving, "taken"
    at = moving.index(b"ANMF") + 8
    yield "WebP with a frame beyond its edge", moving[:at] + b"\xff" * 6 + moving[at + 6 :], "either"
    yield "WebP with a frame of no size", moving[: at + 6] + b"\xff" * 6 + moving[at + 12 :], "either"
    yield "WebP, nested in itself", riff(piece(b"VP8 ", lossy)), "refused"
