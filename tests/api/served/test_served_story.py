"""The registry's story over HTTP: pictures, characters, elements, a production, its scenes."""

from __future__ import annotations

from tests.api.served.serving import Served, png, problem


def test_pictures_become_characters_with_elements(service: Served, account: str) -> None:
    """Given a portrait, when a character is introduced, shown and bound, then each card says so."""
    portrait = service.upload(png(), params={"label": "Mina, frontal"}).json()
    mina = service.made("/v1/characters", {"depicts": "fictional", "name": "Mina", "aliases": ["mina"]})
    shown = service.made(
        f"/v1/characters/{mina['id']}/references", {"asset": portrait["id"], "role": "frontal"}
    )
    assert shown["references"] == [{"asset": portrait["id"], "role": "frontal", "look": None}]
    wanted = {"element_id": 829836802793406551, "account": account, "character": mina["id"]}
    adopted = service.post("/v1/elements", wanted)
    assert (adopted.status_code, adopted.json()["attested_by"]) == (201, "tester")
    assert adopted.headers["location"] == f"/v1/elements/{adopted.json()['id']}"
    again = service.post("/v1/elements", wanted)
    assert (again.status_code, again.json()["id"]) == (200, adopted.json()["id"])
    [listed] = service.get(f"/v1/characters/{mina['id']}/elements").json()["items"]
    assert listed.items() <= adopted.json().items()


def test_an_element_shows_one_character(service: Served, account: str) -> None:
    """An element id adopted for one character is refused for another, by both names."""
    one, two = (
        service.made("/v1/characters", {"depicts": "fictional", "name": name})["id"] for name in ("Ari", "Bo")
    )
    first = service.made("/v1/elements", {"element_id": 77, "account": account, "character": one})
    refused = service.post("/v1/elements", {"element_id": 77, "account": account, "character": two})
    assert (refused.status_code, refused.json()["code"]) == (409, "element-taken")
    assert first["id"] in refused.json()["detail"]


def test_a_production_opens_with_its_unplaced_scene_and_only_account(service: Served, account: str) -> None:
    """A production is opened, given its scene for unplaced requests and its account, in one append."""
    before = service.position()
    production = service.made("/v1/productions", {"name": "Harbour"})
    assert production["account"] == account
    assert service.get(f"/v1/scenes/{production['unplaced']}").json()["production"] == production["id"]
    events = service.get("/v1/events", params={"after": before}).json()["items"]
    assert [event["type"] for event in events] == ["ProductionOpened", "SceneOpened", "AccountChosen"]
    assert len({event["request_id"] for event in events}) == 1


def test_a_scene_is_cast_by_name_and_gets_shots(service: Served, production: str) -> None:
    """A scene's cast is named by id or name, its shots are numbered, and both can be taken back."""
    jun = service.made("/v1/characters", {"depicts": "fictional", "name": "Jun", "aliases": ["준"]})["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": "The last seat", "number": 12})[
        "id"
    ]
    assert service.made(f"/v1/scenes/{scene}/cast", {"character": "준"})["cast"][0]["character"] == jun
    planned = service.made(f"/v1/scenes/{scene}/shots", {"action": "He sits down.", "framing": "wide"})
    shot = planned["shots"][0]
    assert (shot["number"], shot["action"]) == (1, "He sits down.")
    assert service.change("DELETE", f"/v1/scenes/{scene}/shots/{shot['id']}").json()["shots"] == []
    released = service.change("DELETE", f"/v1/scenes/{scene}/cast", params={"character": jun})
    assert released.json()["cast"] == []
    renamed = service.change("PATCH", f"/v1/scenes/{scene}", {"setting": "dusk"}).json()
    assert (renamed["setting"], renamed["version"]) == ("dusk", 6)


def test_what_is_retired_or_closed_takes_nothing_new(service: Served, account: str) -> None:
    """Retired characters are not cast, closed scenes and productions take nothing."""
    production = service.made("/v1/productions", {"name": "Short", "account": account})["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": "One"})["id"]
    ghost = service.made("/v1/characters", {"depicts": "fictional", "name": "Ghost"})["id"]
    service.made(f"/v1/characters/{ghost}/retire", {"reason": "cut"})
    assert (
        service.post(f"/v1/scenes/{scene}/cast", {"character": "Ghost"}).json()["code"] == "already-retired"
    )
    assert service.made(f"/v1/scenes/{scene}/close", {"reason": "done"})["closed"]
    assert service.post(f"/v1/scenes/{scene}/cast", {"character": ghost}).json()["code"] == "already-closed"
    assert service.made(f"/v1/productions/{production}/close", {"reason": "done"})["closed"]
    late = service.post("/v1/scenes", {"production": production, "name": "Two"})
    assert (late.status_code, late.json()["code"]) == (409, "already-closed")


def test_lists_are_paged_with_a_cursor_and_a_link(service: Served) -> None:
    """A list hands out a cursor and Links to the next page and the first, and every item once, from either end."""
    made = [
        service.made("/v1/characters", {"depicts": "fictional", "name": f"Extra {n}"})["id"] for n in range(5)
    ]
    for sort, expected in (("oldest", made), ("newest", made[::-1])):
        begin = f"/v1/characters?limit=2&sort={sort}"
        seen, address = [], begin
        while address:
            answer = service.get(address)
            page = answer.json()
            seen += [item["id"] for item in page["items"]]
            assert (page["next"] is None) == ("next" not in answer.links)
            assert answer.links.get("first", {}).get("url") == (None if address == begin else begin)
            address = answer.links.get("next", {}).get("url", "")
        assert [one for one in seen if one in made] == expected
        assert len(seen) == len(set(seen))


def test_a_word_that_a_list_does_not_take_names_those_it_takes(service: Served) -> None:
    """A wrong order, verdict or kind is answered with the right ones, whether every list has it or one."""
    for path, query, choices in (
        ("/v1/characters", {"sort": "random"}, "oldest, newest"),
        ("/v1/clips", {"verdict": "maybe"}, "approved, rejected, none"),
        ("/v1/assets", {"kind": "film"}, "picture, video, audio, document"),
    ):
        (wrong,) = problem(service.get(path, params=query), 422, "invalid-request")["errors"]
        assert wrong["path"] == f"?{next(iter(query))}"
        assert wrong["message"] == f"not one of: {choices}"


def test_lineage_reaches_from_a_character_to_its_pictures(service: Served) -> None:
    """What a character stands on is one step away, and the way back is the same step."""
    asset = service.upload(png()).json()["id"]
    character = service.made("/v1/characters", {"depicts": "fictional", "name": "Lin"})["id"]
    service.made(f"/v1/characters/{character}/references", {"asset": asset, "role": "profile"})
    down = service.get(f"/v1/lineage/{asset}", params={"direction": "descendants"}).json()["edges"]
    up = service.get(f"/v1/lineage/{character}", params={"depth": 1}).json()["edges"]
    assert [(edge["made"], edge["source"], edge["kind"]) for edge in up] == [(character, asset, "reference")]
    assert [edge["made"] for edge in down] == [character]


def test_me_names_key_holder_and_studio(service: Served) -> None:
    """A key can ask whose it is and what it opens."""
    me = service.get("/v1/me").json()
    assert (me["holder"], me["studio"]) == ("tester", service.continuity.studio)
    assert [studio["id"] for studio in service.get("/v1/studios").json()["items"]] == [me["studio"]]
