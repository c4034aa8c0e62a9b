import gzip
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
import trustme

from service.dial import LOOKUP_THREADS, Dialler, Errand
from service.fetch import (
    Fetcher,
    FetchError,
    FetchLimits,
    FetchTimeoutError,
    ForbiddenUrlError,
    TooLargeError,
    UnreachableError,
    UnusableAnswerError,
    UpstreamError,
)
from service.transport import TimedSocket
from tests.web import PICTURE, Internet, Script, Server, answer, redirect, repeating, saying

PUBLIC, OTHER_PUBLIC = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
SHORT_S, LONG_S = 0.3, 60.0
AT_ONCE_S = 60.0  # what ends by itself ends long before, and what does not would go on until the test does


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers, and stops them when the test is over."""
    running: list[tuple[Server, Thread]] = []

    def start(script: Script | bytes, tls: ssl.SSLContext | None = None) -> Server:
        server = Server(saying(script) if isinstance(script, bytes) else script, tls)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return server

    yield start
    for server, thread in running:
        server.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def fetcher(ca_file: Path) -> Callable[..., Fetcher]:
    def make(internet: Internet, max_bytes: int = 1 << 20, timeout_s: float = LONG_S, **limits: Any) -> Fetcher:
        return Fetcher(FetchLimits(max_bytes, timeout_s, **limits), internet.resolve, internet.connect, ca_file)

    return make


@pytest.fixture
def get(serve: Callable[..., Server], fetcher: Callable[..., Fetcher]) -> Callable[..., bytes]:
    """Fetches from a server with a script."""

    def fetch(script: Script | bytes, **limits: Any) -> bytes:
        internet = Internet({"pictures.example": [PUBLIC]}, serve(script).port)
        return fetcher(internet, **limits).fetch("http://pictures.example/car.jpg")

    return fetch


# The picture


def test_the_bytes_behind_a_url_come_back(get: Callable[..., bytes]) -> None:
    assert get(answer()) == PICTURE


def test_a_body_in_chunks_or_up_to_the_end_of_the_connection_comes_back_whole(get: Callable[..., bytes]) -> None:
    chunks = b"".join(b"%x;note=1\r\n%b\r\n" % (len(part), part) for part in (PICTURE[:1], PICTURE[1:])) + b"0\r\n\r\n"
    assert get(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks) == PICTURE
    assert get(b"HTTP/1.0 200 OK\r\n\r\n" + PICTURE) == PICTURE


def test_a_request_says_who_asks_and_nothing_more(
    serve: Callable[..., Server],
    fetcher: Callable[..., Fetcher],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = serve(answer(Set_Cookie="id=1; Path=/"))
    internet = Internet({"pictures.example": [PUBLIC]}, server.port)
    cars = fetcher(internet)
    for _ in range(2):
        assert cars.fetch("http://Pictures.Example/a b/ä.jpg?size=1#top") == PICTURE
    assert server.heads == 2 * [
        "GET /a%20b/%C3%A4.jpg?size=1 HTTP/1.1\r\n"
        "Host: pictures.example\r\n"
        "User-Agent: Lookalike (self-hosted visual search)\r\n"
        "Accept: image/*\r\n"
        "Accept-Encoding: identity\r\n"
        "Connection: close\r\n\r\n"
    ]


def test_a_name_in_any_script_is_asked_for_in_ascii(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher]
) -> None:
    server = serve(answer())
    internet = Internet({"xn--mller-kva.example": [PUBLIC]}, server.port)
    assert fetcher(internet).fetch("http://Müller.example/") == PICTURE
    assert "Host: xn--mller-kva.example\r\n" in server.heads[0]


# Where it may lead

FORBIDDEN_HOSTS = [
    # this machine, and the many ways to write it
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.255", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7F.1",
    "017700000001", "0177.0.0.1", "0177.0x0.0.1", "127.0.0.1.", "%31%32%37.0.0.1", "0", "0.0.0.0", "0x0", "00",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::]",
    # networks of one's own, carriers' networks, clouds' metadata
    "10.0.0.1", "10.1", "167772161", "012.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.1",
    "0xc0a80001", "169.254.169.254", "169.254.43518", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    # what is nobody's
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "4294967295",
    # IPv4 in IPv6
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:a9fe:a9fe]", "[::ffff:10.0.0.1]", "[::127.0.0.1]",
    "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[::ffff:0:a9fe:a9fe]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]",
    "[64:ff9b:1::127.0.0.1]", "[64:ff9b:1:a9fe:a9:fe00::]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2a00:1450::5efe:127.0.0.1]",
    "[2a00:1450::200:5efe:7f00:1]", "[fe80::5efe:192.168.0.1]",
    # IPv6 that is not public
    "[fe80::1]", "[fe80::1%25lo]", "[fe80::1%251]", "[fec0::1]", "[feff::1]", "[fc00::1]", "[fd00:ec2::254]",
    "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[5f00::1]",
    # names
    "localhost", "LOCALHOST", "localhost.", "nas", "ⓛocalhost", "rebound.example",
]  # fmt: skip
PRIVATE_NAMES = {
    "localhost": ["::1", "127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "127.0.0.1.": ["127.0.0.1"],
    "nas": ["192.168.0.2"],
    "rebound.example": [PUBLIC, "10.0.0.1"],
}


def test_the_table_of_forbidden_hosts_is_long_and_says_nothing_twice() -> None:
    assert len(set(FORBIDDEN_HOSTS)) == len(FORBIDDEN_HOSTS) >= 60


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_a_private_address_is_refused_and_never_connected_to(
    fetcher: Callable[..., Fetcher], scheme: str, host: str
) -> None:
    internet = Internet(PRIVATE_NAMES)
    with pytest.raises(ForbiddenUrlError):
        fetcher(internet).fetch(f"{scheme}://{host}/")
    assert internet.connected == []


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_a_redirect_to_a_private_address_is_refused_and_not_followed(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher], host: str
) -> None:
    internet = Internet({**PRIVATE_NAMES, "pictures.example": [PUBLIC]}, serve(redirect(f"http://{host}/")).port)
    with pytest.raises(ForbiddenUrlError):
        fetcher(internet).fetch("http://pictures.example/")
    assert internet.connected == [PUBLIC]


def test_no_packet_reaches_a_listener_on_this_machine(ca_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        real = Fetcher(FetchLimits(1 << 20, LONG_S, ports=frozenset({port})), ca_file=ca_file)
        for host in ("127.0.0.1", "127.1", "0x7f.1", "2130706433", "0", "[::ffff:127.0.0.1]", "localhost"):
            with pytest.raises(ForbiddenUrlError):
                real.fetch(f"http://{host}:{port}/")
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    serve: Callable[..., Server], ca_file: Path
) -> None:
    internet = Internet(port=serve(redirect("http://rebinding.example/again")).port)
    answers = [["127.0.0.1"], [PUBLIC]]
    limits = FetchLimits(1 << 20, LONG_S)
    with pytest.raises(ForbiddenUrlError):
        Fetcher(limits, lambda *_: answers.pop(), internet.connect, ca_file).fetch("http://rebinding.example/")
    assert answers == []
    assert internet.connected == [PUBLIC]


@pytest.mark.parametrize(
    "url",
    ["", " ", "car.jpg", "/car.jpg", "//pictures.example/car.jpg", "pictures.example/car.jpg", "http:", "http:/x", "http://",
     "http:///car.jpg", "http://./", "http://?", "http://[/", "http://[::1", "http://[x]/", "http://pictures.example:x/",
     "http://pictures.example:99999/", "http://pictures.example:-1/", "http:pictures.example", "ftp://pictures.example/",
     "file:///etc/passwd", "data:image/png;base64,AAAA", "gopher://pictures.example/", "javascript:alert(1)",
     "httpx://pictures.example/", "http://pictures.example/\r\nX: y", "http://pictures.example/\0", "http://\ud800/",
     "http://pictures.example/\tcar.jpg", "http://me@pictures.example/", "http://me:secret@pictures.example/",
     "http://:secret@pictures.example/", "http://*.example/"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused_before_anything_is_looked_up(
    fetcher: Callable[..., Fetcher], url: str
) -> None:
    internet = Internet({"pictures.example": [PUBLIC]})
    with pytest.raises(ForbiddenUrlError) as caught:
        fetcher(internet).fetch(url)
    assert "secret" not in str(caught.value)
    assert internet.looked_up == internet.connected == []


@pytest.mark.parametrize("port", [1, 22, 25, 81, 6333, 8000, 65535])
def test_other_ports_are_refused_before_anything_is_looked_up(fetcher: Callable[..., Fetcher], port: int) -> None:
    internet = Internet({"pictures.example": [PUBLIC]})
    with pytest.raises(ForbiddenUrlError, match="port"):
        fetcher(internet).fetch(f"http://pictures.example:{port}/")
    assert internet.looked_up == []


@pytest.mark.parametrize("form", ["127.0.0.1", "127.0.0.1:{port}"])
def test_a_private_host_that_is_allowed_is_fetched_from(serve: Callable[..., Server], ca_file: Path, form: str) -> None:
    port = serve(answer()).port
    limits = FetchLimits(
        1 << 20,
        LONG_S,
        ports=frozenset({80} if "port" in form else {port}),
        allowed_hosts=frozenset({form.format(port=port)}),
    )
    allowing = Fetcher(limits, ca_file=ca_file)
    assert allowing.fetch(f"http://127.0.0.1:{port}/") == PICTURE
    with pytest.raises(ForbiddenUrlError):
        allowing.fetch("http://127.0.0.2:80/")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_wherever_it_is_public(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher], status: int
) -> None:
    steps = iter([redirect("//müller.example/b.jpg#x", f"{status} Moved"), redirect("c.jpg"), answer()])
    server = serve(lambda connection, _: connection.sendall(next(steps)))
    internet = Internet({"pictures.example": [PUBLIC], "xn--mller-kva.example": [OTHER_PUBLIC]}, server.port)
    assert fetcher(internet).fetch("http://pictures.example/a.jpg") == PICTURE
    assert internet.connected == [PUBLIC, OTHER_PUBLIC, OTHER_PUBLIC]
    assert [head.split()[1] for head in server.heads] == ["/a.jpg", "/b.jpg", "/c.jpg"]


def test_redirects_without_end_are_followed_three_times(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher]
) -> None:
    internet = Internet({"pictures.example": [PUBLIC]}, serve(redirect("/again")).port)
    with pytest.raises(UnusableAnswerError, match="redirects more than 3 times"):
        fetcher(internet).fetch("http://pictures.example/")
    assert len(internet.connected) == 4


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://me:secret@pictures.example/", "http://pictures.example:22/", "http://[::1"],
)
def test_a_redirect_is_checked_like_the_first_url(get: Callable[..., bytes], location: str) -> None:
    with pytest.raises(ForbiddenUrlError):
        get(redirect(location))


def test_an_error_after_a_redirect_does_not_tell_where_it_led(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher]
) -> None:
    internet = Internet({"pictures.example": [PUBLIC], "vault.internal": ["10.1.2.3"]})
    internet.port = serve(redirect("http://vault.internal/")).port
    with pytest.raises(ForbiddenUrlError, match=r"pictures\.example") as caught:
        fetcher(internet).fetch("http://pictures.example/")
    assert "vault" not in str(caught.value)
    assert "10.1" not in str(caught.value)


# Size


@pytest.mark.parametrize(
    "status",
    ["201 Created", "204 No Content", "206 Partial", "300 Choices", "302 Found", "304 Same", "401 No", "404 Not Found",
     "500 Broken", "599 ?"],
)  # fmt: skip
def test_another_status_than_200_is_told(get: Callable[..., bytes], status: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        get(answer(b"", status))
    assert caught.value.status == int(status[:3])


def test_a_picture_of_just_the_right_size_is_taken(get: Callable[..., bytes]) -> None:
    assert get(answer(), max_bytes=len(PICTURE)) == PICTURE


def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(get: Callable[..., bytes]) -> None:
    with pytest.raises(TooLargeError) as caught:
        get(repeating(answer(b"", Content_Length="1025"), b"", wait_s=0.01), max_bytes=1024)
    assert caught.value.limit_bytes == 1024


def test_one_byte_over_the_limit_is_too_much_whatever_was_promised(get: Callable[..., bytes]) -> None:
    with pytest.raises(TooLargeError):
        get(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1025), max_bytes=1024)


ENDLESS = {
    "body": repeating(b"HTTP/1.1 200 OK\r\n\r\n", bytes(4096)),
    "chunks": repeating(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"100\r\n%b\r\n" % bytes(256)),
    "one chunk": repeating(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", bytes(4096)),
    "interim answers": repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "trailers": repeating(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 1000),
}
OVERLONG = {
    "status line": repeating(b"", b"H" * 4096),
    "header line": repeating(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 4096),
    "headers": repeating(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100),
    "chunk length": repeating(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0" * 4096),
}


@pytest.mark.parametrize("endless", ENDLESS)
def test_an_answer_without_end_is_cut_off_at_the_limit(get: Callable[..., bytes], endless: str) -> None:
    with pytest.raises(TooLargeError):
        get(ENDLESS[endless], max_bytes=100_000)


@pytest.mark.parametrize("overlong", OVERLONG)
def test_a_frame_without_end_is_cut_off_long_before_memory_is(get: Callable[..., bytes], overlong: str) -> None:
    with pytest.raises((TooLargeError, UnusableAnswerError)):
        get(OVERLONG[overlong], max_bytes=100_000)


@pytest.mark.parametrize(
    "encoding", ["gzip", "deflate", "br", "zstd", "x-gzip", "gzip, identity", "GZIP", "unheard-of"]
)
def test_an_encoded_answer_is_refused_and_not_inflated(get: Callable[..., bytes], encoding: str) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    with pytest.raises(UnusableAnswerError, match="encoding"):
        get(answer(bomb, Content_Encoding=encoding))


def test_an_answer_that_says_it_is_not_encoded_is_taken(get: Callable[..., bytes]) -> None:
    assert get(answer(Content_Encoding="Identity")) == PICTURE


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"\0\xff" * 100, b"hello\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n",
     b"HTTP/1.1 99999 OK\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
     b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
     b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
     b"HTTP/1.1 302 Found\r\nLocation: http://[\xff/\r\n\r\n"],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_an_error_of_ours(get: Callable[..., bytes], nonsense: bytes) -> None:
    with pytest.raises(FetchError):
        get(nonsense)


# Time

DRIPPING = {
    "nothing": repeating(b"", b"", wait_s=0.02),
    "status": repeating(b"HTTP/1.1 2", b"0", wait_s=0.02),
    "headers": repeating(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", wait_s=0.02),
    "one header": repeating(b"HTTP/1.1 200 OK\r\nX: ", b"y", wait_s=0.02),
    "interim answers": repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n", wait_s=0.02),
    "body": repeating(answer(b"", Content_Length="100000"), b"x", wait_s=0.02),
    "body of any length": repeating(b"HTTP/1.1 200 OK\r\n\r\n", b"x", wait_s=0.02),
    "chunks": repeating(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", wait_s=0.02),
    "chunk length": repeating(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0", wait_s=0.02),
    "redirects": repeating(b"HTTP/1.1 302 Found\r\n", b"Location: /\r\n", wait_s=0.02),
}


@pytest.mark.parametrize("dripping", DRIPPING)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_drips_does_not_outlive_the_deadline(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher], authority: trustme.CA, dripping: str, scheme: str
) -> None:
    server = serve(DRIPPING[dripping], tls_for(authority, "pictures.example") if scheme == "https" else None)
    internet = Internet({"pictures.example": [PUBLIC]}, server.port)
    started_s = monotonic()
    with pytest.raises(FetchTimeoutError) as caught:
        fetcher(internet, timeout_s=SHORT_S).fetch(f"{scheme}://pictures.example/")
    assert SHORT_S <= monotonic() - started_s < AT_ONCE_S
    assert caught.value.timeout_s == SHORT_S


def test_a_server_that_never_shakes_hands_does_not_outlive_the_deadline(fetcher: Callable[..., Fetcher]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        internet = Internet({"pictures.example": [PUBLIC]}, silent.getsockname()[1])
        with pytest.raises(FetchTimeoutError):
            fetcher(internet, timeout_s=SHORT_S).fetch("https://pictures.example/")


def test_all_redirects_together_have_one_deadline(get: Callable[..., bytes]) -> None:
    def late(connection: socket.socket, stop: Event) -> None:
        stop.wait(SHORT_S / 2)
        connection.sendall(redirect("/again"))

    with pytest.raises(FetchTimeoutError):
        get(late, timeout_s=SHORT_S)


def test_a_name_that_takes_for_ever_does_not_outlive_the_deadline(ca_file: Path) -> None:
    answered = Event()

    def resolve(_: str, __: int) -> list[str]:
        answered.wait(LONG_S)
        return [PUBLIC]

    with pytest.raises(FetchTimeoutError):
        Fetcher(FetchLimits(1 << 20, SHORT_S), resolve, ca_file=ca_file).fetch("http://pictures.example/")
    answered.set()


def test_names_that_take_for_ever_keep_a_bounded_number_of_threads(serve: Callable[..., Server]) -> None:
    answered, waiting = Event(), []

    def resolve(host: str, _: int) -> list[str]:
        if host == "slow.example":
            waiting.append(host)
            answered.wait(LONG_S)
        return [PUBLIC]

    dialler = Dialler(resolve, Internet(port=serve(answer()).port).connect)
    for _ in range(LOOKUP_THREADS + 3):
        with pytest.raises(FetchTimeoutError):
            dialler.dial("slow.example", 80, Errand("slow.example", 0.02, 1))
    assert len(waiting) <= LOOKUP_THREADS
    answered.set()
    dialler.dial("quick.example", 80, Errand("quick.example", LONG_S, 1)).close()


# Connections


def test_a_silent_address_leaves_time_for_the_next(serve: Callable[..., Server], ca_file: Path) -> None:
    internet, given_s = Internet({"pictures.example": [OTHER_PUBLIC, PUBLIC]}, serve(answer()).port), []

    def connect(address: str, port: int, timeout_s: float) -> socket.socket:
        given_s.append(timeout_s)
        if address == OTHER_PUBLIC:
            raise TimeoutError
        return internet.connect(address, port, timeout_s)

    patient = Fetcher(FetchLimits(1 << 20, LONG_S), internet.resolve, connect, ca_file)
    assert patient.fetch("http://pictures.example/") == PICTURE
    assert given_s[0] <= LONG_S / 2 < given_s[1]


def test_a_connection_that_comes_too_late_is_closed() -> None:
    ours, theirs = socket.socketpair()

    def connect(_: str, __: int, timeout_s: float) -> socket.socket:
        Event().wait(timeout_s)
        return ours

    with theirs, pytest.raises(FetchTimeoutError):
        Dialler(lambda *_: [PUBLIC], connect).dial("late.example", 80, Errand("late.example", 0.02, 1))
    assert ours.fileno() == -1


def test_a_server_that_does_not_read_does_not_outlive_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(FetchTimeoutError):
        TimedSocket(ours, Errand("deaf.example", SHORT_S, 1)).sendall(bytes(10_000_000))


@pytest.mark.parametrize("names", [{}, {"pictures.example": []}, {"pictures.example": ["not an address"]}])
def test_a_host_that_is_not_there_is_told(fetcher: Callable[..., Fetcher], names: dict[str, list[str]]) -> None:
    with pytest.raises(UnreachableError, match=r"pictures\.example cannot be found"):
        fetcher(Internet(names)).fetch("http://pictures.example/")


def test_a_host_that_refuses_connections_is_told(fetcher: Callable[..., Fetcher]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        internet = Internet({"pictures.example": [PUBLIC]}, gone.getsockname()[1])
    with pytest.raises(UnreachableError, match=r"pictures\.example cannot be connected to"):
        fetcher(internet).fetch("http://pictures.example/")


def test_many_threads_may_fetch_at_once(serve: Callable[..., Server], fetcher: Callable[..., Fetcher]) -> None:
    shared = fetcher(Internet({"pictures.example": [PUBLIC]}, serve(answer()).port))
    fetched: list[bytes] = []
    threads = [Thread(target=lambda: fetched.append(shared.fetch("http://pictures.example/"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == 16 * [PICTURE]


# TLS


def tls_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("host", "named", "sent"),
    [("pictures.example", "pictures.example", "pictures.example"), (PUBLIC, PUBLIC, None),
     (f"[{OTHER_PUBLIC}]", OTHER_PUBLIC, None)],
)  # fmt: skip
def test_a_certificate_must_be_for_the_host_of_the_url_which_is_told_to_the_server(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher], authority: trustme.CA,
    host: str, named: str, sent: str | None,
) -> None:  # fmt: skip
    context, asked_for = tls_for(authority, named), []
    context.sni_callback = lambda _, name, __: asked_for.append(name)
    server = serve(answer(), context)
    internet = Internet({"pictures.example": [PUBLIC]}, server.port)
    assert fetcher(internet).fetch(f"https://{host}/") == PICTURE
    assert asked_for == [sent]
    assert f"Host: {host}\r\n" in server.heads[0]


@pytest.mark.parametrize("other", [True, False])
def test_a_certificate_of_another_host_or_authority_is_refused_before_anything_is_asked(
    serve: Callable[..., Server], fetcher: Callable[..., Fetcher], authority: trustme.CA, other: bool
) -> None:
    context = tls_for(authority, "other.example") if other else tls_for(trustme.CA(), "pictures.example")
    server = serve(answer(), context)
    with pytest.raises(UnreachableError, match="no certificate"):
        fetcher(Internet({"pictures.example": [PUBLIC]}, server.port)).fetch("https://pictures.example/")
    assert server.heads == []
