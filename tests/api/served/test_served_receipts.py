"""Receipts and audit bundles, from a clip that a worker made to a check on a machine that has nothing of the service."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from secrets import token_hex
from typing import Any

import cryptography
import pytest
from click.testing import CliRunner, Result

from api.auth import issue_key
from api.cli.root import cli
from api.client import ContinuityClient
from registry.deciders.clip import DecideClip
from registry.deciders.likeness import RegisterLikeness
from registry.deciders.portrayal import LinkLikeness
from registry.events.envelope import Context
from registry.proof.asking import check_bundle_folder
from registry.proof.receipt import MEDIA_TYPE
from tests.api.served.filming import Film, filming
from tests.api.served.screening import take
from tests.api.served.serving import Served, png, problem
from tests.servers.sandbox import sandbox

NASTY = "<script>alert(1)</script>\"'><img src=https://evil.example/x onerror=alert(2)>{{7*7}} 여기 제 자리예요 日本 Я"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    with sandbox() as kling, filming(tmp_path_factory.mktemp("film"), kling) as opened:
        yield opened


@pytest.fixture(scope="module")
def service(film: Film) -> Served:
    return film.service


@pytest.fixture(scope="module")
def scene(service: Served) -> dict[str, Any]:
    """A scene of two clips with a name, a person and a picture that try to break out of a report."""
    show = service.made("/v1/productions", {"name": NASTY})["id"]
    who = service.made("/v1/characters", {"depicts": "real_person", "name": NASTY})["id"]
    face = service.upload(png(), params={"label": NASTY}).json()["id"]
    service.post(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    place = service.made("/v1/scenes", {"production": show, "name": NASTY})["id"]
    first = take(service, place, cast=[who], assets=(face,), content=b"no footage", prompt=NASTY)
    second = take(service, place, cast=[who], parents=(first,), content=b"nor this", prompt=NASTY)
    service.post(f"/v1/clips/{first}/approve", {"note": NASTY})
    return {"show": show, "scene": place, "who": who, "face": face, "clips": [first, second]}


@pytest.fixture(scope="module")
def made(film: Film) -> dict[str, Any]:
    """A clip that was asked for, sent, paid and delivered."""
    return film.made()


@pytest.fixture(scope="module")
def keys(service: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public keys of the checkpoints, as the other side has them."""
    at = service.continuity
    service.get("/v1/clips")
    at.checkpoints.make(at.studio)
    file = tmp_path_factory.mktemp("keys") / "studio.keys"
    file.write_text("".join(f"{key}\n" for key in at.checkpoints.keys(at.studio)))
    return file


def run(service: Served, *words: object) -> Result:
    known = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
    return CliRunner().invoke(cli, [str(word) for word in words], obj=known)


def test_a_download_brings_its_receipt(
    service: Served, made: dict[str, Any], keys: Path, tmp_path: Path
) -> None:
    """Two files; offline the one proves the other, with plan, paid call and charge; a byte more or another key is told."""
    file = tmp_path / "take.mp4"
    assert run(service, "clips", "download", made["clip"], file).exit_code == 0
    receipt = tmp_path / "take.mp4.receipt.json"
    asked = ["receipts", "verify", receipt, "--clip", file, "--public-key", keys, "--json"]

    done = CliRunner().invoke(cli, [str(one) for one in asked], obj={})

    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["found"]
    card = service.get(f"/v1/clips/{made['clip']}").json()
    assert (found["clip"], found["sha256"], found["scene"]) == (
        card["id"],
        card["stored"]["sha256"],
        card["scene"],
    )
    paid = made["submission_card"]
    assert (found["sent"]["task_id"], found["sent"]["host"]) == (paid["task_id"], paid["host"])
    assert (found["charge"]["units"], found["charge"]["basis"]) == (paid["units"], "charged")
    assert found["plan_digest"] == made["plan_digest"]
    file.write_bytes(file.read_bytes() + b"\0")
    assert CliRunner().invoke(cli, [str(one) for one in asked], obj={}).exit_code == 1
    file.rename(tmp_path / "elsewhere.mp4")
    absent = CliRunner().invoke(cli, [str(one) for one in asked], obj={})
    assert (absent.exit_code, "No such file" in absent.stdout) == (2, True)  # nobody has tampered with it
    (tmp_path / "elsewhere.mp4").rename(file)
    asked[6] = "A" * 43 + "="
    assert CliRunner().invoke(cli, [str(one) for one in asked], obj={}).exit_code == 2
    assert (
        run(service, "clips", "download", made["clip"], tmp_path / "bare.mp4", "--no-receipt").exit_code == 0
    )
    assert not (tmp_path / "bare.mp4.receipt.json").exists()


