"""What a provider signed into a result is read when it is kept, and stays in it byte for byte."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generation.examining import examine
from generation.outbound import Download, Outbound, OutboundPolicy
from registry.views import clips
from tests.registry.blobs.signing import house
from tests.registry.blobs.test_credentials import signed
from tests.servers.world import ALONE, World


class Signing(Outbound):
    """Connections to a provider that signs its films."""

    def __init__(self, folder: Path) -> None:
        super().__init__(OutboundPolicy(hosts=frozenset(), allow_loopback=True))
        self.folder, self.house = folder, house("Provider")
        self.sent = b""

    @contextmanager
    def download(self, url: str, *, max_bytes: int, deadline_seconds: float) -> Iterator[Download]:
        with super().download(url, max_bytes=max_bytes, deadline_seconds=deadline_seconds) as plain:
            signed(b"".join(plain.chunks), self.house, self.folder / "theirs.mp4")
        self.sent = (self.folder / "theirs.mp4").read_bytes()
        yield Download("video/mp4", len(self.sent), iter(io.BytesIO(self.sent)))


def test_marks_are_read_and_kept(world: World, tmp_path: Path) -> None:
    """The manifest stands in the clip with its signer; the stored bytes are those that came, and read back with the same one."""
    provider = Signing(tmp_path)
    [card] = world.with_desk(outbound=provider, examine=examine).carry(world.ask(**ALONE))
    with world.registry.reading(world.studio) as connection:
        clip = clips.clip(connection, world.studio, str(card.clip))

    mark = clip.marks.c2pa
    assert (mark.state, mark.signer, mark.source_type) == ("valid", "Provider", "trainedAlgorithmicMedia")
    assert (clip.ai_generated, clip.depicts_real_person) == (True, "unknown")
    with world.desk.blobs.open(clip.stored.key, sha256=clip.stored.sha256) as chunks:
        kept = b"".join(chunks)
    assert kept == provider.sent
    assert clip.stored.sha256 == hashlib.sha256(provider.sent).hexdigest()


def test_a_result_without_a_manifest_says_so(world: World) -> None:
    """As a film of the sandbox, which bears none."""
    [card] = world.with_desk(examine=examine).carry(world.ask(**ALONE))
    with world.registry.reading(world.studio) as connection:
        assert clips.clip(connection, world.studio, str(card.clip)).marks.c2pa.state == "absent"
