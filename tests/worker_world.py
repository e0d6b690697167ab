"""The service around one worker of each kind, with a clock that stands until it is moved."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, Self

from werkzeug.serving import make_server

from bot.bootstrap import Services, build_services
from bot.clock import FixedClock
from bot.infobip.client import InfobipClient
from bot.settings import Settings
from bot.workers.lease_keeper import LeaseKeeper
from bot.workers.run import build_inbox_worker, build_outbox_worker
from storage.mongod_guardian import free_port
from tests.fake_rasa import FakeRasa
from tests.fakes import API_KEY, SENDER, a_simulator_config
from tests.message_builders import NOON, PHONE
from tests.processes import eventually
from webhooks.app import create_app
from webhooks.simulator.config import WebhookAuth
from webhooks.simulator.faults import Fault
from webhooks.simulator.from_settings import site_templates
from webhooks.simulator.standalone import FakeInfobip, SilentHandler

SECRET = "right"
TIMEOUTS = (1.0, 0.25)


class World:
    """
    Infobip and Rasa are played; all between them is real, and moves only when it is told to.

    `write` waits until a message is stored, `answer` does the turns that are ready, `send` the
    sends; `pass_time` moves the clock of the service and of the phones.
    """

    def __init__(self, database: Any, rasa: FakeRasa, infobip: FakeInfobip, web: "Web") -> None:
        self.database = database
        self.rasa, self.infobip, self.services = rasa, infobip, web.services
        self.clock: FixedClock = web.clock
        self.keeper = LeaseKeeper(self.services.conversations, self.clock, lambda _: None)
        self.inbox_worker = build_inbox_worker(self.services, "w1", self.keeper)
        client = InfobipClient(infobip.base_url, API_KEY, SENDER, timeouts=TIMEOUTS)
        self.outbox_worker = build_outbox_worker(self.services, "w1", client)

    def write(self, text: str, phone: str = PHONE) -> str:
        """The person writes; the id of the message, which is stored."""
        self.pass_time(milliseconds=1)
        message_id = self.infobip.say(phone, text)
        assert eventually(lambda: self.inbox_state(message_id) is not None)
        return message_id

    def inbox_state(self, message_id: str) -> str | None:
        entry = self.database["inbox"].find_one({"_id": message_id})
        return entry["state"] if entry else None

    def answer(self) -> None:
        """Every turn that is ready now."""
        while _work_off(self.inbox_worker):
            pass

    def send(self) -> None:
        """Every send that is ready now, and what is left over from others."""
        self.outbox_worker.look_after()
        while _work_off(self.outbox_worker):
            pass

    def pass_time(self, **length: float) -> None:
        self.clock.move(timedelta(**length))

    def converse(self, text: str, phone: str = PHONE) -> None:
        """The person writes and is answered."""
        self.write(text, phone)
        self.answer()
        self.send()

    def arrived(self, phone: str = PHONE, count: int = 0) -> list[str]:
        """What the person can read, once there are `count`: texts and names of templates."""
        assert eventually(lambda: len(self._readable(phone)) >= count), self._readable(phone)
        return self._readable(phone)

    def _readable(self, phone: str) -> list[str]:
        return [
            _without_introduction(bubble.content.get("text") or bubble.content["templateName"])
            for bubble in self.infobip.received(phone)
            if bubble.state != "failed"
        ]

    def outbox(self, **query: Any) -> list[dict[str, Any]]:
        """Outbox documents in order."""
        return list(self.database["outbox"].find(query, sort=[("seq", 1)]))

    def replies(self) -> list[str]:
        """The texts in the outbox, in order."""
        return [_without_introduction(entry["content"]["text"]) for entry in self.outbox()]

    def statuses(self) -> list[str]:
        return [entry["status"] for entry in self.outbox()]

    def will_be(self, *statuses: str) -> bool:
        """Whether the outbox comes to look so: reports take a moment."""
        return eventually(lambda: self.statuses() == list(statuses), 5)

    def dead_letters(self) -> list[str]:
        """Why things were given up, in order."""
        return [each["reason"] for each in self.database["dead_letters"].find(sort=[("_id", 1)])]

    def arm(self, fault: Fault, times: int = 1) -> None:
        self.infobip.arm(fault, times)

    @property
    def notices(self) -> Any:
        return self.services.site.pack.notices


def _without_introduction(text: str) -> str:
    return text.rpartition("\n\n")[2]


def _work_off(worker: Any) -> bool:
    """Do all that is ready; whether anything got on."""
    results = [worker.work(piece) for _, piece in worker.find_ready(set(), 8)]
    return any(results)


class Web:
    """The whole application on the port of its settings, to which its links point."""

    def __init__(self, app_of: Services, clock: FixedClock) -> None:
        self.services, self.clock = app_of, clock
        self._server = make_server(
            "127.0.0.1",
            app_of.settings.fiado_port,
            create_app(app_of),
            threaded=True,
            request_handler=SilentHandler,
        )
        self.url = app_of.settings.local_base_url
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def open_world(database: Any, *, now: datetime = NOON) -> Iterator[World]:
    """A world of its own on that database."""
    clock = FixedClock(now)
    with ExitStack() as stack:
        rasa = stack.enter_context(FakeRasa())
        settings = Settings(
            _env_file=None,
            fiado_port=free_port(),
            fiado_simulator=False,
            webhook_secret_header="X-Secret",
            webhook_secret=SECRET,
            rasa_urls=rasa.url,
            infobip_base_url="http://127.0.0.1:1",
            infobip_api_key=API_KEY,
            infobip_sender=SENDER,
        )
        services = build_services(settings, database=database, clock=clock)
        web = stack.enter_context(Web(services, clock))
        config = a_simulator_config(
            clock=clock.now,
            service_url=web.url,
            templates=site_templates(services.site),
            webhook_auth=WebhookAuth(secret_header="X-Secret", secret=SECRET),
        )
        infobip = stack.enter_context(FakeInfobip(config))
        yield World(database, rasa, infobip, web)
