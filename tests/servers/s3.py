"""The live S3 server of a test run: the small one that is started here, Ceph, or one that somebody runs already.

`--s3` chooses (`tests/conftest.py`); a test process has one, asks it for buckets of its own, and leaves none behind.
"""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from minio import Minio
from minio.deleteobjects import DeleteObject
from urllib3 import PoolManager

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".venv-s3/bin/ministack"

_EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'


@dataclass(frozen=True)
class S3Server:
    """A running server and a user of it who may do everything with buckets."""

    endpoint: str
    access_key: str
    secret_key: str
    secure: bool = False
    run: str = field(default_factory=lambda: f"t{secrets.token_hex(4)}")

    def bucket(self, name: str) -> str:
        """The name of a bucket that this run has for itself, also on a server that others use."""
        return f"{self.run}-{name}"

    def url(self, name: str, endpoint: str = "") -> str:
        """A bucket of this run as a setting names it; `endpoint` when it is reached by another address."""
        scheme = "https" if self.secure else "http"
        return f"s3://{self.bucket(name)}?endpoint={scheme}://{endpoint or self.endpoint}"


@contextmanager
def chosen(which: str) -> Iterator[S3Server]:
    """`ministack`, `ceph`, or the address of a server: http(s)://host:port or host:port."""
    if which == "ministack":
        with s3_server() as server:
            yield server
    elif which == "ceph":
        from tests.servers.ceph import ceph_server

        with ceph_server() as server:
            yield server
    else:
        server = _given(which)
        try:
            yield server
        finally:
            _tidy(server)


def _given(address: str) -> S3Server:
    """Its keys are in S3_ACCESS_KEY and S3_SECRET_KEY, where nobody sees them in a list of processes."""
    parts = urlsplit(address if "//" in address else f"http://{address}")
    keys = [os.environ.get(name, "") for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")]
    if not all(keys):
        raise RuntimeError(f"the S3 server {parts.netloc} needs S3_ACCESS_KEY and S3_SECRET_KEY")
    return S3Server(parts.netloc, *keys, secure=parts.scheme == "https")


def _tidy(server: S3Server) -> None:
    """Remove the buckets of this run with all that is in them."""
    with asking(server) as client:
        for bucket in client.list_buckets():
            if bucket.name.startswith(f"{server.run}-"):
                held = client.list_objects(bucket.name, recursive=True, include_version=True)
                doomed = [DeleteObject(one.object_name, one.version_id) for one in held]
                assert list(client.remove_objects(bucket.name, doomed)) == []
                client.remove_bucket(bucket.name)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Start, wait until it answers, make a user (the root key is never checked by this server), stop."""
    if not PROGRAM.exists():
        raise RuntimeError(
            "the S3 test server is not installed in .venv-s3: run `make test`, which sets it up"
        )
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+") as log:
        environment = {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "SERVICES": "s3,iam,sts",
            "AUTH": "true",
            "HOME": folder,
            "TMPDIR": folder,
        }
        process = subprocess.Popen(
            [PROGRAM],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=ending_with_us,  # noqa: PLW1509 - one system call and no lock
        )
        try:
            _wait(process, port, log.name)
            yield S3Server(f"127.0.0.1:{port}", *_new_user(port))
        finally:
            process.kill()
            process.wait()


def ending_with_us() -> None:
    """Ask the kernel to end the server with us, as a killed test run stops nothing itself (Linux, prctl 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the S3 test server did not start:\n{Path(log).read_text()[-2000:]}")


def _new_user(port: int) -> tuple[str, str]:
    name = "tests-" + secrets.token_hex(4)
    _iam(port, Action="CreateUser", UserName=name)
    _iam(port, Action="PutUserPolicy", UserName=name, PolicyName="all", PolicyDocument=_EVERYTHING)
    answer = _iam(port, Action="CreateAccessKey", UserName=name)
    access = re.search("<AccessKeyId>(.+?)<", answer)
    secret = re.search("<SecretAccessKey>(.+?)<", answer)
    assert access, answer
    assert secret, answer
    return access[1], secret[1]


def _iam(port: int, **form: str) -> str:
    """The server reads the service from the signature's scope and does not check a root signature."""
    scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request"
    answer = httpx.post(
        f"http://127.0.0.1:{port}/",
        data={**form, "Version": "2010-05-08"},
        headers={"Authorization": f"{scope}, SignedHeaders=host, Signature=00"},
        trust_env=False,
    )
    answer.raise_for_status()
    return answer.text


@contextmanager
def asking(s3: S3Server) -> Iterator[Minio]:
    """A client of the server, whose connections are closed afterwards."""
    with PoolManager() as pool:
        yield Minio(
            s3.endpoint, s3.access_key, s3.secret_key, secure=s3.secure, region="us-east-1", http_client=pool
        )
