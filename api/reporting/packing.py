"""An audit bundle as a ZIP: events, proofs, receipts, report and verifier, written one after another into a file.

What it holds and how it is checked stands in `registry.proof.bundle`. The same things under the same checkpoint give the same
bytes: files come in one order and carry no times. Memory stays small however much there is: events go out as they are read, a
clip's report before the next clip is looked at; kept are only positions, and the pictures of the clips that the PDF shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import registry
from api.reporting import pdf
from api.reporting.page import html
from api.reporting.showing import Teller
from api.reporting.told import About, Shown
from registry import reach
from registry.errors import HistoryTampered
from registry.evidence import evidence
from registry.log.feed import raw
from registry.proof.bundle import CHECKPOINT, EVENTS, FORMAT, KEYS, MANIFEST, MEDIA, MEDIA_FOLDER, VERSION
from registry.proof.held import Keyring
from registry.proof.proven import Refuted, canonical_json, told
from registry.proof.receipt import verify_receipt
from registry.proof.statement import Statement
from registry.receipts import Proofs, receipt_of
from registry.registry import Connection
from registry.views import assets, clips

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_CHUNK: Final = 256 * 1024
_ROOT: Final = Path(registry.__file__).parents[1]
_PROOF: Final = (
    "__init__",
    "asking",
    "bundle",
    "held",
    "leaf",
    "note",
    "proven",
    "receipt",
    "statement",
    "tree",
)
_VERIFIER: Final = ("registry/__init__.py", *(f"registry/proof/{one}.py" for one in _PROOF))
_ENDINGS: Final = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}
_MAIN: Final = '''"""Checks this bundle: python verify.py --public-key FILE (Python 3.11 or newer, and `cryptography`)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from registry.proof.asking import check_this_bundle  # noqa: E402

