"""What is read out of a result's file when it is kept: a provider's marks, and by what it is recognised later."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Final, NamedTuple

from registry.blobs.credentials import read_mark
from registry.events.marks import C2paMark
from registry.events.references import FootagePrint
from registry.printing import print_footage
from registry.registry import Registry

FILM: Final = "video/mp4"


class Examined(NamedTuple):
    """A C2PA manifest, or that there is none or nobody looked; prints, or None where none could be taken."""

    mark: C2paMark
    printed: FootagePrint | None


Examine = Callable[[Registry, str, BinaryIO], Examined]
"""(registry, studio, file)"""


def examine(registry: Registry, studio: str, file: BinaryIO) -> Examined:
    """Both, in confined children. Raises BlobStoreDown where there is no room for a temporary file."""
    return Examined(read_mark(file, FILM), print_footage(registry, studio, file))
