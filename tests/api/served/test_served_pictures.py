"""Pictures over HTTP: taken in streamed and checked, given back as they came, whole or in part."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from registry.deciders.asset import EraseAsset
from registry.errors import BlobStoreDown
from registry.events.envelope import Context
from tests.api.served.serving import Served, png, problem, running
from tests.servers.world import new_id


def _bomb() -> bytes:
    """A PNG of a few kilobytes whose header promises 25,000 x 25,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 25_000, 25_000, 1, 0, 0, 0, 0)
    data = zlib.compress(bytes(3126) * 25_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("made", "code", "why"),
    [
        (bytes, "not-an-asset", "the file is empty (0 bytes)"),
        (lambda: png()[:-200], "not-a-picture", "cannot be decoded"),
        (_bomb, "picture-too-large", "a bomb: 25000 x 25000 pixels"),
        (lambda: b"GIF89a" + bytes(50), "not-an-asset", "nothing that is taken"),
    ],
    ids=["empty", "cut", "bomb", "gif"],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    service: Served, made: Callable[[], bytes], code: str, why: str
) -> None:
    """Nothing, a cut picture, a bomb and a foreign format are refused for what they are; nothing is kept."""
    before, kept = service.position(), service.blob_keys()
    assert why in problem(service.upload(made()), 422, code)["detail"]
    assert (service.position(), service.blob_keys()) == (before, kept)


def test_a_picture_outside_the_vendors_limits_is_kept_with_a_finding(service: Served) -> None:
    """299 pixels are too few for Kling and no reason to lose a picture."""
    made = service.upload(png(299, 400))
    assert made.status_code == 201
    (finding,) = made.json()["findings"]
    assert (finding["rule"], finding["severity"]) == ("R40", "E")
    assert "299 x 400" in finding["message"]
    assert service.get(f"/v1/assets/{made.json()['id']}").json() == made.json()
    assert service.upload(png(320, 400)).json()["findings"] == []


