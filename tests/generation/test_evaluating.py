"""The guide's evaluation rule: sync is blamed on a wide framing only by who ruled the shot scale out."""

from __future__ import annotations

import pytest

from generation.errors import VerdictQuestioned
from generation.evaluating import Filmed, scale_ruled_out
from generation.glossary import entry_of
from generation.rules.evaluation import SCALE_FIRST

WIDE, CLOSE = Filmed("wide shot of the café"), Filmed("medium close shot")


def test_sync_on_a_wide_framing_is_questioned_first() -> None:
    """The finding cites the guide, names the framing and both ways out, and is in the glossary under its id."""
    with pytest.raises(VerdictQuestioned) as questioned:
        scale_ruled_out("sync_failure", WIDE, {})

    [finding] = questioned.value.findings
    assert (finding.rule, finding.severity, finding.about) == (SCALE_FIRST, "W", "clip")
    assert "wide shot of the café" in finding.message
    assert finding.cites == ("guide F3.18", "guide F3.19")
    assert any("speech_unreadable" in way for way in finding.alternatives)
    entry = entry_of(SCALE_FIRST)
    assert entry is not None
    assert entry.title == finding.title


def test_a_written_reason_lets_it_stand() -> None:
    """Accepted by its id, and kept with the verdict; an empty reason and another id are none."""
    assert scale_ruled_out("sync_failure", WIDE, {SCALE_FIRST: " read from a crop "}) == "read from a crop"
    for accept in ({SCALE_FIRST: "  "}, {"W204": "no"}):
        with pytest.raises(VerdictQuestioned):
            scale_ruled_out("sync_failure", WIDE, accept)


@pytest.mark.parametrize(
    ("cause", "how"),
    [
        ("sync_failure", CLOSE),
        ("sync_failure", Filmed()),
        ("sync_failure", Filmed(None, "A wide shot, and both mouths stay visible.")),
        ("speech_unreadable", WIDE),
        ("motion", WIDE),
    ],
)
def test_everything_else_is_taken_at_its_word(cause: str, how: Filmed) -> None:
    """A framing that shows lips, an unknown one, and other causes raise nothing, whatever is accepted."""
    assert scale_ruled_out(cause, how, {SCALE_FIRST: "x"}) == ""  # type: ignore[arg-type]


def test_a_prompt_of_ones_own_counts_where_no_framing_is_named() -> None:
    """It was sent as it stands, so it says how wide the shot is."""
    with pytest.raises(VerdictQuestioned, match="too wide"):
        scale_ruled_out("sync_failure", Filmed(None, "An aerial view of two people who argue."), {})
