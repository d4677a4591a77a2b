"""What can be set, in one frozen object; the only reader of the environment.

Every setting is an environment variable, named in `docs/reference/settings.md`, which is written from the fields below. Wrong
values stop the program at start, all of them named at once; so does a name that nobody knows. Secrets and addresses may stand in
files instead (`<NAME>_FILE`).

Longer than most files, because it is one list.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Set
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Self, get_args

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from api.addresses import is_postgresql, with_password, without_credentials
from api.certifying import disagreements as of_certificate
from api.from_files import SUFFIX, with_files
from api.keeping import BUCKET, IN_BUCKET
from api.pace import Count, Seconds, Size
from api.patience import Patience
from api.proving import Proving
from generation.callbacks import unfit_for_callers
from generation.desk import ResendPolicy
from generation.errors import GenerationError
from generation.kling.calls import Signatures
from generation.kling.client import PATH_OF_ROUTE
from generation.outbound import OutboundPolicy
from generation.policies import GUIDE, EndFrame, Policies
from registry.log.lanes import DEFAULT_SLOTS

_P: Final = Patience()
_OURS: Final = "CONTINUITY_"
_NOT_OURS: Final = {
    "data": "CONTINUITY_DATA",
    "database_url": "DATABASE_URL",
    "database_password": "DATABASE_PASSWORD",
    "database_owner_url": "DATABASE_OWNER_URL",
    "database_owner_password": "DATABASE_OWNER_PASSWORD",
    "blobs_url": "BLOBS_URL",
}
"""Variables whose name is not simply CONTINUITY_ and the field; all of `s3_…`, `kling_…` and `otel_…` are their own too."""


class UnusableSettings(Exception):
    """The settings cannot be used; `problems` names each variable, its value (unless secret) and what is wrong.

    Whoever found a problem may have quoted an address: its password goes here, for all of them.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(without_credentials(problem) for problem in problems)
        super().__init__(
            "the settings cannot be used:\n" + "\n".join(f"  {problem}" for problem in self.problems)
        )


def variable_of(field: str) -> str:
    """The environment variable of a field; those of durations end in _SECONDS."""
    if field in _NOT_OURS:
        return _NOT_OURS[field]
    name = field.upper() if field.startswith(("s3_", "kling_", "otel_")) else _OURS + field.upper()
    counted = Settings.model_fields[field].annotation is float and not field.endswith("_second")
    return f"{name}_SECONDS" if counted else name


def may_stand_in_a_file(field: str) -> bool:
    """Whether `<NAME>_FILE` may say where the value stands: every secret, and every address."""
    return _secret(field) or field == "url" or field.endswith("_url")


def _secret(field: str) -> bool:
    return bool(Settings.model_fields[field].annotation == (SecretStr | None))


