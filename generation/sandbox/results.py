"""Result URLs: who may fetch a film, and until when, is written in the URL itself and signed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.envelope import Problem, Refused

_PATH = re.compile(r"/results/([0-9]{1,16})/([0-9a-f]{64})/([0-9]{1,20}(?:-watermark)?)\.mp4", re.ASCII)


@dataclass(frozen=True)
class ResultName:
    """Which film a URL names: a video id, with or without the watermark."""

    video_id: str
    marked: bool

    @property
    def stem(self) -> str:
        return f"{self.video_id}-watermark" if self.marked else self.video_id


class ResultUrls:
    """Makes and judges `/results/<expiry in ms>/<signature>/<video id>.mp4`.

    The key comes from the accounts' secrets, so URLs stay good over a restart without anything being kept.
    """

    def __init__(self, accounts: Iterable[SeededAccount], lifetime: float) -> None:
        self._key = hashlib.sha256("\n".join(a.secret_key for a in accounts).encode()).digest()
        self._lifetime = lifetime

    def make(self, base: str, name: ResultName, now: float) -> str:
        """A URL under `base` that is good for the lifetime from now."""
        expiry = int((now + self._lifetime) * 1000)
        return f"{base}/results/{expiry}/{self._sign(expiry, name.stem)}/{name.stem}.mp4"

    def judge(self, path: str, now: float) -> ResultName:
        """What a path names; raises Refused with 404 for no such form, 403 for a forged or expired one."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise Refused(Problem(404, 1202, "no such result"))
        expiry, signature, stem = int(match[1]), match[2], match[3]
        if not hmac.compare_digest(signature, self._sign(expiry, stem)):
            raise Refused(Problem(403, 1103, "the result URL was not made here"))
        if now * 1000 >= expiry:
            raise Refused(Problem(403, 1103, "the result URL has expired"))
        video_id, _, mark = stem.partition("-")
        return ResultName(video_id, bool(mark))

    def dead(self, url: str, base: str, now: float) -> bool:
        """Whether this is one of our own URLs and no longer good: a reference video nobody could fetch."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != base or not parts.path.startswith("/results/"):
            return False
        try:
            self.judge(parts.path, now)
        except Refused:
            return True
        return False

    def _sign(self, expiry: int, stem: str) -> str:
        return hmac.new(self._key, f"{expiry}/{stem}".encode(), hashlib.sha256).hexdigest()
