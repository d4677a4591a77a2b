"""What a forking process does once, so that its children need not: imports, compiled statements, certificates."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import structlog

from generation import fetching
from tests.servers.building import build
from tests.servers.sandbox import Sandbox
from tests.servers.sharing import share_compiled_statements, share_trust
from tests.servers.world import ALONE


def warm(provider: Sandbox) -> None:
    """Carry one generation to its end here, then let go of everything that must not be shared with children."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    share_trust()
    fetching.probe = partial(fetching.probe, decode=False)  # films are not what this is about
    share_compiled_statements()
    with tempfile.TemporaryDirectory() as folder:
        world = build(Path(folder), provider.url)
        world.carry(world.ask(**ALONE))
        world.registry.close()
