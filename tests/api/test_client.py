"""The Python client against a service that drops connections, is busy, refuses, and talks nonsense."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.client import (
    Ambiguous,
    ContinuityClient,
    ContinuityError,
    LocalFailure,
    Manners,
    UnexpectedAnswer,
    Unreachable,
)
from tests.api.cli import cards
from tests.api.cli.scripted_http import DROPPED, Reply, Script, refuses, says, scripted, tells


@pytest.fixture
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(server: Script, pauses: list[float]) -> Iterator[ContinuityClient]:
    numbers = itertools.count(1)
    manners = Manners(sleep=pauses.append, make_key=lambda: f"key-{next(numbers)}")
    with ContinuityClient(server.url, "secret", manners=manners) as made:
        yield made


def test_a_dropped_change_is_repeated_under_its_key(server: Script, client: ContinuityClient) -> None:
    """A change whose answer was lost goes out again as the same command under the same key."""
    server.will(DROPPED, DROPPED, says(cards.scene(), 201))

    opened = client.open_scene(cards.an_id("production"), "The café")

    assert opened.id == cards.an_id("scene")
    assert [asked.key for asked in server.asked] == ["key-1"] * 3
    assert len({asked.body for asked in server.asked}) == 1


def test_each_call_has_a_key_of_its_own(server: Script, client: ContinuityClient) -> None:
    """Two calls are two commands, also when they say the same."""
    server.will(says(cards.scene(), 201))

    client.cast(cards.an_id("scene"), "mina")
    client.cast(cards.an_id("scene"), "mina")

    assert [asked.key for asked in server.asked] == ["key-1", "key-2"]


def test_a_busy_service_is_asked_again_when_it_says(
    server: Script, client: ContinuityClient, pauses: list[float]
) -> None:
    """503 with Retry-After is repeated after that pause, under the same key."""
    busy = refuses(503, "log-busy", headers={"Retry-After": "3"})
    server.will(busy, says(cards.scene(), 201))

    client.cast(cards.an_id("scene"), "mina")

    assert [asked.key for asked in server.asked] == ["key-1", "key-1"]
    assert pauses == [3.0]


def test_a_long_outage_is_handed_on_at_once(
    server: Script, client: ContinuityClient, pauses: list[float]
) -> None:
    """A service that asks for a pause beyond our longest is believed and not asked again."""
    server.will(refuses(503, "blob-store-down", detail="the store is full", headers={"Retry-After": "600"}))

    with pytest.raises(ContinuityError) as refused:
        list(client.scenes())

    assert (refused.value.code, refused.value.message) == ("blob-store-down", "the store is full")
    assert (len(server.asked), pauses) == (1, [])


def test_repeats_are_bounded_and_name_the_key(
    server: Script, client: ContinuityClient, pauses: list[float]
) -> None:
    """After the last try the caller learns that the outcome is unknown and under which key to repeat."""
    server.will(DROPPED)

    with pytest.raises(Unreachable) as lost:
        client.request_generation({"scene": "s", "prompt": "p"}, idempotency_key="mine")

    assert (len(server.asked), pauses) == (4, [0.25, 0.5, 1.0])
    assert lost.value.idempotency_key == "mine"
    assert "mine" in lost.value.hint


def test_a_refusal_is_never_repeated(server: Script, client: ContinuityClient) -> None:
    """What the service refused would be refused again; all it said arrives."""
    finding = {"rule": "R14", "severity": "E", "message": "duration 16 is too long", "path": "$.duration"}
    server.will(
        refuses(422, "payload-refused", detail="two rules say no", hint="shorten it", findings=[finding])
    )

    with pytest.raises(ContinuityError) as refused:
        client.request_generation({"scene": "s", "duration": 16})

    error = refused.value
    assert (error.code, error.message, error.hint, error.status) == (
        *("payload-refused", "two rules say no", "shorten it"),
        422,
    )
    assert error.findings == (finding,)
    assert len(server.asked) == 1


def test_an_upload_starts_over(server: Script, client: ContinuityClient, tmp_path: Path) -> None:
    """A repeated upload sends the whole file again, under the same key, and tells how far it came."""
    file = tmp_path / "mina.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(700_000))
    server.will(DROPPED, says(cards.asset(), 201))
    heard: list[tuple[int, int | None]] = []

    kept = client.register_asset(file, on_bytes=lambda done, total: heard.append((done, total)))

    assert kept.created
    assert {asked.body for asked in server.asked} == {file.read_bytes()}
    assert {(asked.key, asked.headers["content-type"]) for asked in server.asked} == {("key-1", "image/png")}
    assert server.asked[1].query == {"label": "mina"}
    assert heard[-1] == (700_008, 700_008)


def test_known_bytes_are_told_from_new_ones(server: Script, client: ContinuityClient, tmp_path: Path) -> None:
    """200 instead of 201 says that the same bytes were registered before."""
    file = tmp_path / "again.png"
    file.write_bytes(b"x")
    server.will(says(cards.asset(), 200))

    assert not client.register_asset(file).created


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, b"<html>a proxy</html>"),
        says({"id": "scene"}),
        says([]),
        Reply(502, b"bad gateway"),
        Reply(302, b"", {"Location": "http://elsewhere.invalid/"}),
    ],
    ids=["html", "fields missing", "no object", "gateway", "redirect"],
)
def test_nonsense_is_an_error_with_words(server: Script, client: ContinuityClient, answer: Reply) -> None:
    """Whatever answers, the caller meets a ContinuityError and never a parser's exception; redirects are not followed."""
    server.will(answer)

    with pytest.raises(UnexpectedAnswer):
        client.scene(cards.an_id("scene"))

    assert len(server.asked) == 1


