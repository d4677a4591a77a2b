"""The request that the flags of a shot add up to.

Only the spelling of flags, and what contradicts a file, is judged here. What the request lacks or what does not go together is
for the service to say, all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Final, get_args

import rich_click as click

from api.cli.reading import json_of
from api.client import LocalFailure
from generation.shot import Identity
from registry.events.strict import JsonRefused, read_strictly

_PLAIN: Final = frozenset(
    {
        *("scene", "production", "shot", "retake_of", "purpose", "client_reference"),
        *("action", "setting", "framing", "adapt_wardrobe", "prompt"),
        *("continue_from", "edit", "keep_original_sound"),
        *("duration", "aspect_ratio", "mode", "mode_reason", "sound", "watermark", "route"),
        *("takes", "approval", "max_units", "plan_digest", "accepted_by", "priority", "needed_by"),
    }
)
_PICTURES: Final = ("opening", "closing", "references")


def patch_from(fields: tuple[str, ...]) -> dict[str, Any]:
    """`FIELD=JSON` pairs as a merge patch."""
    patch = {}
    for field in fields:
        name, said = _pair(field, "=", "--set")
        try:
            patch[name] = read_strictly(said.encode(errors="surrogateescape"))
        except JsonRefused:
            raise click.BadParameter(
                f"{said!r} is not JSON; texts stand in quotes: {name}='\"…\"'", param_hint="--set"
            ) from None
    return patch


def shot_from(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The request's JSON: what the file says, and what the flags add. Raises UsageError where a flag contradicts the file."""
    said = {name: value for name, value in flags.items() if name in _PLAIN and value is not None}
    said |= {name: _picture(flags[name]) for name in _PICTURES if flags[name]}
    said |= dict(
        _cast(
            flags["cast"],
            flags["identity"],
            flags["looks"],
            nobody=flags["nobody"],
            fall_back=flags["fall_back"],
        )
    )
    said |= dict(_dialogue(flags["dialogue"], flags["language"], flags["timing"]))
    said |= dict(_shots(flags["parts"], flags["shots_file"]))
    if flags["accept"]:
        said["accept"] = reasons_from(flags["accept"])
    return said if flags["file"] is None else _together(_request(flags["file"]), said)


def _together(file: dict[str, Any], flagged: dict[str, Any]) -> dict[str, Any]:
    """Both; a null in the file leaves a thing unsaid, and reasons for different cautions stand beside each other."""
    said = {name: value for name, value in file.items() if value is not None}
    if isinstance(said.get("accept"), dict) and "accept" in flagged:
        _must_agree(said["accept"], flagged["accept"], "accept.")
        flagged = flagged | {"accept": said["accept"] | flagged["accept"]}
        said.pop("accept")
    _must_agree(said, flagged)
    return file | flagged


def _must_agree(file: Mapping[str, Any], flagged: Mapping[str, Any], place: str = "") -> None:
    wrong = [name for name in flagged if name in file and file[name] != flagged[name]]
    if wrong:
        told = "; ".join(
            f"{place}{name} is {file[name]!r} there and {flagged[name]!r} here" for name in wrong
        )
        raise click.UsageError(f"flags may add to the file of --request, not contradict it: {told}")


def _request(file: IO[bytes]) -> dict[str, Any]:
    found = json_of(file.read(), "the request")
    if not isinstance(found, dict):
        raise LocalFailure("not-json", "the request is no JSON object", "it holds one request")
    return found


def _picture(named: str | tuple[str, ...]) -> Any:
    """Asset ids as they are, addresses as `{"url": …}`."""
    if isinstance(named, tuple):
        return [_picture(one) for one in named]
    return {"url": named} if named.lower().startswith(("http://", "https://")) else named


def _cast(
    entries: Iterable[str],
    identity: str | None,
    looks: tuple[str, ...],
    *,
    nobody: bool,
    fall_back: bool,
) -> Iterator[tuple[str, Any]]:
    names = [name.strip() for entry in entries for name in entry.split(",") if name.strip()]
    if nobody and names:
        raise click.UsageError(f"--nobody says that nobody is seen, and --cast names {', '.join(names)}")
    if identity and not names:
        raise click.UsageError("--identity speaks about the cast: name it with --cast")
    if fall_back and not names:
        raise click.UsageError("--fall-back speaks about the cast: name it with --cast")
    members = [_member(name, identity, fall_back=fall_back) for name in names]
    for name, look in (_pair(entry, "=", "--look") for entry in looks):
        worn_by = [member for member in members if member["character"] == name]
        if not worn_by:
            raise click.UsageError(f"--look speaks about {name}, whom --cast does not name")
        worn_by[0]["look"] = look
    if nobody or names:
        yield "cast", members


def _member(entry: str, identity: str | None, *, fall_back: bool) -> dict[str, Any]:
    if "=" in entry:
        entry, identity = _pair(entry, "=", "--cast")
        if identity not in get_args(Identity):
            known = ", ".join(get_args(Identity))
            raise click.BadParameter(f"{identity!r} is no identity: {known}", param_hint="--cast")
    falls = fall_back and identity in (None, "auto")
    return (
        {"character": entry}
        | ({"identity": identity} if identity else {})
        | ({"fall_back": True} if falls else {})
    )


def _dialogue(
    lines: tuple[str, ...], language: str | None, timing: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    said: dict[str, Any] = {"language": language, "timing": timing}
    if lines:
        pairs = (_pair(line, ":", "--dialogue") for line in lines)
        said["turns"] = [{"speaker": speaker, "line": spoken} for speaker, spoken in pairs]
    if any(said.values()):
        yield "dialogue", {name: value for name, value in said.items() if value is not None}


def _shots(parts: tuple[tuple[int, str], ...], file: IO[bytes] | None) -> Iterator[tuple[str, list[Any]]]:
    if parts and file is not None:
        raise click.UsageError("the shots come from --part or from --shots: drop one of the two")
    if parts:
        yield "shots", [{"duration": seconds, "action": action} for seconds, action in parts]
    if file is not None:
        found = json_of(file.read(), "the file of --shots")
        if not isinstance(found, list):
            raise LocalFailure(
                "not-json", "the file of --shots is no JSON list", "it lists the shots in order"
            )
        yield "shots", found


def reasons_from(accepted: Iterable[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for one in accepted:
        rule, reason = _pair(one, "=", "--accept")
        if rule in said:
            raise click.BadParameter(f"two reasons are given for {rule}", param_hint="--accept")
        said[rule] = reason
    return said


def _pair(text: str, sign: str, option: str) -> tuple[str, str]:
    left, found, right = text.partition(sign)
    if not (found and left.strip() and right.strip()):
        raise click.BadParameter(f"{text!r} has no two parts with {sign!r} between them", param_hint=option)
    return left.strip(), right.strip()
