"""Agents: the command `continuity mcp` as a program that speaks with it sees it, against a real service, worker and sandbox."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from api.auth import issue_key
from api.client import ContinuityClient
from api.mcp.offering import Offering
from registry.events.studio import Role
from tests.api.served.serving import Served, png
from tests.servers.sandbox import ROOT, Sandbox

READING = {
    *("search_characters", "search_scenes", "show", "preview_shot", "follow_generation", "list_takes"),
    *("lineage", "uses", "impact", "spend"),
}
SPENDING = {"request_generation", "cancel_generation"}


@dataclass(frozen=True)
class Film:
    """What there is to speak of."""

    service: Served
    production: str
    scene: str
    mina: str

    @property
    def shot(self) -> dict[str, Any]:
        alone = {"W504": "she is alone in this scene"}
        said = {"scene": self.scene, "action": "Mina waits at the window.", "accept": alone}
        return said | {"cast": [{"character": "mina"}]}

    def position(self) -> int:
        return self.service.position()


@pytest.fixture(scope="module")
def film(service: Served) -> Film:
    service.made("/v1/accounts", {"name": "main", "region": "sandbox"})
    production = service.made("/v1/productions", {"name": "Last Seat"})["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": "The café", "setting": "a café"})[
        "id"
    ]
    mina = service.made("/v1/characters", {"name": "Mina", "aliases": ["mina"], "depicts": "fictional"})["id"]
    portrait = service.upload(png(400, 400)).json()["id"]
    service.made(f"/v1/characters/{mina}/references", {"asset": portrait, "role": "frontal"})
    service.made(f"/v1/scenes/{scene}/cast", {"character": mina})
    return Film(service, production, scene, mina)


def told(result: Any) -> dict[str, Any]:
    """What a tool answered, as data."""
    assert not result.is_error, result.content
    said: dict[str, Any] = result.structured_content
    return said


def refused(result: Any, code: str) -> dict[str, Any]:
    """A refusal of that code, with words and a hint, in the text too."""
    assert result.is_error, result.content
    said: dict[str, Any] = result.structured_content
    assert said["code"] == code, said
    assert said["message"]
    assert said["hint"]
    assert code in result.content[0].text
    return said


def test_from_a_search_to_a_clip_over_standard_input_and_output(film: Film, kling: Sandbox) -> None:
    """An agent finds, previews, asks with plan, price and a name, follows to the end, and pays once however often it asks.

    1. Search and show. 2. Preview. 3. Requests that name no plan, another plan, another price. 4. The request, three times.
    5. Its end. 6. Takes, lineage, uses, spend.
    """

    async def story(agent: Client) -> None:
        ask = agent.call_tool
        assert {tool.name for tool in (await agent.list_tools()).tools} == READING | SPENDING

        [found] = told(await ask("search_characters", {"text": "min"}))["items"]
        [scene] = told(await ask("search_scenes", {"text": "CAFÉ"}))["items"]
        assert (found["id"], scene["id"]) == (film.mina, film.scene)
        assert told(await ask("show", {"thing": film.mina}))["card"]["name"] == "Mina"

        before, paid = film.position(), len(kling.ledger())
        shown = told(await ask("preview_shot", {"request": film.shot}))
        price = shown["total"]["units"]
        wanted = {
            "request": film.shot,
            "plan_digest": shown["plan_digest"],
            "price_units": price,
            "accepted_by": "Ana",
        }
        missing = refused(await ask("request_generation", {"request": film.shot}), "invalid-request")
        assert {one["path"] for one in missing["errors"]} == {
            "$.plan_digest",
            "$.price_units",
            "$.accepted_by",
        }
        other = refused(await ask("request_generation", wanted | {"plan_digest": "5f" * 32}), "plan-changed")
        assert other["preview"]["plan_digest"] == shown["plan_digest"]
        refused(await ask("request_generation", wanted | {"price_units": "999"}), "price-differs")
        refused(await ask("request_generation", wanted | {"atempt": 2}), "invalid-request")
        assert (film.position(), len(kling.ledger())) == (before, paid)

        asked = [told(await ask("request_generation", wanted)) for _ in range(3)]
        assert {one["id"] for one in asked} == {asked[0]["id"]}
        refused(await ask("request_generation", wanted | {"accepted_by": "Jun"}), "asked-already")

        heard: list[str] = []

        async def hear(_done: float, _all: float | None, message: str | None) -> None:
            heard.append(message or "")

        ended = told(await ask("follow_generation", {"generation": asked[0]["id"]}, progress_callback=hear))
        assert (ended["outcome"], len(kling.ledger())) == ("delivered", paid + 1)
        assert heard
        card = told(await ask("show", {"thing": asked[0]["id"]}))["card"]
        assert card["request"]["accepted_by"] == "Ana"

        [take] = told(await ask("list_takes", {"scene": film.scene}))["items"]
        edges = told(await ask("lineage", {"thing": ended["clip"]}))["edges"]
        assert take["clip"] == ended["clip"]
        assert film.mina in {edge["source"] for edge in edges}
        assert ended["clip"] in {
            one["clip"] for one in told(await ask("uses", {"thing": film.mina}))["items"]
        }
        assert told(await ask("impact", {"thing": film.mina}))["clips"] == 1
        spent = told(await ask("spend", {"production": film.production}))
        assert spent["settled"]["units"] == price
        late = refused(
            await ask("cancel_generation", {"generation": asked[0]["id"], "reason": "too late"}),
            "wrong-stage",
        )
        assert late["status"] == 409

    environment = {"CONTINUITY_URL": film.service.url, "CONTINUITY_KEY": film.service.key}
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "api.cli", "mcp"], env=environment, cwd=ROOT
    )
    talk(command, story)


def test_a_reader_is_offered_nothing_that_spends(film: Film) -> None:
    """What the key may not do is not offered, and is refused by the role that is missing when it is called all the same."""

    async def story(agent: Client) -> None:
        assert {tool.name for tool in (await agent.list_tools()).tools} == READING
        before = film.position()
        shown = told(await agent.call_tool("preview_shot", {"request": film.shot}))
        wanted = {
            "request": film.shot,
            "plan_digest": shown["plan_digest"],
            "price_units": "3",
            "accepted_by": "Ana",
        }
        missing = refused(await agent.call_tool("request_generation", wanted), "role-missing")
        assert "submitter" in missing["message"]
        assert film.position() == before

    with offered(film, "reader") as offering:
        talk(offering, story)


def test_refusals_say_what_to_do(film: Film) -> None:
    """What the service refuses arrives with its code, every finding and its hint; what is no tool and no id is named."""

    async def story(agent: Client) -> None:
        ask = agent.call_tool
        refused(await ask("show", {"thing": f"scene_{'0' * 26}"}), "not-found")
        refused(await ask("show", {"thing": "mina"}), "unknown-kind")
        refused(await ask("lineage", {"thing": film.mina, "depth": 99}), "invalid-request")
        refused(await ask("teleport", {}), "no-such-tool")
        twice = {"request": film.shot | {"max_units": "1"}, "plan_digest": "5f" * 32, "price_units": "1"}
        refused(await ask("request_generation", twice | {"accepted_by": "Ana"}), "said-twice")
        nobody = film.shot | {"cast": [{"character": "nobody"}]}
        shown = told(await ask("preview_shot", {"request": nobody}))
        assert (shown["sendable"], shown["plan_digest"]) == (False, None)
        wanted = {"request": nobody, "plan_digest": "5f" * 32, "price_units": "1", "accepted_by": "Ana"}
        unknown = refused(await ask("request_generation", wanted), "cannot-resolve")
        assert unknown["findings"][0]["severity"] == "E"

    with offered(film, "submitter") as offering:
        talk(offering, story)


def talk(server: Any, story: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Client(server) as agent:
            await story(agent)

    anyio.run(run)


@contextmanager
def offered(film: Film, role: Role) -> Iterator[Offering]:
    """The tools of a new key with one role, in this process."""
    registry, studio = film.service.continuity.registry, film.service.continuity.studio
    key = issue_key(registry, studio, "agent", roles=(role,))
    with ContinuityClient(film.service.url, key) as client:
        yield Offering(client, client.me())
