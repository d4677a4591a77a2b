"""Calls from a request to its clip: preview, ask, follow, fetch; and the paid calls behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from api.bodies import CheckedPayload
from api.client.answers import GenerationAnswer, outcome_unknown, read_as
from api.client.errors import OutcomeUnknown, StillRunning
from api.client.pictures import quiet
from api.client.proof import receipt_beside
from api.client.transfer import OnBytes, download
from api.client.waiting import LOOK_SECONDS, PATIENCE_SECONDS, Followed
from api.client.wire import Call, Calls, at
from generation.plan import Preview
from generation.policies import EndFrame
from generation.shot import ShotRequest
from registry.events.submission import Decision
from registry.views.clips import ClipCard, Said
from registry.views.generations import GenerationCard
from registry.views.submissions import SubmissionCard

Shot = ShotRequest | Mapping[str, Any]
"""A parsed request, or its JSON: the service then names all of its problems."""

OnProgress = Callable[[GenerationAnswer], None]


class FilmCalls(Calls):
    """Generations, submissions, clips."""

    def preview_generation(self, request: Shot, *, as_of: int | str | None = None) -> Preview:
        """What would be sent, at which price, and what speaks against it. Nothing is written or spent.

        With `as_of`, a position of the log or a moment (`2026-06-12T18:00:00Z`): what would have been sent then.
        """
        call = Call("POST", at("generations", "preview"), {"as_of": as_of}, json=_body(request))
        return read_as(Preview, self._wire.answer(call).body)

    def check_payload(
        self, endpoint: str, body: Any, *, end_frame_policy: EndFrame | None = None
    ) -> CheckedPayload:
        """What the catalogue says about anybody's body for a Kling endpoint, under the service's policies or the one named."""
        asked = {"endpoint": endpoint, "body": body, "end_frame_policy": end_frame_policy}
        call = Call("POST", at("payloads", "check"), json=asked)
        return read_as(CheckedPayload, self._wire.answer(call).body)

    def request_generation(self, request: Shot, *, idempotency_key: str | None = None) -> GenerationAnswer:
        """Ask for a clip. Raises ContinuityError with every gap and finding when it cannot be made.

        With an `idempotency_key` of your own the call can be repeated later, even by another program, without asking twice.
        """
        answer = self._wire.change("POST", at("generations"), _body(request), key=idempotency_key)
        return read_as(GenerationAnswer, answer)

    def generation(self, generation: str, *, wait: int = 0) -> GenerationAnswer:
        """One generation; with `wait`, its end if that comes within so many seconds (at most 30)."""
        path = at("generations", generation)
        return self._wire.read(GenerationAnswer, path, patience=wait, wait=wait or None)

    def generations(self, *, scene: str | None = None, stage: str | None = None) -> Iterator[GenerationCard]:
        return self._wire.pages(GenerationCard, at("generations"), scene=scene, stage=stage)

    def approve_generation(
        self, generation: str, *, plan_digest: str, ceiling_units: str
    ) -> GenerationAnswer:
        """Approve exactly this plan, up to a price in units; needs a key with the role approver."""
        body = {"plan_digest": plan_digest, "ceiling_units": ceiling_units}
        path = at("generations", generation, "approve")
        return read_as(GenerationAnswer, self._wire.change("POST", path, body))

    def cancel_generation(self, generation: str, reason: str) -> GenerationAnswer:
        """End it before it is sent; after that `note` says that the paid task is followed to its end."""
        path = at("generations", generation, "cancel")
        return read_as(GenerationAnswer, self._wire.change("POST", path, {"reason": reason}))

    def retry_generation(
        self,
        generation: str,
        changes: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> GenerationAnswer:
        """Ask for an ended generation's clip again as a new one, with changes (a JSON merge patch, RFC 7396)."""
        body, path = {"changes": dict(changes or {})}, at("generations", generation, "retry")
        return read_as(GenerationAnswer, self._wire.change("POST", path, body, key=idempotency_key))

    def wait_for_generation(
        self,
        generation: str,
        on_progress: OnProgress = lambda _answer: None,
        *,
        timeout: float | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> GenerationAnswer:
        """Follow a generation to its end, whatever that is; `on_progress` hears every look.

        Raises StillRunning after `timeout` seconds, and OutcomeUnknown when the paid call's outcome has been unknown for
        `patience` seconds on end.
        """
        followed = Followed(
            look=lambda: self.generation(generation, wait=LOOK_SECONDS),
            ended=lambda answer: answer.outcome is not None,
            outcome_unknown=outcome_unknown,
            unknown=_unknown,
            running=_running,
        )
        return followed.to_the_end(
            on_progress, clock=self._wire.manners.clock, timeout=timeout, patience=patience
        )

    def submission(self, submission: str) -> SubmissionCard:
        return self._wire.read(SubmissionCard, at("submissions", submission))

    def submissions(self, *, state: str | None = None) -> Iterator[SubmissionCard]:
        """The paid calls; `state="quarantined"` lists those that wait for a person."""
        return self._wire.pages(SubmissionCard, at("submissions"), state=state)

    def resolve_submission(
        self,
        submission: str,
        decision: Decision,
        *,
        reason: str,
        evidence: str = "",
        task_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> SubmissionCard:
        """Decide about a quarantined paid call; `task_id` is the provider's task to adopt.

        Raises ContinuityError when there is nothing to decide, when the task is not this call's, or when nobody can tell now.
        """
        said = {"decision": decision, "reason": reason, "evidence": evidence, "task_id": task_id}
        path = at("submissions", submission, "resolve")
        return read_as(SubmissionCard, self._wire.change("POST", path, said, key=idempotency_key))

    def clip(self, clip: str) -> ClipCard:
        return self._wire.read(ClipCard, at("clips", clip))

    def clips(
        self, *, scene: str | None = None, shot: str | None = None, verdict: Said | None = None
    ) -> Iterator[ClipCard]:
        """Clips, narrowed to a scene, to the takes of a shot, or by verdict (`approved`, `rejected`, `none`)."""
        return self._wire.pages(ClipCard, at("clips"), scene=scene, shot=shot, verdict=verdict)

    def download_clip(
        self, clip: str, target: Path, *, receipt: bool = True, on_bytes: OnBytes = quiet
    ) -> Path:
        """The clip's bytes in a file, and beside it, in `<file>.receipt.json`, what proves them (`download_receipt`).

        Raises DigestMismatch, and leaves no file then. A receipt that cannot be had now raises too, with the clip in its place.
        """
        written = download(self._wire, at("clips", clip, "content"), target, on_bytes)
        if receipt:
            download(self._wire, at("clips", clip, "receipt"), receipt_beside(written), quiet)
        return written

    def download_poster(self, clip: str, target: Path) -> Path:
        """The clip's first frame as a JPEG."""
        return download(self._wire, at("clips", clip, "poster"), target, quiet)


def _body(request: Shot) -> dict[str, Any]:
    if isinstance(request, ShotRequest):
        return request.model_dump(mode="json", exclude_unset=True)
    return dict(request)


def _unknown(answer: GenerationAnswer) -> OutcomeUnknown:
    paid = answer.submission_card
    if paid is None:
        raise ValueError(f"{answer.id} has no submission whose outcome could be unknown")
    return OutcomeUnknown(answer.id, paid.id, paid.external_task_id, state=paid.state)


def _running(answer: GenerationAnswer) -> StillRunning:
    waits = f" ({answer.waiting_for})" if answer.waiting_for else ""
    return StillRunning(
        "still-running",
        f"{answer.id} has not come to its end: {answer.stage}{waits}",
        f"it goes on without you; follow it with: continuity generations show {answer.id} --follow",
    )
