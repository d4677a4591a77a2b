"""Golden files: what the log holds today must stay readable, and be written the same way, for ever."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from registry.errors import UnknownEvent
from registry.events import catalogue
from registry.events.catalogue import EVENTS, read_event
from registry.events.envelope import Event
from registry.events.studio import StudioOpened
from tests.registry.events.golden import GOLDEN, golden_bytes, golden_file, plain_body

ADDRESSES = sorted(EVENTS)


def empty_fields(event: Event) -> list[str]:
    return [name for name, value in event.model_dump().items() if value is None or value in ("", (), [], {})]


@pytest.mark.parametrize(("name", "version"), ADDRESSES)
def test_every_event_has_a_golden_file(name: str, version: int) -> None:
    """A new event, or a new version of one, comes with its golden file."""
    assert golden_file(name, version).exists(), (
        f"write {golden_file(name, version)}: one line of canonical JSON with every field filled"
    )


@pytest.mark.parametrize("path", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_every_golden_file_stays_readable(path: Path) -> None:
    """A body written once is read for ever, by its stored name and version."""
    name, version = path.name.removesuffix(".json").split(".v")

    event = read_event(name, int(version), orjson.loads(golden_bytes(name, int(version))))

    assert name == event.NAME


@pytest.mark.parametrize(("name", "version"), ADDRESSES)
def test_events_are_written_as_they_were(name: str, version: int) -> None:
    """The same facts give the same bytes as when the golden file was written."""
    golden = golden_bytes(name, version)

    assert plain_body(EVENTS[name, version].model_validate(orjson.loads(golden))) == golden


@pytest.mark.parametrize(("name", "version"), ADDRESSES)
def test_golden_bodies_are_fully_filled(name: str, version: int) -> None:
    """A field that its golden file leaves empty could change its form unseen."""
    assert empty_fields(read_event(name, version, orjson.loads(golden_bytes(name, version)))) == []


@pytest.mark.parametrize(("name", "version"), ADDRESSES)
def test_unknown_fields_are_refused(name: str, version: int) -> None:
    """An event with a field this code does not know is not read as if the field were not there."""
    body = orjson.loads(golden_bytes(name, version)) | {"surprise": 1}

    with pytest.raises(ValueError, match="surprise"):
        read_event(name, version, body)


@pytest.mark.parametrize(("name", "version"), [("SceneBurned", 1), ("SceneOpened", 99)])
def test_unknown_events_stop_the_reader(name: str, version: int) -> None:
    """A name or version this code does not know stops the reader, by name."""
    with pytest.raises(UnknownEvent, match=f"{name} version {version}"):
        read_event(name, version, {})


def test_names_are_the_class_names() -> None:
    """Stored names are literals in users' nouns; today they are the class names, at version 1."""
    assert {name: event.__name__ for (name, _), event in EVENTS.items()} == {name: name for name, _ in EVENTS}


def test_two_classes_cannot_claim_one_name() -> None:
    """The catalogue refuses at import two classes of one name and version."""
    with pytest.raises(RuntimeError, match="StudioOpened"):
        catalogue._by_name([StudioOpened, StudioOpened])


def test_old_bodies_are_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upcaster lifts an older body to the class of today before it is read."""
    monkeypatch.setitem(
        catalogue.UPCASTERS, ("StudioOpened", 0), lambda body: (1, {"name": body["title"].title()})
    )

    assert read_event("StudioOpened", 0, {"title": "han river"}) == StudioOpened(name="Han River")


def test_events_are_frozen() -> None:
    """What happened is never assigned to."""
    with pytest.raises(ValueError, match="frozen"):
        StudioOpened(name="Han River").name = "Other"  # type: ignore[misc]
