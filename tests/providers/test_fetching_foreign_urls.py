"""The guarded fetcher against real servers: which addresses, how many hops, how much, how long, of which type."""

import socket
import ssl
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers.errors import FetchFailedError, FetchRefusedError
from providers.fetch import FetchPolicy, check_url, fetch
from providers.guard import is_listed, is_public
from tests.providers.loopback import Loopback, http, redirect

AUDIO = http(b"ID3audio", headers=["Content-Type: Audio/MPEG; charset=x"])


def never(host, port):
    raise AssertionError(f"{host} was resolved")


class Names:
    """A resolver that answers from a script, one answer per question, the last one for ever."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.questions = []

    def __call__(self, host, port):
        self.questions.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def policy(*servers, **fields):
    return FetchPolicy(allowed=frozenset(server.host_port for server in servers), timeout_seconds=5, **fields)


def refused(url, rules=None, **options):
    with pytest.raises(FetchRefusedError) as caught:
        fetch(url, rules or FetchPolicy(timeout_seconds=5), **options)
    return caught.value.reason


def test_a_listed_address_is_fetched_with_its_type_and_without_secrets():
    with Loopback(AUDIO) as server:
        fetched = fetch(f"{server.url}/clip.mp3?sig=1", policy(server))
    assert (fetched.content, fetched.content_type) == (b"ID3audio", "audio/mpeg")
    assert fetched.final_url == f"{server.url}/clip.mp3?sig=1"
    names = {line.split(":")[0].lower() for line in server.heads[0].split("\r\n")[1:]}
    assert names == {"host", "accept", "accept-encoding", "user-agent", "connection"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "not an address",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_that_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "017700000001", "127.1", "0"],
)
def test_no_way_of_writing_this_machine_gets_through(host):
    with Loopback(AUDIO) as server:
        assert refused(f"http://{host}:{server.port}/") == "address"
        assert server.connections == 0


def test_a_name_that_points_inside_is_refused():
    with Loopback(AUDIO) as server:
        assert refused(f"http://cdn.example:{server.port}/", resolver=Names(["127.0.0.1"])) == "address"
        assert server.connections == 0


def test_one_inside_address_among_public_ones_refuses_the_name():
    assert refused("http://cdn.example/", resolver=Names(["93.184.216.34", "10.0.0.1"])) == "address"


def test_the_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to():
    # A rebinding name: public when asked first, this machine afterwards. The documentation address leads nowhere, so
    # whoever asked twice would land on the server.
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    with Loopback(AUDIO) as server:
        assert refused(f"http://rebind.example:{server.port}/", resolver=names) == "address"
        assert names.questions == [("rebind.example", server.port)]
        assert server.connections == 0


def test_a_listed_name_is_connected_to_at_the_address_it_was_resolved_to():
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    with Loopback(AUDIO) as server:
        rules = FetchPolicy(allowed={f"cdn.example:{server.port}"}, timeout_seconds=5)
        assert fetch(f"http://CDN.example:{server.port}/", rules, resolver=names).content == b"ID3audio"
    assert len(names.questions) == 1
    assert f"Host: cdn.example:{server.port}" in server.heads[0]


def test_the_next_address_is_tried_when_the_first_does_not_answer():
    with socket.create_server(("127.0.0.2", 0)) as closed:
        port_of_nobody = closed.getsockname()[1]
    with Loopback(AUDIO) as server:
        assert port_of_nobody != server.port
        rules = FetchPolicy(allowed={f"cdn.example:{server.port}"}, timeout_seconds=5)
        names = Names(["127.0.0.2", "127.0.0.1"])
        assert fetch(f"http://cdn.example:{server.port}/", rules, resolver=names).content == b"ID3audio"


def test_a_listing_holds_for_its_exact_port_only():
    with Loopback(AUDIO) as server, Loopback(AUDIO) as other:
        assert refused(other.url, policy(server)) == "address"
        assert other.connections == 0


def test_a_listing_for_one_name_does_not_open_another_for_the_same_address():
    with Loopback(AUDIO) as server:
        assert refused(f"http://localhost:{server.port}/", policy(server)) == "address"


def test_names_are_compared_without_regard_to_case():
    assert is_listed("CDN.example", 80, {"cdn.EXAMPLE:80"})
    assert not is_listed("cdn.example", 8080, {"cdn.example:80"})


def test_an_exception_may_be_given_as_a_question():
    with Loopback(AUDIO) as server:
        assert fetch(server.url, FetchPolicy(allowed=lambda: [server.host_port])).content == b"ID3audio"
        assert refused(server.url, FetchPolicy(allowed=list)) == "address"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://cdn.example/a", "scheme"),
        ("file:///etc/hostname", "scheme"),
        ("gopher://cdn.example/", "scheme"),
        ("data:audio/mpeg;base64,SUQz", "scheme"),
        ("//cdn.example/a", "scheme"),
        ("cdn.example/a", "scheme"),
        ("", "scheme"),
        ("http://", "url"),
        ("http:///a", "url"),
        ("http://user@cdn.example/", "credentials"),
        ("http://user:secret@cdn.example/", "credentials"),
        ("http://cdn.example@127.0.0.1/", "credentials"),
        ("http://@127.0.0.1/", "credentials"),
        ("http://127.0.0.1\\@cdn.example/", "url"),
        ("http://cdn.example\\.evil/", "url"),
        ("http://cdn.example/a b", "url"),
        (" http://cdn.example/", "url"),
        ("http://cdn.example/\r\nX: y", "url"),
        ("http://cdn.example\t/", "url"),
        ("http://cdn.example:99999999/", "url"),
        ("http://[::1/", "url"),
    ],
)
def test_urls_that_are_refused_before_a_name_is_resolved(url, reason):
    assert refused(url, resolver=never) == reason
    with pytest.raises(FetchRefusedError) as caught:
        check_url(url, FetchPolicy(), resolver=never)
    assert caught.value.reason == reason


def test_https_may_be_demanded_but_a_listed_sandbox_may_do_without():
    assert refused("http://cdn.example/", FetchPolicy(https_only=True), resolver=never) == "scheme"
    with Loopback(AUDIO) as server:
        assert fetch(server.url, policy(server, https_only=True)).content == b"ID3audio"


def test_a_url_is_checked_when_it_is_entered():
    check_url("https://api.minimax.io", FetchPolicy(https_only=True), resolver=Names(["8.8.8.8"]))
    with pytest.raises(FetchRefusedError):
        check_url("https://inside.example", FetchPolicy(), resolver=Names(["192.168.0.7"]))
    with pytest.raises(FetchFailedError, match="no address"):
        check_url("https://empty.example", FetchPolicy(), resolver=Names([]))


def test_an_unknown_name_fails_to_resolve():
    def unknown(host, port):
        raise socket.gaierror("unknown")

    with pytest.raises(FetchFailedError) as caught:
        check_url("https://nowhere.example", FetchPolicy(), resolver=unknown)
    assert caught.value.reason == "resolve"
    with pytest.raises(FetchFailedError) as caught:
        fetch("https://nowhere.example", FetchPolicy(), resolver=unknown)
    assert caught.value.reason == "connection"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_to_a_listed_address_is_followed(status):
    with Loopback(AUDIO) as target, Loopback(redirect(f"{target.url}/b", status)) as server:
        fetched = fetch(server.url, policy(server, target))
    assert (fetched.content, fetched.final_url) == (b"ID3audio", f"{target.url}/b")


def test_a_relative_redirect_stays_on_its_server():
    def script(connection, head, body):
        connection.sendall(AUDIO if "GET /b" in head else redirect("/b"))

    with Loopback(script) as server:
        assert fetch(f"{server.url}/a", policy(server)).final_url == f"{server.url}/b"


@pytest.mark.parametrize(
    "scheme", ["http://127.0.0.1:{}/", "http://localhost:{}/", "//127.0.0.1:{}/", "http://[::ffff:127.0.0.1]:{}/"]
)
def test_a_redirect_into_a_private_range_is_refused(scheme):
    with Loopback(AUDIO) as inside, Loopback(redirect(scheme.format(inside.port))) as server:
        assert refused(server.url, policy(server)) == "address"
        assert inside.connections == 0


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/hostname", "scheme"),
        ("ftp://cdn.example/", "scheme"),
        ("http://user:secret@cdn.example/", "credentials"),
        ("http://127.0.0.1\\@cdn.example/", "url"),
    ],
)
def test_a_redirect_is_checked_like_a_first_url(location, reason):
    with Loopback(redirect(location)) as server:
        assert refused(server.url, policy(server)) == reason


def test_a_redirect_to_nonsense_is_a_failure():
    with Loopback(redirect("http://[::1/")) as server, pytest.raises(FetchFailedError):
        fetch(server.url, policy(server))


def test_three_redirects_are_followed_and_a_fourth_is_refused():
    def after(count):
        def script(connection, head, body):
            hop = int(head.split()[1].strip("/"))
            connection.sendall(AUDIO if hop == count else redirect(f"/{hop + 1}"))

        return script

    with Loopback(after(3)) as server:
        assert fetch(f"{server.url}/0", policy(server)).content == b"ID3audio"
    with Loopback(after(4)) as server:
        assert refused(f"{server.url}/0", policy(server)) == "redirects"


def test_a_declared_size_beyond_the_limit_is_refused_before_reading():
    with Loopback(http(b"", length=10**12)) as server:
        assert refused(server.url, policy(server, max_bytes=1000)) == "size"


def test_a_body_without_a_length_is_cut_off_at_the_limit():
    def endless(connection, head, body):
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(b"\0" * 65536)

    with Loopback(endless) as server:
        assert refused(server.url, policy(server, max_bytes=100_000)) == "size"


def test_exactly_the_limit_is_taken():
    with Loopback(http(b"x" * 1000)) as server:
        assert len(fetch(server.url, policy(server, max_bytes=1000)).content) == 1000


def test_a_compressed_body_is_refused_because_it_could_grow_past_any_limit():
    with Loopback(http(b"x", headers=["Content-Encoding: gzip"])) as server:
        assert refused(server.url, policy(server)) == "type"
    assert "Accept-Encoding: identity" in server.heads[0]


def test_a_body_that_trickles_is_bounded_in_total_time():
    def trickle(connection, head, body):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not server.released.wait(0.02):
            connection.sendall(b"x")

    with Loopback(trickle) as server:
        rules = FetchPolicy(allowed={server.host_port}, timeout_seconds=0.3)
        with pytest.raises(FetchFailedError) as caught:
            fetch(server.url, rules)
    assert caught.value.reason == "timeout"


def test_a_server_that_says_nothing_is_left():
    def silent(connection, head, body):
        server.released.wait()

    with Loopback(silent) as server:
        with pytest.raises(FetchFailedError) as caught:
            fetch(server.url, FetchPolicy(allowed={server.host_port}, timeout_seconds=0.2))
        assert caught.value.reason == "timeout"


def test_the_time_of_all_redirects_together_is_bounded():
    def slow(connection, head, body):
        server.released.wait(0.15)
        connection.sendall(redirect("/again"))

    with Loopback(slow) as server:
        with pytest.raises(FetchFailedError) as caught:
            fetch(server.url, FetchPolicy(allowed={server.host_port}, timeout_seconds=0.25))
        assert caught.value.reason == "timeout"
        assert server.connections <= 2


@pytest.mark.parametrize("types", [{"audio/"}, {"audio/mpeg"}, {"audio/mpeg", "application/json"}, None])
def test_wanted_types_are_taken(types):
    with Loopback(AUDIO) as server:
        assert fetch(server.url, policy(server, content_types=types)).content_type == "audio/mpeg"


@pytest.mark.parametrize("header", [["Content-Type: text/html"], [], ["Content-Type: audiox/mpeg"]])
def test_other_types_are_refused(header):
    with Loopback(http(b"<html>", headers=header)) as server:
        assert refused(server.url, policy(server, content_types={"audio/"})) == "type"


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "500 Oops", "204 Nothing", "206 Part"])
def test_another_status_is_a_failure_with_its_number(status):
    with Loopback(http(b"<Error/>", status=status)) as server, pytest.raises(FetchFailedError) as caught:
        fetch(server.url, policy(server))
    assert (caught.value.reason, caught.value.status) == ("status", int(status[:3]))


@pytest.mark.parametrize("answer", [b"", http(b"half", length=9), b"SSH-2.0-x\r\n", b"\0" * 40])
def test_a_connection_that_breaks_is_a_failure(answer):
    with Loopback(answer) as server, pytest.raises(FetchFailedError) as caught:
        fetch(server.url, policy(server))
    assert caught.value.reason == "connection"


def test_nobody_listening_is_a_failure():
    with Loopback(AUDIO) as server:
        gone = server.host_port
    with pytest.raises(FetchFailedError) as caught:
        fetch(f"http://{gone}/", FetchPolicy(allowed={gone}))
    assert caught.value.reason == "connection"


def test_tls_asks_for_the_name_and_refuses_a_certificate_nobody_vouches_for(tmp_path):
    # The connection goes to a checked address, but what is verified is the name in the URL.
    tls, asked_for = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    tls.load_cert_chain(self_signed("cdn.example", tmp_path))
    tls.sni_callback = lambda connection, name, context: asked_for.append(name)

    def handshake(connection):
        with pytest.raises(ssl.SSLError):
            tls.wrap_socket(connection, server_side=True)

    with Loopback(AUDIO, greeting=handshake) as server:
        rules = FetchPolicy(allowed={f"cdn.example:{server.port}"}, timeout_seconds=5)
        with pytest.raises(FetchFailedError, match="CERTIFICATE_VERIFY_FAILED") as caught:
            fetch(f"https://cdn.example:{server.port}/", rules, resolver=Names(["127.0.0.1"]))
    assert caught.value.reason == "connection"
    assert asked_for == ["cdn.example"]


def test_a_redirect_may_step_down_from_https_to_a_listed_address_only(tmp_path):
    certificate = self_signed("cdn.example", tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)

    def names(host, port):
        return ["93.184.216.34"] if host == "public.example" else ["127.0.0.1"]

    def script(connection, head, body):
        connection.sendall(redirect("http://public.example/" if "GET /out" in head else plain.url))

    with (
        Loopback(AUDIO) as plain,
        Loopback(script, greeting=lambda raw: tls.wrap_socket(raw, server_side=True)) as server,
    ):
        rules = FetchPolicy(allowed={f"cdn.example:{server.port}", plain.host_port}, timeout_seconds=5)
        url = f"https://cdn.example:{server.port}"
        assert fetch(f"{url}/in", rules, resolver=names, tls=trusting).content == b"ID3audio"
        assert refused(f"{url}/out", rules, resolver=names, tls=trusting) == "scheme"


def self_signed(name, folder):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path = folder / "server.pem"
    path.write_bytes(pem)
    return path


def test_a_version_6_loopback_is_listed_in_brackets():
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        server = Loopback(AUDIO, host="::1")
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with server:
        assert fetch(server.url, policy(server)).content == b"ID3audio"
        assert refused(server.url) == "address"
