"""A studio in trouble: paid calls in doubt, takes that failed, an account on hold. For the pages about money and trouble."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.worker import Worker
from registry.deciders.submission import NoteOnSubmission
from registry.events.envelope import Context
from registry.events.submission import SubmissionQuarantined
from tests.api.served.serving import Served, running
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import KEYS


@dataclass(frozen=True)
class Troubled:
    """The service and the provider it sends to. Its worker works when it is told to."""

    service: Served
    kling: Sandbox
    account: str
    production: str

    def asked(self, action: str) -> str:
        """A generation."""
        shot = {"production": self.production, "action": action}
        return str(self.service.post("/v1/generations", shot).json()["id"])

    def work_until(self, generation: str, *states: str) -> dict[str, Any]:
        """Work until the generation's paid call is in one of the states, or it ended so; its card."""
        worker = Worker(self.service.continuity.desk(), owner="w", sleep=time.sleep)
        end = time.monotonic() + 20
        while True:
            card: dict[str, Any] = self.service.get(f"/v1/generations/{generation}").json()
            paid = card["submission_card"]
            if {card["outcome"], paid and paid["state"]} & set(states):
                return card
            assert time.monotonic() < end, card
            if not worker.work_once():
                time.sleep(0.01)

    def failed(self, action: str, **fault: Any) -> dict[str, Any]:
        """A generation that met a fault, ended."""
        self.kling.order(match={"prompt_contains": action}, **fault)
        return self.work_until(self.asked(action), "failed", "refused")

    def in_doubt(self, action: str, *, accepted: bool, quarantined: bool = True) -> dict[str, Any]:
        """A paid call of which nobody knows whether Kling has a task; its card."""
        match = {"prompt_contains": action}
        self.kling.order(do="drop_after_accept" if accepted else "drop_before_accept", match=match)
        self.kling.order(on="query", do="http_status", status=500, match=match)
        paid = self.work_until(self.asked(action), "unknown")["submission"]
        self.kling.forgive()
        if quarantined:
            note = NoteOnSubmission(
                stream=paid, event=SubmissionQuarantined(reason="three looks found nothing")
            )
            self.service.continuity.registry.handle(
                self.service.continuity.studio, [note], context=Context("test")
            )
        card: dict[str, Any] = self.service.get(f"/v1/submissions/{paid}").json()
        return card


@contextmanager
def troubled(folder: Path, **settings: str) -> Iterator[Troubled]:
    """A service on an account of the sandbox, with a production of 20 units."""
    with sandbox() as kling:
        given = {
            "KLING_BASE_URL": kling.url,
            "KLING_API_KEY": "",
            "KLING_ACCESS_KEY": KEYS.access_key,
            "KLING_SECRET_KEY": KEYS.secret_key,
            "CONTINUITY_POLL_FIRST_SECONDS": "0.05",
            **settings,
        }
        with running(folder, **given) as service:
            account = str(service.made("/v1/accounts", {"name": "main", "region": "singapore"})["id"])
            show = str(service.made("/v1/productions", {"name": "Café", "account": account})["id"])
            service.change("PUT", f"/v1/productions/{show}/budget", {"units": "20"})
            yield Troubled(service, kling, account, show)
