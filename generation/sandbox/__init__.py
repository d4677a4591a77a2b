"""A Kling that runs here: a separate process that speaks the vendor's legacy HTTP contract.

It shares no code with the client side, so that both cannot be wrong in the same way. Only base URL and keys tell
it from the vendor; keys of the default account are in `accounts.py`. What steers it is `/sandbox/v1` (`steering.py`).
"""

from generation.sandbox.accounts import DEFAULT_ACCOUNT, SECOND_ACCOUNT, SeededAccount, SeededElement
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
