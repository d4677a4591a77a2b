"""Kling's keys as the settings name them: in variables, or in a file that nobody else can read."""

from __future__ import annotations

from api.settings import Settings
from api.stores import plain
from generation.kling.signing import AccessKeyPair, ApiKey, Credentials
from registry.events.strict import JsonRefused, read_strictly


def credentials_of(settings: Settings) -> tuple[dict[str, Credentials], list[str]]:
    """Kling's keys by fingerprint, and what is wrong with any of them."""
    found: list[Credentials] = []
    problems: list[str] = []
    entries: list[tuple[str, object]] = []
    if settings.kling_access_key is not None:
        pair = {
            "access_key": plain(settings.kling_access_key),
            "secret_key": plain(settings.kling_secret_key),
        }
        entries.append(("KLING_ACCESS_KEY, KLING_SECRET_KEY", pair))
    if settings.kling_api_key is not None:
        entries.append(("KLING_API_KEY", {"api_key": plain(settings.kling_api_key)}))
    try:
        entries += [(f"KLING_KEYS_FILE entry {n}", entry) for n, entry in enumerate(_listed(settings), 1)]
    except (OSError, ValueError) as refused:
        problems.append(f"KLING_KEYS_FILE: {refused}")
    for where, entry in entries:
        try:
            found.append(_credential(entry))
        except ValueError as refused:
            problems.append(f"{where}: {refused}")
    return {one.fingerprint: one for one in found}, problems


def _listed(settings: Settings) -> list[object]:
    path = settings.kling_keys_file
    if path is None:
        return []
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others: chmod 600 {path}")
    try:
        listed = read_strictly(path.read_bytes())
    except JsonRefused:
        raise ValueError(f"{path} is no JSON") from None
    if not isinstance(listed, list):
        raise ValueError(f"{path} holds no JSON list")
    return listed


def _credential(entry: object) -> Credentials:
    """Raises ValueError; a secret is never part of the message."""
    match entry:
        case {"access_key": str() as access_key, "secret_key": str() as secret_key, **rest} if not rest:
            return AccessKeyPair(access_key, secret_key)
        case {"api_key": str() as key, **rest} if not rest:
            return ApiKey(key)
        case _:
            raise ValueError('write {"access_key": …, "secret_key": …} or {"api_key": …}')
