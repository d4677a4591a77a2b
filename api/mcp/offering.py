"""Which tools a key is offered, and how refusals are told: code, message, hint, never a bare sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from inspect import getdoc
from typing import Any, Final

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import ValidationError

from api.client import ContinuityClient, ContinuityError
from api.client.answers import Me
from api.mcp.answers import refused
from api.mcp.asking import Asking
from api.mcp.looking import Looking

INSTRUCTIONS: Final = """\
Continuity is the registry of record of a film team: characters, scenes, shots, takes, and what every clip was made from.
To make a clip: search_characters and search_scenes, then preview_shot. Show the person the total price and every finding.
Only when a person has accepted them, call request_generation with plan_digest, price_units and that person's name.
Then follow_generation until outcome is not null. Errors carry code, message and hint: do what the hint says.
Never call request_generation again with another attempt unless a person wants to pay for another clip.
"""
READS: Final = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
SPENDS: Final = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
)
ENDS: Final = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
)
ROLE_OF: Final[Mapping[str, str]] = {"request_generation": "submitter", "cancel_generation": "submitter"}
"""Tool -> the role it needs; all others need any."""


class Offering(MCPServer[Any]):
    """The tools of one key. What the key may not do is not offered, and refused by name if it is called all the same."""

    def __init__(self, client: ContinuityClient, me: Me) -> None:
        title = f"Continuity, {me.studio_name}"
        super().__init__(
            "continuity",
            title=title,
            instructions=INSTRUCTIONS,
            version=version("continuity"),
            log_level="WARNING",
        )
        self._roles = me.roles
        looking, asking = Looking(client), Asking(client, me)
        for function in _reading(looking, asking):
            self._offer(function, READS)
        self._offer(asking.request_generation, SPENDS)
        self._offer(asking.cancel_generation, ENDS)

    def _offer(self, function: Callable[..., Any], annotations: ToolAnnotations) -> None:
        needed = ROLE_OF.get(function.__name__)
        if needed is None or needed in self._roles:
            self.add_tool(
                function, description=getdoc(function), annotations=annotations, structured_output=True
            )

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        if (refusal := self._unfit(name, arguments)) is not None:
            return refused(refusal)
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as failed:
            refusal = _refusal(failed.__cause__)
            if refusal is None:
                raise
            return refused(refusal)

    def _unfit(self, name: str, arguments: Mapping[str, Any]) -> ContinuityError | None:
        """What is wrong with a call before its arguments are read."""
        tool = self._tool_manager.get_tool(name)
        if tool is None and name in ROLE_OF:
            return ContinuityError(
                "role-missing",
                f"{name} needs a key with the role {ROLE_OF[name]}, this one has {', '.join(self._roles) or 'none'}",
                "ask an admin: continuity keys grant KEY ROLE, then start continuity mcp again",
                status=403,
            )
        if tool is None:
            known = ", ".join(one.name for one in self._tool_manager.list_tools())
            return ContinuityError("no-such-tool", f"there is no tool {name!r}", f"there are {known}")
        unknown = sorted(set(arguments) - set(tool.parameters.get("properties", {})))
        return _malformed([{"path": f"$.{one}", "message": "is not known here"} for one in unknown])


def _reading(looking: Looking, asking: Asking) -> tuple[Callable[..., Any], ...]:
    return (
        looking.search_characters,
        looking.search_scenes,
        looking.show,
        asking.preview_shot,
        asking.follow_generation,
        looking.list_takes,
        looking.lineage,
        looking.history,
        looking.uses,
        looking.impact,
        looking.spend,
    )


def _refusal(cause: BaseException | None) -> ContinuityError | None:
    """A failure that has a code and a hint; None for one that is our own fault."""
    if isinstance(cause, ContinuityError):
        return cause
    if isinstance(cause, ValidationError):
        found = cause.errors(include_url=False, include_input=False, include_context=False)
        return _malformed([{"path": _path(one["loc"]), "message": one["msg"]} for one in found])
    return None


def _malformed(errors: Sequence[dict[str, Any]]) -> ContinuityError | None:
    if not errors:
        return None
    places = ", ".join(str(one["path"]) for one in errors)
    return ContinuityError(
        "invalid-request",
        f"{len(errors)} problem{'s' if len(errors) > 1 else ''} in the arguments: {places}",
        "correct every place named in errors; the tool's input schema says what it takes",
        problem={"errors": list(errors)},
    )


def _path(steps: Sequence[int | str]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
