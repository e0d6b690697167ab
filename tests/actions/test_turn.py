"""What every action stands on: blocking work beside the action server's loop."""

import asyncio
from threading import Barrier

from structlog.contextvars import bound_contextvars, get_contextvars

from actions._turn import THREADS, in_thread


def test_works_that_wait_keep_no_other_from_running(service):
    """As letters do that wait for MongoDB: with too few threads the last one never comes."""
    everyone_is_there = Barrier(THREADS)

    async def run() -> list[int]:
        waiting = (in_thread(lambda _: everyone_is_there.wait(5)) for _ in range(THREADS))
        return await asyncio.gather(*waiting)

    assert sorted(asyncio.run(run())) == list(range(THREADS))


def test_what_log_lines_are_bound_to_goes_along(service):
    with bound_contextvars(conversation_id="C-1"):
        assert asyncio.run(in_thread(lambda _: get_contextvars())) == {"conversation_id": "C-1"}
