"""Calls that have elements made: preview, ask, follow, make anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from api.client.answers import in_doubt, read_as
from api.client.errors import OutcomeUnknown, StillRunning
from api.client.people import PeopleCalls
from api.client.waiting import LOOK_SECONDS, PATIENCE_SECONDS, Followed
from api.client.wire import Call, at
from api.recipes import ElementAnswer
from generation.plan import MintPreview

OnMaking = Callable[[ElementAnswer], None]
_CHARACTER: Final = "character"


class MintCalls(PeopleCalls):
    """Elements in the making. A recipe's fields are those of POST /v1/elements; the character's name or alias will do."""

    def preview_element(self, character: str, **recipe: Any) -> MintPreview:
        """What would be sent for this recipe, at which price, and what speaks against it. Nothing is written or spent."""
        call = Call("POST", at("elements", "preview"), json=self._recipe(character, recipe))
        return read_as(MintPreview, self._wire.answer(call).body)

    def mint_element(
        self, character: str, *, idempotency_key: str | None = None, **recipe: Any
    ) -> ElementAnswer:
        """Have an element made. Raises ContinuityError with every gap and finding when it cannot be."""
        body = self._recipe(character, recipe)
        return read_as(ElementAnswer, self._wire.change("POST", at("elements"), body, key=idempotency_key))

    def remint_element(
        self,
        element: str,
        *,
        reason: str,
        account: str | None = None,
        production: str | None = None,
        recipe: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> ElementAnswer:
        """Have another one made in its place, from its recipe or another one, on its own account or another one."""
        said = {"reason": reason, "account": account, "production": production, "recipe": recipe}
        body = {name: value for name, value in said.items() if value is not None}
        path = at("elements", element, "remint")
        return read_as(ElementAnswer, self._wire.change("POST", path, body, key=idempotency_key))

    def element_now(self, element: str, *, wait: int = 0) -> ElementAnswer:
        """One element with its paid call; with `wait`, the end of its making if that comes within so many seconds."""
        path = at("elements", element)
        return self._wire.read(ElementAnswer, path, patience=wait, wait=wait or None)

    def wait_for_element(
        self,
        element: str,
        on_progress: OnMaking = lambda _answer: None,
        *,
        timeout: float | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> ElementAnswer:
        """Follow the making of an element to its end, whatever that is; `on_progress` hears every look.

        Raises StillRunning after `timeout` seconds, and OutcomeUnknown when the paid call's outcome has been unknown for
        `patience` seconds on end.
        """
        followed = Followed(
            look=lambda: self.element_now(element, wait=LOOK_SECONDS),
            ended=lambda answer: answer.mint is None or answer.mint.outcome is not None,
            outcome_unknown=lambda answer: in_doubt(answer.submission_card),
            unknown=_unknown,
            running=_running,
        )
        return followed.to_the_end(
            on_progress, clock=self._wire.manners.clock, timeout=timeout, patience=patience
        )

    def _recipe(self, character: str, recipe: Mapping[str, Any]) -> dict[str, Any]:
        said = {name: value for name, value in recipe.items() if value is not None}
        return {_CHARACTER: self._id(character), **said}


def _unknown(answer: ElementAnswer) -> OutcomeUnknown:
    paid = answer.submission_card
    if paid is None:
        raise ValueError(f"{answer.id} has no submission whose outcome could be unknown")
    return OutcomeUnknown(answer.id, paid.id, paid.external_task_id, state=paid.state)


def _running(answer: ElementAnswer) -> StillRunning:
    waits = f" ({answer.waiting_for})" if answer.waiting_for else ""
    return StillRunning(
        "still-running",
        f"{answer.id} is not made yet{waits}",
        f"it goes on without you; follow it with: continuity elements show {answer.id} --follow",
    )
