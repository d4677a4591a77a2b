"""What must not be in a log is not in it, whoever wrote the line and whatever broke."""

from __future__ import annotations

import logging

import pytest
import structlog
from pydantic import BaseModel

from api.logs import BLOT, Redaction, secrets_of
from api.settings import Settings
from generation.kling.signing import AccessKeyPair, ApiKey
from registry.errors import BlobStoreDown
from tests.api.logging_lines import written

OURS = "continuity_01h455vb4pex5vsknk084sn02q_" + "a" * 40 + "0123abcd"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {OURS}",
        OURS,
        "bearer some-opaque-key",
        "whsec_dGVzdHNlY3JldA==",
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhayJ9.c2lnbmF0dXJl",
        "GET /v1/callbacks/kling/submission_x/opaque-key?x=1",
        "https://s3.local/b/k?X-Amz-Date=1&X-Amz-Signature=0123abcdef&x=1",
        "postgresql://ana:opaque-key@db/log",
        "https://film.example/v1/relay/opaque-key",
    ],
)
def test_secrets_are_known_by_their_shape(text: str) -> None:
    """Keys, tokens, signatures and passwords in addresses are blotted out wherever they stand, also inside other values."""
    cleaned = Redaction().clean({"a": [text, {"b": (text,)}]})

    told = str(cleaned)
    assert BLOT in told
    for secret in (OURS, "opaque-key", "dGVzdHNl", "c2lnbmF0dXJl", "0123abcdef"):
        assert secret not in told


def test_what_is_no_secret_stays() -> None:
    """Ids, addresses and numbers are told as they are; a secret too short to be one blots out nothing."""
    said = {
        "key": "key_01h455vb4pex5vsknk084sn02q",
        "url": "https://h/v1/x?a=1",
        "n": 3,
        "none": None,
        "on": True,
    }

    assert Redaction(["ab", ""]).clean(said) == said


def test_the_secrets_of_the_settings_are_found() -> None:
    """Every field that holds a secret is, whole and in its parts, and so are keys that came from a file."""
    settings = Settings.from_environment(
        {
            "KLING_ACCESS_KEY": "access-one",
            "KLING_SECRET_KEY": "secret-one",
            "KLING_WEBHOOK_SECRETS": "whsec_Zmlyc3RmaXJzdA==, whsec_c2Vjb25kc2Vjb25k",
            "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=collector-key",
            "CONTINUITY_KEY": OURS,
        }
    )
    filed = (AccessKeyPair("access-two", "secret-two"), ApiKey("opaque-three"))
    found = set(secrets_of(settings, filed))

    assert {
        "secret-one",
        OURS,
        "collector-key",
        "whsec_c2Vjb25kc2Vjb25k",
        "secret-two",
        "opaque-three",
    } <= found


class Order(BaseModel):
    """Something whose complaints quote what they were given."""

    units: int


def _break() -> None:
    local = "canary-in-a-local"
    try:
        Order.model_validate({"units": "canary-in-a-body"})
    except ValueError as wrong:
        raise KeyError("canary-in-a-key", local) from wrong


def test_exceptions_are_told_by_type_and_place() -> None:
    """The words of foreign exceptions, their causes and local variables stay out; frames and types of all of them are told."""
    with written() as lines:
        try:
            _break()
        except KeyError:
            structlog.get_logger("x").exception("broke")
            logging.getLogger("somebody").exception("broke too")
    for line in lines.all():
        assert "canary" not in str(line)
        assert "in _break" in line["exception"]
        assert "ValidationError" in line["exception"]
        assert line["exception"].endswith("builtins.KeyError")
    assert len(lines.all()) == 2


def test_our_own_errors_keep_their_words() -> None:
    """An error of ours says what failed and where, with what is secret in it blotted out."""
    down = BlobStoreDown("the bucket failed: canary-secret was refused")
    down.add_note("the bucket is films at s3.local")
    with written(("canary-secret",)) as lines:
        structlog.get_logger("x").error("broke", exc_info=down)

    told = lines.all("broke")[0]["exception"]
    assert f"the bucket failed: {BLOT} was refused (the bucket is films at s3.local)" in told


def test_other_libraries_are_heard_from_warnings_on() -> None:
    """What a library logs becomes the same JSON lines, without the chatter in which clients tell whole addresses."""
    with written(("canary-secret",)) as lines:
        logging.getLogger("httpx").info("HTTP Request: GET https://h/?token=x")
        logging.getLogger("urllib3").warning("Retrying %s", "canary-secret")

    assert [(line["event"], line["level"], line["logger"]) for line in lines.all()] == [
        (f"Retrying {BLOT}", "warning", "urllib3")
    ]


def test_a_level_leaves_out_what_is_below_it() -> None:
    """With `warning` the lines of requests are not written."""
    with written(level="warning") as lines:
        structlog.get_logger("api").info("request")
        structlog.get_logger("api").warning("request")

    assert [line["level"] for line in lines.all()] == ["warning"]
