"""Agents: the command `continuity mcp` as a program that speaks with it sees it, against a real service, worker and sandbox."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from api.auth import issue_key
from api.client import ContinuityClient
from registry.events.studio import Role
from tests.api.served.serving import Served, png
from tests.servers.sandbox import ROOT, Sandbox

if TYPE_CHECKING:  # only who runs these waits for the protocol's library
    from mcp.client import Client

    from api.mcp.offering import Offering

READING = {
    *("search_characters", "search_scenes", "show", "preview_shot", "follow_generation", "list_takes"),
    *("lineage", "history", "uses", "impact", "spend"),
}
Ask = Callable[..., Awaitable[Any]]
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
    """An agent finds, previews, asks with plan, price and a name, follows to the end, and pays once however often it asks."""

    async def story(agent: Client) -> None:
        assert {tool.name for tool in (await agent.list_tools()).tools} == READING | SPENDING
        paid = len(kling.ledger())
        await finds(agent.call_tool, film)
        wanted = await previews(agent.call_tool, film)
        await is_refused_what_was_not_seen(agent.call_tool, film, wanted)
        assert len(kling.ledger()) == paid
        clip = await asks_and_follows(agent, wanted)
        assert len(kling.ledger()) == paid + 1
        await tells_where_it_came_from(agent.call_tool, film, clip, wanted["price_units"])

    from mcp.client.stdio import StdioServerParameters

    environment = {"CONTINUITY_URL": film.service.url, "CONTINUITY_KEY": film.service.key}
    arguments = ["-m", "api.cli", "mcp"]
    talk(StdioServerParameters(command=sys.executable, args=arguments, env=environment, cwd=ROOT), story)


async def finds(ask: Ask, film: Film) -> None:
    """By part of a name or a setting, and by id."""
    [found] = told(await ask("search_characters", {"text": "min"}))["items"]
    [scene] = told(await ask("search_scenes", {"text": "CAFÉ"}))["items"]

    assert (found["id"], scene["id"]) == (film.mina, film.scene)
    assert told(await ask("show", {"thing": film.mina}))["card"]["name"] == "Mina"


async def previews(ask: Ask, film: Film) -> dict[str, Any]:
    """The arguments that ask for what was shown."""
    shown = told(await ask("preview_shot", {"request": film.shot}))
    said = {"request": film.shot, "plan_digest": shown["plan_digest"], "accepted_by": "Ana"}
    return said | {"price_units": shown["total"]["units"]}


async def is_refused_what_was_not_seen(ask: Ask, film: Film, wanted: dict[str, Any]) -> None:
    """No plan, another plan, another price, a misspelt argument: nothing is written."""
    before = film.service.position()
    missing = refused(await ask("request_generation", {"request": film.shot}), "invalid-request")
    other = refused(await ask("request_generation", wanted | {"plan_digest": "5f" * 32}), "plan-changed")
    refused(await ask("request_generation", wanted | {"price_units": "999"}), "price-differs")
    refused(await ask("request_generation", wanted | {"atempt": 2}), "invalid-request")

    assert {one["path"] for one in missing["errors"]} == {"$.plan_digest", "$.price_units", "$.accepted_by"}
    assert other["preview"]["plan_digest"] == wanted["plan_digest"]
    assert film.service.position() == before


async def asks_and_follows(agent: Client, wanted: dict[str, Any]) -> str:
    """Three times the same is one generation; its clip."""
    ask, heard = agent.call_tool, []

    async def hear(_done: float, _all: float | None, message: str | None) -> None:
        heard.append(message)

    asked = [told(await ask("request_generation", wanted)) for _ in range(3)]
    refused(await ask("request_generation", wanted | {"accepted_by": "Jun"}), "asked-already")
    mine = {"generation": asked[0]["id"]}
    ended = told(await ask("follow_generation", mine, progress_callback=hear))
    late = refused(await ask("cancel_generation", mine | {"reason": "too late"}), "wrong-stage")
    card = told(await ask("show", {"thing": mine["generation"]}))["card"]

    assert len({one["id"] for one in asked}) == 1
    assert (ended["outcome"], late["status"], card["request"]["accepted_by"]) == ("delivered", 409, "Ana")
    assert heard
    return str(ended["clip"])


async def tells_where_it_came_from(ask: Ask, film: Film, clip: str, price: str) -> None:
    """Takes, lineage, uses, impact and spend speak of the clip that was made."""
    [take] = told(await ask("list_takes", {"scene": film.scene}))["items"]
    edges = told(await ask("lineage", {"thing": clip}))["edges"]
    uses = told(await ask("uses", {"thing": film.mina}))["items"]
    past = told(await ask("history", {"thing": clip}))
    spent = told(await ask("spend", {"production": film.production}))

    assert take["clip"] == clip
    assert ([one["type"] for one in past["items"]], past["more"]) == (["ClipRecorded"], False)
    assert film.mina in {edge["source"] for edge in edges}
    assert clip in {one["clip"] for one in uses}
    assert told(await ask("impact", {"thing": film.mina}))["clips"] == 1
    assert spent["settled"]["units"] == price


def test_a_reader_is_offered_nothing_that_spends(film: Film) -> None:
    """What the key may not do is not offered, and is refused by the role that is missing when it is called all the same."""

    async def story(agent: Client) -> None:
        assert {tool.name for tool in (await agent.list_tools()).tools} == READING
        before = film.service.position()
        shown = told(await agent.call_tool("preview_shot", {"request": film.shot}))
        wanted = {
            "request": film.shot,
            "plan_digest": shown["plan_digest"],
            "price_units": "3",
            "accepted_by": "Ana",
        }
        missing = refused(await agent.call_tool("request_generation", wanted), "role-missing")
        assert "submitter" in missing["message"]
        assert film.service.position() == before

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
    from mcp.client import Client

    async def run() -> None:
        async with Client(server) as agent:
            await story(agent)

    anyio.run(run)


@contextmanager
def offered(film: Film, role: Role) -> Iterator[Offering]:
    """The tools of a new key with one role, in this process."""
    from api.mcp.offering import Offering

    registry, studio = film.service.continuity.registry, film.service.continuity.studio
    key = issue_key(registry, studio, "agent", roles=(role,))
    with ContinuityClient(film.service.url, key) as client:
        yield Offering(client, client.me())
