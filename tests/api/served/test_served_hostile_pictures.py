"""Pictures that mean harm: each is refused by name or comes out clean, and the service is none the worse.

`HOSTILE=2000` damages and cuts the whole pictures that many times instead of ten; the rest of the corpus stays as it is.
"""

from __future__ import annotations

import io
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.api.served.serving import Served, problem, running
from tests.registry.blobs.hostile import corpus
from tests.registry.blobs.hostile_bytes import CANARY, Case

AGAIN = int(os.environ.get("HOSTILE", "10"))
CORPUS = corpus(flips=AGAIN, cuts=AGAIN)
CODES = {422: {"not-a-picture", "not-an-asset", "picture-too-large"}}
MOST_GROWTH = 100 * 1024**2
LONGEST = 10.0
"""Seconds by the clock that one file may take, on a machine that does other things too."""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with running(tmp_path_factory.mktemp("attacked")) as started:
        yield started


def held() -> int:
    """Memory that this process has now, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
    image.load()
    return image


def looked_at(service: Served, case: Case) -> str:
    """Send one file; answers what is wrong with how it was met, or nothing."""
    name, content, verdict = case
    began = time.monotonic()
    answer = service.upload(content, params={"kind": "picture"})
    if time.monotonic() - began > LONGEST:
        return f"{name}: took longer than {LONGEST} s"
    if answer.status_code not in (200, 201):
        if answer.status_code not in CODES or answer.json()["code"] not in CODES[answer.status_code]:
            return f"{name}: {answer.status_code} {answer.text[:200]}"
        problem(answer, answer.status_code, answer.json()["code"])
        return f"{name}: refused, {answer.json()['detail']}" if verdict == "taken" else ""
    if verdict == "refused":
        return f"{name}: taken"
    return _unclean(service, name, answer.json()["id"])


def _unclean(service: Served, name: str, asset: str) -> str:
    forms = ("content?rendition", "thumbnail?side=16") if len(name) % 4 == 0 else ("content?rendition",)
    for form in forms:
        sent = service.get(f"/v1/assets/{asset}/{form}")
        if sent.status_code != 200:
            return f"{name}: {form} answers {sent.status_code}"
        image = opened(sent.content)
        if CANARY in sent.content or image.getexif() or image.info.keys() & {"icc_profile", "xmp", "comment"}:
            return f"{name}: {form} holds more than the picture ({sorted(image.info)})"
        if sent.headers["content-type"] != Image.MIME[image.format or ""]:
            return f"{name}: {form} is said to be {sent.headers['content-type']}"
    return ""


def test_hostile_pictures_do_no_harm(attacked: Served) -> None:
    """Over 200 files, through the door that everybody uses: no 500, nothing hidden comes out, memory stays, others are served."""
    looked_at(attacked, ("a first one", CORPUS[80][1], "either"))  # what is loaded once is no growth
    before, names = held(), {name for name, _, _ in CORPUS}

    wrong = [said for case in CORPUS if (said := looked_at(attacked, case))]

    assert wrong == [], "\n".join(wrong)
    assert len(names) == len(CORPUS) >= 200
    assert held() - before < MOST_GROWTH
    assert attacked.get("/health/ready").status_code == 200


def test_what_is_refused_leaves_nothing(attacked: Served) -> None:
    """Neither log nor store moves for a refused file."""
    refused = [case for case in CORPUS if case[2] == "refused"][:20]
    before = attacked.position(), sorted(attacked.blob_keys())
    assert [said for case in refused if (said := looked_at(attacked, case))] == []
    assert (attacked.position(), sorted(attacked.blob_keys())) == before


def test_a_page_is_no_document(attacked: Served) -> None:
    """HTML, SVG and the like are not taken as texts either: nothing that a browser runs is kept here."""
    pages = [
        case for case in CORPUS if case[0] in ("posing: HTML", "posing: SVG", "posing: a billion laughs")
    ]
    for _, content, _ in pages:
        problem(attacked.upload(content, headers={"Content-Type": "text/plain"}), 422, "not-a-document")
    assert len(pages) == 3
