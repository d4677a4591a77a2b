"""How the log is proven: how often its checkpoints are made, under which name and key, and where they lie."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, StringConstraints, field_validator

from api.addresses import is_postgresql
from api.keeping import BUCKET, IN_BUCKET, Keeping
from api.pace import Count, Seconds
from registry.proof.note import COSIGNATURE, NoteInvalid, VerifierKey

Origin = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,200}(/[a-z0-9][a-z0-9._-]{0,60}){0,4}$")
]
_URL: Final = re.compile(r"https?://\S+")


class Proving(Keeping):
    """Settings of checkpoints."""

    log_origin: Origin = Field(
        "continuity",
        description="What stands before a log's id in its checkpoints, as `films.example/continuity`: a name of your own, so "
        "that "
        "nobody else's log is called the same. Another one begins another series of checkpoints.",
    )
    checkpoints: str = Field(
        "",
        description="Where checkpoints lie, outside the database, by commas: folders, `bucket` for the blobs' bucket, "
        "`s3://bucket?endpoint=…` for another one (best with a retention of its own). Empty: `checkpoints` in the data folder, "
        "and "
        "the bucket too when the database is PostgreSQL and blobs are in one.",
    )
    checkpoint_key_file: Path | None = Field(
        None,
        description="The private keys that sign checkpoints, in PEM; made at first use, the same file for all processes; back "
        "it up "
        "apart. Empty: `checkpoint-key.pem` in the data folder.",
    )
    checkpoint_events: Count = Field(
        1_000, description="A worker makes a checkpoint when so many events are under none."
    )
    checkpoint_every: Seconds = Field(
        600.0, description="Or when the first event under none is as old as this."
    )
    witnesses: str = Field(
        "",
        description="Who else signs each checkpoint (C2SP tlog-witness), by commas: an address and, after a space, the witness's "
        "public key, as `https://witness.example witness.example/w1+9f2a…`. Empty: nobody.",
    )
    timestamp_url: str = Field(
        "",
        description="A time-stamping authority (RFC 3161) that says when each checkpoint was there. Needs the extra `tsa`. "
        "Empty: none.",
    )

    @property
    def signing_keys(self) -> Path:
        return self.checkpoint_key_file or self.data / "checkpoint-key.pem"

    @property
    def checkpoint_places(self) -> tuple[str, ...]:
        """Folders, `bucket`, and addresses that begin with `s3:`."""
        named = tuple(one.strip() for one in self.checkpoints.split(",") if one.strip())
        shared = is_postgresql(self.database) and self.blobs.startswith(BUCKET)
        return named or (str(self.data / "checkpoints"), *((IN_BUCKET,) if shared else ()))

    @property
    def witness_list(self) -> tuple[tuple[str, VerifierKey], ...]:
        """Each witness's address and key."""
        return _witnesses(self.witnesses)

    @field_validator("witnesses")
    @classmethod
    def _witnesses_are_known(cls, text: str) -> str:
        _witnesses(text)
        return text


def _witnesses(text: str) -> tuple[tuple[str, VerifierKey], ...]:
    """Raises ValueError, naming the one that is wrong."""
    found = []
    for one in (part.strip() for part in text.split(",") if part.strip()):
        address, _, said = one.partition(" ")
        try:
            key = VerifierKey.parse(said.strip())
        except NoteInvalid as refused:
            raise ValueError(f"{one!r}: {refused}") from None
        if not _URL.fullmatch(address) or key.kind != COSIGNATURE:
            raise ValueError(f"{one!r} is no address with the key of a witness (kind 4)")
        found.append((address.rstrip("/"), key))
    return tuple(found)
