"""A real shell for the documentation's blocks, in which `continuity` is the command line of this process: starting one
for every line would take longer than all the rest.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from api.cli.root import cli

_PROGRAM: Final = """#!{python} -IS
import json, os, socket, stat, sys
given = sys.stdin.read() if stat.S_ISFIFO(os.fstat(0).st_mode) else ""
with socket.socket(socket.AF_UNIX) as there:
    there.connect({address!r})
    there.sendall(json.dumps([sys.argv[1:], dict(os.environ), given]).encode() + b"\\n")
    code, out, err = json.loads(there.makefile().readline())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


@dataclass(frozen=True)
class Shell:
    """Runs scripts in `folder`, which has to be this process's own as well."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, script: str) -> tuple[str, dict[str, str]]:
        """What the script printed, and its variables at its end. Fails where any of its commands does."""
        kept = self.folder / ".variables"
        whole = f"set -euo pipefail\n{script}\nenv -0 > {kept}\n"
        done = subprocess.run(
            ["bash", "-c", whole],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        pairs = (one.partition("=") for one in kept.read_text().split("\0") if one)
        return done.stdout, {name: said for name, _, said in pairs}


@contextmanager
def shell(folder: Path, environment: Mapping[str, str]) -> Iterator[Shell]:
    """A shell in a folder, with these variables and no others."""
    programs, address = folder / ".bin", str(folder / ".socket")
    programs.mkdir()
    program = programs / "continuity"
    program.write_text(_PROGRAM.format(python=sys.executable, address=address))
    program.chmod(0o700)
    before = Path.cwd()
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener,))
        thread.start()
        try:
            yield Shell(folder, {"PATH": f"{programs}:{os.defpath}", "HOME": str(folder), **environment})
        finally:
            os.chdir(before)
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket) -> None:
    """One command after the other, as the runner stands in for this process's own streams."""
    while True:
        try:
            asked, _ = listener.accept()
        except OSError:
            return
        with asked, asked.makefile("rw") as line:
            arguments, environment, given = json.loads(line.readline())
            done = CliRunner().invoke(cli, arguments, input=given, obj=environment)
            line.write(json.dumps([done.exit_code, done.stdout, done.stderr]) + "\n")
