"""`python -m generation.sandbox`: a sandbox from the command line, for tests and tinkering."""

from __future__ import annotations

import argparse
import gc
from decimal import Decimal
from pathlib import Path
from typing import Final

_WHILE_LOADING: Final = 200_000
"""What is imported stays: looking for garbage among it as often as usual takes a fifth of the start."""


def main() -> None:
    """Parse the flags and serve until interrupted."""
    usual = gc.get_threshold()
    gc.set_threshold(_WHILE_LOADING)
    from generation.sandbox.process import run
    from generation.sandbox.settings import SandboxSettings

    gc.freeze()
    gc.set_threshold(*usual)
    given = _parser().parse_args()
    settings = SandboxSettings(
        submitted_seconds=given.submitted_seconds,
        processing_seconds=given.processing_seconds,
        element_seconds=given.element_seconds,
        voice_seconds=given.voice_seconds,
        lookup_lag_seconds=given.lookup_lag_seconds,
        url_lifetime_seconds=given.url_lifetime_seconds,
        slots=given.slots,
        units=given.units,
        public_base_url=given.public_base_url,
        data_folder=given.data_folder,
        media=not given.no_media,
        one_film=given.one_film,
        duplicate_external_ids=given.duplicate_external_ids,
        end_frame_limit=not given.no_end_frame_limit,
    )
    run(settings, given.host, given.port, port_file=given.port_file)


def _parser() -> argparse.ArgumentParser:
    from generation.sandbox.settings import SandboxSettings

    plain = SandboxSettings()
    parser = argparse.ArgumentParser(prog="python -m generation.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--port-file", type=Path, help="where to write the chosen port once requests are answered"
    )
    parser.add_argument("--data-folder", type=Path, help="keep tasks, ledger and films here over restarts")
    for name in (
        "submitted_seconds",
        "processing_seconds",
        "element_seconds",
        "voice_seconds",
        "lookup_lag_seconds",
        "url_lifetime_seconds",
    ):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(plain, name))
    parser.add_argument("--slots", type=int, default=plain.slots)
    parser.add_argument("--units", type=Decimal, default=plain.units)
    parser.add_argument("--public-base-url", default="")
    parser.add_argument("--no-media", action="store_true", help="serve no films; runs without PyAV")
    parser.add_argument("--one-film", action="store_true", help="the same small film for every task")
    parser.add_argument("--duplicate-external-ids", choices=("refuse", "accept"), default="refuse")
    parser.add_argument(
        "--no-end-frame-limit",
        action="store_true",
        help="take an end frame beside more than two images (R25)",
    )
    return parser


if __name__ == "__main__":
    main()
