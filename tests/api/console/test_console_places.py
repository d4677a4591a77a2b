"""How ids become names that lead somewhere."""

from __future__ import annotations

import pytest

from api.console.places import linked, place_of, told, typed

MINA, CLIP, CONSENT = (f"{kind}_01jd0k4m5vf2s8m1q3x7w9y2ab" for kind in ("character", "clip", "consent"))
NAMES = {MINA: "Mina <b>"}


def test_a_sentence_is_told_with_names() -> None:
    """Each id becomes a link, by its name or its kind and end; everything else stands as it was written, and is escaped."""
    text = f"{MINA} was cast & <i>{CLIP}</i>."
    assert told(text, NAMES) == (
        f'<a href="/console/characters/{MINA}" title="{MINA}">Mina &lt;b&gt;</a> was cast &amp; &lt;i&gt;'
        f'<a href="/console/clips/{CLIP}" title="{CLIP}">clip …w9y2ab</a>&lt;/i&gt;.'
    )


def test_a_kind_is_not_said_twice() -> None:
    """Where the sentence says it, the end of the id is enough."""
    assert told(f"The consent {CONSENT} was granted.") == (
        f'The consent <span title="{CONSENT}">…w9y2ab</span> was granted.'
    )


@pytest.mark.parametrize("thing", [CONSENT, "operator", "clip_1", f"{CLIP} ", f"{MINA}/../keys", ""])
def test_what_has_no_page_is_no_link(thing: str) -> None:
    """Nor is what only looks like an id."""
    assert place_of(thing) == ""
    assert "<a" not in linked(thing)


def test_a_type_in_words() -> None:
    """As people say it."""
    assert typed("ClipRecorded") == "clip recorded"
