"""A person is erased, over the whole stack: processes, worker, provider, on disk and in a bucket that keeps versions."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import pytest
from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from api.demo.stage import Stage
from registry.proof.leaf import COLUMNS, leaf_hash
from tests.servers.s3 import asking, s3_server

BUCKET = "films"
WAIT_SECONDS = 60
CAUTIONS = ("W504", "W505", "W513")
ROOT = Path(__file__).parents[2]


@dataclass
class Canaries:
    """Words that occur nowhere else, by what they were said of."""

    words: dict[str, bytes] = field(default_factory=dict)

    def say(self, where: str, *, most: int = 40) -> str:
        word = f"canary{token_hex(8)}"[:most]
        self.words[where] = word.encode()
        return word

    def picture(self, where: str, width: int) -> bytes:
        """A picture with a word in its bytes; its digest, in the ways one is written, is a word too."""
        said, out = PngInfo(), io.BytesIO()
        said.add_text("Comment", self.say(f"{where}: bytes"))
        Image.effect_noise((width, 720), 60).convert("RGB").save(out, "PNG", pnginfo=said)
        content = out.getvalue()
        digest = sha256(content)
        self.words[f"{where}: digest"] = digest.hexdigest().encode()
        self.words[f"{where}: digest in base64"] = b64encode(digest.digest())[:-1]
        self.words[f"{where}: content in base64"] = b64encode(content[300:390])
        self.words[f"{where}: content"] = content[300:380]
        return content

    def in_bytes(self, content: bytes) -> list[str]:
        lowered = content.lower()
        return [where for where, word in self.words.items() if word in content or word.lower() in lowered]


@dataclass
class House:
    """A running installation, seen from outside: HTTP, its folder, its bucket if it has one."""

    stage: Stage
    bucket: Minio | None
    key: str = ""
    _keys: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.key = self.stage.key
        self.http = httpx.Client(
            base_url=self.stage.url,
            headers={"Authorization": f"Bearer {self.key}"},
            trust_env=False,
            timeout=60,
        )

    def run(self, *words: str) -> str:
        """The command line, as a person uses it; what it said."""
        environment = self.stage.variables() | {
            "CONTINUITY_URL": self.stage.url,
            "CONTINUITY_KEY": self.key,
        }
        command = [sys.executable, "-m", "api.cli", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, path: str, body: Any = None, *, method: str = "POST", **options: Any) -> httpx.Response:
        headers = {"Idempotency-Key": f"story-{next(self._keys)}", **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return self.http.request(method, f"/v1/{path}", headers=headers, **options)

    def made(self, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        answer = self.ask(path, body, **options)
        assert answer.status_code in (200, 201, 202), answer.text
        card: dict[str, Any] = answer.json()
        return card

    def upload(self, content: bytes, media: str = "image/png", **said: str) -> httpx.Response:
        return self.ask("assets", content=content, headers={"Content-Type": media}, params=said)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.http.get(f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        card: dict[str, Any] = answer.json()
        return card

    def until(self, path: str, *parts: str) -> dict[str, Any]:
        """The card, once the part of it that says how it ended says so."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            card = self.get(path)
            outcome: Any = card
            for part in parts:
                outcome = outcome[part]
            if outcome is not None:
                return card
            assert time.monotonic() < end, card
            time.sleep(0.1)

    def exported(self) -> bytes:
        """Everything that readers are told: the feed, and the lists."""
        told, after = [], 0
        while page := self.get(f"events?after={after}&limit=500")["items"]:
            told.append(page)
            after = page[-1]["position"]
        lists = (
            "assets",
            "characters",
            "elements",
            "voices",
            "likenesses",
            "generations",
            "scenes",
            "queue",
            "submissions",
        )
        told += [self.get(name) for name in lists]
        return json.dumps(told, ensure_ascii=False).encode()

    def objects(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the installation, logs of its processes too, and every version of every object."""
        for path in self.stage.folder.rglob("*"):
            if path.is_file():
                yield str(path.relative_to(self.stage.folder)), path.read_bytes()
        for one in (
            self.bucket.list_objects(BUCKET, recursive=True, include_version=True) if self.bucket else ()
        ):
            content = b""
            if not one.is_delete_marker:
                answer = self.bucket.get_object(BUCKET, one.object_name, version_id=one.version_id)
                content = answer.read() + repr(dict(answer.headers)).encode()
                answer.close()
                answer.release_conn()
            yield one.object_name, content + one.object_name.encode()


@pytest.fixture(params=["disk", "bucket"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    own = ("CONTINUITY_", "KLING_", "S3_", "BLOBS_", "DATABASE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    if request.param == "disk":
        yield from opened(Stage(tmp_path, environment), None)
        return
    with s3_server() as s3, asking(s3) as bucket:
        bucket.make_bucket(BUCKET)
        bucket.set_bucket_versioning(BUCKET, VersioningConfig(ENABLED))
        kept = {
            "S3_ENDPOINT": s3.endpoint,
            "S3_BUCKET": BUCKET,
            "S3_ACCESS_KEY": s3.access_key,
            "S3_SECRET_KEY": s3.secret_key,
            "S3_SECURE": "false",
        }
        yield from opened(Stage(tmp_path, environment | kept), bucket)


def opened(stage: Stage, bucket: Minio | None) -> Iterator[House]:
    try:
        stage.open("the test")
        house = House(stage, bucket)
        yield house
        house.http.close()
    finally:
        stage.close()


@dataclass
class Story:
    """Ana, in everything that can be said of somebody; and Ben, of whom nothing is erased."""

    house: House
    canaries: Canaries = field(default_factory=Canaries)
    ids: dict[str, str] = field(default_factory=dict)
    face: bytes = b""
    clips: list[str] = field(default_factory=list)

    def tell(self) -> None:
        self._person()
        self._consent()
        self._library()
        self._films()

    def _person(self) -> None:
        house, say = self.house, self.canaries.say
        self.ids["account"] = house.made("accounts", {"name": "main", "region": "sandbox"})["id"]
        self.ids["production"] = house.made("productions", {"name": "The show"})["id"]
        self.face = self.canaries.picture("face", 720)
        for name, content in (
            ("face", self.face),
            ("profile", self.canaries.picture("profile", 730)),
            ("worn", self.canaries.picture("worn", 740)),
        ):
            self.ids[name] = house.upload(content, label=say(f"{name}: label")).json()["id"]
        house.made(f"assets/{self.ids['face']}", {"description": say("asset description")}, method="PATCH")
        person = {
            "name": say("name"),
            "aliases": [say("alias")],
            "depicts": "real_person",
            "description": say("description"),
        }
        who = self.ids["character"] = house.made("characters", person)["id"]
        house.made(f"characters/{who}", {"aliases": [say("later alias")]}, method="PATCH")
        worn = {"look": "gala", "wardrobe": say("wardrobe"), "styling": say("styling"), "age": say("age")}
        house.made(f"characters/{who}/looks", worn)
        for name, role, look in (
            ("face", "frontal", None),
            ("profile", "profile", None),
            ("worn", "wardrobe", "gala"),
        ):
            house.made(f"characters/{who}/references", {"asset": self.ids[name], "role": role, "look": look})

    def _consent(self) -> None:
        house, say = self.house, self.canaries.say
        known = {"name": say("likeness name"), "minor": True, "guardian": say("guardian")}
        likeness = self.ids["likeness"] = house.made("likenesses", known)["id"]
        house.made(f"characters/{self.ids['character']}/likeness", {"likeness": likeness})
        signed = f"%PDF-1.4\n% {say('document text')}\nstartxref\n9\n%%EOF\n".encode()
        self.canaries.words["document: digest"] = sha256(signed).hexdigest().encode()
        paper = house.upload(signed, "application/pdf", label=say("document label"), kind="document")
        self.ids["document"] = paper.json()["id"]
        for number in (1, 2):
            consent = {
                "evidence": self.ids["document"],
                "signed_by": say(f"signed by {number}"),
                "voice": True,
            }
            card = house.made(f"likenesses/{likeness}/consents", consent)
        last = card["consents"][-1]["id"]
        house.made(f"likenesses/{likeness}/consents/{last}/revoke", {"reason": say("revocation")})

    def _library(self) -> None:
        house, say = self.house, self.canaries.say
        recipe = {
            "character": self.ids["character"],
            "account": self.ids["account"],
            "name": say("element name", most=20),
            "description": say("element description"),
        }
        for name in ("element", "spare"):
            self.ids[name] = house.made("elements", recipe)["id"]
            house.until(f"elements/{self.ids[name]}", "mint", "outcome")
        house.made(f"elements/{self.ids['spare']}/retire", {"reason": say("element retired")})
        voice = {
            "character": self.ids["character"],
            "account": self.ids["account"],
            "voice_id": "829824295735410756",
            "name": say("voice name", most=20),
            "attested_by": say("voice attested"),
        }
        self.ids["voice"] = house.made("voices", voice)["id"]
        house.made(f"voices/{self.ids['voice']}/retire", {"reason": say("voice retired")})

    def _films(self) -> None:
        house, say = self.house, self.canaries.say
        scene = self.ids["scene"] = house.made(
            "scenes", {"production": self.ids["production"], "name": "The seat", "setting": "a café"}
        )["id"]
        house.made(f"scenes/{scene}/cast", {"character": self.ids["character"]})
        house.made(f"scenes/{scene}/shots", {"action": say("planned shot")})
        talk = {"language": "English", "turns": [{"speaker": self.ids["character"], "line": say("dialogue")}]}
        quiet = {"accept": dict.fromkeys(CAUTIONS, say("acceptance"))}
        for asked in (
            {"action": say("action"), "dialogue": talk, **quiet},
            {"shots": [{"action": say("shot"), "duration": 3}], **quiet},
            {
                "prompt": say("prompt"),
                "cast": [{"character": self.ids["character"], "identity": "images"}],
                **quiet,
            },
        ):
            card = house.made("generations", {"scene": scene, **asked})
            self.clips.append(house.until(f"generations/{card['id']}", "outcome")["clip"])
            assert self.clips[-1], house.get(f"generations/{card['id']}")
        waits = house.made(
            "generations", {"scene": scene, "action": say("cancelled"), "approval": True, **quiet}
        )
        house.made(f"generations/{waits['id']}/cancel", {"reason": say("cancel reason")})

    def traces(self, *, clips: bool) -> dict[str, list[str]]:
        """Where a word of hers is; clips and what was cut from them only when asked for."""
        found = {"export": self.canaries.in_bytes(self.house.exported())}
        for name, content in self.house.objects():
            if clips or "/clip" not in name:
                found[name] = self.canaries.in_bytes(content)
        return {name: words for name, words in found.items() if words}


@pytest.mark.slow
def test_a_person_is_erased(house: House) -> None:
    """Every word of hers, and every byte of her pictures, is gone from files, versions, exports and logs; the past answers."""
    story = Story(house)
    story.tell()
    before = story.traces(clips=False)
    assert {"export", "data/continuity.sqlite"} & before.keys()
    ids, unseen = story.ids, set(story.canaries.words) - {word for words in before.values() for word in words}
    lineage = [house.get(f"lineage/{clip}") for clip in story.clips]

    house.run("likenesses", "erase", ids["likeness"], "--basis", "request", "--yes")

    assert story.traces(clips=False) == {}
    assert all("base64" in word or ": content" in word for word in unseen), unseen
    record = house.get(f"likenesses/{ids['likeness']}/erasure")
    assert (record["state"], sorted(one["clip"] for one in record["clips"])) == (
        "erased",
        sorted(story.clips),
    )
    now = [house.get(f"lineage/{clip}") for clip in story.clips]
    assert [one["edges"] for one in now] == [one["edges"] for one in lineage]
    assert {thing["id"] for one in now for thing in one["things"] if thing["erased"]} >= {ids["likeness"]}
    again = house.ask(f"likenesses/{ids['likeness']}/erase", {"basis": "request"})
    assert (again.status_code, again.json()["code"]) == (409, "already-erased")
    refused_everywhere(story)
    for clip in story.clips:
        verdict = {"decision": "erase", "likeness": ids["likeness"], "reason": "as she asked"}
        house.made(f"clips/{clip}/decide", verdict)
    assert story.traces(clips=True) == {}
    assert not [name for name, content in house.objects() if "/clip" in name and content]
    again = house.upload(story.face)
    assert (again.status_code, again.json()["near"]) == (201, [])
    assert json.loads(house.run("rebuild", "--json"))["different"] == []
    assert leaves_hold(house)


def refused_everywhere(story: Story) -> None:
    """Nobody is shown by her name, her id or her element any more, and each refusal says why."""
    house, who = story.house, story.ids["character"]
    for cast in ([{"character": who}], [{"character": story.canaries.words["name"].decode()}]):
        asked = {"scene": story.ids["scene"], "action": "She waits.", "cast": cast}
        assert house.ask("generations", asked).status_code == 422
    mint = {"character": who, "account": story.ids["account"]}
    assert house.ask("elements", mint).status_code in (409, 422)
    told = house.ask(f"elements/{story.ids['element']}/remint", {"reason": "again"})
    assert told.status_code in (409, 422), told.text


def leaves_hold(house: House) -> bool:
    """Every event's row has the hash it was written with."""
    with closing(
        sqlite3.connect(f"file:{house.stage.folder}/data/continuity.sqlite?mode=ro", uri=True)
    ) as file:
        file.row_factory = sqlite3.Row
        rows = [dict(row) for row in file.execute(f"SELECT {', '.join(COLUMNS)}, leaf_hash FROM events")]
    return bool(rows) and all(leaf_hash(row) == row["leaf_hash"] for row in rows)
