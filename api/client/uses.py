"""Calls about where something is used, and what a change of it would touch."""

from __future__ import annotations

from collections.abc import Iterator

from api.client.errors import LocalFailure
from api.client.wire import Calls, at
from generation.impact import Impact
from registry.events.ids import is_id
from registry.views.uses import UseCard

_USED = {
    "asset": "assets",
    "element": "elements",
    "voice": "voices",
    "likeness": "likenesses",
    "character": "characters",
}
_CHANGED = ("asset", "element", "voice", "character", "likeness")


class UseCalls(Calls):
    """Uses and impacts, of whatever an id names."""

    def uses(self, thing: str, *, look: str | None = None) -> Iterator[UseCard]:
        """Every use of an asset, element, voice, likeness or character, oldest first; `look` narrows to a look of a character."""
        folder = _folder(thing, tuple(_USED) if look is None else ("character",))
        steps = ("uses",) if look is None else ("looks", look, "uses")
        return self._wire.pages(UseCard, at(folder, thing, *steps))

    def impact(self, thing: str, *, change: str | None = None) -> Impact:
        """What a change would touch: retire unless said (of a likeness revoke).

        Of an asset also supersede and withdraw, of a character voice, and `look:` with a look's name.
        """
        return self._wire.read(Impact, at(_folder(thing, _CHANGED), thing, "impact"), change=change)


def _folder(thing: str, kinds: tuple[str, ...]) -> str:
    """Where a thing stands under /v1. Raises LocalFailure for an id of another kind."""
    for kind in kinds:
        if is_id(thing, kind):
            return _USED[kind]
    known = ", ".join(f"{kind}_…" for kind in kinds)
    raise LocalFailure("unknown-kind", f"{thing!r} is no id that can be asked about", f"name one of {known}")
