"""AYON's folders as its REST interface and `ayon-python-api` give them, with their attributes.

One JSON document: `{"folders": […]}` as `GET /api/projects/NAME/folders?attrib=true` answers, or a bare list (`get_rest_folders`,
`get_folders`), each folder naming its parent. They come in the order of their ids, which tells nothing: names order here. Only
`get_folders` says which folders are active. The hierarchy holds no attributes, so no descriptions, and is refused.

A shot is a folder of the type Shot, its scene the Sequence above it (or whatever it lies in), its episode the Episode above that.
A character is a folder of the type Character, or an Asset below a folder called characters. Descriptions, and `framing` and
`depicts` where the project has such attributes, are read from `attrib`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import ValidationError

from api.integrations.ayon_folders import Folder, Tree
from api.integrations.story import (
    Person,
    Place,
    PlannedShot,
    Remark,
    Story,
    Wanted,
    depicts_of,
    order_of,
    problems_of,
    reference,
)
from registry.events.references import CharacterKind
from registry.events.strict import JsonRefused, read_strictly

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_VALUES: Final = 5_000_000
DEEPEST: Final = 200
_ASK: Final = "save what GET /api/projects/NAME/folders?attrib=true answers"
_CAST: Final = frozenset({"character", "characters"})


def read(name: str, content: bytes, wanted: Wanted) -> Story:
    """What the export tells; every problem at once. Its project stands in no folder: `wanted.project` names it."""
    problems: list[Remark] = []
    left_out: list[Remark] = []
    tree = Tree([*_folders(name, content, problems)])
    if tree.folders and all(one.attrib is None for one in tree.folders.values()):
        problems.append(Remark(name, f"tells no attributes, so no descriptions; {_ASK}"))
    live: list[Folder] = []
    for folder in sorted(tree.folders.values(), key=tree.order):
        if why := tree.dropped(folder):
            left_out.append(Remark(tree.path(folder), why))
        else:
            live.append(folder)
    people = tuple(_people(tree, live, wanted, problems))
    scenes = tuple(_scenes(tree, live, left_out))
    taken = {one.place for one in people}
    for folder in live:
        if folder.folder_type.casefold() == "asset" and tree.path(folder) not in taken:
            left_out.append(
                Remark(tree.path(folder), "is an asset, and lies below no folder called characters")
            )
    problems += problems_of(people, [shot.reference for one in scenes for shot in one.shots])
    return Story(wanted.project, people, scenes, tuple(problems), tuple(left_out))


def _folders(name: str, content: bytes, problems: list[Remark]) -> Iterator[Folder]:
    listed = _listed(name, content, problems)
    seen: set[str] = set()
    for place, raw in listed:
        try:
            folder = Folder.model_validate(raw)
        except ValidationError as refused:
            problems += [
                Remark(".".join(map(str, (place, *one["loc"]))), one["msg"])
                for one in refused.errors(include_url=False, include_input=False)
            ]
            continue
        if folder.id in seen:
            problems.append(Remark(place, f"the id {folder.id!r} stands twice"))
            continue
        seen.add(folder.id)
        yield folder


def _listed(name: str, content: bytes, problems: list[Remark]) -> list[tuple[str, Any]]:
    """The raw folders, each with its place."""
    if len(content) > MOST_BYTES:
        problems.append(Remark(name, f"has {len(content)} bytes, at most {MOST_BYTES} are read"))
        return []
    try:
        document = read_strictly(content, most=MOST_VALUES, deepest=DEEPEST)
    except JsonRefused as unfit:
        problems.append(Remark(name, f"is not JSON: {unfit}"))
        return []
    match document:
        case {"folders": list(folders)}:
            return [(f"folders[{index}]", raw) for index, raw in enumerate(folders)]
        case list(folders):
            return [(f"[{index}]", raw) for index, raw in enumerate(folders)]
        case {"hierarchy": list()}:
            problems.append(Remark(name, f"is a hierarchy, which tells no descriptions; {_ASK}"))
        case _:
            problems.append(Remark(name, "is no list of folders, and holds none"))
    return []


def _people(
    tree: Tree, folders: Sequence[Folder], wanted: Wanted, problems: list[Remark]
) -> Iterator[Person]:
    for folder in folders:
        kind = _kind(tree, folder, wanted)
        if kind is None:
            continue
        place = tree.path(folder)
        depicts = depicts_of(folder.told("depicts"), kind, wanted, problems, place)
        called = reference("ayon", folder.id)
        yield Person(called, folder.called, kind, depicts, folder.told("description"), place)


def _kind(tree: Tree, folder: Folder, wanted: Wanted) -> CharacterKind | None:
    """What kind of character a folder is, if it is one."""
    own = folder.folder_type.casefold()
    if own == "asset" and any(one.name.casefold() in _CAST for one in tree.above(folder)):
        return "person"
    return wanted.types.get(own)


def _scenes(tree: Tree, folders: Sequence[Folder], left_out: list[Remark]) -> Iterator[Place]:
    """What shots lie in, in the order of their names."""
    found: dict[str, list[Folder]] = {}
    for folder in folders:
        if folder.folder_type.casefold() != "shot":
            continue
        home = tree.nearest(folder, "sequence") or next(tree.above(folder), None)
        if home is None:
            left_out.append(
                Remark(tree.path(folder), "is a shot, and lies in no folder that could be its scene")
            )
            continue
        found.setdefault(home.id, []).append(folder)
    episodes: list[str] = []
    for number, (home_id, shots) in enumerate(found.items(), start=1):
        home = tree.folders[home_id]
        episode = tree.nearest(home, "episode")
        if episode is not None and episode.id not in episodes:
            episodes.append(episode.id)
        yield Place(
            reference=reference("ayon", home.id),
            name=home.called,
            episode=1 if episode is None else order_of(episode.name, episodes.index(episode.id) + 1),
            number=order_of(home.name, number),
            shots=tuple(_shots(tree, shots, left_out)),
        )


def _shots(tree: Tree, folders: Sequence[Folder], left_out: list[Remark]) -> Iterator[PlannedShot]:
    for folder in folders:
        action = folder.told("description")
        if not action:
            left_out.append(
                Remark(tree.path(folder), "is a shot without a description, so nobody knows what to film")
            )
            continue
        called = reference("ayon", folder.id)
        yield PlannedShot(called, folder.called, action, folder.told("framing") or None)
