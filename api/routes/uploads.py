"""Receiving a file: streamed from the socket into an unnamed temporary file, never whole in memory, never beyond the cap.

Both ways are taken: `multipart/form-data` with a part `file` (RFC 7578), and the bytes as the body itself.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from api.errors import Web, invalid
from api.refusals import MalformedBody, TooLarge
from registry.errors import BlobStoreDown

_FIELD_BYTES: Final = 64 * 1024
FIELDS: Final = ("label", "kind")
_MOST_LISTED: Final = 200
"""Of each list so many parts are read."""
_MULTIPART: Final = (
    "send multipart/form-data whole: the boundary named in Content-Type, a part named file, the closing boundary;"
    " or the file's bytes as the body itself, with its own Content-Type"
)


@dataclass
class Upload:
    """What came: the bytes, and the words beside them."""

    file: BinaryIO
    words: dict[str, str] = field(default_factory=dict)
    size: int = 0
    has_file: bool = False

    def sha256(self) -> str:
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha256").hexdigest()  # type: ignore[arg-type]

    def write(self, chunk: bytes | bytearray) -> None:
        try:
            self.file.write(chunk)
        except OSError as failed:
            raise _no_room(failed) from failed
        self.size += len(chunk)


@contextmanager
def new_upload() -> Iterator[Upload]:
    """An empty upload; its file is gone afterwards."""
    try:
        file = TemporaryFile()  # noqa: SIM115 - closed below, whatever happens
    except OSError as failed:
        raise _no_room(failed) from failed
    with file:
        yield Upload(file)


async def receive(
    request: Web,
    upload: Upload,
    *,
    most: int,
    fields: Collection[str] = FIELDS,
    lists: Collection[str] = (),
) -> None:
    """Fill the upload from the request; `fields` are the words that may come beside the file, those of `lists` once for each.

    Raises TooLarge, MalformedBody, InvalidRequest and BlobStoreDown.
    """
    kind, options = request.content_type
    if (request.content_length or 0) > most + _FIELD_BYTES:
        raise _too_large(most)
    if kind == "multipart/form-data":
        await _parts(request, _Parts(upload, fields, lists), boundary=options.get("boundary", ""), most=most)
    else:
        async for chunk in request.stream():
            upload.write(chunk)
            if upload.size > most:
                raise _too_large(most)
        upload.has_file = (
            upload.size > 0 or "content-type" in request.headers
        )  # an empty file is one all the same
    if not upload.has_file:
        message = "no file came with the request: send it as the part 'file' of a form, or as the body itself"
        raise invalid([{"path": "$.file", "message": message, "value": None}])
    upload.file.flush()


async def _parts(request: Web, reader: _Parts, *, boundary: str, most: int) -> None:
    try:
        parser = PushMultipartParser(boundary, max_segment_size=most, max_segment_count=reader.most_parts)
        async for chunk in request.stream():
            if chunk:
                for event in parser.parse(chunk):
                    reader.take(event)
        parser.close()
    except ParserLimitReached as refused:
        raise _too_large(most) from refused
    except (MultipartError, UnicodeDecodeError) as refused:
        raise MalformedBody(f"the multipart body cannot be read: {refused}", hint=_MULTIPART) from refused


class _Parts:
    """Sorts the parser's events: the file goes to disk, the words into memory."""

    def __init__(self, upload: Upload, fields: Collection[str], lists: Collection[str]) -> None:
        self._upload, self._fields, self._lists = upload, fields, lists
        self._name = ""
        self._held = bytearray()
        self.most_parts = 2 * (1 + len(fields)) + 2 + _MOST_LISTED * len(lists)
        """One sent twice or misnamed is told; a form of many more is not read on."""

    def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if event is None:
            self._end()
        elif isinstance(event, MultipartSegment):
            self._begin(event.name or "")
        elif self._name == "file":
            self._upload.write(event)
        else:
            self._held += event
            if len(self._held) > _FIELD_BYTES:
                raise _too_large(_FIELD_BYTES, what=f"the field {self._name!r}")

    def _begin(self, name: str) -> None:
        if name not in ("file", *self._fields):
            message = f"{name!r} is no field of an upload; known are: {', '.join(('file', *self._fields))}"
            raise invalid([{"path": f"$.{name}", "message": message, "value": None}])
        twice = name in self._upload.words and name not in self._lists
        if twice or (name == "file" and self._upload.has_file):
            raise invalid([{"path": f"$.{name}", "message": "sent twice", "value": None}])
        self._name = name

    def _end(self) -> None:
        if self._name == "file":
            self._upload.has_file = True
        else:
            said = [self._upload.words.get(self._name, ""), bytes(self._held).decode()]
            self._upload.words[self._name] = ",".join(filter(None, said))
        self._held.clear()


def _too_large(most: int, what: str = "the file") -> TooLarge:
    return TooLarge(f"{what} has more than {most} bytes", hint=f"send at most {most} bytes")


def _no_room(failed: OSError) -> BlobStoreDown:
    why = "no room left" if failed.errno == errno.ENOSPC else failed.strerror or str(failed)
    return BlobStoreDown(f"the upload cannot be kept: {why}", hint="free space in the temporary folder")
