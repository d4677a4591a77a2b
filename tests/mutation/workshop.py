"""Where one group is mutated: a folder of links to the code, with settings of its own, in which `mutmut` works.

Times may be long on a busy machine, so a mutant is given several times what its tests took, and some seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Final

import orjson
from mutmut.mutation.data import MutantLineSpans
from mutmut.mutation.diff_apply import generated_function_names
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

from tests.mutation.groups import Group
from tests.servers.room import clear, make_room
from tests.servers.sandbox import sandbox

ROOT: Final = Path(__file__).parents[2]
LINKED: Final = ("registry", "generation", "api", "tests")
_MOST_NAMES: Final = 1000
"""In one call: command lines have an end."""
_PATIENCE: Final = "6"
"""Seconds: a mutant that loses something is noticed by what never happens, and half a second is the usual wait for what does."""
_SETTINGS: Final = """
[tool.mutmut]
source_paths = ["registry", "generation", "api"]
only_mutate = {files}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = {arguments}
timeout_constant = 8.0
timeout_multiplier = 4.0
track_dependencies = false
use_git_change_detection = false
"""


class ToolFailed(Exception):
    """mutmut ended before every mutant was tried; its last lines say why."""


class Workshop:
    """The folder of a group. Verdicts in it stay until `clear`."""

    def __init__(self, name: str, group: Group) -> None:
        self.folder = ROOT / ".mutation" / name
        self.group = group
        self._mutants = self.folder / "mutants"
        self._environment = dict(os.environ)

    def clear(self) -> None:
        rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Set up, and with the provider that its tests ask, if they do."""
        with ExitStack() as stack:
            # One place for all: of those that mutmut's runs make themselves, each goes with the first that ends.
            if (room := make_room(self._environment)) is not None:
                stack.callback(clear, room)
            if self.group.with_provider:
                provider = stack.enter_context(sandbox("--one-film", fresh=True))
                self._set_up(["--provider", provider.url, "--patience", _PATIENCE])
            else:
                self._set_up([])
            yield

    def _set_up(self, more: list[str]) -> None:
        """Links, settings; what was learned of the tests is forgotten, for they may have changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in LINKED:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(ROOT / name)
        kept = " and ".join(f"not {word}" for word in ("postgresql", *self.group.without))
        said = {"files": self.group.files, "tests": self.group.tests, "arguments": ["-k", kept, *more]}
        settings = _SETTINGS.format_map({name: orjson.dumps(words).decode() for name, words in said.items()})
        (self.folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + settings)
        (self._mutants / "mutmut-stats.json").unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Every mutant there can be, by the name that mutmut gives it."""
        with chdir(self.folder):  # where its settings are
            made = {
                file: mutate_file_contents(file, Path(file).read_text()).mutant_names
                for file in self.group.files
            }
        unmeasured = {*self.group.at_import, *self.group.elsewhere}
        every = [get_mutant_name(Path(file), name) for file, names in made.items() for name in names]
        return [name for name in every if name.partition("__mutmut_")[0] not in unmeasured]

    def change(self, mutant: str) -> tuple[str, str]:
        """The function's text as it is, and as the mutant has it; only after a run."""
        with chdir(self.folder):
            function, made = generated_function_names(mutant)
            file = Path(mutant.rpartition(".")[0].replace(".", "/") + ".py")
            spans = MutantLineSpans.load(file)
            if spans is None:
                raise ToolFailed(f"nothing is kept of {mutant}")
            was, now = spans.read_function_sources([function, made])
        return was, now.replace(made, function)

    def verdicts(self) -> dict[str, int | None]:
        """Mutant -> how its tests ended; None, or nothing, for one that was not tried."""
        found: dict[str, int | None] = {}
        for file in self.group.files:
            if (kept := self._mutants / f"{file}.meta").exists():
                found |= orjson.loads(kept.read_bytes())["exit_code_by_key"]
        return found

    def run(self, names: Sequence[str]) -> None:
        """Try these mutants, one after the other. Raises ToolFailed."""
        for start in range(0, len(names), _MOST_NAMES):
            self._run(names[start : start + _MOST_NAMES])

    def _run(self, names: Sequence[str]) -> None:
        said, tool = self.folder / "mutmut.log", Path(sys.executable).with_name("mutmut")
        with said.open("w") as log:
            asked = [str(tool), "run", "--max-children", "1", *names]
            ended = subprocess.run(
                asked, cwd=self.folder, stdout=log, stderr=log, env=self._environment, check=False
            )
        if ended.returncode:
            raise ToolFailed("\n".join(said.read_text().replace("\r", "\n").splitlines()[-40:]))
