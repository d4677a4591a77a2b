"""Bringing footage that was not made here, by a form without a script."""

from __future__ import annotations

from api.auth import issue_key
from tests.api.console.browsing import Visitor, visiting
from tests.api.console.filling import filled
from tests.api.served.serving import Served
from tests.servers.copying import film, shots

ADOPT = "POST /v1/clips"


def test_footage_is_taken_in_on_the_word_of_a_form(
    visitor: Visitor, service: Served, production: str
) -> None:
    """The form offers the scene's shots and people; what it leaves empty says nothing, whoever is chosen is in the clip."""
    mina = service.made("/v1/characters", {"name": "Mina", "depicts": "fictional"})["id"]
    jun = service.made("/v1/characters", {"name": "Jun", "depicts": "fictional"})["id"]
    ana = service.made("/v1/characters", {"name": "Ana", "depicts": "fictional"})["id"]
    service.made(f"/v1/characters/{mina}/looks", {"look": "winter, grey", "wardrobe": "a coat"})
    scene = service.made("/v1/scenes", {"production": production, "name": "Harbour"})["id"]
    shot = service.made(f"/v1/scenes/{scene}/shots", {"action": "The harbour."})["shots"][0]["id"]
    for who in (mina, jun):
        service.made(f"/v1/scenes/{scene}/cast", {"character": who})
    assert f'value="{scene}"' in visitor.get(f"/console/footage?production={production}").text
    page = f"/console/footage?scene={scene}&shot={shot}"
    typed = filled(visitor.get(page).text, "upload")
    assert (typed.says("scene"), typed.says("shot")) == ([scene], [shot])
    words = {"scene": scene, "shot": "", "source": "Northlight", "ai_generated": "no", "label": ""}
    seen = [("characters", f"{mina}:winter, grey"), ("characters", ""), ("characters", ana)]

    answer = visitor.upload(page, film(shots()), kind="video/mp4", to=ADOPT, said=seen, **words)

    assert answer.status_code == 303, answer.text
    card = service.get(f"/v1/clips/{answer.headers['location'].rpartition('/')[2]}").json()
    assert (card["origin"], card["shot"], card["scene"]) == ("adopted", None, scene)
    assert [(one["character"], one["look"]) for one in card["adopted"]["cast"]] == [
        (mina, "winter, grey"), (ana, None)
    ]  # fmt: skip


def test_what_is_not_said_is_asked_for(visitor: Visitor, service: Served, production: str) -> None:
    """Without its source nothing is taken in; who may not bring footage is told so instead."""
    scene = service.made("/v1/scenes", {"production": production, "name": "Pier"})["id"]
    page = f"/console/footage?scene={scene}"
    refused = visitor.upload(page, b"x", kind="video/mp4", to=ADOPT, scene=scene, source="", ai_generated="")
    assert refused.status_code == 422
    assert "<code>source</code>: " in refused.text
    assert "<code>ai_generated</code>: " in refused.text
    key = issue_key(service.continuity.registry, service.continuity.studio, "r", roles=("reader",))
    with visiting(service, key) as reader:
        assert "takes the role asset writer" in reader.get(page).text
