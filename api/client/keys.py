"""Calls about keys; they need a key with the role admin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from api.access import IssuedKey, KeyAnswer, KeyNow, OpenedStudio
from api.client.answers import read_as
from api.client.wire import Calls, at
from registry.events.studio import Role
from registry.views.access import StudioCard


class KeyCalls(Calls):
    """Who may enter, and what they may do."""

    def keys(self) -> Iterator[KeyAnswer]:
        """All that open the studio or did."""
        return self._wire.pages(KeyAnswer, at("keys"))

    def key(self, key: str) -> KeyNow:
        return self._wire.read(KeyNow, at("keys", key))

    def issue_key(
        self,
        holder: str,
        roles: Sequence[Role],
        *,
        expires_at: int | None = None,
        productions: Sequence[str] = (),
        requests_per_minute: int | None = None,
        units_per_day: str | None = None,
    ) -> IssuedKey:
        """A key for a named person or program; its secret is in this answer alone; `expires_at` is microseconds since 1970.

        With `productions` it opens those alone.
        """
        body = {
            "holder": holder,
            "roles": list(roles),
            "expires_at": expires_at,
            "productions": list(productions),
            "limits": {"requests_per_minute": requests_per_minute, "units_per_day": units_per_day},
        }
        return read_as(IssuedKey, self._wire.change("POST", at("keys"), body))

    def rotate_key(self, key: str, *, overlap_seconds: int = 0) -> IssuedKey:
        """A new secret; the one before opens for so many seconds more."""
        return read_as(IssuedKey, self._change(key, "rotate", {"overlap_seconds": overlap_seconds}))

    def grant_role(self, key: str, role: Role) -> KeyAnswer:
        return read_as(KeyAnswer, self._change(key, "grant", {"role": role}))

    def withdraw_role(self, key: str, role: Role) -> KeyAnswer:
        return read_as(KeyAnswer, self._change(key, "withdraw", {"role": role}))

    def scope_key(self, key: str, productions: Sequence[str]) -> KeyAnswer:
        """It opens these productions alone; none is the whole studio again."""
        return read_as(KeyAnswer, self._change(key, "scope", {"productions": list(productions)}))

    def limit_key(
        self, key: str, *, requests_per_minute: int | None = None, units_per_day: str | None = None
    ) -> KeyAnswer:
        """Bound what it asks and spends; what is left out is not bounded by the key."""
        body = {"requests_per_minute": requests_per_minute, "units_per_day": units_per_day}
        return read_as(KeyAnswer, self._change(key, "limit", body))

    def limit_studio(
        self, studio: str, *, requests_per_minute: int | None = None, units_per_day: str | None = None
    ) -> StudioCard:
        """Bound what all keys of the studio ask and spend together."""
        body = {"requests_per_minute": requests_per_minute, "units_per_day": units_per_day}
        return read_as(StudioCard, self._wire.change("POST", at("studios", studio, "limit"), body))

    def revoke_key(self, key: str, reason: str = "") -> KeyAnswer:
        """It opens nothing any more, from now on."""
        return read_as(KeyAnswer, self._change(key, "revoke", {"reason": reason}))

    def _change(self, key: str, what: str, body: dict[str, Any]) -> Any:
        return self._wire.change("POST", at("keys", key, what), body)

    def open_studio(self, name: str, holder: str) -> OpenedStudio:
        """Open a further studio, with a first key to it for `holder`; for admins of the installation's first studio."""
        body = {"name": name, "holder": holder}
        return read_as(OpenedStudio, self._wire.change("POST", at("studios"), body))
