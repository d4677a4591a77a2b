"""Whom the command line asks, and under which key: flags over environment over a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, StrictStr, ValidationError

from api.client import LocalFailure
from api.from_files import with_files

VARIABLES: Final = {"url": "CONTINUITY_URL", "key": "CONTINUITY_KEY"}


class ClientSettings(BaseModel):
    """`url` is the service's address, `key` the bearer key as it was printed once (CONTINUITY_URL, CONTINUITY_KEY,
    or a file that CONTINUITY_URL_FILE, CONTINUITY_KEY_FILE names).

    The file is TOML with these two names, `~/.config/continuity.toml` unless another is named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: StrictStr = "http://127.0.0.1:8000"
    key: StrictStr | None = None

    @classmethod
    def found(
        cls, flags: Mapping[str, str | None], environment: Mapping[str, str], file: Path | None = None
    ) -> Self:
        """The first that says it wins. Raises LocalFailure with everything that is wrong in the file."""
        environment, problems = with_files(environment, VARIABLES.values())
        if problems:
            raise LocalFailure("bad-configuration", "; ".join(problems), "see docs/reference/settings.md")
        said = cls._parsed(_file_says(file, environment)).model_dump(exclude_unset=True)
        said |= {name: environment[key] for name, key in VARIABLES.items() if environment.get(key)}
        said |= {name: flag for name, flag in flags.items() if flag is not None}
        return cls._parsed(said)

    @classmethod
    def _parsed(cls, said: Mapping[str, Any]) -> Self:
        try:
            return cls.model_validate(said)
        except ValidationError as refused:
            wrong = "; ".join(
                f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in refused.errors()
            )
            raise LocalFailure(
                "bad-configuration",
                f"the configuration is not usable: {wrong}",
                "it holds url and key, both texts",
            ) from None


def _file_says(file: Path | None, environment: Mapping[str, str]) -> dict[str, Any]:
    usual = Path(environment.get("HOME") or Path.home()) / ".config" / "continuity.toml"
    chosen = file or usual
    try:
        return tomllib.loads(chosen.read_text("utf-8"))
    except FileNotFoundError:
        if file is None:
            return {}
        raise LocalFailure(
            "bad-configuration", f"there is no file {file}", "name another with --config"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unfit:
        hint = 'it is TOML: url = "http://…" and key = "continuity_…"'
        raise LocalFailure("bad-configuration", f"{chosen} cannot be read: {unfit}", hint) from None
