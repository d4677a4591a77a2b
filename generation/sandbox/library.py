"""What accounts made, or were born with, besides films: elements and voices, until they delete them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from generation.sandbox.accounts import (
    PRESET_ELEMENTS,
    PRESET_VOICES,
    SeededAccount,
    SeededElement,
    Voice,
)
from generation.sandbox.creations import Creation, Deletion
from generation.sandbox.requests import AnyProduct, LibraryProduct

_ELEMENTS: LibraryProduct = "advanced-custom-elements"
_VOICES: LibraryProduct = "custom-voices"
_BORN = 1_770_000_000.0
_Key = tuple[str, LibraryProduct, str]


class Library:
    """All creations of all accounts. Not thread-safe: the world's one lock guards it.

    `now` is when the sandbox started: whatever it was born with is finished by then.
    """

    def __init__(self, accounts: Iterable[SeededAccount], now: float) -> None:
        self._by_id: dict[_Key, Creation] = {}
        self._by_task: dict[str, Creation] = {}
        self._by_external: dict[tuple[str, str], Creation] = {}
        self._seeded: dict[str, list[Creation]] = {}
        self._made: dict[str, list[Creation]] = {}
        self._deleted: dict[_Key, float] = {}
        born = min(_BORN, now - 1)
        for account in accounts:
            self._seed(account, born)
        self.presets: dict[AnyProduct, list[Creation]] = {
            _ELEMENTS: [_born(element, "", "kling", born) for element in PRESET_ELEMENTS],
            _VOICES: [_preset_voice(voice, born) for voice in PRESET_VOICES],
        }

    def add(self, creation: Creation) -> None:
        """Keep a new creation. A repeated external id (only in a lax sandbox) now names the newer one."""
        self._by_id[creation.account, creation.product, creation.task_id] = creation
        self._by_task[creation.task_id] = creation
        if creation.external_task_id:
            self._by_external[creation.account, creation.external_task_id] = creation
        self._made.setdefault(creation.account, []).append(creation)

    def delete(self, deletion: Deletion) -> None:
        self._deleted[deletion.account, deletion.product, deletion.made_id] = deletion.at

    def deleted(self, creation: Creation) -> bool:
        return (creation.account, creation.product, creation.made_id) in self._deleted

    def find(self, account: str, product: LibraryProduct, either_id: str) -> Creation | None:
        """By task id or external id; deleted things are found too, as the task that made them."""
        found = self._by_id.get((account, product, either_id)) or self._by_external.get((account, either_id))
        return found if found and found.product == product else None

    def has_external(self, account: str, external_task_id: str) -> bool:
        return (account, external_task_id) in self._by_external

    def all_made(self) -> list[Creation]:
        """What was made here, without what accounts were born with."""
        return list(self._by_task.values())

    def by_task(self, task_id: str) -> Creation | None:
        """What was made under that task id, whoever owns it: the address of a picture is its own key."""
        return self._by_task.get(task_id)

    def newest_first(self, account: str, product: LibraryProduct) -> list[Creation]:
        """What was made, and behind it what the account was born with. Voices have no state that could say
        "deleted", so that deleted ones are left out.
        """
        all_of_them = [*reversed(self._made.get(account, ())), *self._seeded.get(account, ())]
        return [
            c for c in all_of_them if c.product == product and not (product == _VOICES and self.deleted(c))
        ]

    def owned(self, account: str, product: LibraryProduct, made_id: str, *, now: float) -> Creation | None:
        """The finished element or voice of that id which this account made or was born with, deleted or not."""
        candidates = [*self._made.get(account, ()), *self._seeded.get(account, ())]
        return next(
            (
                c
                for c in candidates
                if (c.product, c.made_id) == (product, made_id) and c.status(now) == "succeed"
            ),
            None,
        )

    def stocked(self, account: SeededAccount, now: float) -> SeededAccount:
        """The account with every element it has at this moment, deleted ones marked."""
        finished = [c for c in self._made.get(account.name, ()) if c.product == _ELEMENTS]
        finished = [c for c in finished if c.status(now) == "succeed"]
        everything = [*self._seeded.get(account.name, ()), *finished]
        return replace(account, elements=tuple(self._element(creation) for creation in everything))

    def voices(self, account: str, now: float) -> dict[str, Voice]:
        """Every voice the account may bind, by id: the vendor's, its own, and those that came with its elements."""
        found = {voice.voice_id: voice for voice in PRESET_VOICES}
        for creation in self._made.get(account, ()):
            if (
                creation.voice
                and creation.status(now) == "succeed"
                and not self._gone(creation.voice, account)
            ):
                found[creation.voice.voice_id] = creation.voice
        return found

    def held(self, account: str, now: float) -> Decimal:
        """Units spent or promised on creations."""
        return sum((creation.held(now) for creation in self._made.get(account, ())), Decimal(0))

    def spent(self, account: str, now: float) -> Decimal:
        """Units billed for creations."""
        return sum((creation.billed(now) for creation in self._made.get(account, ())), Decimal(0))

    def latest(self) -> float:
        """When something last happened here; 0 when nothing did."""
        made = (creation.created for several in self._made.values() for creation in several)
        return max([*made, *self._deleted.values()], default=0.0)

    def _seed(self, account: SeededAccount, born: float) -> None:
        for element in account.elements:
            creation = _born(element, account.name, account.access_key, born)
            self._seeded.setdefault(account.name, []).append(creation)
            self._by_id[account.name, _ELEMENTS, creation.task_id] = creation
            if element.deleted:
                self._deleted[account.name, _ELEMENTS, creation.made_id] = born

    def _element(self, creation: Creation) -> SeededElement:
        return SeededElement(
            int(creation.made_id),
            creation.name,
            creation.description,
            creation.kind,
            deleted=self.deleted(creation),
        )

    def _gone(self, voice: Voice, account: str) -> bool:
        return (account, _VOICES, voice.voice_id) in self._deleted


def _born(element: SeededElement, account: str, owner: str, born: float) -> Creation:
    """An element as its finished creation task, the only shape the vendor lists (contract 6)."""
    return Creation(
        task_id=str(element.element_id + 1),
        made_id=str(element.element_id),
        account=account,
        owner=owner,
        product=_ELEMENTS,
        external_task_id="",
        name=element.name,
        description=element.description,
        kind=element.kind,
        tags=("o_102",),
        units="0",
        created=born,
        seconds=0.0,
    )


def _preset_voice(voice: Voice, born: float) -> Creation:
    return Creation(
        task_id=str(int(voice.voice_id) + 1),
        made_id=voice.voice_id,
        account="",
        owner="kling",
        product=_VOICES,
        external_task_id="",
        name=voice.name,
        voice=voice,
        units="0",
        created=born,
        seconds=0.0,
    )
