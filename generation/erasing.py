"""The provider's part of an erasure: elements and voices made from a person are deleted on the account that has them."""

from __future__ import annotations

from generation.deleting import ask
from generation.desk import KlingFor
from generation.errors import GenerationError
from generation.holding import silenced
from generation.kling.client import NoInformation
from registry.deciders.account import Account
from registry.deciders.element import Element
from registry.deciders.voice import Voice


class KlingDeletion:
    """A `registry.erasure.Provider` over Kling (contract sections 6 and 7). What the account does not have counts as deleted."""

    def __init__(self, kling_for: KlingFor) -> None:
        self._kling_for = kling_for

    def delete(self, account: Account, made: Element | Voice) -> str | None:
        """None once it is gone, else why it is not. Nothing is asked of an account that a person has silenced."""
        if silenced(account):
            return "a person holds every call of the account"
        try:
            with self._kling_for(account) as client:
                answer = ask(client, made)
        except GenerationError as away:
            return away.message
        return answer.why if isinstance(answer, NoInformation) else None
