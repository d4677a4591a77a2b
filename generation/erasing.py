"""The provider's part of an erasure: elements and voices made from a person are deleted on the account that has them."""

from __future__ import annotations

from collections.abc import Callable

from generation.desk import KlingFor
from generation.errors import GenerationError
from generation.kling.client import KlingClient, NoInformation
from generation.kling.library import Deleted, NotDeletable, delete_element, delete_voice
from registry.deciders.account import Account


class KlingDeletion:
    """A `registry.erasure.Provider` over Kling (contract sections 6 and 7). What the account does not have counts as deleted."""

    def __init__(self, kling_for: KlingFor) -> None:
        self._kling_for = kling_for

    def delete_element(self, account: Account, element_id: int) -> str | None:
        """None once it is gone, else why it is not."""
        return self._delete(account, lambda client: delete_element(client, element_id))

    def delete_voice(self, account: Account, voice_id: str) -> str | None:
        """None once it is gone, else why it is not."""
        return self._delete(account, lambda client: delete_voice(client, voice_id))

    def _delete(
        self, account: Account, ask: Callable[[KlingClient], Deleted | NotDeletable | NoInformation]
    ) -> str | None:
        try:
            with self._kling_for(account) as client:
                answer = ask(client)
        except GenerationError as away:
            return away.message
        return answer.why if isinstance(answer, NoInformation) else None
