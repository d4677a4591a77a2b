"""Events that are proven to stand in a log: every column as it is stored, and the path to the root of a checkpoint.

What receipts and bundles are made of. Nothing is believed that was not computed: the leaf hash is made anew from the columns and
the path must lead from it to the root that the checkpoint's key has signed. Bodies are kept as their exact bytes, so personal
fields stay sealed as the log holds them, and read the same before and after somebody is erased.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from registry.proof.leaf import COLUMNS, leaf_hash
from registry.proof.note import Checkpoint
from registry.proof.tree import check_inclusion

INTEGERS: Final = frozenset({"position", "version", "schema_version", "recorded_at"})
_INT64: Final = range(-(2**63), 2**63)
_MEMBERS: Final = frozenset({*COLUMNS, "path"})


class CannotTell(Exception):
    """It says nothing either way: unreadable, of a newer format, or signed by nobody who is known."""


class Refuted(Exception):
    """It contradicts itself, its signature or the file: somebody changed something. The message says what, and where."""


def canonical_json(value: Any) -> bytes:
    """One value, one spelling: sorted keys, no spaces, UTF-8. Raises ValueError for text that has no UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_json(raw: bytes) -> Any:
    """The value in bytes that are written in the one spelling. Raises ValueError, also for a name given twice."""
    try:
        value = json.loads(raw.decode())
        if canonical_json(value) != raw:
            raise ValueError("it is not written in the one spelling")
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    return value


@dataclass(frozen=True, slots=True)
class Leaf:
    """One event as it stands in the log: its columns by name (`body` are the stored bytes), and what its body says."""

    columns: Mapping[str, Any]
    said: Mapping[str, Any]

    @property
    def position(self) -> int:
        position: int = self.columns["position"]
        return position

    @property
    def stream(self) -> str:
        return str(self.columns["stream"])

    @property
    def type(self) -> str:
        return str(self.columns["type"])

    @property
    def actor(self) -> str:
        return str(self.columns["actor"])

    def __getitem__(self, column: str) -> Any:
        return self.columns[column]

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """From a row. Raises ValueError when its body is no JSON object."""
        said = json.loads(columns["body"])
        if not isinstance(said, dict):
            raise ValueError("its body is no JSON object")
        return cls({name: columns[name] for name in COLUMNS}, said)


def told(leaf: Mapping[str, Any], path: Sequence[bytes]) -> dict[str, Any]:
    """How a proven event is written: each column by its name, `body` as text, `path` in base64, from the leaf up."""
    written = {name: leaf[name] for name in COLUMNS}
    written["body"] = bytes(leaf["body"]).decode()
    return {**written, "path": [b64encode(one).decode() for one in path]}


def check(written: Any, checkpoint: Checkpoint) -> Leaf:
    """The event, once it is proven under a checkpoint. Raises Refuted."""
    columns = _columns(written)
    where = f"position {columns['position']}"
    if columns["log"] != checkpoint.log:
        raise Refuted(f"{where}: an event of {columns['log']} under a checkpoint of {checkpoint.log}")
    path = _path(written["path"], where)
    if not check_inclusion(
        leaf_hash(columns), columns["position"] - 1, checkpoint.size, path, checkpoint.root
    ):
        raise Refuted(f"{where}: the {columns['type']} does not lead to the root that was signed")
    try:
        return Leaf.of(columns)
    except (ValueError, RecursionError):
        raise Refuted(f"{where}: its body cannot be read") from None


def _columns(written: Any) -> dict[str, Any]:
    """Every column, of the type it has. Raises Refuted."""
    if not isinstance(written, dict) or written.keys() != _MEMBERS:
        raise Refuted("an event has not the columns that one has")
    columns = {name: written[name] for name in COLUMNS}
    for name, value in columns.items():
        fits = type(value) is int and value in _INT64 if name in INTEGERS else isinstance(value, str)
        if not fits:
            raise Refuted(f"the column {name} of an event is not what it can be")
    columns["body"] = columns["body"].encode()
    return columns


def _path(written: Any, where: str) -> list[bytes]:
    """Raises Refuted."""
    try:
        hashes = [b64decode(one.encode(), validate=True) for one in written]
    except (AttributeError, TypeError, ValueError, NotBase64):
        raise Refuted(f"{where}: its path is no list of hashes") from None
    if [b64encode(one).decode() for one in hashes] != written:
        raise Refuted(f"{where}: its path is not written in the one way of base64")
    return hashes
