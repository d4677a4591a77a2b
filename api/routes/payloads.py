"""Payloads: what the catalogue says about anybody's body for a Kling endpoint. Nothing is written or sent."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.bodies import CheckedPayload, PayloadToCheck
from api.routes.answering import Answer, answer_card
from api.routes.commanding import Visit
from generation.check import check

MOST_BYTES: Final = 128 * 1024 * 1024
"""A body may hold seven pictures of 10 MB in base64, and the vendor's own limit is not lower."""


@post("/check", status_code=200, sync_to_thread=True, request_max_body_size=MOST_BYTES)
def check_payload(data: JSONBody[PayloadToCheck], question: NamedDependency[Visit]) -> Answer[CheckedPayload]:
    """Every finding about a body that is meant for `endpoint` (a name, a path or an address), whoever made it.

    `end_frame_policy` stands for the installation's own (rule R25). `legal` says whether nothing of severity E stands against
    it. What is accepted here may still be no approved pattern.
    """
    settled = question.continuity.settings.policies()
    wanted = {} if data.end_frame_policy is None else {"end_frame": data.end_frame_policy}
    findings = check(data.endpoint, data.body, policies=settled.model_copy(update=wanted))
    return answer_card(CheckedPayload(legal=all(one.severity != "E" for one in findings), findings=findings))


ROUTES: Any = Router(
    "/payloads",
    route_handlers=[check_payload],
    opt={"reach": "library", "changes": "reader"},
    tags=["Payloads"],
)
