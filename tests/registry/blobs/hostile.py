"""Files that mean harm to whoever decodes them, made here, the same ones every time.

`corpus()` gives (name, bytes, verdict): `taken` must be accepted, `refused` must not, `either` is up to the decoder, as long as
what comes of it is clean. Everything that is hidden in them says CANARY, so that it is known again wherever it should not be.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import count
from typing import Any, Literal

from PIL import Image, ImageCms, PngImagePlugin

Verdict = Literal["taken", "refused", "either"]
Case = tuple[str, bytes, Verdict]

CANARY = b"CANARY"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert('CANARY')</script>"
PHP = b"<?php system('CANARY'); ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="CANARY()"><image href="file:///etc/passwd"/></svg>'
_SHADES = count(1)


def corpus(*, flips: int = 10, cuts: int = 10, seed: int = 7) -> list[Case]:
    """All of them; `flips` and `cuts` are how often each whole picture is damaged and cut short."""
    chance = random.Random(seed)
    return [
        *_tiny(),
        *_posing(),
        *_whole(),
        *_png_headers(),
        *_png_chunks(),
        *_png_bombs(),
        *_jpeg_headers(),
        *_jpeg_segments(),
        *_webp(),
        *_metadata(),
        *_polyglots(),
        *_cut(cuts),
        *_flipped(flips, chance),
    ]


# -- pictures to begin with


def drawn(mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    """A small picture unlike the others of this run: the same bytes would be the first asset."""
    shade = next(_SHADES)
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.putpixel((0, 0), (shade % 256, shade // 256 % 256, 77))
    image.putpixel((5, 5), (shade * 7 % 256, 200, 10))
    return image.convert(mode)


def saved(format: str, image: Image.Image | None = None, **how: Any) -> bytes:
    out = io.BytesIO()
    (drawn() if image is None else image).save(out, format, **how)
    return out.getvalue()


def chunk(kind: bytes, body: bytes = b"", *, crc: int | None = None, length: int | None = None) -> bytes:
    """A PNG chunk, its checksum and length right unless said otherwise."""
    told = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body) if length is None else length) + kind + body + struct.pack(">I", told)


def header(width: int = 8, height: int = 8, *rest: int) -> bytes:
    depth, colour, compression, filter, interlace = (*rest, *(8, 2, 0, 0, 0)[len(rest) :])
    return chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, compression, filter, interlace)
    )


def rows(width: int = 8, height: int = 8, channels: int = 3) -> bytes:
    shade = next(_SHADES)
    line = b"\0" + bytes((shade + at) % 256 for at in range(width * channels))
    return zlib.compress(line * height)


END = chunk(b"IEND")


def png(*chunks: bytes) -> bytes:
    return SIGNATURE + b"".join(chunks)


def segment(marker: int, body: bytes, *, length: int | None = None) -> bytes:
    """A JPEG segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2 if length is None else length) + body


def after_soi(*segments: bytes) -> bytes:
    """A whole JPEG with segments put in right at its beginning."""
    whole = saved("JPEG")
    return whole[:2] + b"".join(segments) + whole[2:]


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def piece(kind: bytes, body: bytes, *, size: int | None = None) -> bytes:
    return kind + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


# -- kinds of harm


