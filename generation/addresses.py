"""What counts as a web address: absolute, http or https, with a host and without credentials (contract R17, R39, R44).

And which numeric addresses are those of the public internet.
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

_NO_PUBLIC_V4: Final = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
"""Written out: the standard library's idea of "global" changed between patch releases (RFC 6890 registry)."""
_PUBLIC_V6: Final = ipaddress.IPv6Network("2000::/3")
_NO_PUBLIC_V6: Final = tuple(
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Inside 2000::/3: Teredo and its block, documentation, 6to4. Mapped, NAT64 and local ones lie outside it."""


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


def is_public(address: str) -> bool:
    """True for a public unicast address. Every special, mapped, tunnelled or translated form is not."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in block for block in _NO_PUBLIC_V4)
    return ip in _PUBLIC_V6 and ip.scope_id is None and not any(ip in block for block in _NO_PUBLIC_V6)
