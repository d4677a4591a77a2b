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

from PIL import Image, ImageCms, PngImagePlugin

from tests.registry.blobs.hostile_bytes import (
    CANARY,
    END,
    SHADES,
    SIGNATURE,
    Case,
    chunk,
    drawn,
    header,
    png,
    rows,
    saved,
)
from tests.registry.blobs.hostile_structure import structures

SCRIPT = b"<script>alert('CANARY')</script>"
PHP = b"<?php system('CANARY'); ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="CANARY()"><image href="file:///etc/passwd"/></svg>'


def corpus(*, flips: int = 10, cuts: int = 10, seed: int = 7) -> list[Case]:
    """All of them; `flips` and `cuts` are how often each whole picture is damaged and cut short."""
    chance = random.Random(seed)
    return [
        *_tiny(),
        *_posing(),
        *_whole(),
        *structures(),
        *_metadata(),
        *_polyglots(),
        *_cut(cuts),
        *_flipped(flips, chance),
    ]


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
        image = Image.new(mode, (9, 7), next(SHADES)) if mode == "I;16" else drawn(mode)
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
