"""Moments as callers write them (RFC 3339 with an offset) as the log's microseconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def microseconds(moment: str) -> int:
    """Microseconds since 1970.

    Raises ValueError for what is no such text, for a day or an hour that does not exist, and outside of the years 1970 to 9999
    (UTC), which the log cannot count or nobody could be shown again.
    """
    if not _MOMENT.fullmatch(moment):
        raise ValueError("a moment is RFC 3339 with its offset, e.g. 2026-12-01T18:00:00+09:00")
    said = datetime.fromisoformat(moment.upper())
    if not _FIRST <= said <= _LAST:
        raise ValueError("a moment lies in the years 1970 to 9999, UTC")
    return (said - _FIRST) // timedelta(microseconds=1)
