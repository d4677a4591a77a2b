"""A process that erases what it wrote and says so; `tracing` watches it.

`python -m tests.crash.powercut.erasing FOLDER`
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.crash.powercut.appending import say
from tests.registry.log.opened import ME, STUDIO, introduce, opened

NAMES = [f"Somebody whom nobody may know {number}" for number in range(6)]


def main() -> None:
    with opened(Path(sys.argv[1]), copied=False) as log:
        streams = [log.handle(introduce(name=name)).recorded[0].stream for name in NAMES]
        keys = log.keys.find(streams[:2])
        log.registry.destroy_keys(STUDIO, streams[:2])
        say({"erased": [key.hex() for key in keys.values()]})
        log.registry.forget(STUDIO, [], context=ME)
        say({"erased": [name.encode().hex() for name in NAMES[:2]]})
        log.handle(introduce(name="Mina"))


if __name__ == "__main__":
    main()
