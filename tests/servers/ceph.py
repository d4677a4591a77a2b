"""Starting a Ceph RADOS Gateway for tests: a monitor, one store in memory and the gateway, all in one folder, gone at the end.

    python -m tests.servers.ceph        sees to the programs: with apt, as root, on Debian

It is the second opinion on what an S3 server may do (`make test-s3`). As in life, everybody is known to the monitor by a key.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from tests.servers.s3 import S3Server, ending_with_us, free_port

PACKAGES: Final = ("radosgw", "ceph-mon", "ceph-osd", "ceph-common")
PROGRAMS: Final = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool")
_RIGHTS: Final = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
    "client.rgw": {"mon": "allow rwx", "osd": "allow rwx"},
}
_CONFIGURATION: Final = """
[global]
fsid = {cluster}
mon_host = v2:127.0.0.1:{monitor}/0
public_network = 127.0.0.0/8
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
keyring = {folder}/keyring
run_dir = {folder}
admin_socket = {folder}/$name.asok
log_file = {folder}/$name.log
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000
[mon]
mon_data = {folder}/mon
mon_data_avail_crit = 1
[osd]
osd_data = {folder}/osd
osd_objectstore = memstore
memstore_device_bytes = 4294967296
[client.rgw]
rgw_data = {folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{gateway} tcp_nodelay=1
"""


@dataclass
class _Cluster:
    """The daemons of one folder, in the order of their start."""

    folder: Path
    monitor: int = field(default_factory=free_port)
    gateway: int = field(default_factory=free_port)
    cluster: str = field(default_factory=lambda: str(uuid.uuid4()))

    def prepare(self) -> None:
        """Everybody's key, the configuration, and an empty monitor."""
        for name in ("mon", "osd", "rgw"):
            (self.folder / name).mkdir()
        told = _CONFIGURATION.format(**vars(self))
        (self.folder / "ceph.conf").write_text(told)
        (self.folder / "keyring").write_text("".join(self._key(*of) for of in _RIGHTS.items()))
        place = f"[v2:127.0.0.1:{self.monitor}]"
        self.run("monmaptool", "--create", "--addv", "a", place, "--fsid", self.cluster, self._map)
        keyring = f"{self.folder}/keyring"
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", self._map, "--keyring", keyring)

    def give_room(self) -> None:
        """The one store, known to the monitor and empty."""
        store = str(uuid.uuid4())
        self.run("ceph", "--connect-timeout", "30", "osd", "new", store, "0")
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store)

    def add_user(self) -> tuple[str, str]:
        """Somebody who may make buckets; waits for the store, at most two minutes."""
        access, secret = secrets.token_hex(10), secrets.token_hex(20)
        named = ("--uid", "tests", "--display-name", "tests", "--access-key", access, "--secret-key", secret)
        self.run("radosgw-admin", "user", "create", *named)
        return access, secret

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stderr[-2000:]}")
        return done.stdout

    @contextmanager
    def daemon(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """In the foreground of a process of ours; nothing in memory is worth a slow goodbye."""
        with (self.folder / f"{command[0]}.out").open("wb") as said:
            process = subprocess.Popen(
                command,
                env=self._environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                preexec_fn=ending_with_us,  # noqa: PLW1509 - one system call and no lock
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def wait(self, gateway: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and gateway.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{self.gateway}/", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError(f"the gateway did not start:\n{(self.folder / 'radosgw.out').read_text()[-2000:]}")

    def _key(self, name: str, rights: dict[str, str]) -> str:
        key = self.run("ceph-authtool", "--gen-print-key").strip()
        allowed = "".join(f'  caps {over} = "{may}"\n' for over, may in rights.items())
        return f"[{name}]\n  key = {key}\n{allowed}"

    @property
    def _map(self) -> str:
        return f"{self.folder}/monmap"

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": f"{self.folder}", "CEPH_CONF": f"{self.folder}/ceph.conf"}


@contextmanager
def ceph_server() -> Iterator[S3Server]:
    """A gateway that answers, and a user of it. Takes about 15 s."""
    if missing := _missing():
        raise RuntimeError(f"Ceph is not installed ({', '.join(missing)}): run `make test-s3`")
    with tempfile.TemporaryDirectory(prefix="ceph-", ignore_cleanup_errors=True) as folder, ExitStack() as up:
        cluster = _Cluster(Path(folder))
        cluster.prepare()
        up.enter_context(cluster.daemon("ceph-mon", "-f", "-i", "a"))
        cluster.give_room()
        up.enter_context(cluster.daemon("ceph-osd", "-f", "-i", "0"))
        user = cluster.add_user()
        cluster.wait(up.enter_context(cluster.daemon("radosgw", "-f", "-n", "client.rgw")))
        yield S3Server(f"127.0.0.1:{cluster.gateway}", *user)


def install() -> None:
    """Ceph's programs, by apt when they are missing. Raises RuntimeError saying what to run where we may not."""
    if not _missing():
        return
    wanted = ["apt-get", "install", "--no-install-recommends", "-y", "-qq", *PACKAGES]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise RuntimeError(f"Ceph's programs are missing; as root, on Debian: {' '.join(wanted)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, stdout=sys.stderr, check=True)
    subprocess.run(wanted, env=quiet, stdout=sys.stderr, check=True)


def _missing() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


if __name__ == "__main__":
    try:
        install()
    except (RuntimeError, subprocess.CalledProcessError) as failure:
        sys.exit(f"test-s3: {failure}")
