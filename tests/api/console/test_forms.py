"""What a form says, as JSON."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.forms import body_of
from api.refusals import MalformedBody

NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs",)), min_size=1, max_size=20)
BODIES = st.recursive(
    TEXTS | st.integers(-(10**18) + 1, 10**18 - 1) | st.just(True) | st.just(False) | st.none(),
    lambda inner: (
        st.dictionaries(NAMES, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def written(value: Any, path: str) -> list[tuple[str, str]]:
    """The fields that say a value at a place."""
    match value:
        case dict():
            return [field for name, inner in value.items() for field in written(inner, f"{path}.{name}")]
        case list():
            return [field for place, inner in enumerate(value) for field in written(inner, f"{path}.{place}")]
        case bool():
            return [(f"{path}:{'yes' if value else 'no'}", "on")]
        case int():
            return [(f"{path}:number", str(value))]
        case None:
            return [(f"{path}:null", "")]
        case _:
            return [(path, value)]


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


@given(st.dictionaries(NAMES, BODIES, max_size=4).filter(lambda body: depth(body) < 9))
def test_a_form_says_any_body(body: dict[str, Any]) -> None:
    """Whatever a body of the API holds, fields can say it, and say just that."""
    fields = [field for name, value in body.items() for field in written(value, name)]
    assert body_of(fields) == body


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=8))
def test_no_form_breaks_the_reader(fields: list[tuple[str, str]]) -> None:
    """Any fields are a body or a refusal."""
    with suppress(MalformedBody):
        body_of(fields)


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ([("name", ""), ("look", "winter")], {"look": "winter"}),
        ([("description:kept", "")], {"description": ""}),
        ([("duration:number", "5 s")], {"duration": "5 s"}),
        ([("at_us:seconds", "1:05.5")], {"at_us": 65_500_000}),
        ([("at_us:seconds", "soon")], {"at_us": "soon"}),
        ([("voice:whether", "yes"), ("minor:whether", "no")], {"voice": True, "minor": False}),
        (
            [("ends_at:day", "2026-12-24"), ("expires_at:until", "1970-01-01")],
            {"ends_at": "2026-12-24T00:00:00Z", "expires_at": 86_400_000_000},
        ),
        (
            [("ends_at:day", "Christmas"), ("expires_at:until", "never")],
            {"ends_at": "Christmas", "expires_at": "never"},
        ),
        ([("aliases:whole", ""), ("roles:each", "")], {"aliases": [], "roles": []}),
        ([("aliases:lines", "mina\r\n\r\n  미나 ")], {"aliases": ["mina", "미나"]}),
        ([("territories:words", "DE, KR,,")], {"territories": ["DE", "KR"]}),
        ([("aliases:whole", "")], {"aliases": []}),
        ([("ends_at:day", "2030-02-01")], {"ends_at": "2030-02-01T00:00:00Z"}),
        ([("ends_at:day", "soon")], {"ends_at": "soon"}),
        ([("minor:whether", "no"), ("delete:whether", "yes")], {"minor": False, "delete": True}),
        ([("purposes:each", "draft"), ("purposes:each", "final")], {"purposes": ["draft", "final"]}),
        (
            [("cast.2.character", "jun"), ("cast.0.character", "mina")],
            {"cast": [{"character": "mina"}, {"character": "jun"}]},
        ),
    ],
)
def test_what_fields_mean(fields: list[tuple[str, str]], body: dict[str, Any]) -> None:
    """Empty fields say nothing, kinds say how a text is meant, numbered places are a list without gaps."""
    assert body_of(fields) == body


@pytest.mark.parametrize("name", ["a.b.c.d.e.f.g.h.i", "a b", "name:date", "", "a..b"])
def test_a_name_that_is_no_place_is_refused(name: str) -> None:
    """What cannot be put anywhere is not dropped."""
    with pytest.raises(MalformedBody):
        body_of([(name, "x")])


@pytest.mark.parametrize("second", ["name", "name.first", "name:each"])
def test_one_place_is_said_once(second: str) -> None:
    """Of two fields with one place none wins."""
    with pytest.raises(MalformedBody):
        body_of([("name", "x"), (second, "y")])
