"""What counts as a web address: absolute, http or https, with a host and without credentials (contract R17, R39, R44)."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_web_address(text: str) -> bool:
    """Whether this is an absolute http(s) address that can be handed to the vendor. Never raises."""
    if any(letter.isspace() for letter in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def looks_remote(text: str) -> bool:
    """Whether a picture's text is meant as an address rather than as base64."""
    return text[:8].lower().startswith(("http://", "https://"))
