"""The composition root: settings in, everything that runs out. Nothing else in the house makes its own parts.

`open_continuity` is safe to call from several processes at once, also on an empty folder: the schema is brought up to date under
the database's write lock, and the first studio is opened once.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from api.certificates import Certificate, UnusableCertificate, load_certificate
from api.checkpoint_places import checkpoints_in
from api.kling_keys import credentials_of
from api.metrics import WAITING, Metrics
from api.settings import Settings, UnusableSettings
from api.stores import Stores, open_stores
from api.tracing import NoTracing, Tracing, TracingMissing, open_tracing
from generation.callbacks import Callbacks
from generation.desk import Desk
from generation.errors import KlingUnreachable
from generation.kling.calls import Signatures
from generation.kling.client import KlingClient
from generation.kling.signing import Credentials
from generation.outbound import Outbound
from generation.relaying import Relays
from registry.auditing import ReadAudit
from registry.blobs import Blobs
from registry.checkpoints.making import Checkpoints
from registry.deciders.account import Account
from registry.deciders.studio import OpenStudio
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.log.bucket_marks import BucketMarks, Notes
from registry.log.engine.database import Database
from registry.log.marks import FolderMarks, Marks
from registry.log.roles import Trace, Watch
from registry.privacy.keys import KeyStore, secret_for
from registry.registry import Registry
from registry.views import access

_COMMANDS: Final = sha256(b"commands").hexdigest()


@dataclass(frozen=True)
class Continuity:
    """An open installation. `credentials` are Kling's keys by fingerprint; `studio` is the one opened at first start.

    `certificate` is what delivered clips are signed with.

    `outbound` connects to Kling, `receivers` to those that webhooks name.
    """

    settings: Settings
    database: Database
    registry: Registry
    keys: KeyStore
    blobs: Blobs
    reads: ReadAudit
    credentials: Mapping[str, Credentials]
    outbound: Outbound
    receivers: Outbound
    callbacks: Callbacks
    signatures: Signatures
    relays: Relays | None
    marks: Marks
    checkpoints: Checkpoints
    certificate: Certificate | None
    studio: str
    metrics: Metrics
    tracing: Tracing
    secrets: dict[str, bytes] = field(default_factory=dict, repr=False)

    def telling(self, studio: str) -> bytes:
        """The secret under which the digests of a studio's commands are kept: they tell nobody else what was said or uploaded.

        It comes from the studio's own key and goes where that goes, so a repeat after a move meets its first answer.
        """
        if studio not in self.secrets:
            self.secrets[studio] = bytes.fromhex(self.registry.fingerprint(studio, _COMMANDS))
        return self.secrets[studio]

    @contextmanager
    def kling_for(self, account: Account) -> Iterator[KlingClient]:
        """A client that sends under the account's own key. Raises KlingUnreachable (no such key here) and OutboundRefused."""
        credentials = self.credentials.get(account.key_fingerprint)
        if credentials is None:
            raise KlingUnreachable(
                f"the account {account.name!r} needs the key {account.key_fingerprint}, which is not configured here",
                hint="set KLING_ACCESS_KEY and KLING_SECRET_KEY, or add the key to KLING_KEYS_FILE, and start again",
            )
        with self.outbound.client_for_api(account.host) as http:
            yield KlingClient(
                http,
                account.host,
                credentials,
                read_seconds=self.settings.kling_read,
                connect_seconds=self.settings.kling_connect,
            )

    def desk(self) -> Desk:
        """What a worker works with."""
        return Desk(
            registry=self.registry,
            blobs=self.blobs,
            kling_for=self.kling_for,
            outbound=self.outbound,
            durations=self.settings.durations(),
            monotonic=time.monotonic,
            jitter=random.random,
            marks=self.marks,
            policies=self.settings.policies(),
            resend=self.settings.resend(),
            callbacks=self.callbacks,
            relays=self.relays,
            slots=self.settings.kling_slots,
            trace=traced(self.metrics, self.tracing),
        )

    def close(self) -> None:
        """Finish what waits in the log and let go of everything."""
        self.registry.close()
        self.keys.close()
        self.blobs.close()
        self.tracing.close()


