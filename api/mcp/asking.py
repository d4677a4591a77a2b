"""Tools on the way to a clip: preview, request, follow, cancel. Only `request_generation` spends, and never unseen.

1. `preview_shot` answers the plan's digest and its price, and spends nothing.
2. `request_generation` wants both back, and who accepted them. The service takes that plan or none, at that price or less.
3. Its idempotency key is made of what was asked: the same call again is the same generation, however often it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Final

import orjson
from anyio import from_thread, to_thread
from mcp.server.mcpserver import Context
from pydantic import Field

from api.client import ContinuityClient, ContinuityError, GenerationAnswer, StillRunning
from api.client.answers import Me
from api.mcp.answers import GenerationNow
from generation.plan import Preview
from generation.shot import Name, Reason, ShotRequest
from registry.events.references import Sha256, Units

GenerationId = Annotated[str, Field(description="A generation's id, generation_…")]
Shot = Annotated[
    ShotRequest, Field(description="What is wanted, in film words; scene or production is needed.")
]
_SAID_BESIDE: Final = ("plan_digest", "accepted_by", "max_units")
_FINEST: Final = Decimal("0.000001")


class Asking:
    """`me` is whose key it is: what it asks for is told from what others ask for."""

    def __init__(self, client: ContinuityClient, me: Me) -> None:
        self._client = client
        self._me = me

    def preview_shot(self, request: Shot) -> Preview:
        """What would be sent for a shot, why, on what grounds, and at which price, with everything that speaks against it.

        Spends nothing. Show the person `total` and the findings; request_generation wants `plan_digest` and `total.units` back.
        """
        return self._client.preview_generation(request)

    def request_generation(
        self,
        request: Shot,
        plan_digest: Annotated[Sha256, Field(description="plan_digest of the preview that was shown.")],
        price_units: Annotated[Units, Field(description="total.units of that preview, for all takes.")],
        accepted_by: Annotated[
            Name, Field(description="The person who saw plan and price and accepted them.")
        ],
        attempt: Annotated[
            int, Field(ge=1, le=1000, description="Another number pays for another clip of the same plan.")
        ] = 1,
    ) -> GenerationNow:
        """Ask for the clip of a previewed shot. This spends money.

        Refused unless plan and price are those of the preview as it is now (plan-changed carries the new one: show it and ask
        again). The same call again answers the same generation and pays nothing.
        """
        body = _ordered(request, plan_digest, price_units, accepted_by)
        shown = self._client.preview_generation(_said(request))
        if shown.plan_digest == plan_digest:
            _must_be_the_price(shown, price_units)
        # Another plan is for the service to refuse, which first looks whether this very call was answered before.
        try:
            answer = self._client.request_generation(
                body, idempotency_key=self._key(request, plan_digest, attempt)
            )
        except ContinuityError as refusal:
            raise _told_apart(refusal, attempt) from None
        return GenerationNow.of(answer)

    def _key(self, request: ShotRequest, plan_digest: str, attempt: int) -> str:
        said = [self._me.key, request.model_dump(mode="json", exclude_unset=True), plan_digest, attempt]
        return f"mcp-{sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()}"

    async def follow_generation(
        self,
        generation: GenerationId,
        context: Context,
        seconds: Annotated[int, Field(ge=1, le=600, description="How long to wait for its end.")] = 60,
    ) -> GenerationNow:
        """Follow a generation to its end, with progress; when the time is over first, it goes on and can be followed again."""
        looks = 0

        def tell(answer: GenerationAnswer) -> None:
            nonlocal looks
            looks += 1
            waits = answer.waiting_for or answer.outcome or ""
            from_thread.run(context.report_progress, looks, None, f"{answer.stage}: {waits}")

        return await to_thread.run_sync(self._followed, generation, seconds, tell, abandon_on_cancel=True)

    def _followed(
        self, generation: str, seconds: int, tell: Callable[[GenerationAnswer], None]
    ) -> GenerationNow:
        try:
            ended = self._client.wait_for_generation(generation, tell, timeout=seconds)
        except StillRunning:
            ended = self._client.generation(generation)
        return GenerationNow.of(ended)

    def cancel_generation(self, generation: GenerationId, reason: Reason) -> GenerationNow:
        """End a generation that was not sent. What was sent is paid for, and followed to its end all the same; `note` says so."""
        return GenerationNow.of(self._client.cancel_generation(generation, reason))


def _ordered(request: ShotRequest, plan_digest: str, price_units: str, accepted_by: str) -> dict[str, Any]:
    """The request as it is paid for: this plan, at most at this price for each take."""
    said = request.model_dump(mode="json", exclude_unset=True)
    if twice := [name for name in _SAID_BESIDE if said.get(name) is not None]:
        message = f"the request itself names {', '.join(twice)}"
        raise ContinuityError("said-twice", message, "leave it out of request: it is said beside it")
    each = (Decimal(price_units) / request.takes).quantize(_FINEST).normalize()
    return said | {"plan_digest": plan_digest, "max_units": f"{each:f}", "accepted_by": accepted_by}


def _said(request: ShotRequest) -> dict[str, Any]:
    return request.model_dump(mode="json", exclude_unset=True)


def _must_be_the_price(shown: Preview, price_units: str) -> None:
    """Raises ContinuityError with the preview: whoever names another price has not seen this one."""
    if shown.total is None or Decimal(shown.total.units) == Decimal(price_units):
        return
    raise ContinuityError(
        "price-differs",
        f"all takes cost {shown.total.units} units, not {price_units}; nothing was asked for",
        "show the person total, and name total.units as price_units once it is accepted",
        problem={"preview": shown.model_dump(mode="json")},
    )


def _told_apart(refusal: ContinuityError, attempt: int) -> ContinuityError:
    """The same shot was asked for in other words: accepted by somebody else, or at another price."""
    if refusal.code != "idempotency-key-reused":
        return refusal
    return ContinuityError(
        "asked-already",
        f"this plan was asked for already as attempt {attempt}, accepted by another person or at another price",
        f"follow that generation; only attempt {attempt + 1} would pay for another clip",
        status=refusal.status,
    )
