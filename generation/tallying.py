"""What the provider lists of an account's elements and voices, against our bindings. Pure; reading and recording are elsewhere.

| finding | what it means | what is recorded |
|---|---|---|
| missing | a binding no list holds, though all were read to their end | lost |
| deleted | the provider lists it as deleted | lost; deleted, where that was our order |
| foreign | the account's list says that somebody else owns it | lost |
| recovered | a lost binding is listed again | recovered |
| undeleted | it was to be deleted, and is still there | – |
| drifted | it is not what its recipe says | – |
| duplicate | several of the account's own bear one name | – |
| orphan | the account's own, and no binding stands for it | – |
| preset | a preset was adopted as the account's own | – |

Names and descriptions are compared and never repeated: they may be a person's, and a finding stays in the log.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from registry.events.account import Census, CensusAction, CensusFinding
from registry.events.element import LostCause

Of = Literal["element", "voice"]
KINDS: Final[tuple[Of, ...]] = ("element", "voice")
MOST_FINDINGS: Final = 200
"""A record lists so many findings at most; the rest is counted."""

ACTIONS: Final[Mapping[Census, tuple[CensusAction, ...]]] = {
    "missing": ("remint", "adopt", "retire"),
    "deleted": ("remint", "adopt", "retire"),
    "foreign": ("remint", "adopt", "retire"),
    "undeleted": ("delete", "none"),
    "drifted": ("remint", "none"),
    "duplicate": ("merge", "none"),
    "orphan": ("adopt", "delete", "none"),
    "preset": ("retire", "none"),
    "recovered": ("none",),
}
"""What can be done about each, the usual thing first; in order of gravity."""
FOR_A_PERSON: Final = frozenset({"missing", "deleted", "foreign", "undeleted", "drifted"})
"""Findings that somebody must look at: what we stand on is not what it was."""


@dataclass(frozen=True, slots=True)
class Ours:
    """A binding of the account as folded. `recipe` is there for what we made; a preset voice has no `account`.

    `made_by` is the submission of a mint that has not ended: what it makes has no id yet.
    """

    stream: str
    of: Of
    vendor_id: str | None
    account: str | None
    retired: bool = False
    lost: LostCause | None = None
    deleted: bool = False
    doomed: bool = False
    recipe: Recipe | None = None
    made_by: str | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What can be compared of the inputs: None where it is not known (any more), or where the kind has none."""

    name: str | None = None
    description: str | None = None
    reference_type: str | None = None
    sources: int | None = None


@dataclass(frozen=True, slots=True)
class Theirs:
    """One entry of the provider's lists. `external_task_id` is our id of the call that made it, "" for none."""

    of: Of
    vendor_id: str
    preset: bool = False
    deleted: bool = False
    owner: str = ""
    recipe: Recipe = Recipe()
    external_task_id: str = ""


@dataclass(slots=True)
class Tally:
    """What one comparison says: the findings, and what is to be noted on bindings.

    `lost` is (stream, cause, detail); `recovered` and `deleted` are streams.
    """

    findings: list[CensusFinding] = field(default_factory=list)
    lost: list[tuple[str, LostCause, str]] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def say(self, kind: Census, of: Of, subject: str, words: str, vendor_id: str = "") -> None:
        finding = CensusFinding(
            id=f"{kind}:{subject}",
            kind=kind,
            of=of,
            subject=subject,
            words=words,
            actions=ACTIONS[kind],
            vendor_id=vendor_id,
        )
        self.findings.append(finding)


def tally(ours: Iterable[Ours], theirs: Iterable[Theirs], *, whole: Collection[Of]) -> Tally:
    """Compare. `whole` names the kinds whose lists, presets too, were read to their end: of others nothing is missing."""
    found, listed = Tally(), list(theirs)
    bindings = list(ours)
    by_id = {(one.of, one.vendor_id): one for one in reversed(listed)}
    owners: dict[Of, str | None] = {kind: _owner(listed, kind) for kind in KINDS}
    for binding in bindings:
        if binding.vendor_id is None or binding.deleted:
            continue
        entry = by_id.get((binding.of, binding.vendor_id))
        if entry is not None:
            _listed(found, binding, entry, owners[binding.of])
        elif binding.of in whole:
            _missing(found, binding)
    _unbound(found, bindings, listed, owners)
    _one_name(found, listed, owners)
    return found


def report_of(findings: Iterable[CensusFinding]) -> tuple[tuple[CensusFinding, ...], int, dict[str, int]]:
    """The gravest findings, how many are left out, and how many there are of each kind."""
    order = list(ACTIONS)
    ranked = sorted(findings, key=lambda finding: (order.index(finding.kind), finding.id))
    counts: dict[str, int] = dict(Counter(finding.kind for finding in ranked))
    return tuple(ranked[:MOST_FINDINGS]), max(0, len(ranked) - MOST_FINDINGS), counts


