"""What the provider lists of an account's elements and voices, read to the end of every list (contract 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, get_args

from generation.errors import KlingUnreachable
from generation.kling.client import KlingClient, NoInformation
from generation.kling.library import LibraryPage, Listed, ListedElement, Shelf, library_page
from generation.tallying import KINDS, Of, Recipe, Theirs

PAGE: Final = 500
MOST_PAGES: Final = 200
"""Pages of a list that one census reads at most: 100,000 entries."""
TRIES: Final = 3


@dataclass(slots=True)
class Shelves:
    """What was read of the four lists; `whole` are those read to the end, `unread` says in words what was not."""

    entries: dict[tuple[Shelf, str], Theirs] = field(default_factory=dict)
    whole: set[Shelf] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)
    answered: int = 0

    @property
    def whole_kinds(self) -> set[Of]:
        preset: dict[Of, Shelf] = {"element": "element_preset", "voice": "voice_preset"}
        return {kind for kind in KINDS if kind in self.whole and preset[kind] in self.whole}

    def counts(self) -> dict[str, int]:
        return {shelf: sum(on == shelf for on, _ in self.entries) for shelf in get_args(Shelf)}


def read_shelves(client: KlingClient, *, hold_on: Callable[[], None]) -> Shelves:
    """All four lists. Raises KlingUnreachable when not one page was answered."""
    lists = Shelves()
    for shelf in get_args(Shelf):
        why = _read_shelf(client, shelf, lists, hold_on)
        if why is None:
            lists.whole.add(shelf)
        else:
            lists.unread.append(f"{shelf}: {why}")
    if not lists.answered:
        raise KlingUnreachable(
            f"none of the lists could be read: {'; '.join(lists.unread)}", hint="try again later"
        )
    return lists


def _read_shelf(client: KlingClient, shelf: Shelf, lists: Shelves, hold_on: Callable[[], None]) -> str | None:
    """None when it was read to the end and understood, else why not."""
    broken = 0
    for number in range(1, MOST_PAGES + 1):
        page = _page(client, shelf, number, hold_on)
        if isinstance(page, NoInformation):
            return f"page {number}: {page.why}"
        lists.answered += 1
        broken += page.unreadable
        for thing, external in page.things:
            lists.entries[shelf, thing.vendor_id] = _theirs(shelf, thing, external)
        if page.entries < PAGE:
            return f"{broken} entries cannot be read" if broken else None
    return f"more than {MOST_PAGES} pages of {PAGE} entries"


def _page(
    client: KlingClient, shelf: Shelf, number: int, hold_on: Callable[[], None]
) -> LibraryPage | NoInformation:
    for _ in range(TRIES):
        hold_on()
        page = library_page(client, shelf, number, PAGE)
        if isinstance(page, LibraryPage):
            return page
    return page


def entries_of(client: KlingClient, shelf: Shelf) -> tuple[Listed, ...] | NoInformation:
    """What one list holds, each thing once and in the vendor's order; entries that make no sense are passed over."""
    found: dict[str, Listed] = {}
    for number in range(1, MOST_PAGES + 1):
        page = _page(client, shelf, number, hold_on=lambda: None)
        if isinstance(page, NoInformation):
            return page
        found |= {thing.vendor_id: thing for thing, _ in page.things}
        if page.entries < PAGE:
            break
    return tuple(found.values())


def _theirs(shelf: Shelf, thing: Listed, external: str) -> Theirs:
    recipe = Recipe(name=thing.name or None)
    if isinstance(thing, ListedElement):
        recipe = Recipe(
            thing.name, thing.element_description, thing.reference_type or None, thing.sources or None
        )
    return Theirs(
        of="element" if shelf.startswith("element") else "voice",
        vendor_id=thing.vendor_id,
        preset=shelf.endswith("preset"),
        deleted=isinstance(thing, ListedElement) and thing.status == "deleted",
        owner=thing.owned_by,
        recipe=recipe,
        external_task_id=external,
    )


def merged(first: Shelves, second: Shelves) -> Shelves:
    """What either reading saw; of two answers about one thing the later. Whole only where both are."""
    return Shelves(
        entries={**first.entries, **second.entries},
        whole=first.whole & second.whole,
        unread=first.unread,
        answered=first.answered,
    )