def _tiny() -> Iterator[Case]:
    starts = {"PNG": SIGNATURE, "JPEG": b"\xff\xd8\xff", "WebP": b"RIFF\x04\0\0\0WEBP"}
    yield "no byte", b"", "refused"
    yield "one byte", b"\x89", "refused"
    yield "a kilobyte of zeros", bytes(1024), "refused"
    yield "a kilobyte of ones", b"\xff" * 1024, "refused"
    for name, start in starts.items():
        yield f"{name}: signature alone", start, "refused"
        yield f"{name}: half a signature", start[: len(start) // 2], "refused"
        yield f"{name}: signature and zeros", start + bytes(500), "refused"
        yield f"{name}: signature and noise", start + random.Random(1).randbytes(500), "refused"
        yield f"{name}: a byte before it", b"\n" + saved(name), "refused"


def _posing() -> Iterator[Case]:
    """Other formats under their own face, and behind the first bytes of a PNG or a JPEG."""
    for format in ("GIF", "TIFF", "BMP", "ICO", "PPM", "TGA", "PCX", "SGI", "DDS", "ICNS", "JPEG2000"):
        mode = "RGBA" if format in ("ICO", "ICNS") else "RGB"
        yield f"posing: {format}", saved(format, drawn(mode, (32, 32))), "refused"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../../CANARY", "x")
    fits = b"".join(
        line.ljust(80)
        for line in (
            b"SIMPLE  = T",
            b"BITPIX  = 8",
            b"NAXIS   = 2",
            b"NAXIS1  = 99999",
            b"NAXIS2  = 99999",
            b"END",
        )
    )
    texts = {
        "SVG": SVG,
        "HTML": b"<!doctype html>" + SCRIPT,
        "PDF": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(CANARY) run\n",
        "FITS": fits.ljust(2880),
        "ZIP": archive.getvalue(),
        "ELF": b"\x7fELF\x02\x01\x01" + bytes(60),
        "PSD": b"8BPS\0\x01" + bytes(40),
        "AVIF": b"\0\0\0\x1cftypavif" + bytes(40),
        "XBM": b"#define a_width 99999\n#define a_height 99999\nstatic char a[] = {0x00};",
        "MVG": b"push graphic-context\nimage over 0,0 0,0 'url(CANARY)'\npop graphic-context",
        "a billion laughs": b'<!DOCTYPE x [<!ENTITY a "CANARY"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        "gzip": b"\x1f\x8b\x08" + bytes(20),
        "PHP": PHP,
    }  # fmt: skip
    for name, content in texts.items():
        yield f"posing: {name}", content, "refused"
        yield f"{name} behind a PNG signature", SIGNATURE + content, "refused"
        yield f"{name} behind a JPEG start", b"\xff\xd8\xff\xe0" + content, "refused"


def _whole() -> Iterator[Case]:
    """Odd, and right: refusing them would be wrong."""
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        image = Image.new(mode, (9, 7), next(_SHADES)) if mode == "I;16" else drawn(mode)
        yield f"PNG {mode}", saved("PNG", image), "taken"
    for depth in (1, 2, 4):
        yield f"PNG of {depth} bits", saved("PNG", drawn("P"), bits=depth), "taken"
    for colour, channels in ((2, 6), (6, 8), (4, 4)):
        made = png(header(8, 8, 16, colour), chunk(b"IDAT", rows(8, 8, channels)), END)
        yield f"PNG of 16 bits, colour type {colour}", made, "taken"
    yield "PNG with a transparent colour", saved("PNG", drawn("P"), transparency=0), "taken"
    for mode in ("L", "CMYK", "RGB"):
        yield f"JPEG {mode}", saved("JPEG", drawn(mode)), "taken"
    for sampling in ("4:4:4", "4:2:2", "4:1:1"):
        yield f"JPEG {sampling}", saved("JPEG", subsampling=sampling), "taken"
    yield "JPEG, progressive", saved("JPEG", progressive=True), "taken"
    yield "JPEG, one pixel", saved("JPEG", drawn(size=(6, 6))), "taken"
    for how in ({"lossless": True}, {"quality": 1}, {"lossless": True, "exact": True}):
        yield f"WebP {how}", saved("WEBP", drawn("RGBA"), **how), "taken"
    passes = (bytes(2), bytes(2), bytes(3), bytes(6), bytes(10), bytes(20), bytes(36))  # Adam7 of 8 x 8
    for name, body, verdict in (("all black", passes, "taken"), ("half of it", passes[:6], "refused")):
        packed = chunk(b"IDAT", zlib.compress(b"".join(body)))
        yield f"PNG, interlaced, {name}", png(header(8, 8, 8, 0, 0, 0, 1), packed, END), verdict
    yield "PNG, all black", saved("PNG", Image.new("RGB", (9, 9))), "taken"
    yield "PNG, long and thin", saved("PNG", drawn(size=(2_000, 6))), "taken"


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


def _metadata() -> Iterator[Case]:
    """What says where and by whom a picture was made, whole and broken: none of it may go out."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x9286] = "CANARY-EXIF"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 29.6), 29: "CANARY-GPS"}
    told = exif.tobytes()
    looped = b"Exif\0\0MM\0*\0\0\0\x08" + b"\0\1\x01\x0e\0\2\xff\xff\xff\xff\0\0\0\x08" + b"\0\0\0\x08"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><CANARY/></x:xmpmeta>"
    for format in ("JPEG", "PNG", "WEBP"):
        for name, how in {
            "EXIF and GPS": {"exif": told},
            "EXIF of noise": {"exif": b"Exif\0\0" + random.Random(2).randbytes(200)},
            "EXIF that comes round": {"exif": looped},
            "a profile": {"icc_profile": profile},
            "a profile of noise": {"icc_profile": b"CANARY" * 50},
            "a profile that lies about its size": {"icc_profile": struct.pack(">I", 2**31) + profile[4:]},
        }.items():
            yield f"{format} with {name}", saved(format, **how), "taken"
        if format != "PNG":
            yield f"{format} with XMP", saved(format, xmp=xmp), "taken"
    for turned in (0, 9, 255, 65_535):
        strange = Image.Exif()
        strange[0x0112] = turned
        yield f"JPEG turned by {turned}", saved("JPEG", exif=strange.tobytes()), "taken"
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "CANARY")
    texts.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
    yield "PNG with texts", saved("PNG", pnginfo=texts), "taken"


def _polyglots() -> Iterator[Case]:
    """Two files in one: a picture, and something that runs where it is taken for that."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("CANARY.txt", "CANARY")
    hidden = {
        "a script": SCRIPT,
        "PHP": PHP,
        "SVG": SVG,
        "an archive": archive.getvalue(),
        "a PDF": b"%PDF-1.4 CANARY",
    }
    for name, what in hidden.items():
        for format in ("JPEG", "PNG", "WEBP"):
            yield f"{format} with {name} behind it", saved(format) + what, "taken"
        yield f"JPEG with {name} in a comment", saved("JPEG", comment=what), "taken"
        inside = png(header(), chunk(b"tEXt", b"c\0" + what), chunk(b"IDAT", rows()), END)
        yield f"PNG with {name} in a text", inside, "taken"
    yield "JPEG with a hundred kilobytes behind it", saved("JPEG") + CANARY * 17_000, "taken"
    yield "PNG behind a JPEG", saved("JPEG") + saved("PNG"), "taken"


def _bases() -> list[tuple[str, bytes]]:
    return [
        ("PNG", saved("PNG")),
        ("JPEG", saved("JPEG")),
        ("WebP", saved("WEBP")),
        ("WebP, lossless", saved("WEBP", lossless=True)),
    ]


def _cut(cuts: int) -> Iterator[Case]:
    for name, whole in _bases():
        for number in range(1, cuts + 1):
            length = len(whole) * number // (cuts + 1)
            yield f"{name} cut after {length} bytes", whole[:length], "refused"
        for missing in (1, 2, 4):
            yield f"{name} without its last {missing} bytes", whole[:-missing], "either"


def _flipped(flips: int, chance: random.Random) -> Iterator[Case]:
    for name, whole in _bases():
        for number in range(flips):
            damaged = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                damaged[chance.randrange(8, len(damaged))] ^= 1 << chance.randrange(8)
            yield f"{name}, damaged ({number})", bytes(damaged), "either"
