"""Bodies, clients and certificates for the tests of the Kling client."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from generation.attach import Attachment, WireBody, prepare
from generation.kling.client import KlingClient
from generation.kling.signing import ApiKey
from generation.outbound import Outbound, OutboundPolicy
from tests.generation.kling.certificates import contexts
from tests.generation.kling.scripted import EXTERNAL

LOOPBACK = OutboundPolicy(hosts=frozenset({"klingai.com"}), allow_loopback=True)

MakeBody = Callable[[int], WireBody]
MakeClient = Callable[[str], KlingClient]


@pytest.fixture(scope="session")
def make_body() -> MakeBody:
    """A body under EXTERNAL with one picture of so many bytes (none for 0)."""

    def make(size: int = 0) -> WireBody:
        picture = bytes(size)
        attached = Attachment("blob:asset_a", "k", hashlib.sha256(picture).hexdigest(), size)

        @contextmanager
        def open_blob(_: Attachment) -> Iterator[Iterator[bytes]]:
            yield iter([picture])

        images = [{"image_url": attached.ref}] if size else []
        return prepare(
            {"model_name": "kling-v3-omni", "image_list": images},
            attachments={attached.ref: attached},
            extra={"external_task_id": EXTERNAL},
            open_blob=open_blob,
        )

    return make


@pytest.fixture
def changing_body() -> WireBody:
    """A body whose picture reads differently from the second pass on."""
    good, bad = bytes(900_000), bytes(899_999) + b"x"
    attached = Attachment("blob:asset_a", "k", hashlib.sha256(good).hexdigest(), len(good))
    passes = [good]

    @contextmanager
    def open_blob(_: Attachment) -> Iterator[Iterator[bytes]]:
        yield iter([passes.pop() if passes else bad])

    return prepare(
        {"image": attached.ref},
        attachments={attached.ref: attached},
        extra={"external_task_id": EXTERNAL},
        open_blob=open_blob,
    )


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    """Clients that reach loopback only; closed at the end."""
    opened = []

    def make(base_url: str, tls: ssl.SSLContext | None = None, read_seconds: float = 1.0) -> KlingClient:
        http = Outbound(LOOPBACK, tls=tls).client_for_api(base_url)
        opened.append(http)
        return KlingClient(http, base_url, ApiKey("key-" + "x" * 40), read_seconds=read_seconds)

    yield make
    for http in opened:
        http.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Server and client contexts that trust each other for `localhost` and `api.klingai.com`."""
    return contexts(tmp_path_factory.mktemp("tls") / "both.pem")