class Settings(Proving):
    """Everything that can be set. Durations are seconds, sizes are bytes."""

    beat: Path | None = Field(
        None,
        description="File whose time a worker sets whenever its loop comes round, for health checks "
        "(`python -m api.alive --beat FILE`). Empty: none.",
    )
    threads: Count = Field(64, description="Threads that serve requests; read connections follow.")
    upload_most_bytes: Size = Field(200 * 1024 * 1024, description="The largest asset that is taken.")
    body_most_bytes: Size = Field(1024 * 1024, description="The largest JSON body that is taken.")
    key_requests_per_minute: int = Field(
        12_000,
        ge=0,
        le=1_000_000_000,
        description="Requests a key may send in a minute, over all processes, where its own limit says nothing. 0: no limit.",
    )
    studio_requests_per_minute: int = Field(
        60_000, ge=0, le=1_000_000_000, description="The same for all keys of a studio together."
    )
    strangers_per_minute: Count = Field(
        300,
        description="Requests without a key that opens which an address may send in a minute to this process; further ones are "
        "told to wait.",
    )
    session: Seconds = Field(
        43_200.0, description="How long somebody who signed in at the console stays signed in."
    )
    wait_most: Seconds = Field(30.0, description="The longest `?wait=` that is honoured.")
    position_wait: Seconds = Field(
        2.0, description="How long a question with `?min_position=` waits for the log to come so far."
    )
    streams_most: Count = Field(
        200,
        description="Open event streams this process serves at once; who comes then is told to come again.",
    )
    streams_per_key: Count = Field(20, description="How many of them one key may have open.")
    stream_heartbeat: Seconds = Field(
        15.0, description="Longest silence on an open stream; a line without an event is sent then."
    )
    stream_stall: Seconds = Field(
        30.0, description="How long a stream waits for a reader that takes nothing before it ends."
    )
    lag_warning: Seconds = Field(
        300.0,
        description="A subscription whose oldest unread event is older than this is a warning of `/health/ready`.",
    )
    public_url: str = Field(
        "",
        description="Where Kling can reach this service, `https://host` and perhaps a path: it is then asked to call when a "
        "task moves, and may fetch a clip to continue from when its own address of it is too old. Empty: neither.",
    )
    relay_lifetime: Seconds = Field(86_400.0, description="How long such a clip's address is good.")
    relay_requests: Count = Field(20, description="How often it is answered, HEAD and ranges included.")
    url: str = Field("http://127.0.0.1:8000", description="Where the command line finds the service.")
    key: SecretStr | None = Field(None, description="The API key the command line uses.")

    kling_base_url: str = Field(
        "https://api-singapore.klingai.com", description="Kling's API for accounts that name no host."
    )
    kling_access_key: SecretStr | None = Field(
        None, description="AccessKey of an account (with the SecretKey)."
    )
    kling_secret_key: SecretStr | None = Field(None, description="SecretKey that signs its tokens.")
    kling_api_key: SecretStr | None = Field(None, description="An API key, instead of the pair.")
    kling_keys_file: Path | None = Field(
        None,
        description='JSON list of further credentials: `{"access_key": …, "secret_key": …}` '
        'or `{"api_key": …}`; for its owner only (mode 600).',
    )
    kling_result_hosts: tuple[str, ...] = Field(
        ("klingai.com", "inkwai.com"),
        description="Host suffixes, separated by commas, that API calls go to and results come from. "
        "Nothing else is connected to.",
    )
    kling_webhook_secrets: SecretStr | None = Field(
        None,
        description="Webhook secrets (`whsec_…`), separated by commas; the one that is rotated out stays good while it is "
        "listed. When set, unsigned and wrongly signed callbacks are refused.",
    )
    kling_slots: Count = Field(
        DEFAULT_SLOTS,
        description="Tasks of a model an account may have open at once, where `accounts slots` says nothing else.",
    )
    kling_connect: Seconds = Field(10.0, description="How long connecting may take.")
    kling_read: Seconds = Field(30.0, description="How long one read call may take in all.")
    allow_loopback: bool = Field(
        False, description="Allow Kling (that is: a sandbox) on this machine, with plain http."
    )

    webhook_timeout: Seconds = Field(
        _P.timeout, description="How long one delivery to a webhook may take in all."
    )
    webhook_attempts: Count = Field(
        _P.attempts, description="Attempts at one event; then it is a dead letter."
    )
    webhook_first: Seconds = Field(
        _P.first, description="First pause before an event is tried again; it grows threefold, with jitter."
    )
    webhook_most: Seconds = Field(_P.most, description="Longest such pause.")
    webhook_failures: Count = Field(
        _P.failures, description="Deliveries in a row that fail before a webhook is paused."
    )

    end_frame_policy: EndFrame = Field(
        GUIDE.end_frame,
        description="An end frame with more than two pictures (rule R25): `refuse` it as the guide says, "
        "or `allow` it as the vendor does.",
    )

    resend_policy: str = Field(
        "never",
        description="What follows when it is proven that Kling has no task of a paid call: a person decides (`never`), or the "
        "same bytes go again under the same id (`same_id_after_disproof`). For single routes: "
        "`omni-video=same_id_after_disproof,text2video=never`; what is not named is `never`.",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """The settings an environment asks for (the process's own when none is given). Raises UnusableSettings."""
        variables = {variable_of(field): field for field in cls.model_fields}
        in_files = [name for name, field in variables.items() if may_stand_in_a_file(field)]
        given, problems = with_files(os.environ if environment is None else environment, in_files)
        raw = {field: given[name] for name, field in variables.items() if given.get(name, "") != ""}
        known = {*variables, *(name + SUFFIX for name in in_files)}
        problems = [*_unknown(given, known), *problems, *_disagreements(raw)]
        try:
            settings = cls.model_validate(raw)
        except ValidationError as refused:
            problems += [_problem(error) for error in refused.errors(include_url=False)]
            raise UnusableSettings(problems) from None
        if problems:
            raise UnusableSettings(problems)
        return settings

    @model_validator(mode="before")
    @classmethod
    def _hosts_as_a_list(cls, raw: Any) -> Any:
        hosts = raw.get("kling_result_hosts") if isinstance(raw, dict) else None
        if isinstance(hosts, str):
            return {**raw, "kling_result_hosts": [host.strip() for host in hosts.split(",") if host.strip()]}
        return raw

    @model_validator(mode="after")
    def _kling_may_be_reached(self) -> Self:
        try:
            self.outbound_policy().check(self.kling_base_url)
        except GenerationError as refused:
            raise ValueError(f"KLING_BASE_URL: {refused.message} ({refused.hint})") from None
        except ValueError as refused:
            raise ValueError(f"KLING_RESULT_HOSTS: {refused}") from None
        return self

    @field_validator("resend_policy")
    @classmethod
    def _resend_policy_is_known(cls, text: str) -> str:
        _resend(text)
        return text

    def resend(self) -> dict[str, ResendPolicy]:
        """Route -> what follows a disproof."""
        return _resend(self.resend_policy)

    @model_validator(mode="after")
    def _kling_may_reach_us(self) -> Self:
        if self.public_url:
            wrong = unfit_for_callers(self.public_url, loopback=self.allow_loopback)
            if wrong:
                raise ValueError(f"CONTINUITY_PUBLIC_URL: {wrong} (it is {self.public_url!r})")
        try:
            self.signatures()
        except ValueError as refused:
            raise ValueError(f"KLING_WEBHOOK_SECRETS: {refused}") from None
        return self

    def outbound_policy(self) -> OutboundPolicy:
        """Whom this installation may connect to. Raises ValueError on a bad suffix."""
        return OutboundPolicy(
            frozenset(self.kling_result_hosts),
            allow_loopback=self.allow_loopback,
            connect_seconds=self.kling_connect,
        )

    def receiver_policy(self) -> OutboundPolicy:
        """Whom webhooks may connect to: any host, but only by https and only at public addresses."""
        return OutboundPolicy(
            frozenset(),
            ports=frozenset({443, 8443}),
            allow_loopback=self.allow_loopback,
            connect_seconds=min(self.kling_connect, self.webhook_timeout),
            any_host=True,
        )

    def patience(self) -> Patience:
        """How patient webhooks are."""
        return Patience(
            timeout=self.webhook_timeout,
            attempts=self.webhook_attempts,
            first=self.webhook_first,
            most=self.webhook_most,
            failures=self.webhook_failures,
        )

    def policies(self) -> Policies:
        """The named policies that plans are compiled under."""
        return Policies(end_frame=self.end_frame_policy, old_parents="relay" if self.public_url else "refuse")

    def signatures(self) -> Signatures:
        """Who checks callbacks' signatures; nobody when no secret is set. Raises ValueError."""
        listed = self.kling_webhook_secrets.get_secret_value() if self.kling_webhook_secrets else ""
        return Signatures(one for one in map(str.strip, listed.split(",")) if one)


def _resend(text: str) -> dict[str, ResendPolicy]:
    """One policy for every route, or `route=policy` pairs. Raises ValueError naming every part that is wrong."""
    if "=" not in text:
        text = ",".join(f"{route}={text}" for route in PATH_OF_ROUTE)
    found: dict[str, ResendPolicy] = {}
    wrong: list[str] = []
    for part in text.split(","):
        route, _, policy = (word.strip() for word in part.partition("="))
        if policy not in get_args(ResendPolicy):
            wrong.append(f"{policy!r} is no policy, known are {', '.join(get_args(ResendPolicy))}")
        elif route not in PATH_OF_ROUTE:
            wrong.append(f"{route!r} is no route, known are {', '.join(PATH_OF_ROUTE)}")
        elif route in found:
            wrong.append(f"{route} is named twice")
        else:
            found[route] = policy  # type: ignore[assignment]
    if wrong:
        raise ValueError("; ".join(dict.fromkeys(wrong)))
    return found


def _unknown(given: Mapping[str, str], known: Set[str]) -> Iterator[str]:
    for name in sorted(given):
        if name.startswith(_OURS) and name not in known:
            near = get_close_matches(name, known, 1)
            yield f"{name}: there is no such setting" + (f"; did you mean {near[0]}?" if near else "")


def _disagreements(raw: Mapping[str, str]) -> Iterator[str]:
    """What is wrong between settings, said beside what is wrong in them."""
    yield from of_certificate(raw)
    if ("kling_access_key" in raw) != ("kling_secret_key" in raw):
        yield "KLING_ACCESS_KEY and KLING_SECRET_KEY come together: set both or neither"
    if {"kling_access_key", "kling_api_key"} <= raw.keys():
        yield "KLING_API_KEY stands instead of the pair: set one of them, the other goes into KLING_KEYS_FILE"
    bucket = "s3_endpoint" in raw or raw.get("blobs_url", "").startswith(BUCKET)
    if bucket and not {"s3_access_key", "s3_secret_key"} <= raw.keys():
        yield "a bucket needs S3_ACCESS_KEY and S3_SECRET_KEY"
    if {"s3_endpoint", "blobs_url"} <= raw.keys():
        yield "BLOBS_URL and S3_ENDPOINT both name a blob store: set one"
    if raw.get("marks") == IN_BUCKET and not bucket:
        yield "CONTINUITY_MARKS names the bucket, and blobs are in none: set S3_ENDPOINT or BLOBS_URL, or name a folder"
    for whose in ("database", "database_owner"):
        yield from _password_misplaced(raw, f"{whose}_url", f"{whose}_password")
    if "database_owner_url" in raw and not is_postgresql(raw.get("database_url", "")):
        yield "DATABASE_OWNER_URL is for a DATABASE_URL that begins with postgresql://"


def _password_misplaced(raw: Mapping[str, str], address: str, password: str) -> Iterator[str]:
    if password in raw:
        try:
            with_password(raw.get(address, ""), raw[password])
        except ValueError as refused:
            yield f"{variable_of(password)}, {variable_of(address)}: {refused}"


def _problem(error: Any) -> str:
    if not error["loc"]:
        return str(error["msg"]).removeprefix("Value error, ")
    field = str(error["loc"][0])
    shown = "" if _secret(field) else f" (it is {error['input']!r})"
    return f"{variable_of(field)}: {error['msg']}{shown}"
