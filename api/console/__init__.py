"""The console: pages for people who look. Read from the same views as the API, behind the same door, under the same roles.

A page is rendered here (`pages/`, `templates/`) and works without a script. What a page changes it asks of `/v1` in the name of
who is signed in: by a form (`doing`), or by a script of ours (`gate`). So there is one way to change anything, and one check.
"""

from __future__ import annotations

from litestar import Router

from api.console import doing, signing
from api.console.pages import (
    accounts,
    asking,
    assets,
    audit,
    characters,
    clips,
    comparisons,
    elements,
    footage,
    generations,
    keys,
    likenesses,
    lineage,
    money,
    productions,
    queue,
    receipts,
    scenes,
    settings,
    submissions,
    takes,
    trouble,
    voices,
    webhooks,
)

PAGES = (
    accounts,
    asking,
    assets,
    audit,
    characters,
    clips,
    comparisons,
    elements,
    footage,
    generations,
    keys,
    likenesses,
    lineage,
    money,
    productions,
    queue,
    receipts,
    scenes,
    settings,
    submissions,
    takes,
    trouble,
    voices,
    webhooks,
)


def console_routes() -> list[Router]:
    """Every page, and what pages need."""
    pages = Router(
        "/console",
        route_handlers=[page.ROUTES for page in PAGES],
        opt={"entered_by": "session", "reads": "reader"},
        include_in_schema=False,
    )
    return [pages, signing.ROUTES, doing.ROUTES]