sys.exit(check_this_bundle(Path(__file__).resolve().parent, sys.argv[1:]))
'''
_README: Final = """What the log of a studio says about {about}, and what is needed to check it without the studio.

    python verify.py --public-key FILE     Python 3.11 or newer, and the package `cryptography`

FILE holds the public keys of the studio's checkpoints, one a line, as you have them from elsewhere: keys.txt is here to compare,
and believing it would be believing the bundle. Exit code 0: everything is as it was signed; 1: something was changed, and it says
what; 2: that cannot be told.

Proven are events.jsonl, receipts/ and, by their digests, the clips under media/. report.html and report.pdf are for reading. They
may show real people: pass the bundle on to nobody who has no need of it.
"""


@dataclass(frozen=True)
class Order:
    """What is to be packed: of which thing in which log, with which clips, under which checkpoint, told by whom.

    `reading` gives connections.
    """

    log: str
    thing: str
    clips: list[str]
    proofs: Proofs
    teller: Teller
    reading: Callable[[], AbstractContextManager[Connection]]


@dataclass
class _Zip:
    """A ZIP that keeps the length and digest of each file it takes."""

    opened: ZipFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @contextmanager
    def file(self, name: str, *, packed: bool = True) -> Iterator[Callable[[bytes], None]]:
        """A new file; what is written goes out at once."""
        info = ZipInfo(name, _LONG_AGO)
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info.external_attr = 0o644 << 16
        digest, size = sha256(), 0
        with self.opened.open(info, "w", force_zip64=True) as member:

            def write(content: bytes) -> None:
                nonlocal size
                member.write(content)
                digest.update(content)
                size += len(content)

            yield write
        self.files[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def put(self, name: str, content: bytes, *, packed: bool = True) -> None:
        with self.file(name, packed=packed) as write:
            write(content)

    def copy(self, name: str, source: IO[bytes]) -> None:
        source.seek(0)
        with self.file(name) as write:
            while chunk := source.read(_CHUNK):
                write(chunk)


def pack(order: Order, out: BinaryIO) -> None:
    """Write the bundle. Raises NotFound, BlobError and LogBusy; what is written by then is worth nothing."""
    with order.reading() as connection:
        name = reach.name_of(connection, order.log, order.thing)
    with ZipFile(out, "w") as opened:
        made = _Zip(opened)
        made.put("README.txt", _README.format(about=order.thing).encode())
        made.put(CHECKPOINT, str(order.proofs.note).encode())
        made.put(KEYS, "".join(f"{key}\n" for key in order.proofs.keys).encode())
        proven: set[int] = set()
        statements = [_receipt(order, made, clip, proven) for clip in order.clips]
        _events(order, made, proven)
        _media(order, made, statements)
        _report(order, made, name, statements)
        for file in _VERIFIER:
            made.put(file, (_ROOT / file).read_bytes())
        made.put("verify.py", _MAIN.encode())
        manifest = {"format": FORMAT, "version": VERSION, "about": order.thing, "log": order.log}
        manifest |= {
            "clips": len(statements),
            "size": order.proofs.checkpoint.size,
            "files": dict(made.files),
        }
        made.put(MANIFEST, canonical_json(manifest))


def _events(order: Order, made: _Zip, proven: set[int]) -> None:
    """Every event it rests on, with its path."""
    until = order.proofs.checkpoint.size
    with order.reading() as connection:
        positions = reach.positions_of(
            connection, order.log, order.thing, order.clips, proven=proven, until=until
        )
    with made.file(EVENTS) as write:
        for start in range(0, len(positions), raw.AT_ONCE):
            with order.reading() as connection:
                rows = list(raw.at(connection, order.log, positions[start : start + raw.AT_ONCE]))
            with order.proofs.paths() as path:
                for row in rows:
                    write(canonical_json(told(row, path(row["position"]))) + b"\n")


def _receipt(order: Order, made: _Zip, clip: str, proven: set[int]) -> Statement:
    """A clip's receipt, and what it says: by the verifier itself, so nothing is told that an outsider would not find.

    The positions that it shows come into `proven`. Raises HistoryTampered where a clip's own events contradict each other.
    """
    with order.reading() as connection:
        rows = evidence(connection, order.log, clip, until=order.proofs.checkpoint.size)
    proven.update(row["position"] for row in rows)
    receipt = receipt_of(clip, rows, order.proofs)
    made.put(f"receipts/{clip}.json", receipt)
    try:
        return verify_receipt(receipt, Keyring(order.proofs.keys))
    except Refuted as refused:
        raise HistoryTampered(f"what the log holds of {clip} contradicts itself: {refused}") from None


def _media(order: Order, made: _Zip, statements: Sequence[Statement]) -> None:
    """What each clip and picture is, and which file it has where it is asked for; what is erased has none."""
    pictures: dict[str, None] = {}
    with order.reading() as connection, made.file(MEDIA) as write:
        for said in statements:
            card = clips.clip(connection, order.log, said.clip)
            if not card.erased:
                write(_line(card.id, card.stored))
            found = assets.find_assets(
                connection,
                order.log,
                [one.id for one in said.inputs if one.id.startswith("asset_") and one.id not in pictures],
            )
            pictures |= dict.fromkeys(found)
            for asset, kept in found.items():
                if kept.rendition is not None and not kept.erased:
                    write(_line(asset, kept.rendition))


def _line(thing: str, stored: Any) -> bytes:
    ending = _ENDINGS.get(stored.media_type, "bin")
    line = {"id": thing, "bytes": stored.bytes, "sha256": stored.sha256, "media_type": stored.media_type}
    return canonical_json({**line, "file": f"{MEDIA_FOLDER}{thing}.{ending}"}) + b"\n"


def _report(order: Order, made: _Zip, name: str, statements: Sequence[Statement]) -> None:
    """Pictures go out while the page is made; the page waits in a file of its own, as a ZIP takes one at a time."""
    about = _about(order, name)
    printed: list[Shown] = []
    with TemporaryFile() as page:
        for piece in html(about, _told(order, made, statements, printed)):
            page.write(piece)
        made.copy("report.html", page)
    if pdf.can_write():
        with TemporaryFile() as paper:
            pdf.write_pdf(about, printed, paper)
            made.copy("report.pdf", paper)


def _told(order: Order, made: _Zip, statements: Iterable[Statement], printed: list[Shown]) -> Iterator[Shown]:
    """Each clip; those that the PDF shows stay in `printed`, of the others nothing does."""
    out: set[str] = set()
    for said in statements:
        with order.reading() as connection:
            shown = order.teller.shown(connection, said)
        for picture in (shown.poster, *(source.picture for source in shown.sources)):
            if picture is not None and picture.file is not None and picture.file not in out:
                made.put(picture.file, picture.content, packed=False)
                out.add(picture.file)
        if len(printed) < pdf.MOST_CLIPS:
            printed.append(shown)
        elif order.teller.pictures is not None:
            order.teller.pictures.forget()
        yield shown


def _about(order: Order, name: str) -> About:
    checkpoint = order.proofs.checkpoint
    with order.reading() as connection:
        [last] = raw.at(connection, order.log, [checkpoint.size])
    return About(
        id=order.thing,
        name=name,
        studio=order.log,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        keys=tuple(str(key) for key in order.proofs.keys),
        clips=len(order.clips),
        until=last["recorded_at"],
    )
