"""Calls about footage that was not made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from api.adopting import Generated
from api.client.answers import AdoptedClip, read_as
from api.client.errors import LocalFailure
from api.client.pictures import quiet
from api.client.transfer import FormBody, OnBytes
from api.client.wire import Call, Calls, at, given
from registry.events.marks import Depiction
from registry.views.clips import ClipCard

_PATIENCE = 60.0
"""Seconds beyond the usual that reading a film may take."""


class AdoptionCalls(Calls):
    """Footage becomes a clip on the word of whoever brings it; needs the role asset_writer."""

    def adopt_clip(  # noqa: PLR0913 - the words of one body
        self,
        file: Path,
        *,
        source: str,
        ai_generated: Generated,
        scene: str | None = None,
        production: str | None = None,
        shot: str | None = None,
        label: str | None = None,
        depicts_real_person: Depiction = "unknown",
        characters: Mapping[str, str | None] | None = None,
        likenesses: Sequence[str] = (),
        on_bytes: OnBytes = quiet,
        idempotency_key: str | None = None,
    ) -> AdoptedClip:
        """Upload footage (MP4, MOV) as it is, streamed, with what you say of it and answer for.

        It stands in a `scene`, or in its `production` outside any. `characters` are those seen in it, by id, with the look each
        wears (None: as introduced); `likenesses` real people whom no character shows. `label` is the file's name unless given.
        The same bytes with the same words answer the first clip. Raises ContinuityError (`not-footage`, `clip-known`, …) and
        LocalFailure.
        """
        words = given(
            source=source,
            ai_generated=ai_generated,
            label=file.stem if label is None else label,
            depicts_real_person=depicts_real_person,
            scene=scene,
            production=production,
            shot=shot,
            characters=",".join(f"{who}:{look}" if look else who for who, look in (characters or {}).items()),
            likenesses=",".join(likenesses),
        )
        body = FormBody(file, words, on_bytes)
        key = idempotency_key or self._wire.manners.make_key()
        try:
            headers = {"Idempotency-Key": key} | body.headers()
            call = Call("POST", at("clips"), headers=headers, stream=body.stream, patience=_PATIENCE)
            answer = self._wire.answer(call)
        except OSError as failed:
            why = failed.strerror or str(failed)
            raise LocalFailure(
                "unreadable-file", f"{file} cannot be read: {why}", "check path and rights"
            ) from failed
        return AdoptedClip(clip=read_as(ClipCard, answer.body), created=answer.status == 201)
