"""A local HTTP server that plays Infobip, well or badly, one scripted answer after another."""

import json
import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Event, Thread
from typing import Any

from tests.bot.infobip.fixtures import fixture_bytes


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Play = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Vendor:
    """What the server heard, and what it will answer next; 200 "accepted" when nothing is left."""

    base_url: str
    calls: list[Call] = field(default_factory=list)
    plays: deque[Play] = field(default_factory=deque)
    released: Event = field(default_factory=Event)

    def answers(self, status: int, body: bytes | str = b"", **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body

        def play(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)

        self.plays.append(play)

    def drops_the_connection(self) -> None:
        """The request is read whole, and nobody ever answers it."""

        def play(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)

        self.plays.append(play)

    def cuts_the_answer(self) -> None:
        """The answer promises more bytes than it brings."""

        def play(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"messageId"')
            handler.close_connection = True

        self.plays.append(play)

    def says_nothing(self) -> None:
        """The request is read, the connection stays open, no answer comes."""

        def play(handler: BaseHTTPRequestHandler) -> None:
            self.released.wait(10)
            handler.close_connection = True

        self.plays.append(play)

    def never_stops_sending(self) -> None:
        """An answer of unnamed length that goes on until the caller hangs up."""

        def play(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            with suppress(OSError):
                while not self.released.is_set():
                    handler.wfile.write(bytes(65536))

        self.plays.append(play)


@contextmanager
def running_vendor(tls: SSLContext | None = None) -> Iterator[Vendor]:
    """A vendor on a port of the machine's choice, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            vendor.calls.append(Call(self.command, self.path, dict(self.headers), body))
            if not vendor.plays:
                vendor.answers(200, fixture_bytes("responses/send_200.json"))
            vendor.plays.popleft()(self)

        do_GET = do_POST = answer  # noqa: N815 (the base class looks for these names)

        def log_message(self, *_: Any) -> None:
            """Keep the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "https" if tls else "http"
    vendor = Vendor(base_url=f"{scheme}://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield vendor
    finally:
        vendor.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
