"""`continuity mcp`: the service as tools for agents, over standard input and output."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import rich_click as click

from api.cli.terminal import connecting
from api.client import LocalFailure

if TYPE_CHECKING:
    from api.client import ContinuityClient


@click.command()
@connecting
def mcp(client: ContinuityClient) -> None:
    """Offer agents search, preview, request, follow and lineage as tools (Model Context Protocol), with this key's role.

    It speaks over standard input and output with the program that starts it. Nothing is spent without the plan and the price of
    a preview, and the name of the person who accepted them.

    Example: continuity mcp --profile house
    """
    if find_spec("mcp") is None:
        raise LocalFailure(
            "not-installed",
            "the library that speaks with agents is not installed",
            "install the extra: pip install 'continuity[mcp]'",
        )
    from api.mcp.offering import Offering

    Offering(client, client.me()).run()


COMMANDS: Final = (mcp,)
