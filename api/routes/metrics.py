"""Numbers for Prometheus: this process' own, and those of the installation. They name nobody; keep them behind the proxy."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency

from api.bootstrap import Continuity
from api.metrics import CONTENT_TYPE
from api.scraping import InstallationGauges


@get("/", sync_to_thread=True)
def metrics(
    continuity: NamedDependency[Continuity], gauges: NamedDependency[InstallationGauges]
) -> Response[bytes]:
    """Metrics in Prometheus' text format: docs/reference/metrics.md lists them."""
    return Response(continuity.metrics.page() + gauges.page(), media_type=CONTENT_TYPE)


ROUTES: Any = Router(
    "/metrics", route_handlers=[metrics], opt={"entered_by": "open", "bytes": True}, tags=["Metrics"]
)
