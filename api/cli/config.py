"""Whom the command line asks, and under which key: flags over environment over a file with profiles."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from api.client import LocalFailure
from api.from_files import with_files

VARIABLES: Final = {"url": "CONTINUITY_URL", "key": "CONTINUITY_KEY"}
PROFILE: Final = "CONTINUITY_PROFILE"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_HINT: Final = 'it is TOML: url = "http://…", key = "continuity_…", and tables [profiles.NAME] with these two'


class Profile(BaseModel):
    """One service and the key to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: StrictStr | None = None
    key: StrictStr | None = None


class ConfigFile(Profile):
    """What the file says: a service, others by name, and which of those is meant where none is named."""

    profile: StrictStr | None = None
    profiles: dict[StrictStr, Profile] = Field(default_factory=dict)

    @classmethod
    def read(cls, place: Path, *, needed: bool = False) -> Self:
        """The file, or an empty one where there is none. Raises LocalFailure with everything that is wrong in it."""
        try:
            with place.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                said = cls._parsed(tomllib.loads(file.read().decode("utf-8")))
        except FileNotFoundError:
            if not needed:
                return cls()
            raise LocalFailure(
                "bad-configuration", f"there is no file {place}", "name another with --config"
            ) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unfit:
            raise LocalFailure("bad-configuration", f"{place} cannot be read: {unfit}", _HINT) from None
        if said.holds_a_key and mode & _OTHERS:
            message = f"{place} holds a key, and others may read it (mode {stat.S_IMODE(mode):04o})"
            raise LocalFailure(
                "key-exposed", message, f"chmod 600 {place}, and rotate the key if others were there"
            )
        return said

    @classmethod
    def _parsed(cls, said: Mapping[str, Any]) -> Self:
        try:
            return cls.model_validate(said)
        except ValidationError as refused:
            wrong = "; ".join(
                f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in refused.errors()
            )
            message = f"the configuration is not usable: {wrong}"
            raise LocalFailure("bad-configuration", message, _HINT) from None

    @property
    def holds_a_key(self) -> bool:
        return any(one.key is not None for one in (self, *self.profiles.values()))

    def of(self, profile: str | None) -> Profile:
        """A profile, whole: nothing is borrowed, or a key could go to a service it is not for. Raises LocalFailure."""
        if profile is None:
            return Profile(url=self.url, key=self.key)
        if profile not in self.profiles:
            known = ", ".join(self.profiles) or "none"
            hint = f"there are: {known}; make one with: continuity config set url URL --profile {profile}"
            raise LocalFailure("no-such-profile", f"there is no profile {profile!r}", hint)
        return self.profiles[profile]

    def write(self, place: Path) -> None:
        """Replace the file by one that nobody else may read. Raises LocalFailure."""
        part = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(self._as_toml())
            part.replace(place)
        except OSError as failed:
            part.unlink(missing_ok=True)
            message = f"{place} cannot be written: {failed.strerror or failed}"
            raise LocalFailure("cannot-write", message, "name another with --config") from None

    def _as_toml(self) -> str:
        whole = self.model_dump(exclude_none=True)
        tables = whole.pop("profiles")
        parts = [
            _lines(whole),
            *(f"\n[profiles.{_quoted(name)}]\n{_lines(said)}" for name, said in tables.items()),
        ]
        return "".join(parts)


class ClientSettings(BaseModel):
    """`url` is the service's address, `key` the bearer key as it was printed once (CONTINUITY_URL, CONTINUITY_KEY,
    or a file that CONTINUITY_URL_FILE, CONTINUITY_KEY_FILE names).

    The file is TOML with these two names, and profiles; `usual_place` unless another is named. `said_by` tells where each of
    the two comes from, for people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: StrictStr = "http://127.0.0.1:8000"
    key: StrictStr | None = Field(default=None, repr=False)
    profile: StrictStr | None = None
    said_by: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def found(
        cls, flags: Mapping[str, str | None], environment: Mapping[str, str], file: Path | None = None
    ) -> Self:
        """The first that says it wins. Raises LocalFailure with everything that is wrong in the file."""
        environment, problems = with_files(environment, VARIABLES.values())
        if problems:
            raise LocalFailure("bad-configuration", "; ".join(problems), "see docs/reference/settings.md")
        place = file or usual_place(environment)
        written = ConfigFile.read(place, needed=file is not None)
        profile = flags.get("profile") or environment.get(PROFILE) or written.profile
        where = str(place) if profile is None else f"profile {profile} in {place}"
        said = [(name, value, where) for name, value in written.of(profile).model_dump().items()]
        said += [(name, environment.get(key) or None, key) for name, key in VARIABLES.items()]
        said += [(name, flags.get(name), f"--{name}") for name in VARIABLES]
        chosen = {name: (value, by) for name, value, by in said if value is not None}
        values = {name: value for name, (value, _) in chosen.items()}
        return cls(profile=profile, said_by={name: by for name, (_, by) in chosen.items()}, **values)


def usual_place(environment: Mapping[str, str]) -> Path:
    """`continuity.toml` in the caller's configuration folder (XDG_CONFIG_HOME, else ~/.config)."""
    folder = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME") or Path.home()) / ".config"
    return Path(folder) / "continuity.toml"


def _lines(said: Mapping[str, str]) -> str:
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in said.items())


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's, but that DEL may not stand in it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
