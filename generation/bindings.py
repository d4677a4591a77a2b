"""Which element of a character a request may stand on, why the others may not, and whether its recipe still holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generation import gaps
from generation.grounds import AccountGround, AssetGround, CharacterGround, ElementGround
from generation.prices import UNITS_PER_CREATION
from generation.rules.finding import Finding
from registry.events.element import ElementInputs
from registry.events.references import plain


@dataclass(frozen=True, slots=True)
class Binding:
    """The element to stand on; and when there is none, those that show the look in use and cannot be stood on, oldest first."""

    element: ElementGround | None
    unfit: tuple[ElementGround, ...] = ()


def choose_binding(character: CharacterGround, account: AccountGround | None) -> Binding:
    """The newest live element on the paying account in the look in use (elements are listed oldest first).

    Without an account none is chosen: ids never cross accounts (contract section 6).
    """
    of_look = tuple(element for element in character.elements if element.look == character.look)
    here = [one for one in of_look if account and one.account == account.id and not one.retired]
    return Binding(here[-1]) if here else Binding(None, of_look)


def live_elsewhere(binding: Binding) -> list[str]:
    """The accounts on which it could be stood on."""
    return sorted({element.account for element in binding.unfit if not element.retired})


def must_mint(
    path: str,
    character: CharacterGround,
    binding: Binding,
    account: AccountGround,
    assets: Mapping[str, AssetGround],
) -> Finding:
    """The finding that says what became of each element, what another one costs, and how to make it."""
    told = "; ".join(why_unfit(element) for element in binding.unfit)
    look = f" in the look {character.look!r}" if character.look else ""
    units = plain(UNITS_PER_CREATION["advanced-custom-elements"])
    return gaps.MINT.at(
        path,
        f"{character.name} has no live element{look} on {account.id}: {told}; another one costs {units} units",
        way_out(character, binding, account, assets),
        'let this request stand on pictures instead: "fall_back": true in its cast entry',
    )


def why_unfit(element: ElementGround) -> str:
    """In words, what keeps the request from standing on this element."""
    if not element.retired:
        return f"{element.id} is on {element.account}"
    return f"{element.id} {element.cause or 'is retired'}"


def way_out(
    character: CharacterGround,
    binding: Binding,
    account: AccountGround,
    assets: Mapping[str, AssetGround],
) -> str:
    """The command that makes the missing element: again from the newest recipe that still holds, else of the character anew."""
    with_recipe = [
        element
        for element in binding.unfit
        if element.made_of is not None and stale(element.made_of, character, assets) is None
    ]
    if with_recipe:
        return f"continuity elements remint {with_recipe[-1].id} --account {account.id} --reason 'no live element'"
    return mint_command(character, character.look, account.id)


def mint_command(character: CharacterGround, look: str | None, account: str) -> str:
    """The command that makes an element of the character as it is now."""
    in_look = f" --look {look!r}" if look else ""
    return f"continuity elements mint {character.id}{in_look} --account {account}"


def stale(
    made_of: ElementInputs | None, character: CharacterGround, assets: Mapping[str, AssetGround]
) -> str | None:
    """What has changed since an element was made from its recipe, in words; None while the recipe still holds.

    What was adopted has no recipe that could have changed. A picture of the base look serves every look (see `casting`).
    """
    return None if made_of is None else next(_changes(made_of, character, assets), None)


def _changes(
    made_of: ElementInputs, character: CharacterGround, assets: Mapping[str, AssetGround]
) -> Iterator[str]:
    pictures = [name for name in (made_of.frontal, *made_of.views) if name is not None]
    film = [made_of.video] if made_of.video is not None and made_of.video.startswith("asset_") else []
    for name in (*pictures, *film):
        if gone := _gone(name, assets.get(name)):
            yield gone
    shown = {one.asset for one in character.references if one.look in (None, made_of.look)}
    in_look = f"in the look {made_of.look!r}" if made_of.look else "as introduced"
    for name in pictures:
        if name not in shown:
            yield f"{name} no longer shows {character.name} {in_look}"
    voice = character.voice.id if character.voice else None
    if made_of.voice != voice:
        yield f"it was made with {made_of.voice or 'no voice'}, and {character.name} now has {voice or 'none'}"


def _gone(name: str, asset: AssetGround | None) -> str | None:
    if asset is None or not asset.digest:
        return f"{name} was erased"
    if asset.superseded_by is not None:
        return f"{name} was superseded by {asset.superseded_by}"
    return f"{name} is retired" if asset.retired else None
