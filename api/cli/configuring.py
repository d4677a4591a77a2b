"""`continuity config`: whom the command line asks, and where that is written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import rich_click as click

from api.cli.showing import table
from api.cli.terminal import CONFIG_OPTION, PROFILE_OPTION, as_json, console

_NAMES: Final = ("url", "key", "profile")
_SHOWN: Final = 15
"""Of a key: enough to tell it from others, and nothing of its secret."""


def _placed(function: Callable[..., None]) -> Callable[..., None]:
    return CONFIG_OPTION(PROFILE_OPTION(function))


@click.group()
def config() -> None:
    """Which service is asked, and under which key: one file with profiles.

    Flags come before the environment (CONTINUITY_URL, CONTINUITY_KEY, CONTINUITY_PROFILE), and that before the file.

    Example: continuity config set url https://continuity.example --profile house
    """


@config.command()
@CONFIG_OPTION
@click.pass_obj
def path(environment: dict[str, str], config: Path | None) -> None:
    """Where the file is, or would be.

    Example: continuity config path
    """
    from api.cli.config import usual_place

    click.echo(str(config or usual_place(environment)))


@config.command()
@_placed
@click.option("--json", "wants_json", is_flag=True, help="JSON for programs, on standard output.")
@click.pass_context
def show(context: click.Context, config: Path | None, *, profile: str | None, wants_json: bool) -> None:
    """What commands would use, and where each of it is said. Of the key no more than its beginning.

    Example: continuity config show --profile house
    """
    from api.cli.config import ClientSettings

    context.meta["as_json"] = wants_json
    found = ClientSettings.found({"profile": profile}, context.obj, config)
    said: dict[str, Any] = {
        "url": found.url,
        "key": found.key and f"{found.key[:_SHOWN]}…",
        "profile": found.profile,
    }
    if wants_json:
        click.echo(as_json(said | {"said_by": found.said_by}))
        return
    rows = ((name, value, found.said_by.get(name)) for name, value in said.items())
    console().print(table(("", "is", "said by"), rows))


@config.command("set")
@click.argument("name", type=click.Choice(_NAMES))
@click.argument("value", required=False)
@_placed
@click.pass_obj
def set_(
    environment: dict[str, str], name: str, *, value: str | None, profile: str | None, config: Path | None
) -> None:
    """Write one value; of a profile if it is named. `profile` is the one that is used where none is named.

    A key is read from standard input or asked for, as what is typed in a command can be read by others. The file becomes
    readable by you alone; what else was in it but these values is not kept.

    Example: continuity config set url https://continuity.example --profile house

    Example: continuity keys issue --holder "Jun Park" | continuity config set key --profile house
    """
    if name == "key":
        value = _secret(value)
    if value is None:
        raise click.UsageError(f"say the {name}")
    _write(environment, config, profile, {name: value})


@config.command()
@click.argument("name", type=click.Choice(_NAMES))
@_placed
@click.pass_obj
def unset(environment: dict[str, str], name: str, *, profile: str | None, config: Path | None) -> None:
    """Forget one value.

    Example: continuity config unset key --profile house
    """
    _write(environment, config, profile, {name: None})


def _write(
    environment: dict[str, str], file: Path | None, profile: str | None, said: dict[str, str | None]
) -> None:
    from api.cli.config import ConfigFile, Profile, usual_place

    place = file or usual_place(environment)
    before = ConfigFile.read(place)
    if profile is None:
        if (wanted := said.get("profile")) is not None:
            before.of(wanted)
        after = before.model_copy(update=said)
    elif "profile" in said:
        raise click.UsageError("which profile is used cannot stand in a profile: drop --profile")
    else:
        changed = before.profiles.get(profile, Profile()).model_copy(update=said)
        after = before.model_copy(update={"profiles": before.profiles | {profile: changed}})
    after.write(place)


def _secret(value: str | None) -> str:
    if value is not None:
        raise click.UsageError(
            "a key is not typed in a command: leave it out, it is asked for or read from standard input"
        )
    typed = sys.stdin.isatty()
    said = str(click.prompt("Key", hide_input=True, err=True)) if typed else sys.stdin.readline()
    if not said.strip():
        raise click.UsageError("standard input holds no key")
    return said.strip()


COMMANDS: Final = (config,)
