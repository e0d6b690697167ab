"""The table of jobs. A job asks what is due and not done, so late or double runs do no harm."""

from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.bootstrap import Services
from bot.jobs.expire_parked_messages import expire_parked_messages
from bot.jobs.review_letters import review_letters

MISFIRE_GRACE_SECONDS = 3600


@dataclass(frozen=True)
class Job:
    """A named piece of scheduled work; it enqueues under dedupe keys and never sends."""

    name: str
    run: Callable[[Services], None]
    trigger: BaseTrigger


JOBS = [
    Job("expire_parked_messages", expire_parked_messages, IntervalTrigger(minutes=10)),
    Job("review_letters", review_letters, IntervalTrigger(seconds=30)),
]


def add_jobs(scheduler: BaseScheduler, services: Services) -> None:
    """Register every job under its name."""
    for job in JOBS:
        scheduler.add_job(
            job.run,
            job.trigger,
            [services],
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=MISFIRE_GRACE_SECONDS,
        )
