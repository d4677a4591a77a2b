"""The examples of the OpenAPI document as calls on a studio that has what they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.api.served.serving import Served, png

ABOUT_THE_PROVIDER = (
    "/v1/accounts/{account}/keys",
    "/v1/reconciliations",
    "/v1/reconciliations/accept-restore",
    "/v1/elements/census",
    "/v1/voices/{voice}/remint",
)
"""Changes that ask Kling first, where nobody is in these tests, or that stand on having asked."""
ELSEWHERE = (
    *("{element}", "{submission}", "{consent}", "{clip}", "{position}"),
    *("continue", "/erase", "/acknowledge"),
)
"""Changes that need more than their ids to be there; other tests of this folder make them."""
_ORDER = {"declare": 0, "likeness": 1}
_LAST = ("/close", "/retire", "/supersede", "/revoke")


class Call(NamedTuple):
    """One request that works: the operation's path, and what is sent."""

    path: str
    method: str
    address: str
    body: Any


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, verb and operation of each."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def example_calls(
    service: Served, document: dict[str, Any], *, account: str, production: str
) -> Iterator[Call]:
    """Every example whose things can be made by asking for them, in an order in which all of them work."""
    other = service.upload(png()).json()["id"]
    ids = _things(service, account, production)
    ordered = sorted(
        operations(document),
        key=lambda one: (one[0].endswith(_LAST), _ORDER.get(one[0].rpartition("/")[2], 0)),
    )
    for path, verb, operation in ordered:
        media = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if media is None or path.startswith("/v1/generations") or any(part in path for part in ELSEWHERE):
            continue
        if path in ABOUT_THE_PROVIDER:
            continue
        text = json.dumps(next(iter(media["examples"].values()))["value"])
        for kind, one in ids.items():
            wanted = other if path.endswith("/supersede") else one
            text = re.sub(rf"{kind}_[0-9a-z]{{26}}", wanted, text)
        address = re.sub(r"{(\w+)}", lambda found: ids[found[1]], path)
        if path == "/v1/assets/{asset}/retire":
            address = f"/v1/assets/{other}/retire"
        yield Call(path, verb.upper(), address, json.loads(text))


def _things(service: Served, account: str, production: str) -> dict[str, str]:
    ids = {
        "account": account,
        "production": production,
        "studio": service.continuity.studio,
        "asset": service.upload(png()).json()["id"],
        "character": service.made("/v1/characters", {"depicts": "fictional", "name": "Hana"})["id"],
        "scene": service.made("/v1/scenes", {"production": production, "name": "x"})["id"],
        "look": "winter",
        "subscription": "exporter",
        "likeness": service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"],
    }
    adopted = {"voice_id": "1", "account": account, "character": ids["character"]}
    ids["voice"] = service.made("/v1/voices", adopted)["id"]
    receiver = {"url": "https://hooks.example.com/continuity", "holder": "edit suite"}
    ids["webhook"] = service.made("/v1/webhooks", receiver)["id"]
    ids["key"] = service.made("/v1/keys", {"holder": "Jun", "roles": ["reader"]})["id"]
    return ids
