"""The command `continuity`: everything the service offers, for people (tables, trees, progress) and programs (`--json`).

Exit codes: 0 done; 1 an error; 2 a clip that failed or was refused; 3 a paid call whose outcome nobody knows.
"""

from __future__ import annotations

import os


def main() -> None:
    """The entry point; the only place of the command line that meets the environment, and it hands it on."""
    from api.cli.root import cli

    cli.main(prog_name="continuity", obj=dict(os.environ))
