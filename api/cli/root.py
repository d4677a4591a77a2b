"""The root of the command line: the commands by name, and what turns every expected error into words and an exit code."""

from __future__ import annotations

from typing import Any

import rich_click as click

from api.cli.commands import ByName
from api.cli.showing import error_lines, finding_lines, plain, text
from api.cli.terminal import ERROR, FAILED, UNKNOWN, as_json, console, leave
from api.client import ContinuityError, OutcomeUnknown
from generation.errors import GenerationError
from registry.errors import RegistryError


class Boundary(ByName):
    """A group whose commands end in words, never in a traceback, when they meet an error that is expected."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ContinuityError as error:
            _tell(error, ctx)
            leave(ctx.meta.get("when_it_fails", exit_code_of(error)))
        except (RegistryError, GenerationError) as error:
            where = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
            _tell(ContinuityError(error.code, error.message + where, error.hint), ctx)
            leave(ERROR)


def exit_code_of(error: ContinuityError) -> int:
    if isinstance(error, OutcomeUnknown):
        return UNKNOWN
    return FAILED if error.findings else ERROR


def _tell(error: ContinuityError, context: click.Context) -> None:
    if context.meta.get("as_json"):
        said = {"code": error.code, "message": error.message, "hint": error.hint, "status": error.status}
        click.echo(as_json(error.problem | said), err=True)
        return
    err = console(stderr=True)
    err.print(text(f"{error.code}: ", "bold red") + text(error.message))
    for line in (*finding_lines(error.findings), *error_lines(error.errors)):
        err.print(line)
    if error.hint:
        err.print(text(f"→ {plain(error.hint)}", "bold"))


@click.group(cls=Boundary, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="continuity")
@click.rich_config({"text_paragraph_linebreaks": "\n\n"})
@click.option("--until-stdin-closes", is_flag=True, hidden=True)
def cli(*, until_stdin_closes: bool) -> None:
    """The registry of record for AI film teams: pictures, characters, scenes, and the clips made of them.

    The service is found by --url, CONTINUITY_URL or ~/.config/continuity.toml; the key by --key, CONTINUITY_KEY or that file.

    Example: continuity generate --scene scene_… --cast mina,jun --action "They argue." --duration 5
    """
    if until_stdin_closes:
        from api.cli.together import stop_when_stdin_closes

        stop_when_stdin_closes()
