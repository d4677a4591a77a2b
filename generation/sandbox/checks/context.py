"""What a check may look at besides the body, and the form every check has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generation.sandbox.accounts import PRESET_ELEMENTS, SeededAccount, SeededElement
from generation.sandbox.envelope import Problem
from generation.sandbox.requests import VideoRequest


@dataclass(frozen=True)
class CheckContext:
    """The caller's account and the two policies the vendor's own texts disagree on (R25, K8)."""

    account: SeededAccount
    end_frame_limit: bool = True
    refuse_bad_pictures: bool = True

    def element(self, element_id: int) -> SeededElement | None:
        """An element this account may use: its own, or one of the vendor's presets."""
        preset = next((e for e in PRESET_ELEMENTS if e.element_id == element_id), None)
        return preset or self.account.element(element_id)


Check = Callable[[VideoRequest, CheckContext], list[Problem]]
