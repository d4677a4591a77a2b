"""A shot request as it came over HTTP: well formed, or kept with all that is wrong with its form, to say more of it."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, Self

from pydantic import (
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from generation import shot


class ShotRequest(shot.ShotRequest):
    """A shot request. `problems` holds what is wrong with its form, and then `raw` is all there is of it."""

    model_config = ConfigDict(json_schema_extra={"description": cleandoc(shot.ShotRequest.__doc__ or "")})

    _problems: tuple[ErrorDetails, ...] = PrivateAttr(())
    _raw: Any = PrivateAttr(None)

    @property
    def problems(self) -> tuple[ErrorDetails, ...]:
        return self._problems

    @property
    def raw(self) -> Any:
        return self._raw

    @model_validator(mode="wrap")
    @classmethod
    def _every_problem_at_once(
        cls, raw: Any, parse: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        try:
            return cls.judged(raw, parse, info)
        except ValidationError as refused:
            kept = cls.model_construct()
            kept._problems, kept._raw = tuple(refused.errors(include_url=False)), raw
            return kept  # type: ignore[return-value]
