"""Further studios: opened by the first one's admins alone, with a first key, told once."""

from __future__ import annotations

from click.testing import CliRunner

from api.auth import issue_key
from api.cli.root import cli
from api.client import ContinuityClient
from registry.events.studio import ROLES
from tests.api.served.serving import Served, problem

NEW = {"name": "Han River Pictures", "holder": "Yuna Kim"}


def test_a_further_studio_is_opened(service: Served) -> None:
    """Its first key opens it and nothing else, with every role; a repeat answers the same studio without the secret."""
    once = {"Idempotency-Key": "one-studio"}
    made = service.post("/v1/studios", NEW, headers=once)
    again = service.post("/v1/studios", NEW, headers=once)

    assert (made.status_code, again.status_code) == (201, 201)
    card = made.json()
    assert again.json() == card | {"key": None}
    with ContinuityClient(service.url, card["key"]) as theirs:
        me = theirs.me()
        assert (me.studio, me.studio_name, me.holder, set(me.roles)) == (
            card["id"],
            "Han River Pictures",
            "Yuna Kim",
            set(ROLES),
        )
        assert [one.id for one in theirs.studios()] == [card["id"]]
        assert list(theirs.characters()) == []


def test_only_the_first_studio_opens_others(service: Served) -> None:
    """An admin of any other studio is refused, and so is one who is no admin; nothing is opened."""
    registry, other = service.continuity.registry, service.other_studio()
    theirs = {"Authorization": f"Bearer {issue_key(registry, other, 'they', roles=ROLES)}"}
    mine = {
        "Authorization": f"Bearer {issue_key(registry, service.continuity.studio, 'op', roles=('operator',))}"
    }
    before = service.continuity.registry.feed.head("system")

    problem(service.post("/v1/studios", NEW, headers=theirs), 403, "not-the-first-studio")
    problem(service.post("/v1/studios", NEW, headers=mine), 403, "role-missing")
    problem(service.post("/v1/studios", {"name": " ", "holder": "x"}), 422, "invalid-request")
    assert service.continuity.registry.feed.head("system") == before


def test_a_studio_on_the_command_line(service: Served) -> None:
    """The key stands alone on standard output."""
    where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
    done = CliRunner().invoke(cli, ["studio", "open", "Third", "--holder", "Jun"], obj=where)

    assert done.exit_code == 0, done.output
    with ContinuityClient(service.url, done.stdout.strip()) as theirs:
        assert theirs.me().studio_name == "Third"
