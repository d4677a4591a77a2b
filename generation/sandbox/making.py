"""The POSTs of the library: an element or a voice made, or deleted (contract 6 and 7).

A create takes the steps of a video's create, in the same order (contract 15.1), but for the model and the slots:
those are counted for video tasks only (contract 10).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.checks.makings import check_removal
from generation.sandbox.creations import Creation, Deletion, submitted_view
from generation.sandbox.drafts import Draft, draft
from generation.sandbox.envelope import Refused, bad_value
from generation.sandbox.occasions import Occasion
from generation.sandbox.posting import Post, admit, parse
from generation.sandbox.requests import REMOVALS, LibraryProduct, Removal
from generation.sandbox.shaping import opened


@dataclass
class Make(Post):
    """The create POST of an element or a voice."""

    product: LibraryProduct

    def _accept(self, authorization: str | None) -> dict[str, Any]:
        account = self.account = self.world.caller(authorization)
        body = parse(self.body)
        self.external_task_id = str(body.get("external_task_id") or "")
        occasion = self._occasion(account, body)
        drawn = self._befalls(occasion)
        asked = draft(self.world, self.product, account, body=body, base=self.base)
        external, units = asked.creation.external_task_id, Decimal(asked.creation.units)
        with self.world.lock:
            admit(self.world, account.name, external, words=asked.words, units=units)
            self._takes_effect(occasion, drawn)
            creation = self.task = self._open(asked)
            return submitted_view(creation)

    def _occasion(self, account: SeededAccount, body: dict[str, Any]) -> Occasion:
        """What the fault queue may match on; read leniently, because the body is not checked yet."""
        words = [body.get(key) for key in ("element_name", "element_description", "voice_name")]
        return Occasion(
            on="create",
            account=account.name,
            route=self.product,
            external_task_id=self.external_task_id,
            prompt="\n".join(str(word) for word in words if word),
        )

    def _open(self, asked: Draft) -> Creation:
        now = self.world.clock.now()
        task_id = self.world.shelf.next_id(int(now * 1000))
        creation = replace(asked.creation, **asked.numbered(task_id, now))
        for n, content in asked.pictures.items():
            self.world.journal.picture(task_id, n).write_bytes(content)
        return self.world.keep_creation(opened(creation, self.shaping))


@dataclass
class Remove(Post):
    """The POST that deletes an element or a voice: of one's own only, and once (R59, K9). It is open to no fault."""

    product: Removal

    def _accept(self, authorization: str | None) -> dict[str, Any] | None:
        account = self.account = self.world.caller(authorization)
        kind, (made_id, problems) = REMOVALS[self.product], check_removal(self.product, parse(self.body))
        if problems:
            raise Refused(problems[0])
        now = self.world.clock.now()
        with self.world.lock:
            creation = self.world.library.owned(account.name, kind, made_id, now=now)
            if creation is None:
                raise Refused(bad_value(self._unknown(made_id)))
            if self.world.library.deleted(creation):
                raise Refused(bad_value(f"{self._word} {made_id} already be deleted"))
            self.world.keep_deletion(Deletion(account.name, kind, made_id, now))
            task_id = self.world.shelf.next_id(int(now * 1000))
        # Whether it is a task of its own is undocumented; nothing answers to this id.
        answer = {"task_id": task_id, "task_status": "succeed"}
        return answer if self.world.settings.deletion_data else None

    @property
    def _word(self) -> str:
        return "Voice" if self.product == "delete-voices" else "Element"

    def _unknown(self, made_id: str) -> str:
        presets = self.world.library.presets[REMOVALS[self.product]]
        if any(made_id == preset.made_id for preset in presets):
            return f"{self._word} {made_id} is a preset and can not be deleted"
        return f"{self._word} not found by id: {made_id}"
