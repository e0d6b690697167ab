"""A server that plays our Rasa channel, well or badly: it replays, and counts effects."""

import json
from collections import Counter, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from time import sleep
from typing import Any, Self

TOKEN = "local-secret-not-for-production"


@dataclass
class FakeRasa:
    """
    Answers every turn with "re: <what was said>", once: a message id that comes again gets the
    stored answer. `troubles` are worked off one a request: an HTTP status, "slow" (answers after
    `slow_seconds`), "lost" (the turn is done, the answer never arrives) or "garbage".
    """

    slow_seconds: float = 0.5
    troubles: deque[int | str] = field(default_factory=deque)
    poison: str | None = None
    turns: list[dict[str, Any]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    replays: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)
    overlaps: list[str] = field(default_factory=list)
    on_turn: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        self._answers: dict[str, dict[str, Any]] = {}
        self._lock = Lock()
        self._open(0)
        return self

    def __exit__(self, *error: object) -> None:
        if self._server is not None:
            self.go_away()

    @property
    def said(self) -> list[str]:
        """What was asked for the first time, in order."""
        return [said_in(turn) for turn in self.turns]

    def go_away(self) -> None:
        """Stop answering; the port refuses connections."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = None

    def come_back(self) -> None:
        """Answer again, on the same port, with what was stored before."""
        self._open(self.port)

    def _open(self, port: int) -> None:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.reply(200, {"status": "ok"})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    self.reply(401, {"error": "unauthorized"})
                    return
                status, answer = fake.take(body)
                if status is None:
                    self.close_connection = True
                    return
                self.reply(status, answer)

            def reply(self, status: int, answer: Any) -> None:
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """A client that was killed in the middle is what these tests are about."""

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def take(self, body: dict[str, Any]) -> tuple[int | None, Any]:
        """Status and body of the answer; no status: the connection breaks."""
        trouble = self.troubles.popleft() if self.troubles else None
        if isinstance(trouble, int):
            return trouble, {"error": "on_request"}
        if trouble == "garbage":
            return 200, b"[]"
        if self.poison is not None and self.poison in said_in(body):
            return 500, {"error": "turn_failed"}
        answer = self._turn(body)
        if trouble == "slow":
            sleep(self.slow_seconds)
        return (None, None) if trouble == "lost" else (200, answer)

    def _turn(self, body: dict[str, Any]) -> dict[str, Any]:
        conversation, message_id = body["conversation"], body["message_id"]
        with self._lock:
            self.busy[conversation] += 1
            if self.busy[conversation] > 1:
                self.overlaps.append(conversation)
        sleep(0.002)
        with self._lock:
            stored = self._answers.get(message_id)
            if stored is None:
                self.turns.append(body)
                self.effects[message_id] += 1
                stored = {
                    "message_id": message_id,
                    "responses": [{"text": f"re: {said_in(body)}"}],
                    "replayed": False,
                    "active_form": None,
                }
                self._answers[message_id] = stored
                answer = stored
            else:
                self.replays[message_id] += 1
                answer = stored | {"replayed": True}
            self.busy[conversation] -= 1
        self.on_turn.set()
        return answer


def said_in(turn: dict[str, Any]) -> str:
    """The words of a turn, or its command."""
    return str(turn.get("text") or "/" + turn["intent"]["name"])
