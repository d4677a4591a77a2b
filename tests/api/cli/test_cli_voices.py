"""`continuity voices mint --preview`: what would be paid for, before it is."""

from __future__ import annotations

import orjson

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, says

SHOWN = {
    **{"sendable": False, "endpoint": "custom-voices", "account": None, "payload": {"voice_name": "Mina"}},
    **{"findings": [], "estimate": {"units": "0.05", "usd": "0.007", "priced_on": "2026-09-20"}},
}


def test_a_preview_shows_price_and_payload(server: Script, run: Run) -> None:
    """With --preview nothing is made: the price and the payload are shown, and that it would not be taken is code 2."""
    server.will(says(SHOWN))

    shown = run(
        "voices", "mint", cards.an_id("character"), "--from-url", "https://a.example/b.wav", "--preview"
    )

    assert ("0.05 units" in shown.stdout, "voice_name" in shown.stdout) == (True, True)
    assert [asked.path for asked in server.asked] == ["/v1/voices/preview"]
    assert orjson.loads(server.asked[0].body)["url"] == "https://a.example/b.wav"
    assert shown.exit_code == 4
