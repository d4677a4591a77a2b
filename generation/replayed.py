"""What compiling past requests again came to: one plan, one generation with its bytes, and a page of an audit."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["same", "drifted", "unknown"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Drift(_Answer):
    """The first place where the plan now differs from the one of then, as a JSON pointer; None where nothing stands there."""

    path: str
    then: Any
    now: Any


class Replayed(_Answer):
    """What compiling a past plan again came to.

    `verdict` is about the plan digest: `same`, `drifted` (`drift` says where first, or `because` why nothing is compiled now), or
    `unknown` (`because` says why). `compiler` made the plan at `position`, of the log as it was at `as_of`; `compiler_now`
    compiles here. `beside` names what else of the plan reads otherwise (its price, its reasons) while the digest is the same.
    """

    generation: str
    position: int
    as_of: int
    compiler: str
    compiler_now: str
    verdict: Verdict
    because: str = ""
    plan_digest: str
    plan_digest_now: str | None = None
    drift: Drift | None = None
    beside: tuple[str, ...] = ()


class WireReplayed(_Answer):
    """The bytes of a paid call, made again: their digest then and now. `unknown` where something is gone, or nothing was sent."""

    verdict: Verdict
    because: str = ""
    wire_digest: str | None = None
    wire_digest_now: str | None = None


class GenerationReplay(_Answer):
    """A generation's plans, each compiled again, and the bytes of its paid call."""

    generation: str
    plans: tuple[Replayed, ...]
    wire: WireReplayed


class CompilerTally(_Answer):
    """How many plans that one compiler made are the same now, drifted, or cannot be told."""

    compiler: str
    same: int
    drifted: int
    unknown: int


class DeterminismPage(_Answer):
    """A part of an audit: what these generations' plans came to, and that counted by compiler.

    `of` generations are in scope, up to the position `until` (None on later pages of a whole audit); this page holds
    `examined` of them. One that was never compiled has no plan to compare. `next` is where the next page begins: ask for it with
    the same `until`.
    """

    items: tuple[Replayed, ...]
    compiler_now: str
    by_compiler: tuple[CompilerTally, ...]
    examined: int
    of: int | None
    until: int
    next: int | None
