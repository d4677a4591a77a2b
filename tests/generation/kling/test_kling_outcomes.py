"""The outcome table itself, without a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.kling.outcomes import HTTP_OF_CODE, Accepted, Answer, Duplicate, Rejected, Unknown, classify
from tests.generation.kling.scripted import EXTERNAL, created, envelope

LOAD = [1302, 1303]
ACCOUNT = [1000, 1001, 1002, 1003, 1004, 1100, 1101, 1102, 1103, 1304]
FINAL = [1200, 1201, 1202, 1203, 1300, 1301]


def outcome(http: int, raw: bytes, broken: str = ""):
    return classify(Answer(http, raw, broken), external_task_id=EXTERNAL)


def test_every_published_code_has_one_row() -> None:
    """The codes of contract section 8 below 5000 are exactly the three kinds of refusal."""
    assert sorted(HTTP_OF_CODE) == sorted(LOAD + ACCOUNT + FINAL)


@pytest.mark.parametrize("under_200", [False, True])
@pytest.mark.parametrize("code", LOAD + ACCOUNT + FINAL)
def test_a_known_code_is_a_refusal_of_its_kind(code, under_200) -> None:
    """A code means the same under its own status and under 200 (contract K3), and keeps the vendor's words."""
    http = 200 if under_200 else HTTP_OF_CODE[code]
    kind = "load" if code in LOAD else "account" if code in ACCOUNT else "final"
    assert outcome(http, envelope(code, "why")) == Rejected(kind, http, code, "why", "r-1")


@pytest.mark.parametrize("http", [300, 302, 307, 308, 408, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("raw", [b"", b"<html>", envelope(1303), envelope(5000), created()])
def test_these_statuses_are_unknown_whatever_the_body_says(http, raw) -> None:
    """Behind a 5xx, 408 or 3xx the create may have happened, even if the body names a harmless code."""
    assert outcome(http, raw) == Unknown(f"HTTP {http}", alarm=False)


@pytest.mark.parametrize(
    ("http", "raw"),
    [
        (400, envelope(1303)),
        (403, envelope(1102)),
        (429, envelope(1201)),
        (401, envelope(0)),
        (201, created()),
        (200, envelope(5000)),
        (200, envelope(7777)),
        (418, envelope(1303)),
        (413, b"<html>too large</html>"),
        (429, b""),
        (204, b""),
    ],
)
def test_what_is_not_in_the_table_is_unknown_with_an_alarm(http, raw) -> None:
    """A combination nobody has described is never guessed at; a person reads it."""
    assert outcome(http, raw).alarm is True


@pytest.mark.parametrize(
    "message",
    [
        f"External_task_id {EXTERNAL} already exists",
        f"{EXTERNAL.upper()} 已存在",
        "external_task_id already exists",
    ],
)
def test_a_1201_about_our_id_is_a_duplicate(message) -> None:
    """The vendor has the id already: that is a task to adopt, not a refusal."""
    assert outcome(400, envelope(1201, message)) == Duplicate(message, "r-1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'{"code":"0"}',
        b'{"code":true}',
        b'{"code":0',
        b"\xff\xfe",
        b"[" * 5000,
        envelope(0),
        envelope(0, data=[]),
        envelope(0, data={"task_id": ""}),
        envelope(0, data={"task_info": {"external_task_id": EXTERNAL}}),
        envelope(0, data={"task_id": "1", "task_info": {"external_task_id": ""}}),
        envelope(0, data={"task_id": "1", "task_info": []}),
    ],
)
def test_a_200_that_does_not_prove_acceptance_is_unknown(raw) -> None:
    """No id, no echo, no JSON or half of it: the look-up decides, not a guess."""
    assert isinstance(outcome(200, raw), Unknown)


def test_a_body_that_broke_off_decides_nothing() -> None:
    """A status whose body was cut is Unknown even if the bytes so far would parse."""
    assert isinstance(outcome(200, created(), broken="ReadError"), Unknown)
    assert isinstance(outcome(429, envelope(1303), broken="ReadError"), Unknown)


def test_success_has_many_words_and_unknown_fields() -> None:
    """Only code, id and echo count: the message varies (contract K12), fields are added, ids may be numbers."""
    raw = (
        b'{"code":0,"data":{"task_id":830000000000000001,"new":{"x":1},"created_at":"soon",'
        b'"task_info":{"external_task_id":"' + EXTERNAL.encode() + b'","y":2}}}'
    )
    assert outcome(200, raw) == Accepted("830000000000000001", "")


@given(http=st.integers(100, 999), raw=st.binary(max_size=60))
def test_no_bytes_crash_the_reading(http, raw) -> None:
    """Whatever arrives, there is an outcome, and noise is never taken for acceptance."""
    assert isinstance(outcome(http, raw), Unknown)


def test_the_reason_says_what_was_seen() -> None:
    """Whoever reads an unknown outcome learns status, code and the vendor's words, as many as fit; and whether to look at all."""
    other = "s-01jc0000000000000000000009"
    echoed = envelope(0, data={"task_id": "1", "task_info": {"external_task_id": other}})
    silent = envelope(0, data={"task_id": "1"})
    for http, raw, reason, alarm in (
        (200, b"", "HTTP 200 without a readable answer", False),
        (404, b"", "HTTP 404 without a readable answer", True),
        (201, created(), "code 0 under HTTP 201", True),
        (200, envelope(0), "code 0 without a task id", False),
        (200, silent, f"task 1 without an echo of {EXTERNAL}", False),
        (200, echoed, f"task 1 echoes '{other}', not {EXTERNAL}", True),
        (400, envelope(1303, "w" * 201), f"code 1303 under HTTP 400: {'w' * 200}", True),
        (200, envelope(7777, "w" * 201), f"code 7777: {'w' * 200}", True),
    ):
        assert outcome(http, raw) == Unknown(reason, alarm=alarm)
    assert outcome(200, created(), "ReadError") == Unknown(
        "HTTP 200, but its body is not whole: ReadError", alarm=False
    )


@pytest.mark.parametrize(
    ("http", "unknown"),
    [
        (299, False),
        (300, True),
        (399, True),
        (400, False),
        (407, False),
        (408, True),
        (499, False),
        (500, True),
    ],
)
def test_where_the_statuses_end(http, unknown) -> None:
    """3xx, 408 and 5xx say nothing, whatever the body; the ones beside them are read."""
    assert (outcome(http, envelope(7777)) == Unknown(f"HTTP {http}")) == unknown


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        ("external_task_id already exists", True),
        ("EXTERNAL_TASK_ID ALREADY EXISTS", True),
        ("external_task_id is too long", False),
        ("model_name already exists", False),
        ("", False),
    ],
)
def test_only_words_about_our_id_make_a_duplicate(message, ours) -> None:
    """Another invalid value is a refusal for good: nothing was accepted, and nothing is looked for."""
    assert isinstance(outcome(400, envelope(1201, message)), Duplicate) == ours
    assert isinstance(outcome(400, envelope(1200, f"{EXTERNAL} already exists")), Rejected)


def test_an_answer_without_its_words_is_still_one() -> None:
    """Neither message nor request id need be there."""
    assert outcome(429, b'{"code":1303}') == Rejected("load", 429, 1303, "", "")
    assert outcome(400, b'{"code":1201,"message":"external_task_id already exists"}').request_id == ""  # type: ignore[union-attr]
