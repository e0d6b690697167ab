"""A load generator and an Infobip that only acknowledges: as little as possible of either's CPU."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

ACCEPTED = {"groupId": 1, "groupName": "PENDING", "id": 7, "name": "PENDING_ENROUTE"}


async def read_message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """First line and body of one HTTP message with a Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head.split(b"\r\n", 1)[0], await reader.readexactly(length)


class Connections:
    """A pool of kept-alive connections to one address."""

    def __init__(self, host: str, port: int, headers: dict[str, str]) -> None:
        self._host, self._port = host, port
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, bytes, float]:
        """Status, body and seconds of one POST."""
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{self._headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        peer = self._idle.pop() if self._idle else None
        reader, writer = peer or await asyncio.open_connection(self._host, self._port)
        started = perf_counter()
        writer.write(head.encode() + data)
        line, answer = await read_message(reader)
        seconds = perf_counter() - started
        self._idle.append((reader, writer))
        return int(line.split()[1]), answer, seconds


class AcknowledgingInfobip:
    """Takes every message at once and tells `on_message(to, body)` about it."""

    def __init__(self, on_message: Callable[[str, dict[str, Any]], None]) -> None:
        self._on_message = on_message
        self.port = 0

    async def start(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                _, body = await read_message(reader)
                message = json.loads(body) if body else {}
                if "to" in message:
                    self._on_message(message["to"], message)
                answer = json.dumps(
                    {
                        "to": message.get("to", ""),
                        "messageCount": 1,
                        "messageId": message.get("messageId", ""),
                        "status": ACCEPTED,
                    }
                ).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: " + str(len(answer)).encode() + b"\r\n\r\n" + answer
                )
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # the peer went away, or the measurement is over
            writer.close()


async def all_of(count: int, work: Callable[[int], Awaitable[None]]) -> None:
    """Run `work(0..count-1)` side by side."""
    await asyncio.gather(*(work(number) for number in range(count)))
