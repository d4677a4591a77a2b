"""Nothing is connected to but what the policy names, at an address that was checked, within bytes and time."""

from __future__ import annotations

import socket
import time

import httpx
import pytest

from generation.errors import KlingUnreachable, OutboundRefused, ResultRefused
from generation.outbound import Outbound, OutboundPolicy, is_public
from tests.generation.kling import scripted
from tests.generation.kling.certificates import contexts
from tests.generation.kling.scripted import ScriptedServer, answering, seconds_of

STRICT = OutboundPolicy(hosts=frozenset({"klingai.com", "inkwai.com"}))
LOOSE = OutboundPolicy(hosts=frozenset({"klingai.com"}), allow_loopback=True)

REFUSED = [
    # other schemes and no scheme at all
    *("http://api.klingai.com/", "ftp://api.klingai.com/", "file:///etc/passwd", "//api.klingai.com/", "api.klingai.com"),
    *("gopher://api.klingai.com/", "https:/api.klingai.com/", "https:api.klingai.com", "", "https://", " https://klingai.com"),
    # hosts that only look listed
    *("https://klingai.com.evil.example/", "https://evilklingai.com/", "https://klingai.co/", "https://evil.example/"),
    *("https://klingai.com%2eevil.example/", "https://klingai_com/", "https://-.klingai.com/", "https://a..klingai.com/"),
    *("https://klingai.com./", "https://api.klingai.com../", "https://.klingai.com/", "https://xn--.klingai.com\u3002/"),
    # user parts, backslashes, fragments in the authority
    *("https://api.klingai.com@evil.example/", "https://evil.example@api.klingai.com/", "https://u:p@api.klingai.com/"),
    *("https://evil.example\\@api.klingai.com/", "https://api.klingai.com\\.evil.example/", "https://@api.klingai.com/"),
    *("https://evil.example#@api.klingai.com/", "https://evil.example?@api.klingai.com/", "https://api.klingai.com:@x/"),
    # ports
    *("https://api.klingai.com:22/", "https://api.klingai.com:80/", "https://api.klingai.com:8443/"),
    *("https://api.klingai.com:/", "https://api.klingai.com:99999/", "https://api.klingai.com:-1/"),
    *("https://api.klingai.com:443443/", "https://api.klingai.com:４４３/"),
    # addresses in every spelling
    *("https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/"),
    *("https://127.1/", "https://0/", "https://169.254.169.254/", "https://8.8.8.8/", "https://[::1]/", "https://[::]/"),
    *("https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25eth0]/"),
    *("https://１２７.0.0.1/", "https://127。0。0。1/", "https://localhost/", "https://LOCALHOST/", "https://localhost./"),
    # unicode look-alikes and control characters
    *("https://api。klingai。com/", "https://api．klingai.com/", "https://kl\u0456ngai.com/", "https://\u212alingai.com/"),
    *("https://api.klingai.com/\r\nHost: evil", "https://api.kling\tai.com/", "https://api.klingai.com\x00.evil.example/"),
    *("https://api.klingai.com/a b", "https://api.klingai.com/\\..\\x", "https://api.klingai.com/" + "a" * 9000),
]  # fmt: skip


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory):
    return contexts(tmp_path_factory.mktemp("tls") / "both.pem")


def forbidden_resolver(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host} must not be asked for")


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_outside_the_policy_is_refused_before_a_name_is_asked(url) -> None:
    """No spelling gets past grammar and allow-list, neither as a result nor as an API base."""
    outbound = Outbound(STRICT, resolve=forbidden_resolver)
    with pytest.raises(OutboundRefused), outbound.download(url, max_bytes=1, deadline_seconds=1):
        pass
    with pytest.raises(OutboundRefused):
        outbound.client_for_api(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://klingai.com",
        "https://api-singapore.klingai.com/v1/x?y=/@:z#f",
        "HTTPS://API.KLINGAI.COM:443/",
        "https://v15.inkwai.com/bucket/ü.mp4?sig=%2F..%2f",
    ],
)
def test_a_listed_url_passes(url) -> None:
    """Suffixes admit their sub-hosts, in any case, with any path and query."""
    assert STRICT.check(url).host.endswith(("klingai.com", "inkwai.com"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8/", "http://localhost/", "http://[::1]:99/", "https://localhost:4/"]
)
def test_loopback_needs_the_flag(url) -> None:
    """The sandbox is reached over plain http only when the policy says so, and only under loopback's own names."""
    assert LOOSE.check(url)
    for policy, other in ((STRICT, url), (LOOSE, "http://127.0.0.2/"), (LOOSE, "http://api.klingai.com/")):
        with pytest.raises(OutboundRefused):
            policy.check(other)


@pytest.mark.parametrize(
    "hosts", [{"com"}, {"*.klingai.com"}, {".klingai.com"}, {"KLINGAI.com"}, {"127.0.0.1"}, {""}]
)
def test_a_suffix_that_lists_too_much_is_no_policy(hosts) -> None:
    """A bare top-level name, a pattern or an address is refused when the policy is made."""
    with pytest.raises(ValueError, match="suffixes"):
        OutboundPolicy(hosts=frozenset(hosts))


INWARD = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9"),
    *(
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
    ),
    *(
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "fe80::1",
        "fe80::1%eth0",
    ),
    *("fc00::1", "fd12::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1"),
    *("not-an-address",),
]