def _owner(listed: Iterable[Theirs], of: Of) -> str | None:
    """Who the account is to the provider: the owner of most of its own list; None when nobody owns most of it."""
    owned = [one.owner for one in listed if one.of == of and not one.preset and one.owner]
    name, number = next(iter(Counter(owned).most_common(1)), ("", 0))
    return name if number * 2 > len(owned) else None


def _listed(found: Tally, binding: Ours, entry: Theirs, owner: str | None) -> None:
    stream, of, vendor_id = binding.stream, binding.of, binding.vendor_id or ""
    if entry.deleted:
        _is_deleted(found, binding)
        return
    if binding.doomed:
        found.say(
            "undeleted", of, stream, f"{of} {vendor_id} was to be deleted and is still there", vendor_id
        )
        return
    if entry.preset and binding.account is not None:
        words = f"{of} {vendor_id} is a preset of the vendor's, not the account's own: it cannot be deleted"
        found.say("preset", of, stream, words, vendor_id)
    elif not entry.preset and owner is not None and entry.owner not in ("", owner):
        words = f"{of} {vendor_id} is listed as somebody else's"
        _is_lost(found, binding, "foreign", words)
        return
    if binding.lost is not None:
        found.recovered.append(stream)
        found.say("recovered", of, stream, f"{of} {vendor_id} is listed again", vendor_id)
    changed = ", ".join(_drift(binding.recipe, entry.recipe)) if binding.recipe else ""
    if changed and not binding.retired:
        words = f"{of} {vendor_id} is not what its recipe says: {changed} differ"
        found.say("drifted", of, stream, words, vendor_id)


def _missing(found: Tally, binding: Ours) -> None:
    if binding.doomed:
        found.deleted.append(binding.stream)
    else:
        _is_lost(found, binding, "missing", f"Kling lists no {binding.of} {binding.vendor_id}")


def _is_deleted(found: Tally, binding: Ours) -> None:
    if binding.doomed:
        found.deleted.append(binding.stream)
    else:
        _is_lost(found, binding, "deleted", f"Kling lists {binding.of} {binding.vendor_id} as deleted")


def _is_lost(
    found: Tally, binding: Ours, cause: Literal["missing", "deleted", "foreign"], words: str
) -> None:
    """Nothing stands on what is retired: it is noted, and nobody is troubled with it. A preset may be another region's."""
    if binding.account is not None and binding.lost != cause:
        found.lost.append((binding.stream, cause, words))
    if not binding.retired:
        found.say(cause, binding.of, binding.stream, words, binding.vendor_id or "")


def _drift(ours: Recipe, theirs: Recipe) -> Iterator[str]:
    pairs = {
        "name": (ours.name, theirs.name),
        "description": (ours.description, theirs.description),
        "reference type": (ours.reference_type, theirs.reference_type),
        "number of pictures": (ours.sources, theirs.sources),
    }
    for what, (was, is_) in pairs.items():
        if was is not None and is_ is not None and was != is_:
            yield what


def _own(listed: Iterable[Theirs], owners: Mapping[Of, str | None]) -> Iterator[Theirs]:
    for entry in listed:
        stranger = owners[entry.of] is not None and entry.owner not in ("", owners[entry.of])
        if not (entry.preset or entry.deleted or stranger):
            yield entry


def _unbound(
    found: Tally, bindings: Iterable[Ours], listed: Iterable[Theirs], owners: Mapping[Of, str | None]
) -> None:
    known = {(one.of, one.vendor_id) for one in bindings}
    being_made = {one.made_by for one in bindings if one.made_by is not None}
    for entry in _own(listed, owners):
        if (entry.of, entry.vendor_id) not in known and entry.external_task_id not in being_made:
            words = f"{entry.of} {entry.vendor_id} is the account's, and no binding stands for it"
            found.say("orphan", entry.of, entry.vendor_id, words, entry.vendor_id)


def _one_name(found: Tally, listed: Iterable[Theirs], owners: Mapping[Of, str | None]) -> None:
    named: dict[tuple[Of, str], set[str]] = defaultdict(set)
    for entry in _own(listed, owners):
        if entry.recipe.name:
            named[entry.of, entry.recipe.name.casefold()].add(entry.vendor_id)
    for (of, _), ids in named.items():
        if len(ids) > 1:
            shown = sorted(ids, key=lambda one: (len(one), one))
            some = ", ".join(shown[:20]) + (f" and {len(shown) - 20} more" if len(shown) > 20 else "")
            found.say("duplicate", of, shown[0], f"one name on {len(shown)} {of}s: {some}", shown[0])
