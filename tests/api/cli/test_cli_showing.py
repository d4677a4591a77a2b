"""How cards look to a person."""

from __future__ import annotations

from rich.console import Console

from api.cli.showing import fields


def test_every_moment_of_a_card_is_shown_as_utc() -> None:
    """A moment is told as day and hour also where it lies in a list of a card, as a consent's end does."""
    card = {"registered_at": 0, "consents": [{"id": "consent_1", "ends_at": 1_000_000, "revoked_at": None}]}
    with (console := Console(width=200)).capture() as shown:
        console.print(fields(card))

    assert "1970-01-01 00:00:00Z" in shown.get()
    assert "id: consent_1, ends_at: 1970-01-01 00:00:01Z" in shown.get()
