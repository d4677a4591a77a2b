"""Takes as a worker records them, without the minutes it takes to make them: a clip and its continuity record in one append."""

from __future__ import annotations

from hashlib import sha256 as digest
from itertools import count
from typing import Any

from registry.deciders.clip import RecordClip
from registry.deciders.scene import RecordContinuity
from registry.events.clip import ClipRecorded
from registry.events.envelope import Context
from registry.events.marks import C2paMark, Depiction, Marks
from registry.events.references import CastMember, StoredBytes
from registry.events.scene import ContinuityRecorded
from tests.api.served.serving import Served

SECONDS_5 = 5_041_667
_TAKES = count(1)


def take(
    service: Served,
    scene: str,
    *,
    shot: str | None = None,
    content: bytes | None = None,
    depicts: Depiction = "unknown",
    mark: C2paMark | None = None,
    **said: Any,
) -> str:
    """A delivered take of a shot; `cast` are character ids, all else is what its record says. Answers the clip.

    Its bytes are there when `content` says which; `depicts` is what its plan knew, `mark` what was read in its file.
    """
    make_id = service.continuity.registry.make_id
    sha256 = f"{next(_TAKES):064x}" if content is None else digest(content).hexdigest()
    clip, made, paid = make_id("clip"), make_id("generation"), make_id("submission")
    cast = tuple(CastMember(character=who, version=1) for who in said.pop("cast", ()))
    stored = StoredBytes(
        key=f"{service.continuity.studio}/{paid}/clip",
        bytes=1_003 if content is None else len(content),
        sha256=sha256,
        media_type="video/mp4",
    )
    if content is not None:
        service.continuity.blobs.put(stored.key, [content], content_type="video/mp4", sha256=sha256)
    recorded = ClipRecorded(
        **{"generation": made, "submission": paid, "scene": scene, "shot": shot, "stored": stored},
        **{"duration_us": SECONDS_5, "width": 1280, "height": 720, "has_audio": True},
        **{"kling_video_id": "v", "kling_url": "https://x.example/v.mp4", "kling_url_expires_at": 2**50},
        **{"depicts_real_person": depicts, "marks": Marks(c2pa=mark or C2paMark())},
    )
    record = ContinuityRecorded(
        **{"generation": made, "submission": paid, "outcome": "delivered", "shot": shot, "clip": clip},
        **{"clip_sha256": sha256, "duration_us": SECONDS_5, "pattern": "F2", "cast": cast},
        **{"subjects": tuple(one.character for one in cast), "plan_digest": "5f" * 32},
        **{"prompt": "They argue.", "framing": "medium close shot", **said},
    )
    service.continuity.registry.handle(
        service.continuity.studio,
        [RecordClip(stream=clip, clip=recorded), RecordContinuity(stream=scene, continuity=record)],
        context=Context("worker"),
    )
    return clip
