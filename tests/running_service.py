"""The whole service as `fiado up` runs it, with a fake Infobip, and phones to talk to it."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self

from bot.bootstrap import Services, build_services
from bot.clock import Clock
from bot.processes import answers
from bot.rasa_runtime import train
from bot.settings import CHECKOUT, Settings
from storage.embedded_mongo import embedded_mongo
from storage.portfolio_import import import_portfolio
from tests.fakes import API_KEY, SENDER, a_simulator_config
from webhooks.simulator.config import WebhookAuth
from webhooks.simulator.standalone import FakeInfobip
from webhooks.simulator.store import ChatMessage

Record = dict[str, Any]

START_SECONDS = 120
STOP_SECONDS = 60
ANSWER_SECONDS = 20
CLOCK_IS_READ_WITHIN = 0.25
POLL_SECONDS = 0.01
WEBHOOK_SECRET = "secret-for-tests"

_numbers = count(1)


@dataclass(frozen=True)
class Reply:
    """One message of ours as the person sees it."""

    kind: str
    text: str
    titles: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """All that came back after what a phone sent."""

    replies: list[Reply]

    @property
    def text(self) -> str:
        return "\n---\n".join(reply.text for reply in self.replies)

    @property
    def titles(self) -> list[str]:
        """What can be tapped, over all messages."""
        return [title for reply in self.replies for title in reply.titles]

    @property
    def descriptions(self) -> list[str]:
        return [text for reply in self.replies for text in reply.descriptions]

    def __contains__(self, words: str) -> bool:
        return words in self.text


class Phone:
    """Somebody's WhatsApp."""

    def __init__(self, service: "RunningService", number: str) -> None:
        self.number = number
        self._service = service
        self._fake = service.infobip
        self._heard = 0
        self._sent: list[str] = []

    def says(self, text: str) -> str:
        """Send a text; the message's id."""
        return self._remember(self._fake.say(self.number, text))

    def taps(self, title: str) -> str:
        """Tap the newest button or row of that title."""
        return self._remember(self._fake.tap(self.number, title))

    def sends(self, message: Record) -> str:
        """Send any message object of Infobip's."""
        return self._remember(self._fake.send(self.number, message))

    def sends_file(
        self, kind: str, data: bytes, content_type: str, caption: str | None = None
    ) -> str:
        return self._remember(self._fake.send_file(self.number, kind, data, content_type, caption))

    def hears(self) -> Answer:
        """All that answers what was sent since the last time; TimeoutError if it takes long."""
        self._service.wait_until(self._is_answered, f"no answer to {self.number}")
        received = self._fake.received(self.number)
        new, self._heard = received[self._heard :], len(received)
        self._sent.clear()
        return Answer([_reply(message) for message in new])

    def asks(self, text: str) -> Answer:
        self.says(text)
        return self.hears()

    def chooses(self, title: str) -> Answer:
        self.taps(title)
        return self.hears()

    def shows(self, message: Record) -> Answer:
        self.sends(message)
        return self.hears()

    def proves(self, last4: str) -> Answer:
        """Answer the identity question."""
        return self.asks(last4)

    def buttons(self) -> dict[str, str]:
        """Ids of what the newest message with options offers, by title."""
        for message in reversed(self._fake.received(self.number)):
            options = _options(message.content)
            if options:
                return {option["title"]: option["id"] for option in options}
        return {}

    def _remember(self, message_id: str) -> str:
        self._sent.append(message_id)
        return message_id

    def _is_answered(self) -> bool:
        return self._service.is_answered(self.number, self._sent)


