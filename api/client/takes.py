"""Calls about takes and cuts: verdicts, remarks, records set right, a scene rehearsed, timelines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.client.answers import read_as
from api.client.pictures import quiet
from api.client.transfer import OnBytes, download
from api.client.wire import Call, Calls, at
from generation.rehearsal import ScenePreview
from registry.events.clip import RejectionCause
from registry.views.clips import ClipCard
from registry.views.continuity import ContinuityCard
from registry.views.notes import NoteCard


class TakeCalls(Calls):
    """What is said of clips, and what becomes of it; verdicts need a key with the role approver."""

    def approve_clip(self, clip: str, *, note: str = "") -> ClipCard:
        """Take the clip into the film."""
        return self._judge(clip, "approve", {"note": note})

    def reject_clip(
        self, clip: str, cause: RejectionCause, reason: str, *, accept: Mapping[str, str] | None = None
    ) -> ClipCard:
        """Turn the take down. Raises ContinuityError with the guide's finding when the shot scale is to be looked at first."""
        return self._judge(clip, "reject", {"cause": cause, "reason": reason, "accept": dict(accept or {})})

    def withdraw_approval(self, clip: str, reason: str) -> ClipCard:
        return self._judge(clip, "withdraw-approval", {"reason": reason})

    def withdraw_clip(self, clip: str, reason: str) -> ClipCard:
        """The clip is not to be used any more; its bytes stay."""
        return self._judge(clip, "withdraw", {"reason": reason})

    def _judge(self, clip: str, what: str, body: dict[str, Any]) -> ClipCard:
        return read_as(ClipCard, self._wire.change("POST", at("clips", clip, what), body))

    def fingerprint_clip(self, clip: str) -> ClipCard:
        """Look at a clip that was kept while nobody could, so that copies of it are found; needs the role asset_writer."""
        return read_as(ClipCard, self._wire.change("POST", at("clips", clip, "fingerprint")))

    def note_on_clip(self, clip: str, text: str, *, at_us: int | None = None) -> NoteCard:
        """Remark on the clip, at a time code in microseconds or on the whole of it; needs the role asset_writer."""
        body = {"text": text, "at_us": at_us}
        return read_as(NoteCard, self._wire.change("POST", at("clips", clip, "notes"), body))

    def notes(self, clip: str) -> Iterator[NoteCard]:
        return self._wire.pages(NoteCard, at("clips", clip, "notes"))

    def correct_continuity(
        self,
        scene: str,
        position: int,
        *,
        reason: str,
        shot: str | None = None,
        framing: str | None = None,
        looks: Mapping[str, str | None] | None = None,
    ) -> ContinuityCard:
        """Set right what the record at a position says; what is None stands."""
        body = {"shot": shot, "framing": framing, "looks": dict(looks or {}), "reason": reason}
        path = at("scenes", scene, "continuity", str(position), "correct")
        return read_as(ContinuityCard, self._wire.change("POST", path, body))

    def preview_scene(
        self,
        scene: str,
        *,
        every: Mapping[str, Any] | None = None,
        shots: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> ScenePreview:
        """Every planned shot compiled without spending; `every` and `shots` (by id) are patches of the shot requests."""
        body = {
            "every": dict(every or {}),
            "shots": {shot: dict(said) for shot, said in (shots or {}).items()},
        }
        call = Call("POST", at("scenes", scene, "preview"), json=body)
        return read_as(ScenePreview, self._wire.answer(call).body)

    def scene_timeline(
        self, scene: str, target: Path, *, rate: str = "24", media: str = "address", on_bytes: OnBytes = quiet
    ) -> Path:
        """The scene's approved takes as an OpenTimelineIO file. Raises ContinuityError (`not-available`) without the extra."""
        path = at("scenes", scene, "timeline.otio")
        return download(self._wire, path, target, on_bytes, rate=rate, media=media)

    def production_timeline(
        self,
        production: str,
        target: Path,
        *,
        rate: str = "24",
        media: str = "address",
        on_bytes: OnBytes = quiet,
    ) -> Path:
        """The same for all scenes of a production."""
        path = at("productions", production, "timeline.otio")
        return download(self._wire, path, target, on_bytes, rate=rate, media=media)
