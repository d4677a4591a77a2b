"""JSON from outside is read in one way or refused, and the refusal says where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.events.strict import DEEPEST, MOST_VALUES, JsonRefused, read_strictly
from tests.proof import times

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab:\"\\ ", max_size=4), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
REFUSED: dict[str, tuple[bytes, str, list[str]]] = {
    "nothing": (b"", "malformed", ["line 1 column 1"]),
    "half an object": (b'{"a": 1,\n "b"', "malformed", ["line 2 column 5"]),
    "two documents": (b"1 2", "malformed", ["line 1 column 3"]),
    "a trailing comma": (b"[1,]", "malformed", ["line 1 column 3"]),
    "a comment": (b"[1] // x", "malformed", ["line 1 column 5"]),
    "NaN": (b'{"a": NaN}', "malformed", ["line 1 column 7"]),
    "Infinity": (b"[-Infinity]", "malformed", ["line 1 column 3"]),
    "beyond floats": (b"[1e400]", "malformed", ["line 1 column 2"]),
    "a number of 5,000 digits": (b"1" * 5_000, "malformed", ["line 1 column 1"]),
    "a lone surrogate": (b'{"a": "\\ud800"}', "malformed", ["line 1 column 8"]),
    "surrogates the wrong way round": (b'"\\udc00\\ud800"', "malformed", ["line 1 column 2"]),
    "no UTF-8": (b'"\xff"', "malformed", ["line 1 column 1"]),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "malformed", ["line 1 column 1"]),
    "a byte order mark": (b"\xef\xbb\xbf{}", "malformed", ["line 1 column 1"]),
    "a control character": (b'"a\nb"', "malformed", ["line 1 column 3"]),
    "one level too many": (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "malformed", ["$"]),
    "a tower": (b'{"a":' * 500 + b"1" + b"}" * 500, "malformed", ["$"]),
    "too deep for the parser": (b"[" * 100_000, "malformed", ["line 1 column 1026"]),
    "too many values": (b"[" + b"0," * MOST_VALUES + b"0]", "too-large", ["$"]),
    "a name twice": (b'{"a": 1, "a" : 1}', "invalid", ["$..a"]),
    "a name twice, once escaped": (b'{"a": 1, "\\u0061": 2}', "invalid", ["$..a"]),
    "names twice, deep, beside a text like one": (b'[{"x": {"b":1,"b":2,"c":"\\":"}, "c":1,"c":2}]', "invalid", ["$..b", "$..c"]),
    "an integer too large": (b'{"a": [1, 9223372036854775808]}', "invalid", ["$.a[1]"]),
    "one too small": (b"-9223372036854775809", "invalid", ["$"]),
    "a very long one": (b'{"a": 1' + b"0" * 300 + b', "b": 18446744073709551616}', "invalid", ["$.a", "$.b"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_be_read_in_two_ways_is_refused_with_its_place(case: str) -> None:
    """No JSON, too much of it, a name that stands twice, a number nobody can hold: refused, all places at once."""
    raw, kind, places = REFUSED[case]
    with pytest.raises(JsonRefused) as refused:
        read_strictly(raw)
    assert (refused.value.kind, [error["path"] for error in refused.value.errors]) == (kind, places)
    assert len(json.dumps(refused.value.errors)) < 1_000


@pytest.mark.parametrize(
    "raw",
    [b"null", b"[" * DEEPEST + b"]" * DEEPEST, b'{"a:": ":", "b": "\\": ", "c" : 1e30}', b"[9223372036854775807,-0.0]"],
)  # fmt: skip
def test_what_says_one_thing_is_read(raw: bytes) -> None:
    """The deepest nesting, texts that look like names, large floats and the largest integer pass as they are."""
    assert read_strictly(raw) == json.loads(raw)


@settings(max_examples=times(150), deadline=None)
@given(VALUES, st.booleans())
def test_it_reads_as_others_do(value: Any, spaced: bool) -> None:
    """Whatever can be stored is read as the standard library reads it, however it is spaced."""
    raw = json.dumps(value, ensure_ascii=False, indent=1 if spaced else None).encode()
    assert read_strictly(raw) == json.loads(raw)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("ab: \"\\\u00e9", max_size=3), min_size=1, max_size=6), st.sampled_from(["", " ", "\n"]))  # fmt: skip
def test_every_twin_is_found(names: list[str], space: str) -> None:
    """A name that stands twice is found, whatever characters it has and however it is written."""
    raw = "{" + ",".join(f"{json.dumps(name)}{space}: {json.dumps(name)}" for name in names) + "}"
    twice = sorted({name for name in names if names.count(name) > 1})
    if not twice:
        assert read_strictly(raw.encode()) == {name: name for name in names}
        return
    with pytest.raises(JsonRefused) as refused:
        read_strictly(raw.encode())
    assert [error["path"] for error in refused.value.errors] == [f"$..{name}" for name in twice]
