"""The examples of the OpenAPI document are current: the schema takes them, and the service does with them what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.bodies import Body
from generation.shot import ShotRequest
from tests.api.served.serving import Served, png


@pytest.fixture(scope="module")
def document(service: Served) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/openapi.json").json()
    return found


def test_every_body_has_examples_that_its_schema_takes(document: dict[str, Any]) -> None:
    """Each example of each body, at its model and at its route, is read by the model the schema is written from."""
    models = {one.__name__: one for one in (*_bodies(Body), ShotRequest)}
    taken = set()
    operations = ((path, one) for path, verbs in document["paths"].items() for one in verbs.values())
    for path, operation in operations:
        media = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if media is None:
            continue
        model = media["schema"]["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][model]
        values = [one["value"] for one in media["examples"].values()]
        assert values == schema["examples"], path
        for value in values:
            models[model].model_validate_json(json.dumps(value))
            assert set(value) <= set(schema["properties"])
        taken.add(path)
    assert {"/v1/generations", "/v1/generations/preview", "/v1/payloads/check"} <= taken


def test_the_examples_of_shots_and_payloads_are_judged_as_they_say(
    service: Served, document: dict[str, Any], production: str
) -> None:
    """A shot whose things exist would be sent, one legal payload is legal, the refused one names its rules."""
    ids = {"asset": service.upload(png(1280, 720)).json()["id"], "production": production}
    ids["scene"] = service.made("/v1/scenes", {"production": production, "name": "x"})["id"]
    for name in ("mina", "jun"):
        who = service.made("/v1/characters", {"depicts": "fictional", "name": name})["id"]
        picture = service.upload(png(400, 400)).json()["id"]
        service.made(f"/v1/characters/{who}/references", {"asset": picture, "role": "frontal"})
    for name, example in _examples(document, "/v1/generations/preview", ids):
        shown = service.http.post("/v1/generations/preview", json=example).json()
        assert shown["sendable"] == (name != "continued"), (name, shown["findings"])
    for name, example in _examples(document, "/v1/generations", ids):
        assert service.post("/v1/generations", example).status_code == (422 if name == "continued" else 202)
    said = {
        name: service.http.post("/v1/payloads/check", json=example).json()
        for name, example in _examples(document, "/v1/payloads/check", ids)
    }
    assert said["legal"] == {"legal": True, "findings": []}
    assert {"R10", "R22"} <= {finding["rule"] for finding in said["refused"]["findings"]}


def _examples(document: dict[str, Any], path: str, ids: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """The examples of a POST by name, with ids that exist."""
    content = document["paths"][path]["post"]["requestBody"]["content"]
    for name, example in content["application/json"]["examples"].items():
        text = json.dumps(example["value"])
        for kind, one in ids.items():
            text = re.sub(rf"{kind}_[0-9a-z]{{26}}", one, text)
        yield name, json.loads(text)


def _bodies(model: type[Body]) -> Iterator[type[Body]]:
    for body in model.__subclasses__():
        yield body
        yield from _bodies(body)


def test_the_example_of_an_upload_works(service: Served, document: dict[str, Any]) -> None:
    """The form as the document shows it registers a picture under that label."""
    content = document["paths"]["/v1/assets"]["post"]["requestBody"]["content"]["multipart/form-data"]
    (example,) = content["examples"].values()
    assert set(example["value"]) == set(content["schema"]["properties"])
    words = {name: said for name, said in example["value"].items() if name != "file"}
    kept = service.post("/v1/assets", files={"file": png()}, data=words)
    assert (kept.status_code, kept.json()["label"]) == (201, words["label"])
