"""Every duration of a generation's life, in seconds, with the defaults the protocol was proven with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Durations:
    """All are settings, so that tests run the same code in milliseconds.

    A send may take `send_floor` plus one second per `send_bytes_per_second` bytes; the lease outlives it by `lease_margin`.
    An unknown outcome is looked up at once; what is not found counts only `grace` after the send deadline, `looks` times
    `look_interval` apart. A quarantined submission is looked at again every `quarantine`, in case a person has decided.
    A callback pulls a poll forward, to `callback_floor` after the one before at the soonest.
    A confirmed task is polled after `poll_first`, `poll_then`, and finally every `poll_slow`.
    """

    lease: float = 60.0
    lease_margin: float = 30.0
    send_floor: float = 30.0
    send_bytes_per_second: float = 256_000.0
    look_interval: float = 30.0
    grace: float = 90.0
    quarantine: float = 60.0
    poll_first: float = 5.0
    poll_then: float = 30.0
    poll_slow: float = 120.0
    retry_first: float = 1.0
    retry_most: float = 60.0
    callback_floor: float = 5.0
    load_first: float = 1.0
    load_most: float = 60.0
    hold_first: float = 60.0
    hold_most: float = 600.0
    fetch_deadline: float = 600.0
    fetch_most_bytes: int = 500 * 1024 * 1024
    result_lifetime: float = 30 * 86_400.0
    """How long the provider keeps results (contract section 10); past it an unfetched one is lost."""
    reconcile_every: float = 86_400.0
    """How often each account is compared with the provider's lists."""
    census_every: float = 86_400.0
    """How often each account's elements and voices are compared with the provider's lists."""
    idle: float = 0.5
    """How long a worker with nothing to do sleeps before it looks again."""

    def send(self, size: int) -> float:
        """Seconds one POST of `size` bytes may take in all."""
        return self.send_floor + size / self.send_bytes_per_second

    def poll(self, attempt: int) -> float:
        """The pause after the `attempt`-th look at a running task (from 1)."""
        return self.poll_first if attempt <= 6 else self.poll_then if attempt <= 26 else self.poll_slow

    def retry(self, attempt: int) -> float:
        """Exponential back-off after a failure that proves nothing was done."""
        return float(min(self.retry_most, self.retry_first * 2 ** min(attempt - 1, 20)))

    def load(self, strikes: int, jitter: float) -> float:
        """How long a lane is left alone that was full `strikes` times in a row; `jitter` (0 to 1) adds up to a half."""
        return float(min(self.load_most, self.load_first * 2 ** min(strikes - 1, 20))) * (1 + jitter / 2)

    def hold(self, attempt: int) -> float:
        """Back-off while the account itself is refused: a person has to act."""
        return float(min(self.hold_most, self.hold_first * 2 ** min(attempt - 1, 20)))
