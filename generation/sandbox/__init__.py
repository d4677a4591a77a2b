"""A Kling that runs here: a separate process that speaks the vendor's legacy HTTP contract.

It shares no code with the client side, so that both cannot be wrong in the same way. Only base URL and keys tell
it from the vendor; keys of the default account are in `accounts.py`. What steers it is `/sandbox/v1` (`steering.py`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from generation.sandbox.accounts import DEFAULT_ACCOUNT, SECOND_ACCOUNT, SeededAccount, SeededElement

if TYPE_CHECKING:
    from generation.sandbox.app import create_app
    from generation.sandbox.encoding import MediaMissing
    from generation.sandbox.process import bind, make_server, run
    from generation.sandbox.settings import SandboxSettings

__all__ = [
    "DEFAULT_ACCOUNT",
    "SECOND_ACCOUNT",
    "MediaMissing",
    "SandboxSettings",
    "SeededAccount",
    "SeededElement",
    "bind",
    "create_app",
    "make_server",
    "run",
]

_AT_FIRST_USE: Final = {
    "MediaMissing": "encoding",
    "SandboxSettings": "settings",
    "bind": "process",
    "create_app": "app",
    "make_server": "process",
    "run": "process",
}
"""What is imported when it is asked for: who only names an account needs no server."""


def __getattr__(name: str) -> Any:
    if name not in _AT_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT_FIRST_USE[name]}"), name)
