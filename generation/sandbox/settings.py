"""What can be set about a sandbox: one frozen object, handed in by whoever starts it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from generation.sandbox.accounts import DEFAULT_ACCOUNTS, SeededAccount

VENDOR_URL_LIFETIME_SECONDS = 30 * 24 * 3600.0


@dataclass(frozen=True)
class SandboxSettings:
    """How this Kling behaves. Durations are seconds of its own (virtual) clock, money is in units (contract 10).

    - `submitted_seconds`, `processing_seconds`: how long a task stays in each state before it ends.
    - `element_seconds`, `voice_seconds`: how long an element or a voice is in the making (contract 6 and 7).
    - `lookup_lag_seconds`: how long a new task cannot be found yet, as behind a lagging replica.
    - `url_lifetime_seconds`: life of a result URL, counted from the query that handed it out (vendor: 30 days).
    - `slots`: tasks one account may have open per model; the next one is refused with 1303.
    - `units`: what each account may spend; held while a task is open, taken when it succeeds.
    - `public_base_url`: prefix of result URLs; empty means "as the caller addressed us".
    - `data_folder`: tasks, ledger, pictures and films live here and survive a restart; None is a temporary folder.
    - `media`: False serves no films (their URLs answer 404), which is how to run without PyAV.
    - `one_film`: every task has the same small film, encoded once; for crowds of tasks nobody watches.
    - `duplicate_external_ids`: "refuse" as K1 saw it, or "accept" as a laxer server would.
    - `bad_pictures`: "refuse" a wrong picture at create, or "fail_task" later (K8).
    - `end_frame_limit`: refuse an end frame beside more than two images (R25, the seed's reading).
    - `blocked_words`: prompts, names and descriptions holding one of these are refused with 1301.
    - `video_voices`: whether a clip from elsewhere is taken to have a human voice in it, so that its element gets a
      voice of its own (contract 6); nobody here listens.
    - `deletion_data`: False answers a deletion with a null `data` (K9).
    """

    accounts: tuple[SeededAccount, ...] = DEFAULT_ACCOUNTS
    submitted_seconds: float = 0.5
    processing_seconds: float = 1.5
    element_seconds: float = 5.0
    voice_seconds: float = 9.0
    lookup_lag_seconds: float = 0.0
    url_lifetime_seconds: float = VENDOR_URL_LIFETIME_SECONDS
    slots: int = 5
    units: Decimal = Decimal(100_000)
    public_base_url: str = ""
    data_folder: Path | None = None
    media: bool = True
    one_film: bool = False
    duplicate_external_ids: Literal["refuse", "accept"] = "refuse"
    bad_pictures: Literal["refuse", "fail_task"] = "refuse"
    end_frame_limit: bool = True
    blocked_words: tuple[str, ...] = ()
    video_voices: bool = True
    deletion_data: bool = True

    def __post_init__(self) -> None:
        for kind in ("access_key", "api_key", "name"):
            values = [getattr(account, kind) for account in self.accounts]
            if len(set(values)) != len(values):
                raise ValueError(f"two accounts share the same {kind}: {values}")
