"""The whole of `continuity doctor`: every check in order, each on what is there; what cannot be looked at is a finding too."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from api.bootstrap import Continuity, open_continuity
from api.certificates import UnusableCertificate, load_certificate
from api.checks import (
    Finding,
    check_blobs,
    check_certificate,
    check_checkpoints,
    check_database,
    check_folder,
    check_kling,
    check_own,
    check_room,
    check_worker,
)
from api.settings import Settings, UnusableSettings
from api.stores import make_id
from generation.desk import BUDGET, RESTORED
from generation.outbound import Outbound
from generation.restoring import restored
from registry.blobs import store_for
from registry.errors import BlobError, CheckpointsUnusable, LogForked, RegistryError
from registry.log.engine.database import UnusableDatabase, open_database
from registry.log.engine.diagnosis import absent, examine
from registry.views import access, accounts
from registry.views.page import Span
from registry.views.vitals import vitals


def check_up(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Everything, as it is found. Nothing is migrated, made or paid for."""
    try:
        settings = Settings.from_environment(environment)
    except UnusableSettings as refused:
        for problem in refused.problems:
            yield Finding("settings", "fail", problem, "docs/reference/settings.md lists what can be set")
        return
    yield Finding("settings", "ok", "every setting can be used")
    yield from _of_machine(settings)
    yield from _of_blobs(settings)
    yield from check_kling(
        Outbound(settings.outbound_policy()), settings.kling_base_url, seconds=settings.kling_read
    )
    yield from _of_database(settings)


def _of_machine(settings: Settings) -> Iterator[Finding]:
    if settings.data.exists():
        yield from check_folder("data", settings.data)
    else:
        yield Finding("data", "warn", f"{settings.data} is not there yet", "the first start makes it")
    if "://" not in settings.key_store:
        yield check_own("keys", Path(settings.key_store))
    if settings.kling_keys_file is not None:
        yield check_own("kling keys", settings.kling_keys_file)
    if settings.c2pa_chain_file is not None and settings.c2pa_key_file is not None:
        yield from _of_certificate(
            settings.c2pa_chain_file, settings.c2pa_key_file, settings.c2pa_time_stamps
        )
    yield check_room("temporary files", Path(tempfile.gettempdir()))


def _of_certificate(chain: Path, key: Path, time_stamps: str) -> Iterator[Finding]:
    try:
        certificate = load_certificate(chain, key, time_stamps)
    except UnusableCertificate as refused:
        yield Finding(
            "certificate",
            "fail",
            f"{refused.variable}: {refused}",
            "docs/how-to/disclosure.md says what it needs",
        )
        return
    yield from check_certificate(certificate, now=datetime.now(UTC))


def _of_blobs(settings: Settings) -> Iterator[Finding]:
    try:
        secrets = [
            None if secret is None else secret.get_secret_value()
            for secret in (settings.s3_access_key, settings.s3_secret_key)
        ]
        blobs = store_for(settings.blobs, access_key=secrets[0], secret_key=secrets[1])
    except BlobError as refused:
        yield Finding("blobs", "fail", refused.message, refused.hint)
        return
    if settings.blobs.startswith("file:") and not Path(unquote(urlsplit(settings.blobs).path)).exists():
        yield Finding("blobs", "warn", "the folder of blobs is not there yet", "the first start makes it")
        return
    with closing(blobs):
        yield from check_blobs(blobs, make_id=make_id)


def _of_database(settings: Settings) -> Iterator[Finding]:
    if absent(settings.database):
        yield Finding("database", "warn", "there is no database yet", "the first start makes it")
        return
    try:
        database = open_database(settings.database, owner_url=settings.database_owner, readers=2)
        with closing(database):
            facts = examine(database)
    except UnusableDatabase as refused:
        yield Finding("database", "fail", str(refused), "docs/how-to/production.md says what it needs")
        return
    except RegistryError as failed:
        yield Finding("database", "fail", failed.message, failed.hint)
        return
    yield from check_database(facts)
    if facts.revision == facts.needed:  # opening migrates what is older, and a doctor changes nothing
        yield from _of_installation(settings)


def _of_installation(settings: Settings) -> Iterator[Finding]:
    try:
        continuity = open_continuity(settings)
    except UnusableSettings as refused:
        yield from (Finding("settings", "fail", problem) for problem in refused.problems)
        return
    with closing(continuity):
        yield from check_open(continuity)


def check_open(continuity: Continuity) -> Iterator[Finding]:
    """What can be asked of an installation that is open: its marks, accounts, checkpoints and workers."""
    try:
        yield from _of_studios(continuity)
        yield from _of_checkpoints(continuity)
        slots = continuity.settings.kling_slots
        with continuity.registry.snapshot() as connection:
            now = continuity.registry.clock()
            seen = vitals(connection, now=now, slots=slots, memories=(BUDGET, RESTORED))
        yield check_worker(seen, now=now)
    except RegistryError as failed:
        yield Finding("database", "fail", failed.message, failed.hint)


def _of_studios(continuity: Continuity) -> Iterator[Finding]:
    """Marks against the log, and accounts against the keys that are here."""
    desk = continuity.desk()
    with continuity.registry.reading() as connection:
        studios = [studio.id for studio in access.studios(connection)]
    for studio in studios:
        if (found := restored(desk, studio)) is not None:
            yield Finding("marks", "fail", f"{studio}: {found.why}", "docs/how-to/restore.md")
        else:
            yield Finding("marks", "ok", f"{studio}: the log holds what was last sent from it")
        yield from _of_accounts(continuity, studio)


def _of_checkpoints(continuity: Continuity) -> Iterator[Finding]:
    """Every log against the newest checkpoint that is kept of it, and whether all of them lie beside the database."""
    settings, kept = continuity.settings, continuity.checkpoints
    with continuity.registry.reading() as connection:
        logs = access.logs(connection)
    for log in logs:
        try:
            last = kept.check(log)
        except (LogForked, CheckpointsUnusable) as refused:
            yield Finding("checkpoints", "fail", f"{log}: {refused.message}", "docs/how-to/audit.md")
            continue
        since = continuity.registry.feed.head(log) - (last.checkpoint.size if last else 0)
        yield check_checkpoints(log, since, most=settings.checkpoint_events, any_kept=last is not None)
    beside = all(Path(place).is_relative_to(settings.data) for place in settings.checkpoint_places)
    if beside and not settings.witness_list and not settings.timestamp_url:
        yield Finding(
            "checkpoints",
            "warn",
            "all are kept beside the database, where whoever rewrites the log can rewrite them",
            "name a place elsewhere in CONTINUITY_CHECKPOINTS, or a witness: docs/how-to/audit.md",
        )


def _of_accounts(continuity: Continuity, studio: str) -> Iterator[Finding]:
    after: int | None = 0
    while after is not None:
        with continuity.registry.reading() as connection:
            page = accounts.accounts(connection, studio, span=Span(after))
        for card in page.items:
            if card.key_fingerprint not in continuity.credentials:
                hint = "set its key here (KLING_ACCESS_KEY and KLING_SECRET_KEY, or KLING_KEYS_FILE), or attest the one that is"
                yield Finding(
                    "accounts", "fail", f"{card.id}: its key {card.key_fingerprint} is not here", hint
                )
            elif card.holds:
                hint = "mend what is said, then `continuity accounts resume`"
                yield Finding(
                    "accounts",
                    "warn",
                    f"{card.id}: {card.holds[0].scope} is held ({card.holds[0].message})",
                    hint,
                )
            else:
                yield Finding("accounts", "ok", f"{card.id}: its key is here, and nothing is held")
        after = page.next
