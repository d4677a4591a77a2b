"""A Kling account in a region. Its access keys may rotate; its element ids and tasks belong to it alone."""

from __future__ import annotations

from typing import ClassVar

from registry.events.envelope import Event


class AccountOpened(Event):
    """We send under this account from here on. `host` is the API's base URL; `key_fingerprint` names the key, not the secret."""

    NAME: ClassVar[str] = "AccountOpened"

    name: str
    region: str
    host: str
    key_fingerprint: str