@pytest.mark.parametrize("address", INWARD)
def test_a_name_that_resolves_anywhere_inward_is_refused(address) -> None:
    """One special address among good ones refuses the name: nothing is connected to."""
    dialled: list[str] = []

    def dial(to: str, port: int, seconds: float) -> socket.socket:
        dialled.append(to)
        raise OSError

    outbound = Outbound(STRICT, resolve=lambda host, port: ["8.8.8.8", address], dial=dial)
    with pytest.raises(OutboundRefused, match=r"klingai\.com"):
        _read(outbound, "https://internal.klingai.com/x")
    assert dialled == []
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:4860:4860::8888", "2606:4700::1"]
)
def test_public_addresses_are_public(address) -> None:
    """The ranges stop where the registry says they stop."""
    assert is_public(address)


def test_the_checked_address_is_connected_to_under_the_old_name(certificate) -> None:
    """Resolved once; dialled by address, in order, past one that fails; Host and SNI still carry the name."""
    server_tls, client_tls = certificate
    names, asked, dialled = [], [], []
    server_tls.sni_callback = lambda sock, name, context: names.append(name)

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["8.8.4.4", "8.8.8.8"]

    with ScriptedServer(answering(200, b"film", content_type="video/mp4"), tls=server_tls) as server:

        def dial(to: str, port: int, seconds: float) -> socket.socket:
            dialled.append((to, port))
            if to == "8.8.4.4":
                raise ConnectionRefusedError
            return socket.create_connection(("127.0.0.1", server.port), seconds)

        outbound = Outbound(STRICT, resolve=resolve, dial=dial, tls=client_tls)
        assert _read(outbound, "https://api.klingai.com/f.mp4?s=1") == b"film"
    server_tls.sni_callback = None
    assert (asked, names) == (["api.klingai.com"], ["api.klingai.com"])
    assert dialled == [("8.8.4.4", 443), ("8.8.8.8", 443)]
    assert server.talks[0].header("host") == "api.klingai.com"


def test_a_wrong_certificate_is_unreachable(certificate) -> None:
    """TLS is verified against the name, whatever address was dialled."""
    server_tls, client_tls = certificate
    with ScriptedServer(answering(200, b"film"), tls=server_tls) as server:
        outbound = Outbound(
            STRICT,
            resolve=lambda host, port: ["8.8.8.8"],
            dial=lambda to, port, seconds: socket.create_connection(("127.0.0.1", server.port), seconds),
            tls=client_tls,
        )
        with pytest.raises(KlingUnreachable, match="certificate"):
            _read(outbound, "https://other.klingai.com/f.mp4")


def test_a_client_for_one_origin_goes_nowhere_else() -> None:
    """A URL built by mistake, or by an answer, does not leave through the API client."""
    outbound = Outbound(STRICT, resolve=forbidden_resolver)
    with outbound.client_for_api("https://api.klingai.com") as client:
        for url in ("https://other.klingai.com/", "https://evil.example/", "http://api.klingai.com/"):
            with pytest.raises(OutboundRefused):
                client.get(url)


def test_the_environment_names_no_proxy(monkeypatch) -> None:
    """HTTP_PROXY and friends are not obeyed: the pinned address would be the proxy's."""
    with (
        ScriptedServer(answering(200, b"direct")) as server,
        ScriptedServer(answering(200, b"proxied")) as proxy,
    ):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert _read(Outbound(LOOSE), server.url + "/x") == b"direct"
    assert proxy.talks == []


