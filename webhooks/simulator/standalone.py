"""The simulator on a port of its own, in threads of the caller's process: for tests and trials."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from webhooks.simulator.blueprint import create_simulator, simulator_of
from webhooks.simulator.config import SimulatorConfig
from webhooks.simulator.faults import Fault
from webhooks.simulator.store import ChatMessage, StoredFile
from webhooks.simulator.wire_log import Call, Direction

MOUNTED_AT = "/simulator/infobip"


class SilentHandler(WSGIRequestHandler):
    """Serves without writing a line for each request."""

    def log(self, *args: Any) -> None:
        """Nothing: the wire log has it."""


class FakeInfobip:
    """
    A fake Infobip on a free local port, with its phones; a context manager.

    `base_url` is what the service uses as Infobip's; `page_url` is the phone in a browser.
    """

    def __init__(self, config: SimulatorConfig) -> None:
        app = Flask(__name__, static_folder=None)
        self._server = make_server(
            "127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler
        )
        origin = f"http://127.0.0.1:{self._server.server_port}"
        self.base_url = origin + MOUNTED_AT
        self.page_url = origin + "/simulator"
        blueprint = create_simulator(replace(config, infobip_url=self.base_url))
        app.register_blueprint(blueprint)
        self.simulator = simulator_of(app)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the port and stop every thread."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.simulator.close()

    def arm(self, fault: Fault, times: int = 1) -> None:
        """Misbehave on the next `times` occasions."""
        self.simulator.faults.arm(fault, times)

    def say(self, address: str, text: str, *, name: str | None = None) -> str:
        """The person at `address` writes `text`; returns the message's id."""
        person = self.simulator.store.person(address, name)
        return self.simulator.incoming.speak(person, {"type": "TEXT", "text": text}).message_id

    def send(self, address: str, message: dict[str, Any], *, quoted_id: str | None = None) -> str:
        """The person sends any Infobip message object, `{"type": "STICKER", ...}`; its id."""
        person = self.simulator.store.person(address)
        bubble = self.simulator.incoming.speak(person, message, quoted_id=quoted_id)
        return bubble.message_id

    def send_file(
        self, address: str, kind: str, data: bytes, content_type: str, caption: str | None = None
    ) -> str:
        """The person sends a file; `kind` is IMAGE, DOCUMENT, VOICE, STICKER ...; its id."""
        file_id = self.simulator.store.add_file(StoredFile(caption or kind, content_type, data))
        message = {"type": kind, "url": self.simulator.media_url(file_id)}
        return self.send(address, message | ({"caption": caption} if caption else {}))

    def tap(self, address: str, title: str) -> str:
        """The person taps the newest button or row called `title`; its id. LookupError if none."""
        person = self.simulator.store.person(address)
        return self.simulator.incoming.tap(person, title).message_id

    def received(self, address: str) -> list[ChatMessage]:
        """What the service sent to `address`, oldest first, failures included."""
        _, messages = self.simulator.store.news(self.simulator.store.person(address), after=0)
        return [message for message in messages if not message.is_from_person]

    def wait_for(
        self,
        address: str,
        is_wanted: Callable[[ChatMessage], bool] = bool,
        *,
        count: int = 1,
        timeout_seconds: float = 10.0,
    ) -> list[ChatMessage]:
        """The wanted messages to `address` once there are `count`; TimeoutError if too few come."""
        deadline = monotonic() + timeout_seconds
        while monotonic() < deadline:
            found = [message for message in self.received(address) if is_wanted(message)]
            if len(found) >= count:
                return found
            sleep(0.01)
        raise TimeoutError(
            f"{len(self.received(address))} messages to {address}, not {count} as wanted"
        )

    def calls(self, path_start: str = "", *, to_service: bool = False) -> list[Call]:
        """Calls to Infobip (or webhook calls `to_service`) so far whose path starts so."""
        direction = Direction.TO_SERVICE if to_service else Direction.TO_INFOBIP
        return [
            call
            for call in self.simulator.log.after()
            if call.direction is direction and call.path.startswith(path_start)
        ]
