"""Kling accounts: where we send, under whose key, what is held and why, and how many tasks may be open at once."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.console.naming import called_in
from api.console.rendering import page
from api.console.way_out import OF_CODE
from api.errors import Web
from api.routes.commanding import Visit, named
from generation.kling.signing import AccessKeyPair
from registry.log.history import Part
from registry.past import happened
from registry.views import accounts, queue
from registry.views.page import Span

_HISTORY: Final = 50


@get("/accounts", sync_to_thread=True)
def list_accounts(request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]) -> Response[str]:
    """Every account, and the form to open another."""
    return page(
        request,
        "accounts.html",
        title="Kling accounts",
        visit=visit,
        accounts=visit.read(accounts.accounts, span=span),
        configured=_configured(visit),
        settings=visit.continuity.settings,
    )


@get("/accounts/{account:str}", sync_to_thread=True)
def show_account(request: Web, account: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """One account: its keys, holds and lanes, and what an operator may do about them."""
    card = visit.read(accounts.account, named("account", account))
    now, slots = visit.registry.clock(), visit.continuity.settings.kling_slots
    past = happened.history(visit.registry, visit.studio, account, Part(limit=_HISTORY, newest=True))
    return page(
        request,
        "account.html",
        title=card.name,
        visit=visit,
        account=card,
        lanes=visit.read(queue.lanes, account=account, now=now, slots=slots).lanes,
        ways={hold.code: OF_CODE[hold.code] for hold in card.holds if hold.code and hold.code in OF_CODE},
        configured=_configured(visit),
        history=past.items,
        called=called_in(visit, past.items),
        usual_slots=slots,
    )


def _configured(visit: Visit) -> dict[str, str]:
    """The keys this installation has, by fingerprint, and what kind each is; never a key."""
    return {
        fingerprint: "access key pair" if isinstance(credentials, AccessKeyPair) else "API key"
        for fingerprint, credentials in visit.continuity.credentials.items()
    }


ROUTES: Any = Router("/", route_handlers=[list_accounts, show_account], opt={"reach": "studio"})
