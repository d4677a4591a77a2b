"""The verifier by itself: `python -m registry.proof --database FILE --checkpoints FOLDER --public-key KEY`.

It runs on a machine without the service: this folder, Python, and `cryptography` (`psycopg` too, to read PostgreSQL). Exit
code 0: the log is the one that was signed. 1: it is not; the lines say what and where. 2: nobody can tell; the lines say why.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from registry.proof.checking import Asked, Unusable, check


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m registry.proof", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--database", help="a database file, sqlite:///…, or postgresql://…")
    source.add_argument("--archive", type=Path, help="the folder of an exported studio")
    parser.add_argument(
        "--checkpoint-file", type=Path, action="append", default=[], help="a checkpoint you hold"
    )
    parser.add_argument(
        "--checkpoints", type=Path, action="append", default=[], help="a folder of checkpoints"
    )
    parser.add_argument("--public-key", action="append", default=[], help="a key, or a file of keys")
    parser.add_argument(
        "--log", action="append", default=[], help="a log that must be proven; else those with checkpoints"
    )
    parser.add_argument("--json", action="store_true", help="the report as one JSON document")
    given = parser.parse_args(arguments)
    asked = Asked(
        database=given.database,
        archive=given.archive,
        places=(*given.checkpoint_file, *given.checkpoints),
        keys=tuple(given.public_key),
        logs=tuple(given.log),
    )
    try:
        report = check(asked, tell=_progress if sys.stderr.isatty() else lambda _done, _all: None)
    except Unusable as unusable:
        told = {"verdict": "cannot tell", "exit_code": 2, "doubts": [str(unusable)], "logs": []}
        print(json.dumps(told) if given.json else f"verdict: cannot tell\n  {unusable}")  # noqa: T201
        return 2
    print(json.dumps(report.told()) if given.json else "\n".join(report.lines()))  # noqa: T201
    return report.exit_code


def _progress(done: int, total: int) -> None:
    share = f"{done * 100 // total} %" if total else ""
    sys.stderr.write(f"\r{done} of {total} events {share}" + ("\n" if done >= total else ""))


if __name__ == "__main__":
    sys.exit(main())