def test_a_receipt_is_asked_for_once(service: Served, made: dict[str, Any]) -> None:
    """Its kind and ETag; the same again is not sent; foreign and absent clips alike are not there."""
    path = f"/v1/clips/{made['clip']}/receipt"
    first = service.get(path)
    assert first.headers["content-type"] == MEDIA_TYPE
    assert f"{made['clip']}.receipt.json" in first.headers["content-disposition"]
    assert service.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    problem(service.get(f"/v1/clips/{service.continuity.registry.make_id('clip')}/receipt"), 404, "not-found")
    problem(service.get("/v1/clips/none/receipt"), 404, "not-found")


def exported(service: Served, thing: str, target: Path, *words: str) -> Path:
    done = run(service, "audit", "export", thing, "--to", target, *words)
    assert done.exit_code == 0, done.output
    return target


def alone(folder: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`verify.py` of a bundle by an interpreter that has the standard library and `cryptography`, and nothing else."""
    only = tmp_path / "only"
    if not only.exists():
        only.mkdir()
        site = Path(cryptography.__file__).parents[1]
        for name in ("cryptography", "cffi", *(one.name for one in site.glob("_cffi_backend*"))):
            (only / name).symlink_to(site / name)
    script = (
        "import sys, runpy; sys.path.append(sys.argv.pop(1)); sys.argv.pop(0); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", script, str(only), str(folder / "verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def test_a_bundle_is_checked_without_the_service(
    service: Served, scene: dict[str, Any], keys: Path, tmp_path: Path
) -> None:
    """Everything fits: good with the key from elsewhere, untold with its own; whatever is changed is found, and named."""
    folder = exported(service, scene["scene"], tmp_path / "bundle", "--media")
    right = ("--public-key", str(keys), "--json")

    done = alone(folder, tmp_path, *right)

    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)["found"]
    assert (found["about"], found["receipts"], found["media"]) == (scene["scene"], 2, 3)
    lines = (folder / "events.jsonl").read_text().splitlines()
    assert found["events"] == len(lines)
    assert alone(folder, tmp_path).returncode == 2
    for name, change in (
        ("events.jsonl", lambda raw: raw.replace(b"ClipApproved", b"ClipRejected")),
        (f"media/{scene['clips'][0]}.mp4", lambda raw: raw + b"x"),
        (f"receipts/{scene['clips'][1]}.json", lambda raw: raw.replace(b'"path":["', b'"path":["A', 1)),
        ("checkpoint.txt", lambda raw: raw.replace(b"\n", b"\nx", 1)),
        ("report.html", lambda raw: raw + b"<p>"),
    ):
        before = (folder / name).read_bytes()
        (folder / name).write_bytes(change(before))
        told = check_bundle_folder(folder, keys)
        (folder / name).write_bytes(before)
        assert told["exit"] == 1, (name, told)
        assert name.split("/")[-1].split(".")[0] in told["why"]
    (folder / "media" / "more.bin").write_bytes(b"x")
    assert check_bundle_folder(folder, keys)["exit"] == 1
    (folder / "media" / "more.bin").unlink()
    assert check_bundle_folder(folder, keys)["exit"] == 0
    _told_anew(folder, "events.jsonl", lambda raw: raw.replace(b"ClipApproved", b"ClipRejected"))
    told = alone(folder, tmp_path, *right)
    assert told.returncode == 1
    assert "does not lead to the root" in told.stdout


def _told_anew(folder: Path, name: str, change: Any) -> None:
    """Change a file as somebody would who knows the manifest too."""
    from registry.proof.bundle import digest_of
    from registry.proof.proven import canonical_json

    (folder / name).write_bytes(change((folder / name).read_bytes()))
    manifest = json.loads((folder / "manifest.json").read_text())
    size, digest = digest_of(folder / name)
    manifest["files"][name] = {"bytes": size, "sha256": digest}
    (folder / "manifest.json").write_bytes(canonical_json(manifest))


class Page(HTMLParser):
    """What a page would do: its tags, their attributes, its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_report_runs_nothing_and_asks_nobody(
    service: Served, scene: dict[str, Any], tmp_path: Path
) -> None:
    """Names that are markup are words; there is no script, no handler, no address, no template in it; the PDF is one."""
    file = exported(service, scene["show"], tmp_path / "show.zip")
    with zipfile.ZipFile(file) as opened:
        page = Page(opened.read("report.html").decode())
        paper = opened.read("report.pdf")
        pictures = [name for name in opened.namelist() if name.startswith("pictures/")]
        assert all(opened.read(name)[:3] == b"\xff\xd8\xff" for name in pictures)

    assert page.words.count(NASTY) >= 6
    assert not {"script", "iframe", "object", "embed", "link", "a", "form"} & set(page.tags)
    assert [name for name, _ in page.attributes if name.startswith("on")] == []
    addresses = [value for name, value in page.attributes if name in ("src", "href", "action", "data")]
    assert set(addresses) == {f"pictures/{scene['face']}.jpg"} == set(pictures)
    assert paper[:5] == b"%PDF-"
    assert paper.count(b"/Type /Page\n") == 3 or b"/Count 3" in paper


def test_the_same_bundle_has_the_same_bytes(service: Served, scene: dict[str, Any], tmp_path: Path) -> None:
    """Under one checkpoint nothing differs: no times, no order of chance."""
    first, second = (exported(service, scene["clips"][0], tmp_path / f"{n}.zip") for n in "ab")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as opened:
        assert opened.namelist()[-1] == "manifest.json"


def test_who_takes_a_bundle_is_on_record(service: Served, scene: dict[str, Any], tmp_path: Path) -> None:
    """It needs the role auditor and a key of the studio; the export and each picture of somebody real are noted, with the key."""
    at = service.continuity
    plain = issue_key(at.registry, at.studio, "reader", roles=("reader",))
    path, who = f"/v1/audit/{scene['scene']}/bundle", {"Authorization": f"Bearer {plain}"}
    problem(service.get(path, headers=who), 403, "role-missing")
    problem(service.get(f"/v1/audit/{scene['who']}/bundle"), 404, "not-found")
    before = len(service.get("/v1/reads?limit=500").json()["items"])

    exported(service, scene["scene"], tmp_path / "scene.zip")

    noted = service.get("/v1/reads?limit=500").json()["items"][before:]
    assert (noted[0]["form"], noted[0]["thing"]) == ("export", scene["scene"])
    assert {(one["form"], one["thing"]) for one in noted[1:]} == {
        ("thumbnail", scene["face"]),
        *(("poster", clip) for clip in scene["clips"]),
    }
    before = len(service.get("/v1/reads?limit=500").json()["items"])
    exported(service, scene["scene"], tmp_path / "bare.zip", "--no-pictures")
    assert len(service.get("/v1/reads?limit=500").json()["items"]) == before + 1


def test_a_clip_that_is_gone_still_has_its_receipt(
    service: Served, scene: dict[str, Any], keys: Path, tmp_path: Path
) -> None:
    """Erased bytes are not in a bundle, and are shown as erased; the receipt says so, and verifies."""
    at, clip = service.continuity, take(service, scene["scene"], content=b"to go")
    at.registry.handle(
        at.studio, [DecideClip(stream=clip, decision="erase", reason="asked")], context=Context("key_test")
    )
    folder = exported(service, clip, tmp_path / "gone", "--media")

    assert check_bundle_folder(folder, keys)["exit"] == 0
    assert (folder / "media.jsonl").read_text() == ""
    assert "erased" in Page((folder / "report.html").read_text()).words
    with ContinuityClient(service.url, service.key) as client:
        file = client.download_receipt(clip, tmp_path / "receipt.json")
    done = CliRunner().invoke(
        cli, ["receipts", "verify", str(file), "--public-key", str(keys), "--json"], obj={}
    )
    assert json.loads(done.stdout)["found"]["state"] == "erased"


def test_who_is_erased_is_in_no_later_bundle(
    service: Served, scene: dict[str, Any], keys: Path, tmp_path: Path
) -> None:
    """Before, her name, label and prompt stand in the report; after, no file of a bundle has a word or picture of hers."""
    word, show = f"canary-{token_hex(8)}", scene["show"]
    who = service.made("/v1/characters", {"depicts": "real_person", "name": word})["id"]
    face = service.upload(png(), params={"label": word}).json()["id"]
    service.post(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    at, likeness = service.continuity, service.continuity.registry.make_id("likeness")
    at.registry.handle(
        at.studio,
        [
            RegisterLikeness(stream=likeness, name=word, minor=False),
            LinkLikeness(stream=who, likeness=likeness),
        ],
        context=Context("key_test"),
    )
    place = service.made("/v1/scenes", {"production": show, "name": "hers"})["id"]
    clip = take(service, place, cast=[who], assets=(face,), content=b"hers", prompt=word)
    before = exported(service, clip, tmp_path / "before")
    old = (before / "receipts" / f"{clip}.json").read_bytes()
    assert (before / "report.html").read_text().count(word) >= 3
    assert (before / "pictures" / f"{face}.jpg").exists()

    assert service.post(f"/v1/likenesses/{likeness}/erase", {"basis": "request"}).status_code == 200
    after = exported(service, clip, tmp_path / "after")

    files = [file for file in after.rglob("*") if file.is_file()]
    assert [file.name for file in files if word.encode() in file.read_bytes()] == []
    assert not (after / "pictures" / f"{face}.jpg").exists()
    assert Page((after / "report.html").read_text()).words.count("erased") >= 3
    for folder in (before, after):
        assert check_bundle_folder(folder, keys)["exit"] == 0
    assert word.encode() not in old
