"""docs/reference/settings.md, written from the fields of the settings."""

from __future__ import annotations

from typing import Final

from api.from_files import SUFFIX
from api.oversight import Oversight
from api.pace import Pace
from api.settings import Settings, may_stand_in_a_file, variable_of


def settings_reference() -> str:
    """The text of docs/reference/settings.md."""
    rows = []
    for name in listed():
        field = Settings.model_fields[name]
        default = "" if field.default in (None, "") else f"`{written(field.default)}`"
        variable = f"`{variable_of(name)}`"
        file = f" or `{variable_of(name)}{SUFFIX}`" if may_stand_in_a_file(name) else ""
        rows.append(f"| {variable}{file} | {default} | {field.description} |")
    return _REFERENCE.format(rows="\n".join(rows))


def listed() -> tuple[str, ...]:
    """Every field, in the order in which people are told of them: the worker's durations come last."""
    inherited = (*Oversight.__annotations__, *Pace.model_fields)
    return (*(name for name in Settings.model_fields if name not in inherited), *inherited)


def written(value: object) -> str:
    """A value as it stands in the environment."""
    if isinstance(value, tuple):
        return ",".join(value)
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


_REFERENCE: Final = """# Settings

Every setting is an environment variable. Durations are seconds, sizes are bytes, switches are `true` or `false`. Wrong values,
and names beginning with `CONTINUITY_` that nobody knows, stop the program at start, all named at once. Only `api/settings.py`
reads the environment; this page is written from its fields (`python -m api.settings_page > docs/reference/settings.md`).

Secrets and addresses may stand in a file of one line that `…_FILE` names, as container engines hand secrets over; the newline
at its end is not part of it. A variable and its `…_FILE` are not both set. No problem that is reported shows a secret, or a
password in an address.

| variable | default | meaning |
|---|---|---|
{rows}
"""

if __name__ == "__main__":
    print(settings_reference(), end="")  # noqa: T201 - this module prints its own reference
