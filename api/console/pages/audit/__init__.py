"""Audit: what happened, whose file something is, whether the log is whole, what people allowed, and proof to take along."""

from __future__ import annotations

from typing import Any

from litestar import Router

from api.console.pages.audit import erasures, exports, feed, history, log, lookup, reads

ROUTES: Any = Router(
    "/audit",
    route_handlers=[page.ROUTES for page in (erasures, exports, feed, history, log, lookup, reads)],
    opt={"reach": "studio"},
)
