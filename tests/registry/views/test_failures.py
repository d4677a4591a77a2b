"""What came to nothing, and what the provider had said."""

from __future__ import annotations

from registry.deciders.generation import EndGeneration
from registry.deciders.minting import EndMint
from registry.views import failures
from registry.views.failures import Ends
from tests.registry.log.opened import STUDIO, Opened, new_id
from tests.registry.log.story import noted, requested
from tests.registry.views.bound import FIRST, bind


def ends(told: Opened, newest: int = failures.NEWEST) -> Ends:
    with told.registry.reading() as connection:
        return failures.ends(connection, STUDIO, newest=newest)


def test_what_was_delivered_is_no_failure(told: Opened) -> None:
    """Each end counts once, and only the newest are looked at."""
    found = ends(told)
    assert found.counts == {"failed": 1, "delivered": 1}
    assert [(one.outcome, one.reason, one.code) for one in found.failures] == [
        ("failed", "risk control", None)
    ]
    assert sum(ends(told, newest=1).counts.values()) == 1


def test_a_refusal_bears_the_provider_s_code(told: Opened) -> None:
    """The newest refusal's, with production and scene; an element that was not made is a failure too. The newest comes first."""
    generation, submission = new_id("generation"), new_id("submission")
    for step in requested(generation, submission):
        told.handle(*step)
    told.handle(noted(submission, "SubmissionRejected", kind="final", http=400, code=1301, message="no"))
    told.handle(EndGeneration(stream=generation, outcome="refused", reason="no"))
    bind(told)
    told.handle(EndMint(stream=FIRST, outcome="failed", reason="a blurred face"))
    mint, refused, _ = ends(told).failures

    assert (mint.id, mint.reason, mint.code) == (FIRST, "a blurred face", None)
    assert (refused.id, refused.submission, refused.code) == (generation, submission, 1301)
    assert refused.production
    assert refused.scene
