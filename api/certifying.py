"""Settings of the certificate that delivered clips are signed with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field

from api.oversight import Oversight


class Certifying(Oversight):
    """Content credentials (C2PA). Without a certificate clips are delivered as the provider made them."""

    c2pa_chain_file: Path | None = Field(
        None,
        description="Certificates that delivered clips are signed with (C2PA), as PEM: the signing one first, then those above "
        "it, without the root. Empty: no clip is signed. Needs the extra `c2pa`.",
    )
    c2pa_key_file: Path | None = Field(
        None, description="Its private key as PEM, without a password; for its owner only (mode 600)."
    )
    c2pa_time_stamps: str = Field(
        "",
        description="A time-stamping authority (RFC 3161), `http://…`: what is signed then stays good after the certificate "
        "ended. Empty: none.",
    )


def disagreements(raw: Mapping[str, str]) -> Iterator[str]:
    """What is wrong between these settings."""
    if ("c2pa_chain_file" in raw) != ("c2pa_key_file" in raw):
        yield "CONTINUITY_C2PA_CHAIN_FILE and CONTINUITY_C2PA_KEY_FILE come together: set both or neither"
    if "c2pa_time_stamps" in raw and not raw["c2pa_time_stamps"].startswith(("http://", "https://")):
        yield f"CONTINUITY_C2PA_TIME_STAMPS: {raw['c2pa_time_stamps']!r} is no http address"