class RunningService:
    """A `fiado up` on free ports with data of its own; what is in it is reached by `services`."""

    def __init__(self, data_dir: Path, site_file: Path | None, start: datetime) -> None:
        self.data_dir = data_dir
        self._site_file = site_file
        self._start = start
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.set_time(self._start)
        self.port = free_port()
        mongodb_uri = self._stack.enter_context(embedded_mongo(self.data_dir))
        settings = Settings(
            _env_file=None,
            fiado_data_dir=self.data_dir,
            mongodb_uri=mongodb_uri,
            site_file=self._site_file,
        )
        self._share_models(settings)
        self.services: Services = build_services(settings)
        self._stack.callback(self.services.database.client.close)
        self.infobip = self._stack.enter_context(FakeInfobip(self._infobip_config()))
        self._stack.enter_context(self._processes())
        self.wait_until(self._is_ready, "the service did not start", START_SECONDS)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @property
    def today(self) -> date:
        return self.services.loan_accounts.today()

    @property
    def log_files(self) -> list[Path]:
        return sorted((self.data_dir / "logs").iterdir())

    def phone(self, number: str | None = None) -> Phone:
        """Somebody who never wrote before, from a number nobody else has."""
        return Phone(self, number or self.new_number())

    def new_number(self) -> str:
        is_panama = self.services.site.country == "PA"
        return f"50761{next(_numbers):06}" if is_panama else f"54911610{next(_numbers):05}"

    def load(self, *records: Record) -> None:
        """Import records as `fiado import` does; a bad line fails the test."""
        lines = "\n".join(json.dumps(record) for record in records).encode()
        import_portfolio(self.services.database, io.BytesIO(lines), _refuse)

    def set_time(self, instant: datetime) -> None:
        """Let it be `instant` for every process."""
        self._write_offset(round((instant - datetime.now(UTC)).total_seconds()))

    def pass_time(self, span: timedelta) -> None:
        self.set_time(self.services.clock.now() + span)
        time.sleep(CLOCK_IS_READ_WITHIN)

    def restore_time(self) -> None:
        self.set_time(self._start)
        time.sleep(CLOCK_IS_READ_WITHIN)

    def is_answered(self, number: str, message_ids: list[str]) -> bool:
        """Whether those messages are done and nothing to `number` is on its way."""
        database = self.services.database
        done = {"_id": {"$in": message_ids}, "state": {"$in": ["done", "dead"]}}
        if database["inbox"].count_documents(done) < len(message_ids):
            return False
        entries = list(database["outbox"].find({"to": number}))
        if any(entry["status"] in {"pending", "sending", "unknown"} for entry in entries):
            return False
        sent = [entry for entry in entries if entry["status"] in {"sent", "delivered", "seen"}]
        return len(self.infobip.received(number)) >= len(sent)

    def wait_until(
        self, condition: Callable[[], bool], complaint: str, seconds: float = ANSWER_SECONDS
    ) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{complaint}\n{self.output()}")
            time.sleep(POLL_SECONDS)

    def output(self) -> str:
        """What `fiado up` printed."""
        file = self.data_dir / "output"
        return file.read_text() if file.exists() else ""

    def _share_models(self, settings: Settings) -> None:
        """Train once for a checkout, not once for a run."""
        cache = CHECKOUT / "var"
        train(settings.model_copy(update={"fiado_data_dir": cache}))
        (self.data_dir / "models").symlink_to(cache / "models")

    def _infobip_config(self) -> Any:
        return a_simulator_config(
            service_url=f"http://127.0.0.1:{self.port}",
            clock=Clock(self.data_dir / "clock_offset").now,
            webhook_auth=WebhookAuth(secret_header="X-Secret", secret=WEBHOOK_SECRET),
        )

    @contextmanager
    def _processes(self) -> Iterator[None]:
        environment = os.environ | {
            "FIADO_DATA_DIR": str(self.data_dir),
            "INFOBIP_BASE_URL": self.infobip.base_url,
            "INFOBIP_API_KEY": API_KEY,
            "INFOBIP_SENDER": SENDER,
            "PYTHONPATH": str(CHECKOUT),
            "SITE_FILE": str(self._site_file or ""),
            "WEBHOOK_SECRET_HEADER": "X-Secret",
            "WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
        arguments = ["--port", str(self.port), "--no-simulator", "--no-demo-data"]
        with (self.data_dir / "output").open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "up", *arguments],
                cwd=self.data_dir,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _is_ready(self) -> bool:
        return answers("127.0.0.1", self.port, "/readyz")

    def _write_offset(self, seconds: int) -> None:
        file = self.data_dir / "clock_offset"
        draft = file.with_suffix(".new")
        draft.write_text(f"{seconds}\n")
        draft.replace(file)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _refuse(line: int, problem: str) -> None:
    raise ValueError(f"line {line}: {problem}")


def _reply(message: ChatMessage) -> Reply:
    content = message.content
    body = content.get("body")
    text = content.get("text") or (body or {}).get("text") or content.get("caption") or ""
    options = _options(content)
    return Reply(
        kind=message.kind,
        text=text,
        titles=[option["title"] for option in options],
        descriptions=[option.get("description", "") for option in options],
    )


def _options(content: Record) -> list[Record]:
    action = content.get("action") or {}
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    return list(action.get("buttons") or rows)


def without_clock(text: str) -> str:
    """`text` with `HH:MM` for every time of day, which depends on how fast the test runs."""
    return re.sub(r"\b\d{1,2}:\d{2}\b", "HH:MM", text)
