"""Starting a live S3 server for tests: one per test process, stopped at its end."""

from __future__ import annotations

import ctypes
import re
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from minio import Minio
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


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Start, wait until it answers, make a user (the root key is never checked by this server), stop."""
    if not PROGRAM.exists():
        raise RuntimeError(
            "the S3 test server is not installed in .venv-s3: run `make test`, which sets it up"
        )
    port = _free_port()
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
            preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - one system call and no lock
        )
        try:
            _wait(process, port, log.name)
            yield S3Server(f"127.0.0.1:{port}", *_new_user(port))
        finally:
            process.kill()
            process.wait()


def _end_with_the_tests() -> None:
    """Ask the kernel to end the server with us, as a killed test run stops nothing itself (Linux, prctl 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _free_port() -> int:
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
            s3.endpoint, s3.access_key, s3.secret_key, secure=False, region="us-east-1", http_client=pool
        )
