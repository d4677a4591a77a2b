"""The provider's part of an erasure: elements and voices made from a person are deleted on the account that has them."""

from __future__ import annotations

from generation.desk import KlingFor
from generation.errors import GenerationError
from generation.kling.client import KlingClient
from registry.deciders.account import Account


class KlingDeletion:
    """A `registry.erasure.Provider` over Kling (contract sections 6 and 7). What is not there any more counts as deleted."""

    def __init__(self, kling_for: KlingFor) -> None:
        self._kling_for = kling_for

    def delete_element(self, account: Account, element_id: int) -> str | None:
        """None once it is gone, else why it is not."""
        return self._delete(account, "delete_element", element_id)

    def delete_voice(self, account: Account, voice_id: str) -> str | None:
        """None once it is gone, else why it is not."""
        return self._delete(account, "delete_voice", voice_id)

    def _delete(self, account: Account, call: str, name: int | str) -> str | None:
        try:
            with self._kling_for(account) as client:
                return _asked(client, call, name)
        except GenerationError as away:
            return away.message


def _asked(client: KlingClient, call: str, name: int | str) -> str | None:
    """The client's own words for what it could not do; it says "gone" for what was deleted now or before."""
    delete = getattr(client, call, None)
    if delete is None:
        return f"this client cannot {call.replace('_', ' a')}: delete {name} at the provider by hand"
    answer = delete(name)
    why: str | None = getattr(answer, "why", None)
    return why
