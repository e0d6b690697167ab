"""The worker process: drains the inbox and the outbox, prints and fetches files, until stopped."""

import os
import signal
import socket
from collections.abc import Callable
from threading import Event

from bot.bootstrap import Services, services
from bot.dialogue.commands import CommandSigner
from bot.dialogue.rasa_client import RasaClient
from bot.dialogue.reading import Reader
from bot.dialogue.turn import TurnTaker
from bot.doorbell import Doorbell, DoorbellListener
from bot.infobip.client import InfobipClient
from bot.infobip.media import InboundMedia
from bot.logs import configure_logs, get_logger
from bot.services.fallback_notices import FallbackNotices
from bot.settings import settings
from bot.workers.attachment_worker import AttachmentWorker
from bot.workers.chore import Chore
from bot.workers.document_worker import DocumentWorker, Printer
from bot.workers.draining import Drain
from bot.workers.inbox_worker import InboxWorker
from bot.workers.lease_keeper import LeaseKeeper
from bot.workers.outbox_worker import OutboxWorker
from bot.workers.printing import open_press
from storage.turns import Turns

log = get_logger()


def main() -> None:
    """Work until SIGTERM or SIGINT; then finish what was begun."""
    current = settings()
    configure_logs(current.log_level, current.log_format, "worker")
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    run(services(), stop)


def run(wired: Services, stop: Event) -> None:
    """Drain with the wired services until `stop` is set."""
    with open_press(wired) as press:
        _run(wired, press, stop)


def _run(wired: Services, press: Printer, stop: Event) -> None:
    worker = f"{socket.gethostname()}-{os.getpid()}"
    current = wired.settings
    threads = current.fiado_worker_threads
    client = InfobipClient(
        current.infobip_url, current.infobip_key, current.infobip_sender, pool_size=threads
    )
    keeper = LeaseKeeper(wired.conversations, wired.clock, client.send_typing)
    outbox_worker = build_outbox_worker(wired, worker, client)
    outbox = Drain(
        "outbox", threads=threads, find_ready=outbox_worker.find_ready, work=outbox_worker.work
    )
    inbox_worker = build_inbox_worker(wired, worker, keeper, lambda key: outbox.offer(key, key))
    inbox = Drain(
        "inbox", threads=threads, find_ready=inbox_worker.find_ready, work=inbox_worker.work
    )
    attachment_worker = AttachmentWorker(
        wired.attachments,
        InboundMedia(current.infobip_url, current.infobip_key),
        wired.clock,
    )
    document_worker = build_document_worker(wired, press, lambda key: outbox.offer(key, key))
    documents = Drain(
        "documents",
        # one is stored while the press prints the other
        threads=2,
        find_ready=document_worker.find_ready,
        work=document_worker.work,
    )
    drains = {"inbox": inbox, "outbox": outbox, "documents": documents}
    bell = DoorbellListener(
        current.fiado_data_dir, {name: drain.wake for name, drain in drains.items()}
    )
    running: list[LeaseKeeper | Drain | DoorbellListener | Chore] = [
        keeper,
        *drains.values(),
        bell,
        Chore("sends left over", outbox_worker.look_after),
        Chore("attachments", attachment_worker.fetch_waiting),
    ]
    # what kept letters from being printed may be cured since
    wired.letter_printing.resume(at=wired.clock.machine_now())
    for part in running:
        part.start()
    log.info("worker_started", worker=worker)
    stop.wait()
    for part in reversed(running):
        part.stop()
    log.info("worker_stopped", worker=worker)


def build_inbox_worker(
    wired: Services,
    worker: str,
    keeper: LeaseKeeper,
    on_enqueued: Callable[[str], None] = lambda _: None,
) -> InboxWorker:
    """What answers, under the name `worker`."""
    return InboxWorker(
        worker,
        inbox=wired.inbox,
        contacts=wired.contacts,
        conversations=wired.conversations,
        turns=Turns(wired.database),
        turn_taker=turn_taker(wired),
        notices=FallbackNotices(wired.enqueuing, wired.site),
        keeper=keeper,
        clock=wired.clock,
        on_enqueued=on_enqueued,
    )


def build_outbox_worker(wired: Services, worker: str, client: InfobipClient) -> OutboxWorker:
    """What sends, under the name `worker`."""
    return OutboxWorker(
        worker,
        outbox=wired.outbox,
        outbox_files=wired.outbox_files,
        upkeep=wired.outbox_upkeep,
        conversations=wired.conversations,
        contacts=wired.contacts,
        enqueuing=wired.enqueuing,
        files=wired.outgoing_files,
        notices=FallbackNotices(wired.enqueuing, wired.site),
        client=client,
        clock=wired.clock,
        on_unproven=wired.letter_notices.say_ready_again,
    )


def build_document_worker(
    wired: Services, press: Printer, on_released: Callable[[str], None] = lambda _: None
) -> DocumentWorker:
    """What prints letters with that press."""
    return DocumentWorker(
        press,
        letters=wired.letter_printing,
        merchant_logos=wired.merchant_logos,
        rules=wired.site.pack.letters,
        files=wired.files,
        outbox_files=wired.outbox_files,
        dead_letters=wired.dead_letters,
        clock=wired.clock,
        doorbell=Doorbell(wired.settings.fiado_data_dir),
        on_released=on_released,
    )


def turn_taker(wired: Services) -> TurnTaker:
    """The dialogue side of a turn, for these services."""
    current = wired.settings
    signer = CommandSigner(current.secret_key.get_secret_value())
    return TurnTaker(
        RasaClient(
            current.rasa_url_list,
            current.fiado_internal_token.get_secret_value(),
            connections=current.fiado_worker_threads,
        ),
        Reader(signer, wired.site.pack, today=lambda: wired.site.local_date(wired.clock.now())),
        signer,
        clock=wired.clock,
        contacts=wired.contacts,
        site=wired.site,
    )
