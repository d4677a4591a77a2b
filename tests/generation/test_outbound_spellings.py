"""No spelling of a forbidden address is ever connected to: watched at the sockets of this process, not at our own code."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field

import pytest

from generation.errors import GenerationError, KlingUnreachable, OutboundRefused
from generation.outbound import Outbound, OutboundPolicy
from tests.generation.kling.scripted import ScriptedServer, answering

PUBLIC = "8.8.8.8"
STRICT = OutboundPolicy(hosts=frozenset({"klingai.com", "inkwai.com"}))
LOOSE = OutboundPolicy(hosts=frozenset({"klingai.com"}), allow_loopback=True)
V4 = (
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.168.1.1",
    "172.16.0.1",
    "8.8.8.8",
)
V6 = ("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2606:4700::1111")
INWARD = (*V4[:-1], *V6[:-1], "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "198.18.0.1")
FULL, CIRCLED = "０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨"


def in_digits(text: str, digits: str) -> str:
    return text.translate({ord(str(number)): digit for number, digit in enumerate(digits)})


def numbers_of(address: str) -> list[str]:
    """The address of IPv4 as one number, as four, two or three, in every base that some reader takes."""
    number, parts = int(ipaddress.IPv4Address(address)), [int(one) for one in address.split(".")]
    whole = [str(number), hex(number), f"0x{number:X}", f"0{number:o}", f"{number:#011o}"]
    each = ["{:#x}", "0x{:08x}", "{:#o}", "0{:o}", "{:03d}", "0x0{:x}"]
    fewer = [
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{number & 0xFFFF}",
        f"{parts[0]:#x}.{parts[1]}.{number & 0xFFFF}",
    ]
    return [*whole, *(".".join(form.format(one) for one in parts) for form in each), *fewer]


def wrapped(address: str) -> list[str]:
    """The same inside IPv6: mapped, compatible, translated and tunnelled."""
    high, low = divmod(int(ipaddress.IPv4Address(address)), 1 << 16)
    inside = ["::ffff:{v4}", "::ffff:{h:x}:{l:x}", "::{v4}", "0:0:0:0:0:ffff:{v4}", "64:ff9b::{h:x}:{l:x}"]
    inside += ["64:ff9b:1::{h:x}:{l:x}", "2002:{h:x}:{l:x}::1", "2001:0:{h:x}:{l:x}::", "{v4}"]
    return [f"[{form.format(v4=address, h=high, l=low)}]" for form in inside]


DISGUISES = (
    *("{}", "{}.", "{}%00.klingai.com", "{}%23.klingai.com", "api.klingai.com@{}", "api.klingai.com:443@{}"),
    *(
        "{}#api.klingai.com",
        "{}\\@api.klingai.com",
        "api.klingai.com\\@{}",
        "{}?.klingai.com",
        "{}/.klingai.com",
    ),
    *("api.klingai.com\t@{}", " {}", "{}\r\nHost: api.klingai.com", "{}:443", "{}:22", "xn--{}"),
    *("{}.nip.klingai.com.evil.example", "klingai.com.{}"),
)
"""Ways to write a host so that another reader takes it for a listed one."""


def hosts_of(address: str) -> list[str]:
    """The address of IPv4 in every spelling that some reader of URLs takes for it."""
    other = [
        in_digits(address, FULL),
        in_digits(address, CIRCLED),
        address.replace(".", "。"),
        address.replace(".", "%2e"),
    ]
    return [*(form.format(address) for form in DISGUISES), *numbers_of(address), *wrapped(address), *other]


def spellings() -> list[str]:
    v4 = [f"https://{host}/x" for address in V4 for host in hosts_of(address)]
    brackets = [f"[{address}]{port}" for address in V6 for port in ("", ":443", "%25eth0", ":22")]
    brackets += [f"[{address}%25eth0]" for address in V6] + [f"[{address}%eth0]" for address in V6] + [*V6]
    names = ["localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "ⓛocalhost"]
    schemes = [
        "HTTP",
        "hTTp",
        "ftp",
        "file",
        "gopher",
        "data",
        "javascript",
        "unix",
        "dict",
        "ldap",
        "https\n",
        "https ",
        "",
    ]
    others = [f"{scheme}://127.0.0.1/" for scheme in schemes]
    others += [
        "//127.0.0.1/",
        "\\\\127.0.0.1\\x",
        "https:127.0.0.1",
        "https:///127.0.0.1",
        "https:\\\\127.0.0.1",
        "\thttps://127.0.0.1",
    ]
    return [*dict.fromkeys([*v4, *(f"https://{one}/x" for one in (*brackets, *names)), *others])]


SPELLINGS = spellings()


@dataclass
class Sockets:
    """Where this process connected to, and which names it asked for; `answers` are what a resolver says, one a question."""

    connected: list[object] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: list[list[str]] = field(default_factory=list)

    def resolve(self, host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.asked.append(host)
        try:
            found = [socket.inet_ntoa(socket.inet_aton(host))]  # as the system's own reader of numbers does
        except OSError:
            if not self.answers:
                raise socket.gaierror("no such name") from None
            found = self.answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]

    def connect(self, address: object) -> None:
        self.connected.append(address)
        raise ConnectionRefusedError(111, "watched")


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Sockets:
    watched = Sockets()
    monkeypatch.setattr(socket, "getaddrinfo", watched.resolve)
    monkeypatch.setattr(socket.socket, "connect", watched.connect)
    monkeypatch.setattr(socket.socket, "connect_ex", watched.connect)
    return watched


def tried(outbound: Outbound, url: str) -> GenerationError:
    """What a download of it, and a client for it, are refused with."""
    with pytest.raises(OutboundRefused):
        outbound.client_for_api(url)
    with pytest.raises(GenerationError) as refused, outbound.download(url, max_bytes=9, deadline_seconds=2):
        pass
    return refused.value


def test_no_spelling_opens_a_connection(sockets: Sockets) -> None:
    """Over 400 spellings of addresses and names that are not listed: refused, no name asked, no socket connected."""
    outbound = Outbound(STRICT)
    let_through = [url for url in SPELLINGS if not isinstance(tried(outbound, url), OutboundRefused)]
    assert let_through == []
    assert (sockets.connected, sockets.asked) == ([], [])
    assert len(SPELLINGS) > 400


def test_a_policy_for_this_machine_reaches_no_further(sockets: Sockets) -> None:
    """With loopback allowed, what is connected to is loopback under its three names, and nothing that only resolves there."""
    outbound = Outbound(LOOSE)
    for url in SPELLINGS[::3]:
        with pytest.raises(GenerationError), outbound.download(url, max_bytes=9, deadline_seconds=2):
            pass
    assert {str(address[0]) for address in sockets.connected} <= {"127.0.0.1", "::1"}  # type: ignore[index]
    assert set(sockets.asked) <= {"localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize("address", INWARD)
def test_a_listed_name_that_leads_inward_is_not_connected_to(sockets: Sockets, address: str) -> None:
    """Alone, behind a public address, or in front of one."""
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        sockets.answers = [answer]
        with (
            pytest.raises(OutboundRefused),
            Outbound(STRICT).download("https://a.klingai.com/x", max_bytes=9, deadline_seconds=2),
        ):
            pass
    assert sockets.connected == []


def test_a_name_is_asked_for_once_and_what_was_checked_is_dialled(sockets: Sockets) -> None:
    """A resolver that says something public when it is checked and something inward a moment later is not asked twice."""
    sockets.answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    with (
        pytest.raises(KlingUnreachable),
        Outbound(STRICT).download("https://a.klingai.com/x", max_bytes=9, deadline_seconds=2),
    ):
        pass
    assert sockets.connected == [(PUBLIC, 443)]
    assert [name for name in sockets.asked if name != PUBLIC] == ["a.klingai.com"]
    with (
        pytest.raises(OutboundRefused),
        Outbound(STRICT).download("https://a.klingai.com/x", max_bytes=9, deadline_seconds=2),
    ):
        pass
    assert sockets.connected == [(PUBLIC, 443)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("header", ["location", "refresh"])
def test_a_redirect_is_not_followed(status: int, header: str) -> None:
    """Wherever an answer points, and by whatever header, nobody goes there: a server stands there and hears nothing."""
    with ScriptedServer(answering(200, b"inside")) as inside:
        said = {header: inside.url + "/secret" if header == "location" else f"0; url={inside.url}/secret"}
        with (
            ScriptedServer(answering(status, **said)) as server,
            pytest.raises(GenerationError),
            Outbound(LOOSE).download(server.url + "/x", max_bytes=99, deadline_seconds=2) as got,
        ):
            list(got.chunks)
    assert inside.talks == []