def test_a_download_says_type_and_length_and_streams() -> None:
    """A result arrives in pieces, with what the server declared about it."""
    film = bytes(3 << 20)
    with (
        ScriptedServer(answering(200, film, content_type="video/mp4")) as server,
        Outbound(LOOSE).download(server.url + "/f.mp4", max_bytes=len(film), deadline_seconds=5) as got,
    ):
        assert (got.content_type, got.content_length) == ("video/mp4", len(film))
        sizes = [len(chunk) for chunk in got.chunks]
    assert sum(sizes) == len(film)
    assert max(sizes) <= 1 << 17


CHUNKED = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n"
NO_RESULT = {
    "dead": (answering(403), "dead"),
    "gone": (answering(410), "dead"),
    "redirect": (answering(302, location="http://127.0.0.1:1/"), "status"),
    "empty status": (answering(204), "status"),
    "partial": (answering(206, b"abc"), "status"),
    "zipped": (answering(200, b"abc", content_encoding="gzip"), "encoding"),
    "declared too large": (answering(200, b"x" * 101), "too-large"),
    "found too large": (scripted.raw(CHUNKED + b"65\r\n" + b"x" * 101 + b"\r\n0\r\n\r\n"), "too-large"),
}


@pytest.mark.parametrize("case", NO_RESULT)
def test_what_is_no_result_is_refused_with_its_reason(case) -> None:
    """A dead URL, a redirect, compression and a size over the cap each say so, for the caller to act on."""
    script, why = NO_RESULT[case]
    with ScriptedServer(script) as server, pytest.raises(ResultRefused) as refused:
        _read(Outbound(LOOSE), server.url + "/f.mp4?token=hidden", max_bytes=100)
    assert refused.value.detail["why"] == why
    assert "hidden" not in refused.value.message


BROKEN = {
    "server error": answering(503),
    "throttled": answering(429),
    "cut short": scripted.raw(b"HTTP/1.1 200 X\r\ncontent-length: 90\r\n\r\nabc"),
    "cut chunks": scripted.raw(CHUNKED + b"5\r\nabcde\r\n"),
    "reset": scripted.reset_at_once,
    "no http": scripted.raw(b"hello"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_fault_of_the_network_is_worth_another_try(case) -> None:
    """Faults are KlingUnreachable, never half a film."""
    with ScriptedServer(BROKEN[case]) as server, pytest.raises(KlingUnreachable):
        _read(Outbound(LOOSE), server.url + "/f.mp4", max_bytes=100)


@pytest.mark.parametrize("script", [scripted.stalling, scripted.dripping], ids=lambda script: script.__name__)
def test_a_download_ends_at_its_deadline(script) -> None:
    """A stalled or dripping server is left within 0.3 s of the deadline."""
    with ScriptedServer(script) as server:

        def read() -> None:
            with pytest.raises(KlingUnreachable):
                _read(Outbound(LOOSE), server.url + "/f.mp4", deadline=0.4)

        assert 0.35 < seconds_of(read, at_most=0.7) < 0.7


def test_an_unknown_name_is_unreachable() -> None:
    """A resolver that fails is a fault of the network, not a refusal."""

    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(KlingUnreachable, match="no such name"):
        _read(Outbound(STRICT, resolve=resolve), "https://api.klingai.com/")


def test_a_reader_that_stops_early_leaves_nothing_open() -> None:
    """Leaving the block in mid-stream closes the connection."""
    with ScriptedServer(scripted.dripping) as server:
        with Outbound(LOOSE).download(server.url, max_bytes=1 << 20, deadline_seconds=5) as got:
            next(got.chunks)
        deadline = time.monotonic() + 2
        while not server.talks[0].closed and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.talks[0].closed


def test_errors_name_no_user_and_no_query() -> None:
    """Result URLs carry signatures: messages show host and path only."""
    with pytest.raises(OutboundRefused) as refused:
        STRICT.check("https://user:pass@evil.example/path?sig=secret")
    assert "evil.example/path" in refused.value.message
    assert not {"pass", "secret"} & set(refused.value.message.replace("@", " ").replace("=", " ").split())
    assert httpx.URL("https://evil.example").host not in STRICT.hosts


def _read(outbound: Outbound, url: str, *, max_bytes: int = 1 << 24, deadline: float = 5.0) -> bytes:
    with outbound.download(url, max_bytes=max_bytes, deadline_seconds=deadline) as got:
        return b"".join(got.chunks)
