"""AYON's folders as its REST interface and `ayon-python-api` give them (`get_rest_folders`, `get_folders_hierarchy`).

One JSON document: `{"folders": […]}` or a bare list, each folder naming its parent, or `{"hierarchy": […]}` with folders inside
folders. A shot is a folder of the type Shot, its scene the Sequence above it (or whatever it lies in), its episode the Episode
above that. A character is a folder of the type Character, or an Asset below a folder called characters. Descriptions, and
`framing` and `depicts` where a project has such attributes, are read from `attrib`: ask for it (`include_attrib=True`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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
MOST_LEVELS: Final = 50
"""Folders within folders."""
_CAST: Final = frozenset({"character", "characters"})


class Folder(BaseModel):
    """What is read of a folder; AYON says more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1)
    label: str | None = None
    folder_type: str = Field(alias="folderType")
    parent_id: str | None = Field(default=None, alias="parentId")
    attrib: dict[str, Any] = Field(default_factory=dict)
    active: bool = True

    @property
    def called(self) -> str:
        return self.label or self.name

    def told(self, name: str) -> str:
        """An attribute in words; empty where there is none."""
        said = self.attrib.get(name)
        return said.strip() if isinstance(said, str) else ""


class _Tree:
    """The folders by id, and what lies above each."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self.folders = {folder.id: folder for folder in folders}

    def above(self, folder: Folder) -> Iterator[Folder]:
        """Its parents, the nearest first; a ring of parents ends where it begins again."""
        seen = {folder.id}
        at: Folder | None = folder
        while at is not None and at.parent_id is not None and at.parent_id not in seen:
            seen.add(at.parent_id)
            at = self.folders.get(at.parent_id)
            if at is not None:
                yield at

    def path(self, folder: Folder) -> str:
        return "/" + "/".join([*reversed([one.name for one in self.above(folder)]), folder.name])

    def nearest(self, folder: Folder, kind: str) -> Folder | None:
        return next((one for one in self.above(folder) if one.folder_type.casefold() == kind), None)


def read(name: str, content: bytes, wanted: Wanted) -> Story:
    """What the export tells; every problem at once. Its project stands in no folder: `wanted.project` names it."""
    problems: list[Remark] = []
    left_out: list[Remark] = []
    tree = _Tree([*_folders(name, content, problems)])
    live: list[Folder] = []
    for folder in tree.folders.values():
        if folder.active:
            live.append(folder)
        else:
            left_out.append(Remark(tree.path(folder), "is not active"))
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
        document = read_strictly(content, most=MOST_VALUES, deepest=4 * MOST_LEVELS)
    except JsonRefused as unfit:
        problems.append(Remark(name, f"is not JSON: {unfit}"))
        return []
    match document:
        case {"folders": list(folders)}:
            return [(f"folders[{index}]", raw) for index, raw in enumerate(folders)]
        case {"hierarchy": list(folders)}:
            return list(_flat(folders, "hierarchy", problems))
        case list(folders):
            return [(f"[{index}]", raw) for index, raw in enumerate(folders)]
    problems.append(Remark(name, "is no list of folders, and holds neither folders nor a hierarchy"))
    return []


def _flat(
    folders: Sequence[Any], place: str, problems: list[Remark], level: int = 0
) -> Iterator[tuple[str, Any]]:
    if level > MOST_LEVELS:
        problems.append(Remark(place, f"lies more than {MOST_LEVELS} folders deep"))
        return
    for index, raw in enumerate(folders):
        here = f"{place}[{index}]"
        yield here, raw
        children = raw.get("children") if isinstance(raw, Mapping) else None
        if isinstance(children, list):
            yield from _flat(children, f"{here}.children", problems, level + 1)


def _people(
    tree: _Tree, folders: Sequence[Folder], wanted: Wanted, problems: list[Remark]
) -> Iterator[Person]:
    for folder in folders:
        kind = _kind(tree, folder, wanted)
        if kind is None:
            continue
        place = tree.path(folder)
        depicts = depicts_of(folder.told("depicts"), kind, wanted, problems, place)
        called = reference("ayon", folder.id)
        yield Person(called, folder.called, kind, depicts, folder.told("description"), place)


def _kind(tree: _Tree, folder: Folder, wanted: Wanted) -> CharacterKind | None:
    """What kind of character a folder is, if it is one."""
    own = folder.folder_type.casefold()
    if own == "asset" and any(one.name.casefold() in _CAST for one in tree.above(folder)):
        return "person"
    return wanted.types.get(own)


def _scenes(tree: _Tree, folders: Sequence[Folder], left_out: list[Remark]) -> Iterator[Place]:
    """What shots lie in, in the order of the export."""
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


def _shots(tree: _Tree, folders: Sequence[Folder], left_out: list[Remark]) -> Iterator[PlannedShot]:
    for folder in folders:
        action = folder.told("description")
        if not action:
            left_out.append(
                Remark(tree.path(folder), "is a shot without a description, so nobody knows what to film")
            )
            continue
        called = reference("ayon", folder.id)
        yield PlannedShot(called, folder.called, action, folder.told("framing") or None)