def open_continuity(settings: Settings) -> Continuity:
    """Everything, ready to use. Raises UnusableSettings, naming all that cannot work at once."""
    credentials, problems = credentials_of(settings)
    certificate = _certificate(settings, problems)
    tracing: Tracing = NoTracing()
    metrics, outbound = Metrics(), Outbound(settings.outbound_policy())
    try:
        tracing = open_tracing(settings)
    except TracingMissing as missing:
        problems.append(f"OTEL_EXPORTER_OTLP_ENDPOINT: {missing}")
    stores = open_stores(settings, problems, watch=Watch(traced(metrics, tracing), metrics.batch))
    keys, registry = stores.keys, stores.registry
    metrics.gauge(WAITING).set_function(registry.waiting)
    return Continuity(
        settings=settings,
        database=stores.database,
        registry=registry,
        keys=keys,
        blobs=stores.blobs,
        reads=ReadAudit(registry),
        credentials=credentials,
        outbound=outbound,
        receivers=outbound.under(settings.receiver_policy()),
        callbacks=Callbacks(secret_for(keys, "callbacks", secrets.token_bytes), settings.public_url),
        signatures=settings.signatures(),
        relays=_relays(settings, keys),
        marks=_marks(settings, stores.blobs),
        checkpoints=checkpoints_of(stores),
        certificate=certificate,
        studio=_first_studio(stores.database, registry),
        metrics=metrics,
        tracing=tracing,
    )


def traced(metrics: Metrics, tracing: Tracing) -> Trace:
    """Times and traces what the registry and the worker do."""

    @contextmanager
    def trace(name: str, /, **ids: str) -> Iterator[None]:
        labels = (ids["step"],) if "step" in ids else ()
        with metrics.timed(name, *labels), tracing.span(name, ids):
            yield

    return trace


def _relays(settings: Settings, keys: KeyStore) -> Relays | None:
    if not settings.public_url:
        return None
    secret = secret_for(keys, "relay", secrets.token_bytes)
    return Relays(secret, settings.public_url, settings.relay_lifetime)


def _marks(settings: Settings, blobs: Blobs) -> Marks:
    """Where the settings say. Raises UnusableSettings."""
    if settings.marks_folder is not None:
        return FolderMarks(settings.marks_folder)
    if isinstance(blobs, Notes):
        return BucketMarks(blobs)
    raise UnusableSettings(["CONTINUITY_MARKS: the blob store is no bucket; name a folder"])


def checkpoints_of(stores: Stores) -> Checkpoints:
    """The checkpoints of an installation, in the places that its settings name. Raises UnusableSettings."""
    return checkpoints_in(stores.settings, stores.registry, stores.blobs)


def _certificate(settings: Settings, problems: list[str]) -> Certificate | None:
    """What delivered clips are signed with; None where the settings name nothing. What is wrong is added to `problems`."""
    if settings.c2pa_chain_file is None or settings.c2pa_key_file is None:
        return None
    try:
        return load_certificate(settings.c2pa_chain_file, settings.c2pa_key_file, settings.c2pa_time_stamps)
    except UnusableCertificate as refused:
        problems.append(f"{refused.variable}: {refused}")
        return None


def _first_studio(database: Database, registry: Registry) -> str:
    """The id of the oldest studio, opened here when there is none, by one process at a time."""
    with database.alone("first"):
        with registry.reading() as connection:
            found = access.studios(connection)
        if found:
            return found[0].id
        studio = registry.make_id("studio")
        registry.handle(
            SYSTEM_LOG, [OpenStudio(stream=studio, name="Studio")], context=Context(actor="first-start")
        )
        return studio