def test_a_form_is_an_upload_too(service: Served) -> None:
    """A multipart form with file and label registers like a raw body; unknown parts are refused by name."""
    made = service.post("/v1/assets", files={"file": ("a.png", png())}, data={"label": "Café"})
    assert (made.status_code, made.json()["label"]) == (201, "Café")
    odd = service.post("/v1/assets", files={"file": ("a.png", png())}, data={"tags": "x"})
    assert problem(odd, 422, "invalid-request")["errors"][0] == {
        "path": "$.tags",
        "message": "'tags' is no field of an upload; known are: file, label, kind",
        "value": None,
    }
    none = service.post("/v1/assets", files={"other": ("a.png", png())})
    problem(none, 422, "invalid-request")
    cut = service.post(
        "/v1/assets", content=b"--b\r\nContent-", headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert "boundary" in problem(cut, 400, "malformed-body")["hint"]


def test_the_same_bytes_are_the_first_asset(service: Served) -> None:
    """A second registration answers 200 with the first asset, also when both arrive at once."""
    picture = png()
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda n: service.upload(picture, params={"label": f"try {n}"}), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    (asset,) = {answer.json()["id"] for answer in answers}
    assert [key.split("/")[2] for key in service.blob_keys() if asset in key] == ["original", "rendition"]
    kept = {key.split("/")[1] for key in service.blob_keys()}
    assert kept == {item["id"] for item in service.get("/v1/assets", params={"limit": 500}).json()["items"]}


def test_what_looks_alike_is_pointed_out(service: Served) -> None:
    """A re-encoded copy is a new asset that names the first one, at upload and when read; an erased one is not named."""
    drawn = Image.radial_gradient("L").resize((400, 400)).convert("RGB")
    copies = []
    for kind, how in (("PNG", {}), ("JPEG", {"quality": 60})):
        out = io.BytesIO()
        drawn.save(out, kind, **how)
        copies.append(out.getvalue())
    first, second = (service.upload(copy) for copy in copies)
    kept, alike = first.json(), second.json()

    assert (first.status_code, kept["near"], second.status_code) == (201, [], 201)
    assert [near["asset"] for near in alike["near"]] == [kept["id"]]
    assert alike["near"][0]["distance"] <= 40
    assert service.get(f"/v1/assets/{alike['id']}").json()["near"] == alike["near"]
    again = service.upload(copies[0])
    assert (again.status_code, again.json()["id"]) == (200, kept["id"])
    continuity = service.continuity
    erased = EraseAsset(stream=kept["id"], likeness=new_id("likeness"))
    continuity.registry.handle(continuity.studio, [erased], context=Context("key_test"))
    assert service.get(f"/v1/assets/{alike['id']}").json()["near"] == []


def test_originals_come_back_identical_and_renditions_upright(service: Served) -> None:
    """The original is the bytes that came, with their digest; the rendition is turned and bare."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 320), "teal").save(out, "JPEG", exif=exif)
    asset = service.upload(out.getvalue()).json()
    assert (asset["picture"]["width"], asset["picture"]["height"]) == (320, 400)
    original = service.get(f"/v1/assets/{asset['id']}/content")
    assert original.content == out.getvalue()
    digest = b64encode(hashlib.sha256(original.content).digest()).decode()
    assert original.headers["content-digest"] == f"sha-256=:{digest}:"
    assert original.headers["x-content-type-options"] == "nosniff"
    assert original.headers["content-disposition"].startswith("attachment")
    rendition = service.get(f"/v1/assets/{asset['id']}/content", params={"rendition": "true"}).content
    with Image.open(io.BytesIO(rendition)) as image:
        assert (image.size, dict(image.getexif())) == ((320, 400), {})
    thumbnail = service.get(f"/v1/assets/{asset['id']}/thumbnail", params={"side": 64})
    with Image.open(io.BytesIO(thumbnail.content)) as image:
        assert (image.format, max(image.size)) == ("JPEG", 64)


def test_ranges_and_etags_are_honoured(service: Served) -> None:
    """Parts come with 206, nothing with 304 to who has it, 416 outside; several ranges mean the whole."""
    picture = png()
    path = f"/v1/assets/{service.upload(picture).json()['id']}/content"
    told = {
        "bytes=0-3": picture[:4],
        "bytes=10-": picture[10:],
        "bytes=-5": picture[-5:],
        f"bytes=5-{10**9}": picture[5:],
    }
    for asked, expected in told.items():
        part = service.get(path, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, expected)
        assert part.headers["content-range"].endswith(f"/{len(picture)}")
        assert "content-digest" not in part.headers
    for odd in ("bytes=0-1,4-5", "bytes=9-2", "items=1-2", "bytes=-"):
        assert service.get(path, headers={"Range": odd}).content == picture
    problem(service.get(path, headers={"Range": f"bytes={len(picture)}-"}), 416, "range-not-satisfiable")
    tag = service.get(path).headers["etag"]
    assert service.get(path, headers={"If-None-Match": tag}).status_code == 304
    stale = service.get(path, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (stale.status_code, stale.content) == (200, picture)


def test_a_range_unit_has_no_case(service: Served) -> None:
    """Range units are compared without case (RFC 9110, 14.1)."""
    picture = png()
    path = f"/v1/assets/{service.upload(picture).json()['id']}/content"
    for unit in ("BYTES", "Bytes"):
        part = service.get(path, headers={"Range": f"{unit}=1-3"})
        assert (part.status_code, part.content) == (206, picture[1:4])
    assert service.get(path, headers={"Range": "BYTES=-"}).content == picture


def test_a_bare_rendition_is_a_yes(service: Served) -> None:
    """`?rendition` alone means the rendition, as `=true` does; `=false` means the original, other words are refused."""
    path = f"/v1/assets/{service.upload(png()).json()['id']}/content"
    names = {
        query: service.get(f"{path}{query}").headers["content-disposition"].partition("-")[2]
        for query in ("", "?rendition", "?rendition=", "?rendition=true", "?rendition=1", "?rendition=false")
    }
    kinds = {query: "rendition" if "rendition" in name else "original" for query, name in names.items()}
    assert list(kinds.values()) == ["original", *["rendition"] * 4, "original"]
    assert problem(service.get(f"{path}?rendition=perhaps"), 422, "invalid-request")["errors"]


@pytest.mark.parametrize("address", ["content", "content?rendition", "thumbnail?side=64"])
def test_a_head_is_a_get_without_the_bytes(service: Served, address: str) -> None:
    """Status, length, tag and type are those of the GET, whatever range is named; no byte comes."""
    path = f"/v1/assets/{service.upload(png()).json()['id']}/{address}"
    whole = service.get(path)
    head = service.http.head(path, headers={"Range": "bytes=0-3"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "repr-digest", "accept-ranges", "cache-control"):
        assert head.headers.get(name) == whole.headers.get(name), name
    assert head.headers["content-length"] == str(len(whole.content))
    again = service.http.head(path, headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304
    assert service.http.head(f"{path}{'&' if '?' in path else '?'}odd=1").status_code == 422
    assert service.http.head(f"/v1/assets/asset_x/{address}").status_code == 404


def test_a_head_notices_that_the_bytes_are_gone(service: Served) -> None:
    """What a GET could not deliver, a HEAD does not promise."""
    path = f"/v1/assets/{service.upload(png()).json()['id']}/content"
    before = service.blob_keys()
    (key,) = [key for key in before if path.split("/")[3] in key and key.endswith("original")]
    service.continuity.blobs.delete(key)
    assert service.http.head(path).status_code == service.get(path).status_code >= 500


def test_words_beside_a_file_are_checked(service: Served) -> None:
    """A kind nobody knows, no file at all and an overlong label are refused by name."""
    problem(service.upload(png(), params={"kind": "sculpture"}), 422, "invalid-request")
    nothing = problem(service.post("/v1/assets"), 422, "invalid-request")
    assert "the part 'file' of a form" in nothing["errors"][0]["message"]
    problem(service.upload(png(), params={"label": "x" * 201}), 422, "invalid-request")


def test_assets_are_described_superseded_and_retired(service: Served) -> None:
    """An asset's words change, another takes its place, and a retired one stands for nobody new."""
    old, new = service.upload(png()).json()["id"], service.upload(png()).json()["id"]
    words = service.change("PATCH", f"/v1/assets/{old}", {"description": "blurred"}).json()
    assert (words["description"], words["version"]) == ("blurred", 2)
    gone = service.made(f"/v1/assets/{old}/supersede", {"by": new, "reason": "sharper"})
    assert (gone["superseded_by"], gone["retired"]) == (new, True)
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Shown"})["id"]
    refused = service.post(f"/v1/characters/{who}/references", {"asset": old, "role": "frontal"})
    problem(refused, 409, "already-retired")
    assert service.made(f"/v1/assets/{new}/retire", {"reason": "done"})["retired"]


def test_a_file_beyond_the_cap_is_refused(tmp_path: Path) -> None:
    """Neither a declared nor an undeclared length gets past the cap, in any form of upload."""
    with running(tmp_path, CONTINUITY_UPLOAD_MOST_BYTES="4096") as service:
        big = png() + bytes(200_000)
        problem(service.upload(big), 413, "too-large")
        problem(service.post("/v1/assets", content=iter([big])), 413, "too-large")
        problem(service.post("/v1/assets", files={"file": ("a.png", big)}), 413, "too-large")
        assert (service.position(), service.blob_keys()) == (0, [])


def test_a_store_that_is_down_is_named_and_nothing_is_recorded(
    service: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When bytes cannot be kept, the answer is 503 with the outage's name, and the log stays as it was."""

    def full(*_: object, **__: object) -> None:
        raise BlobStoreDown("the blob folder is full", hint="make room")

    before = service.position()
    monkeypatch.setattr(service.continuity.blobs, "put", full)
    answer = service.upload(png())
    assert "full" in problem(answer, 503, "blob-store-down")["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert service.position() == before


def test_damaged_bytes_are_never_handed_out(service: Served) -> None:
    """A byte changed in the store is noticed before the answer begins."""
    asset = service.upload(png()).json()
    folder = Path(service.continuity.settings.blobs.removeprefix("file://"))
    (stored,) = folder.glob(f"*/{asset['id']}/original=/bytes")
    content = bytearray(stored.read_bytes())
    content[-20] ^= 1
    stored.write_bytes(bytes(content))
    problem(service.get(f"/v1/assets/{asset['id']}/content"), 500, "blob-corrupt")
