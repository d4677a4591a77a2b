"""Why an aim is missed, where it is: what was found by profiles, in one place, to be read again whenever the figures are.

A reason is looked up by the report's title, by words that the case must hold, and by what was compared.
"""

from __future__ import annotations

from typing import Final

from benchmarks.report import Compared, Report

NOT_KNOWN: Final = "the reason is not known yet"
_HANDLE: Final = "handle / recorder"
_BARE: Final = "ours / bare"
_PEER: Final = "ours / eventsourcing"
_TEN: Final = (
    "the peer writes a further event of a command for about 13 µs, as a row that is given to it ready made; we decide, check, "
    "seal two fields of, hash and project one for about 200 µs of Python"
)
_REQUEST: Final = (
    "a request of ours costs the one Python process 2 to 6 ms: the key is read each time, so that a revocation holds at once, "
    "on a turn in a thread of its own; then rights, query, card, ETag, request line and metrics; the bare handler has one query "
    "and one thread, and checks nothing"
)
_DECODED: Final = (
    "events are parsed and validated into typed objects, sealed words decrypted and positions checked, at 25 to 40 µs an event; "
    "the peer's decoding is as much Python, so a few times its speed is not in reach while both are"
)
_STEPS: Final = (
    "the last clips of a long chain lead on to 130 to 180 edges, and the bare query alone takes half of the aim or more for "
    "those; ours asks once more who approved what, and makes an object of each edge and each thing, at about 1 µs each"
)
_VERIFIED: Final = (
    "each event is encoded and hashed anew from all its columns, and its place and version are checked, in Python; what bounds "
    "it is Python's speed, which on rented machines differs by a factor of two from day to day: 183,000 events/s were seen too"
)
REASONS: Final[tuple[tuple[str, tuple[str, ...], str, str], ...]] = (
    ("Append", ("10 events",), _HANDLE, _TEN),
    (
        "Append",
        ("SQLite", "1 caller,"),
        _HANDLE,
        "the peer's row is two pages of the log and a sync of 50 to 100 µs on this disk; ours are seven pages (four indexes and "
        "the views), and some 600 µs of Python around the transaction: two threads hand over, heads, answers and states are read",
    ),
    (
        "Append",
        ("SQLite",),
        _HANDLE,
        "one commit serves all callers, so what is left is Python: about 200 µs an event and the handing over to and from 8 or "
        "32 threads, in one process with one lock",
    ),
    (
        "Append",
        ("PostgreSQL", "1 caller,"),
        _HANDLE,
        "the peer's call takes about 1 ms; some 600 µs of Python around the transaction come to it in ours",
    ),
    (
        "Append",
        ("PostgreSQL",),
        _HANDLE,
        "one commit serves all callers, and the bare log comes to about four times the peer; views take the rest, and all of it "
        "is Python in one process with one lock",
    ),
    ("Replay and feed", ("replay",), _PEER, _DECODED),
    (
        "Replay and feed",
        ("feed",),
        _PEER,
        f"{_DECODED}; without the folding that its replay has to do, the peer needs 13 to 20 µs",
    ),
    ("Reading over HTTP", (), _BARE, _REQUEST),
    (
        "Reading over HTTP",
        (),
        "ours, p99 / p50",
        "a page of a hundred cards holds the interpreter for milliseconds at a time, and sixteen connections wait for one "
        "process",
    ),
    ("Lineage", (), "ours, p99", _STEPS),
    ("Verifying a log", (), "verify", _VERIFIED),
    (
        "Picture intake",
        ("JPEG",),
        "before the rendition / limit",
        "what does not grow with the file, the search for a twin first of all, takes about as long as reading and hashing one of "
        "a megabyte",
    ),
    (
        "Rebuild",
        (),
        "rebuild, nothing differs",
        "reading and decoding alone stay below the aim; projecting a generation's life writes about a hundred rows, and every "
        "row of both sides is compared",
    ),
)
"""(title, words of the case, what was compared, why); the first that fits counts."""


def reason(report: Report, one: Compared) -> str:
    """The sentence for the page."""
    for title, words, what, why in REASONS:
        if title == report.title and what == one.what and all(word in one.case for word in words):
            return why
    return NOT_KNOWN
