"""The library: pictures, footage, sound and documents; what they show, what Kling says of them, and where they are used."""

from __future__ import annotations

from typing import Any, Final, get_args

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.bodies import AssetAnswer
from api.console.pages.using import where_used
from api.console.rendering import page
from api.errors import Web
from api.routes.assets import answer_of
from api.routes.commanding import Visit
from generation.rules.images import FORMATS, MAX_BYTES, MAX_RATIO, MIN_SIDE
from registry.events.references import AssetKind, ReferenceRole
from registry.views import assets, characters
from registry.views.near import near_asset
from registry.views.page import Span

ROLES: Final[tuple[ReferenceRole, ...]] = get_args(ReferenceRole)
KINDS: Final[tuple[AssetKind, ...]] = get_args(AssetKind)
_SHOWN: Final = 48


@get("/assets", sync_to_thread=True)
def list_assets(
    request: Web,
    visit: NamedDependency[Visit],
    kind: FromQuery[AssetKind | None] = None,
    after: FromQuery[int] = 0,
) -> Response[str]:
    """What the studio keeps, the newest first, and a place to hand in more."""
    span = Span(after, _SHOWN, newest=True)
    return page(
        request,
        "assets.html",
        title="Library",
        visit=visit,
        assets=visit.read(assets.assets, span=span, kind=kind),
        kinds=KINDS,
        kind=kind,
        limits=limits(visit),
    )


@get("/assets/{asset:str}", sync_to_thread=True)
def show_asset(request: Web, asset: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """One asset in large: its facts, what stands against it, what looks like it, and where it is used."""
    card = offered(visit, asset)
    near = [one.asset for one in card.near or ()]
    successor = [card.superseded_by] if card.superseded_by else []
    return page(
        request,
        "asset.html",
        title=card.label or "Without a label",
        visit=visit,
        asset=card,
        alike=visit.read(assets.find_assets, [*near, *successor]),
        used=where_used(visit, asset),
        people=visit.read(characters.castable),
        roles=ROLES,
    )


def offered(visit: Visit, asset: str) -> AssetAnswer:
    """An asset with what Kling's limits say of it and what looks like it. Raises NotFound."""
    return answer_of(visit.read(assets.asset, asset), visit.read(near_asset, asset))


def limits(visit: Visit) -> dict[str, Any]:
    """What is taken here, and what Kling takes of it (contract R40)."""
    return {
        "most": visit.continuity.settings.upload_most_bytes,
        "kling_most": MAX_BYTES,
        "side": MIN_SIDE,
        "ratio": MAX_RATIO,
        "formats": [name.upper() for name in FORMATS if name != "jpg"],
    }


ROUTES: Any = Router("/", route_handlers=[list_assets, show_asset], opt={"reach": "library"})
