"""Content credentials, read and written by the library in confined children: trusted, spoilt, none, another's kept as parent."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import c2pa
import pytest

from registry.blobs import credentials
from registry.blobs.credentials import read_mark, write_credentials
from registry.errors import BlobError, CannotMark
from registry.events.marks import C2paMark
from tests.registry.blobs.signing import House, house, read_by_library
from tests.registry.blobs.test_media import filmed

MP4 = "video/mp4"


@pytest.fixture(scope="module")
def ours() -> House:
    return house("Han River")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filmed(tmp_path_factory.mktemp("plain") / "clip.mp4")


def definition(before: C2paMark) -> dict[str, Any]:
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    }
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [created]}}
    return {
        "claim_generator_info": [{"name": "Continuity", "version": "1"}],
        "assertions": [actions] if before.state == "absent" else [],
        "ingredients": [{"title": "asset_1", "instance_id": "continuity:asset_1", "relationship": "inputTo"}],
    }


def signed(content: bytes, by: House, path: Path) -> C2paMark:
    with path.open("w+b") as out:
        return write_credentials(io.BytesIO(content), out, MP4, definition, by.material)


def test_a_signed_copy_is_trusted(ours: House, clip: bytes, tmp_path: Path) -> None:
    """With our root the library says Trusted; to others it is whole, by a signer they do not know; a flipped byte shows."""
    mark = signed(clip, ours, tmp_path / "signed.mp4")
    told = read_by_library(tmp_path / "signed.mp4", trusting=ours.root)

    assert (mark.state, mark.generator, mark.signer) == ("valid", "Continuity", "Han River")
    assert mark.source_type == "trainedAlgorithmicMedia"
    assert (told["validation_state"], told["active_manifest"]) == ("Trusted", mark.manifest)
    spoilt = bytearray((tmp_path / "signed.mp4").read_bytes())
    spoilt[-7] ^= 1
    (tmp_path / "spoilt.mp4").write_bytes(spoilt)
    assert read_by_library(tmp_path / "spoilt.mp4", trusting=ours.root)["validation_state"] == "Invalid"
    found = read_mark(io.BytesIO(spoilt), MP4)
    assert found.state == "invalid"
    assert any("mismatch" in one for one in found.problems)


def test_another_manifest_becomes_the_parent(ours: House, clip: bytes, tmp_path: Path) -> None:
    """What the provider signed stays in the file, as the ingredient that ours goes on from; its making is told once."""
    theirs = signed(clip, house("Provider"), tmp_path / "theirs.mp4")
    mark = signed((tmp_path / "theirs.mp4").read_bytes(), ours, tmp_path / "both.mp4")
    told = read_by_library(tmp_path / "both.mp4", trusting=ours.root)

    active = told["manifests"][mark.manifest]
    [parent] = [one for one in active["ingredients"] if one["relationship"] == "parentOf"]
    assert parent["active_manifest"] == theirs.manifest
    assert theirs.manifest in told["manifests"]
    [actions] = [
        one["data"]["actions"] for one in active["assertions"] if one["label"].startswith("c2pa.actions")
    ]
    assert [one["action"] for one in actions] == ["c2pa.opened"]
    assert told["validation_state"] == "Trusted"


def test_nothing_is_found_where_nothing_is(clip: bytes) -> None:
    """A plain clip has no manifest; bytes that are no clip are not taken for one that has none."""
    assert read_mark(io.BytesIO(clip), MP4) == C2paMark(state="absent")
    assert read_mark(io.BytesIO(b"no film at all"), MP4).state in ("absent", "damaged")


def test_without_the_library_nobody_looked(
    ours: House, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said so, and no copy is signed."""
    monkeypatch.setattr(credentials, "can_credential", lambda: False)

    assert read_mark(io.BytesIO(clip), MP4) == C2paMark()
    with pytest.raises(BlobError, match="no C2PA manifest can be written"):
        signed(clip, ours, tmp_path / "signed.mp4")


def test_a_manifest_nobody_can_read_is_not_lost(ours: House, clip: bytes, tmp_path: Path) -> None:
    """A copy would drop what cannot be carried on, so there is none."""
    signed(clip, ours, tmp_path / "signed.mp4")
    broken = (tmp_path / "signed.mp4").read_bytes().replace(b"jumb", b"junk")

    assert read_mark(io.BytesIO(broken), MP4).state == "damaged"
    with pytest.raises(CannotMark, match="would lose it"):
        signed(broken, ours, tmp_path / "again.mp4")


def test_a_key_of_somebody_else_signs_nothing(ours: House, clip: bytes, tmp_path: Path) -> None:
    """A chain that does not belong to the key is told by the library, and no half-written copy is called signed."""
    mixed = House(root=ours.root, chain=ours.chain, key=house("Other").key)

    with pytest.raises(CannotMark):
        signed(clip, mixed, tmp_path / "signed.mp4")


def test_a_time_stamp_is_asked_for_or_there_is_no_copy(ours: House, clip: bytes, tmp_path: Path) -> None:
    """The authority of the settings is asked; where it does not answer nothing is signed without a stamp."""
    asked: list[str | None] = []

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.headers["Content-Type"])
            self.send_response(500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Authority) as authority,
        (tmp_path / "out.mp4").open("w+b") as out,
    ):
        Thread(target=authority.serve_forever, daemon=True).start()
        stamped = replace(ours.material, time_stamps=f"http://127.0.0.1:{authority.server_port}/")
        with pytest.raises(CannotMark):
            write_credentials(io.BytesIO(clip), out, MP4, definition, stamped)
        authority.shutdown()
    assert asked == ["application/timestamp-query"]


def test_a_manifest_elsewhere_is_not_fetched(ours: House, clip: bytes, tmp_path: Path) -> None:
    """A file that names an address for its manifest sends nobody there."""
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server,
        (tmp_path / "far.mp4").open("w+b") as out,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        info = c2pa.C2paSignerInfo("es256", ours.chain.encode(), ours.key.encode(), None)
        with (
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(definition(C2paMark(state="absent"))) as builder,
        ):
            builder.set_no_embed()
            builder.set_remote_url(f"http://127.0.0.1:{server.server_port}/far.c2pa")
            builder.sign(signer, MP4, io.BytesIO(clip), out)
        mark = read_mark(out, MP4)
        server.shutdown()
    assert (mark.present, asked) == (False, [])


def test_no_damage_gets_through(ours: House, clip: bytes, tmp_path: Path) -> None:
    """However it is damaged, nothing else comes out; it is valid only where nothing it says was changed."""
    right = signed(clip, ours, tmp_path / "signed.mp4")
    whole, chance = (tmp_path / "signed.mp4").read_bytes(), random.Random(7)
    start = whole.index(b"jumb") - 4
    for _ in range(60):
        spoilt = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            spoilt[chance.randrange(start, start + 3_400)] = chance.randrange(256)
        mark = read_mark(io.BytesIO(spoilt), MP4)
        assert mark == right or mark.state in ("invalid", "damaged", "absent"), mark
