"""Tokens as the contract asks for them, and secrets that stay where they are."""

from __future__ import annotations

import jwt
import pytest

from generation.kling.signing import AccessKeyPair, ApiKey

SECRET = "secret-" + "s" * 40


def test_a_token_is_what_the_vendors_sample_makes() -> None:
    """HS256 with iss, exp = now + 1800 and nbf = now - 5, and nothing else (contract 1.2)."""
    token = AccessKeyPair("AK1", SECRET).token(1_800_000_000.9)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = jwt.decode(
        token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False}
    )
    assert claims == {"iss": "AK1", "exp": 1_800_001_800, "nbf": 1_799_999_995}


def test_an_api_key_is_sent_as_it_is() -> None:
    """The key itself is the bearer token, at any time."""
    assert ApiKey("abc.def").token(0) == ApiKey("abc.def").token(1e9) == "abc.def"


def test_secrets_do_not_show() -> None:
    """Neither repr nor fingerprint holds a secret, and a rotated secret keeps its public fingerprint."""
    pair, key = AccessKeyPair("AK1", SECRET), ApiKey("api-" + SECRET)
    for credentials in (pair, key):
        assert SECRET not in repr(credentials)
        assert len(credentials.fingerprint) == 16
        assert credentials.fingerprint not in SECRET
    assert pair.fingerprint == AccessKeyPair("AK1", "other-" + SECRET).fingerprint
    assert pair.fingerprint != AccessKeyPair("AK2", SECRET).fingerprint
    assert key.fingerprint != ApiKey("other").fingerprint


@pytest.mark.parametrize("bad", ["", " ", "a b", "a\nb", "é", "x" * 513])
def test_a_key_that_cannot_stand_in_a_header_is_refused_without_showing_it(bad) -> None:
    """A pasted newline would end the header line, so such keys never become credentials."""
    for make in (ApiKey, lambda text: AccessKeyPair("AK", text), lambda text: AccessKeyPair(text, SECRET)):
        with pytest.raises(ValueError, match="key is empty") as refused:
            make(bad)
        assert not bad.strip() or bad not in str(refused.value)
