"""Document intake: is this a whole PDF, or plain text? Nothing inside is interpreted, now or later."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO, Final, Literal

from registry.blobs.digest import chunks_of
from registry.errors import NotADocument

_TAIL: Final = 2048
_MARKUP: Final = re.compile(rb"\s*<[A-Za-z!?/]")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HINT: Final = "send a complete PDF, or plain text in UTF-8 without markup"
MEDIA_TYPES: Final = {"pdf": "application/pdf", "text": "text/plain"}


def read_document(file: BinaryIO, form: Literal["pdf", "text"]) -> str:
    """The media type of a whole document. Raises NotADocument for one cut short, markup, and what is no text."""
    checks: dict[str, Callable[[BinaryIO], None]] = {"pdf": _check_pdf, "text": _check_text}
    checks[form](file)
    return MEDIA_TYPES[form]


def _check_pdf(file: BinaryIO) -> None:
    """A PDF ends with where its table stands and `%%EOF` (ISO 32000-2, section 7.5.5)."""
    end = file.seek(0, 2)
    file.seek(max(0, end - _TAIL))
    tail = file.read(_TAIL)
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise NotADocument(f"it begins like a PDF and is cut short at byte {end}", hint=_HINT)


def _check_text(file: BinaryIO) -> None:
    decode = codecs.getincrementaldecoder("utf-8")()
    at = 0
    for chunk in chunks_of(file):
        if at == 0 and _MARKUP.match(chunk.removeprefix(codecs.BOM_UTF8)):
            raise NotADocument(f"the file begins with {chunk[:12]!r}, which is markup", hint=_HINT)
        try:
            text = decode.decode(chunk)
        except UnicodeDecodeError as odd:
            raise NotADocument(f"it is no text: byte {at + odd.start} is no UTF-8", hint=_HINT) from None
        if found := _CONTROL.search(text):
            raise NotADocument(f"it is no text: it holds the control character {found[0]!r}", hint=_HINT)
        at += len(chunk)
    try:
        decode.decode(b"", final=True)
    except UnicodeDecodeError:
        raise NotADocument(f"its last character is cut short at byte {at}", hint=_HINT) from None
