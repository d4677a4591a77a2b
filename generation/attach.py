"""The only place where references become base64: a plan goes in, the bytes of one POST come out, streamed.

A payload holds `blob:asset_…` where Kling wants a picture and `clip:clip_…` where it wants a video URL.
`prepare` works in three steps:

1. *Place*: walk the payload once, write its JSON into fragments (keys sorted: equal plans give equal bytes)
   and leave a gap for each picture. Everything wrong is reported together.
2. *Measure*: read every blob once; check length and digest; hash the wire bytes. Nothing has been sent yet.
3. *Stream*: each iteration of the `WireBody` reads the blobs again in slices and checks them again. JSON ends
   with a fragment after the last picture, so a body whose pictures changed underneath is never completed.

Only the fields named here can hold a reference: a prompt that reads `blob:asset_…` stays a sentence.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import pybase64

from generation.errors import PayloadRefused
from registry.errors import BlobCorrupt

SLICE_BYTES: Final = 255 * 1024
"""Bytes encoded at a time: a multiple of 3, so that no padding appears in mid-stream."""

PICTURE_FIELDS: Final = frozenset({"image_url", "image", "image_tail", "frontal_image"})
VIDEO_FIELDS: Final = frozenset({"video_url", "voice_url"})
TEXT_FIELDS: Final = frozenset(
    {"prompt", "negative_prompt", "element_name", "element_description", "voice_name"}
)
_REFERENCE: Final = re.compile(r"(blob|clip):[A-Za-z0-9_]{1,80}")
_DEEPEST: Final = 32


@dataclass(frozen=True)
class Attachment:
    """What a reference stands for: `ref` as written in the payload, then bytes under a key or (a clip) a URL.

    `bytes` and `sha256` are those of the raw blob as the log has them; `url` is what `clip:` becomes.
    """

    ref: str
    key: str
    sha256: str
    bytes: int
    url: str | None = None


OpenBlob = Callable[[Attachment], AbstractContextManager[Iterator[bytes]]]
"""Opens the bytes of an attachment for one reading, in pieces of any size."""


@dataclass(frozen=True)
class WireBody:
    """The exact bytes of one POST, as often as needed: iterating reads and verifies every blob anew.

    `length` is the Content-Length, `sha256` the wire digest. Iterating raises BlobCorrupt before the last
    fragment when a blob is no longer what was measured, and whatever `open_blob` raises.
    """

    length: int
    sha256: str
    external_task_id: str | None
    _fragments: tuple[bytes | Attachment, ...] = field(repr=False)
    _open_blob: OpenBlob = field(repr=False)

    def __iter__(self) -> Iterator[bytes]:
        return _stream(self._fragments, self._open_blob)


def prepare(
    payload: Mapping[str, Any],
    *,
    attachments: Mapping[str, Attachment],
    extra: Mapping[str, Any],
    open_blob: OpenBlob,
) -> WireBody:
    """Place, measure, and hand back the body. `attachments` is keyed by reference as written.

    `extra` joins at the top (`external_task_id`, `callback_url`); entries that are None are left out. Raises
    PayloadRefused with every finding, BlobCorrupt when a blob is not what the log says, and what `open_blob`
    raises.
    """
    added = {name: value for name, value in extra.items() if value is not None}
    writer = _Writer(attachments)
    writer.findings += [f"{name}: set by the payload and by the sender" for name in added if name in payload]
    external = added.get("external_task_id")
    if external is not None and not isinstance(external, str):
        writer.findings.append("external_task_id: must be text")
    writer.write({**payload, **added}, path="", depth=0)
    if writer.findings:
        raise PayloadRefused(
            f"the payload cannot be written: {'; '.join(writer.findings)}",
            findings=writer.findings,
            hint="compile the plan again; attachments must cover every reference in it",
        )
    fragments = tuple(_joined(writer.pieces))
    digest, length = hashlib.sha256(), 0
    for chunk in _stream(fragments, open_blob):
        digest.update(chunk)
        length += len(chunk)
    return WireBody(length, digest.hexdigest(), external, fragments, open_blob)


class _Writer:
    """Writes JSON into pieces: bytes where the text is known, an Attachment where a picture goes."""

    def __init__(self, attachments: Mapping[str, Attachment]) -> None:
        self._attachments = attachments
        self.pieces: list[bytes | Attachment] = []
        self.findings: list[str] = []

    def write(self, value: Any, *, path: str, depth: int, name: str = "") -> None:
        if depth > _DEEPEST:
            self.findings.append(f"{path[:80]}…: nested deeper than {_DEEPEST}")
        elif isinstance(value, Mapping):
            self._object(value, path, depth)
        elif isinstance(value, list | tuple):
            self._array(value, path, depth, name)
        elif isinstance(value, str) and name not in TEXT_FIELDS and _REFERENCE.fullmatch(value):
            self._reference(value, path, name)
        else:
            self._scalar(value, path)

    def _object(self, value: Mapping[Any, Any], path: str, depth: int) -> None:
        strange = [key for key in value if not isinstance(key, str)]
        self.findings += [f"{path}: key {key!r} is not text" for key in strange]
        mark = b"{"
        for key in sorted(key for key in value if isinstance(key, str)):
            inner = f"{path}.{key}" if path else key
            self.pieces.append(mark)
            self._scalar(key, inner)
            self.pieces.append(b":")
            self.write(value[key], path=inner, depth=depth + 1, name=key)
            mark = b","
        self.pieces.append(b"}" if mark == b"," else b"{}")

    def _array(self, value: list[Any] | tuple[Any, ...], path: str, depth: int, name: str) -> None:
        self.pieces.append(b"[")
        for index, item in enumerate(value):
            if index:
                self.pieces.append(b",")
            self.write(item, path=f"{path}[{index}]", depth=depth + 1, name=name)
        self.pieces.append(b"]")

    def _reference(self, value: str, path: str, name: str) -> None:
        attachment = self._attachments.get(value)
        fields = PICTURE_FIELDS if value.startswith("blob:") else VIDEO_FIELDS
        if name not in fields:
            self.findings.append(f"{path}: {value} cannot stand here")
        elif attachment is None:
            self.findings.append(f"{path}: nothing is attached for {value}")
        elif value.startswith("blob:"):
            self.pieces += [b'"', attachment, b'"']
        elif attachment.url is None:
            self.findings.append(f"{path}: {value} has no URL")
        else:
            self._scalar(attachment.url, path)

    def _scalar(self, value: Any, path: str) -> None:
        if isinstance(value, float) and not math.isfinite(value):  # orjson would write null
            self.findings.append(f"{path}: {value} is not a JSON number")
            return
        try:
            self.pieces.append(orjson.dumps(value))
        except (TypeError, ValueError) as wrong:
            self.findings.append(f"{path}: {type(value).__name__} cannot be written as JSON ({wrong})")


def _joined(pieces: Iterable[bytes | Attachment]) -> Iterator[bytes | Attachment]:
    """Neighbouring text becomes one fragment, so that few writes reach the socket."""
    text: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            text.append(piece)
            continue
        yield b"".join(text)
        yield piece
        text = []
    yield b"".join(text)


def _stream(fragments: Iterable[bytes | Attachment], open_blob: OpenBlob) -> Iterator[bytes]:
    for fragment in fragments:
        if isinstance(fragment, bytes):
            yield fragment
        else:
            yield from _encoded(fragment, open_blob)


def _encoded(attachment: Attachment, open_blob: OpenBlob) -> Iterator[bytes]:
    """One blob as raw base64 (no `data:` prefix, contract R39), checked against its record at the end."""
    digest, seen = hashlib.sha256(), 0
    with open_blob(attachment) as chunks:
        for piece in slices(chunks):
            digest.update(piece)
            seen += len(piece)
            if seen > attachment.bytes:
                break
            yield pybase64.b64encode(piece)
    if seen != attachment.bytes or digest.hexdigest() != attachment.sha256:
        raise BlobCorrupt(
            f"{attachment.ref} is not what was recorded: {seen} bytes read, {attachment.bytes} recorded",
            hint="restore the blob from a backup; no complete body has left, so nothing was accepted",
            key=attachment.key,
        )


def slices(chunks: Iterable[bytes], size: int = SLICE_BYTES) -> Iterator[bytes | memoryview]:
    """The same bytes in pieces of `size`, the last may be shorter. Copies only what straddles two chunks."""
    held = bytearray()
    for chunk in chunks:
        view = memoryview(chunk)
        if held:
            need = size - len(held)
            held += view[:need]
            view = view[need:]
            if len(held) < size:
                continue
            yield bytes(held)
            held.clear()
        whole = len(view) - len(view) % size
        for start in range(0, whole, size):
            yield view[start : start + size]
        held += view[whole:]
    if held:
        yield bytes(held)
