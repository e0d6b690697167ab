"""The scheduler process: runs the table of jobs until told to stop."""

import signal
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

from bot.bootstrap import services
from bot.jobs.schedule import add_jobs
from bot.logs import configure_logs, get_logger
from bot.settings import settings

log = get_logger()


def main() -> None:
    """Run until SIGTERM or SIGINT. A second scheduler beside this one does no harm."""
    current = settings()
    configure_logs(current.log_level, current.log_format, "scheduler")
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    wired = services()
    scheduler = BackgroundScheduler(timezone=wired.site.zone)
    add_jobs(scheduler, wired)
    scheduler.start()
    log.info("scheduler_started", count=len(scheduler.get_jobs()))
    stop.wait()
    scheduler.shutdown(wait=True)
