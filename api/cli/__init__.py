"""The command `continuity`: everything the service offers, for people (tables, trees, progress) and programs (`--json`).

Exit codes: 0 done; 1 an error; 2 a command that was not written right; 3 a paid call whose outcome nobody knows; 4 a clip that
failed or was refused; 130 interrupted while following.
"""

from __future__ import annotations

import gc
import os
from typing import Final

_WHILE_LOADING: Final = 200_000
"""What is imported stays: looking for garbage among it as often as usual takes a fifth of the start."""


def main() -> None:
    """The entry point; the only place of the command line that meets the environment, and it hands it on."""
    gc.set_threshold(_WHILE_LOADING)
    from api.cli.root import cli

    cli.main(prog_name="continuity", obj=dict(os.environ))