def test_a_newer_service_may_say_more(server: Script, client: ContinuityClient) -> None:
    """Unknown members, also inside, are passed over."""
    member = {"character": cards.an_id("character"), "character_version": 1, "look": "winter"}
    server.will(says(cards.scene(cast=[member], mood="grim")))

    assert client.scene("s").cast[0].character == cards.an_id("character")


def test_pages_are_one_list(server: Script, client: ContinuityClient) -> None:
    """A list is fetched page by page, from the cursor of the one before."""
    server.will(says(cards.page(cards.scene(1), cards.scene(2), then=17)), says(cards.page(cards.scene(3))))

    numbers = [card.id[-1] for card in client.scenes(production="p")]

    assert numbers == ["1", "2", "3"]
    assert [asked.query.get("after") for asked in server.asked] == [None, "17"]
    assert all(asked.query["production"] == "p" for asked in server.asked)


def test_the_feed_goes_on_where_it_was(server: Script, client: ContinuityClient) -> None:
    """A followed feed that is cut off, refused for a while or ended is opened again behind the last event seen."""
    server.will(
        tells("retry: 2000", (4, cards.event(4)), (5, cards.event(5)), cut=-40),
        refuses(503, "streams-full"),
        tells("id: 6\n:", 'event: end\ndata: {"code": "shutting-down"}'),
        tells((7, cards.event(7)), "id: 8\n:"),
        tells((9, cards.event(9))),
    )

    seen = [event.position for event in itertools.islice(client.events(after=3, follow=True), 3)]

    assert seen == [4, 7, 9]
    assert [asked.query["after"] for asked in server.asked] == ["3", "4", "4", "6", "8"]


def test_a_followed_feed_ends_with_the_service(server: Script, client: ContinuityClient) -> None:
    """A refusal that will not pass, and a service that stays away, end the following with their words."""
    server.will(tells((4, cards.event(4))), refuses(401, "unauthenticated"))
    with pytest.raises(ContinuityError, match="unauthenticated"):
        list(client.events(follow=True))
    server.replies[:] = [DROPPED]
    with pytest.raises(Unreachable):
        list(client.events(follow=True))


def test_a_subscription_is_acknowledged_with_what_it_came_with(
    server: Script, client: ContinuityClient
) -> None:
    """The page's own version and the end of what was looked at are what is acknowledged."""
    server.will(
        says(cards.page(cards.event(4)) | {"through": 7}, ETag='"12"'), says(cards.subscription(position=7))
    )

    reading = client.read_subscription("exporter", type="SceneOpened")
    done = client.acknowledge("exporter", reading)

    assert (reading.through, done.position) == (7, 7)
    assert server.asked[0].query == {"subscription": "exporter", "type": "SceneOpened"}
    assert (server.asked[1].json, server.asked[1].headers["if-match"]) == ({"position": 7}, '"12"')


def test_names_stand_for_characters(server: Script, client: ContinuityClient) -> None:
    """A name is looked up; one that fits nobody or several is refused with the ids."""
    server.will(
        says(cards.page(cards.character(1))),
        says(cards.page()),
        says(cards.page(cards.character(1), cards.character(2))),
    )

    assert client.character("mina").id == cards.an_id("character", 1)
    with pytest.raises(ContinuityError, match="no character is called 'jun'"):
        client.character("jun")
    with pytest.raises(Ambiguous, match=cards.an_id("character", 2)):
        client.character("mina")


@pytest.mark.parametrize("key", ["two\nlines", "é", ""])
def test_a_key_that_cannot_be_one_is_refused_here(key: str) -> None:
    """A key with a line break or a letter beyond ASCII never reaches a header."""
    with pytest.raises(LocalFailure, match="the key"):
        ContinuityClient("http://127.0.0.1:1", key)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", "http://[::1", ""])
def test_an_address_that_cannot_be_one_is_refused_here(url: str) -> None:
    """An address without http is named as such, not retried."""
    with pytest.raises(LocalFailure, match="is no"):
        ContinuityClient(url, "secret")


def test_text_that_cannot_travel_is_refused_here(server: Script, client: ContinuityClient) -> None:
    """Half a character in a name, an id or a query is an error with words, and nothing is sent."""
    for call in (
        lambda: client.introduce_character("Mi\udcffna", depicts="fictional"),
        lambda: client.scene("\udcff"),
        lambda: client.character("\udcff"),
    ):
        with pytest.raises(LocalFailure):
            call()

    assert server.asked == []


def test_the_version_seen_travels_along(server: Script, client: ContinuityClient) -> None:
    """A change that names the version it saw sends If-Match."""
    server.will(says(cards.asset(label="new")))

    client.describe_asset(cards.an_id("asset"), label="new", version=3)

    assert server.asked[0].headers["if-match"] == '"3"'
    assert server.asked[0].json == {"label": "new"}
