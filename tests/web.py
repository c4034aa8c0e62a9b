"""A small internet on this machine: servers that answer by a script, and names and addresses that lead to them."""

import socket
import ssl
from collections.abc import Callable
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event

PICTURE = bytes(range(256)) * 4

Script = Callable[[socket.socket, Event], None]


class Server(ThreadingTCPServer):
    """Answers every request on a free port of this machine by a script, over TLS if given a context."""

    daemon_threads = True

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.tls, self.stop, self.heads = script, tls, Event(), list[str]()
        self.port = self.server_address[1]


class Handler(BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        try:
            connection = self._secured()
            with connection:
                self.server.heads.append(read_head(connection))
                self.server.script(connection, self.server.stop)
        except OSError:
            pass  # the other side has hung up: often the point of the test

    def _secured(self) -> socket.socket:
        tls = self.server.tls
        return self.request if tls is None else tls.wrap_socket(self.request, server_side=True)


def read_head(connection: socket.socket) -> str:
    head = b""
    while not head.endswith(b"\r\n\r\n") and (more := connection.recv(4096)):
        head += more
    return head.decode()


class Internet:
    """Names and addresses, all of which lead to one server; counts what is looked up and connected to."""

    def __init__(self, names: dict[str, list[str]] | None = None, port: int = 9) -> None:
        self.names, self.port = names or {}, port
        self.looked_up: list[str] = []
        self.connected: list[str] = []

    def resolve(self, host: str, port: int) -> list[str]:
        """Look a name up here, or a number as the system reads it: without asking anybody."""
        self.looked_up.append(host)
        if host in self.names:
            return self.names[host]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(address[0]) for *_, address in found]

    def connect(self, address: str, _port: int, timeout_s: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)


def saying(*parts: bytes) -> Script:
    def script(connection: socket.socket, _: Event) -> None:
        for part in parts:
            connection.sendall(part)

    return script


def repeating(beginning: bytes, part: bytes, wait_s: float = 0.0) -> Script:
    """A server that never comes to an end of itself."""

    def script(connection: socket.socket, stop: Event) -> None:
        connection.sendall(beginning)
        while not stop.wait(wait_s):
            connection.sendall(part)

    return script


def answer(body: bytes = PICTURE, status: str = "200 OK", **headers: str) -> bytes:
    headers = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(b"", status, Location=location)
