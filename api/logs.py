"""Program logs: one JSON object a line on standard error, and nothing in it that must not be there.

1. What is bound (request, studio, generation …) goes into every line that is written meanwhile.
2. An exception is told by its frames and its type; its own words only when it is one of ours, as others quote what they were
   given: a body, a row, a header. Local variables are never told.
3. What is known to be secret, and what looks like a secret of ours, is blotted out of every text at last.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any, Final, TextIO
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import SecretStr

from api.oversight import LogLevel
from api.settings import Settings
from generation.errors import GenerationError
from generation.kling.signing import AccessKeyPair, ApiKey, Credentials
from registry.errors import RegistryError

Line = MutableMapping[str, Any]
BLOT: Final = "(secret)"
_SHORTEST: Final = 6
"""Shorter settings (`x`, `ana`) would blot out words; whoever chooses such a secret has none."""
_SHAPES: Final = re.compile(
    r"continuity_[0-7][0-9a-hjkmnp-tv-z]{25}_[a-z2-7]{40}[0-9a-f]{8}"  # a key of ours
    r"|whsec_[A-Za-z0-9+/=_-]+"  # a webhook secret
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # a token for Kling
    r"|(?<=[?&]X-Amz-Signature=)[0-9a-fA-F]+"
    r"|(?i:(?<=bearer )[^\s\"',;]+)"
    r"|(?<=://)[^/?#\s\"'@]+(?=@)"  # user and password of an address
    r"|(?<=/v1/callbacks/kling/)[^\s\"'?#]+"
    r"|(?<=/v1/relay/)[^\s\"'?#]+"
)


def configure_logging(
    secrets: Iterable[str] = (), *, level: LogLevel = "info", stream: TextIO = sys.stderr
) -> None:
    """Send our lines, and other libraries' warnings, through the same steps. Called again, the later call holds."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_exception,
        Redaction(secrets),
    ]
    render = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*steps, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    others = logging.StreamHandler(stream)
    others.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *steps[3:], render],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *steps[:3]],
        )
    )
    logging.basicConfig(handlers=[others], level=logging.WARNING, force=True)


class Redaction:
    """Blots secrets out of everything a line says: the given ones wherever they stand, ours by their shape."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: Any, _method: str, line: Line) -> Line:
        for name, value in line.items():
            line[name] = self.clean(value)
        return line

    def clean(self, value: Any) -> Any:
        """The same, with its secrets blotted out; what is no plain value is told as its text."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                text = value if self._known is None else self._known.sub(BLOT, value)
                return _SHAPES.sub(BLOT, text)
            case dict():
                return {self.clean(str(name)): self.clean(one) for name, one in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.clean(one) for one in value]
            case _:
                return self.clean(str(value))


def secrets_of(settings: Settings, credentials: Iterable[Credentials] = ()) -> Iterator[str]:
    """Everything secret in the settings: fields marked so, parts of them between commas, passwords in addresses; and in keys
    that were read from a file.
    """
    for one in credentials:
        match one:
            case AccessKeyPair(secret_key=secret) | ApiKey(key=secret):
                yield secret
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(plain, str) and "://" in plain:
            password = urlsplit(plain).password
            yield from (password, unquote(password)) if password else ()
        elif isinstance(value, SecretStr) and name != "keys":  # which is a path, when it is no address
            yield value.get_secret_value()
            parts = value.get_secret_value().split(",")
            yield from (part.strip().partition("=")[2] or part.strip() for part in parts)


def _tell_exception(_logger: Any, _method: str, line: Line) -> Line:
    told = line.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_chain(error))
    return line


def _chain(error: BaseException) -> Iterator[str]:
    """The exception and what led to it, the first cause first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
        yield "then:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}{_words(error)}"
    for inner in getattr(error, "exceptions", ()):
        yield from _chain(inner)


def _words(error: BaseException) -> str:
    """What it says, where that is ours to tell."""
    match error:
        case RegistryError() | GenerationError():
            notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
            return f": {error.code}: {error.message}{notes}"
        case OSError() if error.errno is not None:
            return f": {error.strerror} ({error.errno})"
        case _:
            return ""
