"""How pages say things: moments, amounts, sizes, ids and what the log's words mean to people who make films. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import orjson
from markupsafe import Markup

from api.reporting.lettering import cut
from generation.patterns.naming import called
from generation.prices import priced
from registry.events.ids import ID_SUFFIX
from registry.events.personal import GONE, Erased
from registry.events.personal import known as unsealed

ID: Final = re.compile(rf"\b([a-z]+)_{ID_SUFFIX}\b")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SIZES: Final = (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10))


def moment(us: int | None) -> Markup | str:
    """A moment in microseconds since 1970, as people write it, with the exact one for machines; a dash for none."""
    if us is None:
        return "–"
    at = _EPOCH + timedelta(microseconds=us)
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), f"{at.day} {at:%b %Y, %H:%M} UTC"
    )


def units(amount: str | None) -> str:
    """An amount of Kling's units."""
    if amount is None:
        return "–"
    said = f"{Decimal(amount).normalize():f}"
    return f"{said} unit" if said == "1" else f"{said} units"


def dollars(amount: str | None) -> str:
    """What so many units cost in US dollars, by the price table; whole cents, but for what is less than one."""
    if amount is None:
        return "–"
    said = f"{Decimal(priced(Decimal(amount)).usd).normalize():f}"
    whole, _, rest = said.partition(".")
    return f"${whole}.{rest.ljust(2, '0')}"


def age(us: int) -> str:
    """How long something takes or has taken, in the two units that tell most."""
    minutes = max(0, us) // 60_000_000
    days, hours = minutes // 1_440, minutes // 60
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def size(count: int) -> str:
    """So many bytes."""
    for name, most in _SIZES:
        if count >= most:
            return f"{count / most:.1f} {name}"
    return f"{count} bytes"


def seconds(us: int | None) -> str:
    """A duration in microseconds."""
    if us is None:
        return "–"
    whole = us / 1_000_000
    return f"{whole:.1f} s" if whole < 60 else f"{int(whole // 60)} min {int(whole % 60)} s"


def short(text: str) -> str:
    """An id or a digest, so that a person can tell it from others: its kind and its end."""
    kind, mark, rest = text.rpartition("_")
    return (
        f"{kind}{mark}…{rest[-6:]}" if mark and len(rest) > 8 else f"{text[:12]}…" if len(text) > 16 else text
    )


def written(payload: Any) -> str:
    """A payload for people who want to read it; empty where there is none."""
    return orjson.dumps(payload, option=orjson.OPT_INDENT_2).decode() if payload else ""


def said(word: Any) -> str:
    """A word of the log as a person reads it: `awaiting_approval` is "awaiting approval"."""
    return str(word).replace("_", " ").replace("-", " ")


def sentence(text: str) -> str:
    """What the API says, as it begins a sentence; what begins with an id or the name of a field stays as it is."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text[0].upper() + text[1:] if first.rstrip(",:").isalpha() else text


def field(path: str) -> str:
    """A place in a request (`$.source`) as a form knows it."""
    return path.removeprefix("$.")


def known(text: str | Erased) -> str:
    """A text about people, which may be gone."""
    return unsealed(text, GONE)


def ids_in(text: str) -> set[str]:
    """The ids that a sentence names."""
    return {found[0] for found in ID.finditer(text)}


def named(text: str, names: Mapping[str, str]) -> str:
    """A sentence with names in place of the ids that have one."""
    return ID.sub(lambda found: names.get(found[0], short(found[0])), text)


def timecode(us: int) -> str:
    """A place in a clip, in microseconds from its beginning, as an editor reads it: minutes, seconds, hundredths."""
    hundredths = us // 10_000
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "moment": moment,
    "units": units,
    "dollars": dollars,
    "age": age,
    "size": size,
    "seconds": seconds,
    "short": short,
    "said": said,
    "sentence": sentence,
    "field": field,
    "known": known,
    "named": named,
    "timecode": timecode,
    "cut": cut,
    "pattern": called,
}
