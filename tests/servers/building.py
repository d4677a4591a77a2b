"""Making the small studio of `world` in an empty folder: its account, production, scenes, people and pictures."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from PIL import Image

from generation.desk import Desk
from generation.sandbox.accounts import DEFAULT_ACCOUNT
from registry.deciders.account import OpenAccount
from registry.deciders.asset import RegisterAsset
from registry.deciders.character import AssignReference, IntroduceCharacter
from registry.deciders.command import Command
from registry.deciders.element import AdoptElement
from registry.deciders.production import ChooseAccount, OpenProduction
from registry.deciders.scene import CastInScene, OpenScene
from registry.deciders.studio import OpenStudio
from registry.events.references import PictureFacts, StoredBytes
from tests.servers.homes import equip
from tests.servers.world import CONTEXT, KEYS, Ahead, Person, World, new_id, open_desk, open_registry


def build(folder: Path, host: str) -> World:
    """Make the studio in an empty folder and open it."""
    clock = Ahead()
    registry = open_registry(equip(folder), clock)
    ids = {name: new_id(name) for name in ("studio", "account", "production")}
    desk = open_desk(folder, registry)
    unplaced, scene = new_id("scene"), new_id("scene")
    registry.handle(ids["studio"], [OpenStudio(stream=ids["studio"], name="Studio")], context=CONTEXT)
    registry.handle(ids["studio"], _ground(ids, host, unplaced, scene), context=CONTEXT)
    people = [
        _person(desk, ids, scene, name, element=DEFAULT_ACCOUNT.elements[number].element_id)
        for number, name in enumerate(("Mina", "Jun"))
    ]
    cafe = picture(desk, ids["studio"], "olive")
    return World(
        folder=folder,
        desk=desk,
        clock=clock,
        **ids,
        unplaced=unplaced,
        scene=scene,
        mina=people[0],
        jun=people[1],
        cafe=cafe,
    )


def built(folder: Path, host: str) -> World:
    """The same studio, ids and all, in one more folder: it is built once for each host, and copied."""
    template, world = _built(host)
    copytree(template.name, folder, dirs_exist_ok=True)
    clock = Ahead()
    return replace(world, folder=folder, desk=open_desk(folder, open_registry(folder, clock)), clock=clock)


@cache
def _built(host: str) -> tuple[TemporaryDirectory[str], World]:
    """Closed, for as long as this process lives."""
    folder = TemporaryDirectory(prefix="built-")
    world = build(Path(folder.name), host)
    world.registry.close()
    return folder, world


def _ground(ids: dict[str, str], host: str, unplaced: str, scene: str) -> list[Command]:
    return [
        OpenAccount(
            stream=ids["account"],
            name="sandbox",
            region="sandbox",
            host=host,
            key_fingerprint=KEYS.fingerprint,
        ),
        OpenProduction(stream=ids["production"], name="Café", unplaced=unplaced),
        OpenScene(stream=unplaced, production=ids["production"], name="unplaced"),
        ChooseAccount(stream=ids["production"], account=ids["account"]),
        OpenScene(
            stream=scene, production=ids["production"], name="The seat", setting="a crowded café at dusk"
        ),
    ]


def _person(desk: Desk, ids: dict[str, str], scene: str, name: str, *, element: int) -> Person:
    person = Person(
        new_id("character"),
        new_id("element"),
        picture(desk, ids["studio"], "teal" if name == "Mina" else "plum"),
    )
    commands: list[Command] = [
        IntroduceCharacter(stream=person.character, depicts="fictional", name=name),
        AssignReference(stream=person.character, asset=person.portrait, role="frontal"),
        AdoptElement(
            stream=person.element,
            element_id=element,
            account=ids["account"],
            character=person.character,
            attested_by="a test",
        ),
        CastInScene(stream=scene, character=person.character),
    ]
    desk.registry.handle(ids["studio"], commands, context=CONTEXT)
    return person


def picture(desk: Desk, studio: str, colour: str) -> str:
    """Register a picture of one colour; its asset."""
    buffer = io.BytesIO()
    Image.new("RGB", (720, 720), colour).save(buffer, "PNG")
    content, asset = buffer.getvalue(), new_id("asset")
    digest = hashlib.sha256(content).hexdigest()
    kept = [f"{studio}/{asset}/{part}" for part in ("original", "rendition")]
    for key in kept:
        desk.blobs.put(key, [content], content_type="image/png", sha256=digest)
    original, rendition = (
        StoredBytes(key=key, bytes=len(content), sha256=digest, media_type="image/png") for key in kept
    )
    register = RegisterAsset(
        stream=asset,
        kind="picture",
        label=colour,
        original=original,
        rendition=rendition,
        picture=PictureFacts(format="png", width=720, height=720),
        fingerprint=desk.registry.fingerprint(studio, digest),
    )
    desk.registry.handle(studio, [register], context=CONTEXT)
    return asset
