"""What is this installation set to, and is it well? For admins; nothing is changed here, and no secret is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from pydantic import SecretStr

from api.addresses import without_credentials
from api.bootstrap import Continuity
from api.checks import Finding, check_certificate, check_room
from api.checkup import check_open
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit
from api.routes.health import look
from api.settings import Settings, variable_of
from api.settings_page import listed, written

MARKS: Final = {"ok": "good", "warn": "warn", "fail": "bad"}


class Setting(NamedTuple):
    """A setting: its variable, what it is here, what it is usually, and what it means."""

    variable: str
    value: str
    usual: str
    means: str
    changed: bool


@get("/settings", sync_to_thread=True)
def show_settings(request: Web, visit: NamedDependency[Visit], checks: FromQuery[str] = "") -> Response[str]:
    """The settings and the service's health; with `checks`, what `continuity doctor` asks of an installation that is open.

    Both are the installation's, so admins of its first studio see them; those of others see its health alone.
    """
    continuity = visit.continuity
    first = visit.studio == continuity.studio
    settings = tuple(settings_of(continuity.settings)) if first else ()
    return page(
        request,
        "settings.html",
        title="Settings and health",
        visit=visit,
        first=first,
        ready=look(continuity),
        findings=tuple(_checked(continuity)) if first and checks else None,
        settings=settings,
        changed=[one for one in settings if one.changed],
        marks=MARKS,
    )


def settings_of(settings: Settings) -> Iterator[Setting]:
    """Every setting as it is. Of secrets only whether they are set; of addresses neither who nor what is asked there."""
    for name in listed():
        field, value = Settings.model_fields[name], getattr(settings, name)
        yield Setting(
            variable=variable_of(name),
            value=_shown(value),
            usual=_shown(field.default),
            means=field.description or "",
            changed=value != field.default,
        )


def _shown(value: object) -> str:
    match value:
        case None | "":
            return ""
        case SecretStr():
            return "(set, and not shown)"
        case Path():
            return str(value)
        case _:
            return _without_parameters(without_credentials(written(value)))


def _without_parameters(text: str) -> str:
    """An address without its parameters, which may be secrets too."""
    address, mark, _ = text.partition("?")
    return f"{address}?…" if mark and "://" in address else text


def _checked(continuity: Continuity) -> Iterator[Finding]:
    yield check_room("data", continuity.settings.data)
    if continuity.certificate is not None:
        yield from check_certificate(continuity.certificate, now=datetime.now(UTC))
    yield from check_open(continuity)


ROUTES: Any = Router("/", route_handlers=[show_settings], opt={"reach": "studio", "role": "admin"})
