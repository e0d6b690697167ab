"""Webhook acknowledgements under a steady flow, with the workers answering meanwhile.

`fiado bench ack`, or `python -m tests.benchmarks.ack [RATE] [SECONDS]`. The baseline is what
MongoDB itself takes for one durable insert at the same rate in the same run: the least that an
acknowledgement after storing can cost.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from pymongo.collection import Collection

from storage.mongo import connect
from tests.benchmarks.service import (
    inbound,
    median_ms,
    percentile,
    phone_of,
    running_service,
)

PEOPLE = 500
TEXT = "hola, ¿cuánto debo?"


async def main(rate: float, seconds: float) -> None:
    """Measure and print."""
    async with running_service(borrowers=1) as service:
        await service.turn(phone_of(1), TEXT)
        inbox = connect(service.mongodb_uri, "fiado")["inbox"]
        before = inbox.count_documents({})
        acknowledged: list[float] = []

        async def one(number: int) -> None:
            acknowledged.append(await service.post(phone_of(number % PEOPLE + 2), TEXT))

        await steadily(rate, seconds, one)
        print(f"webhook at {rate:.0f}/s for {seconds:.0f} s", end="   ")
        print(f"p50 {median_ms(acknowledged):.1f} ms   p99 {percentile(acknowledged, 99):.1f} ms")
        stored = inbox.count_documents({}) - before
        print(f"acknowledged {len(acknowledged)}, stored {stored}", end="   ")
        print(f"lost {len(acknowledged) - stored}")
        await until_drained(inbox)
        bare = await bare_inserts(service.mongodb_uri, rate, min(seconds, 10.0))
        print(f"one durable insert     p50 {median_ms(bare):.1f} ms", end="   ")
        print(f"p99 {percentile(bare, 99):.1f} ms")
        ratio = percentile(acknowledged, 99) / percentile(bare, 99)
        print(f"ratio                  {ratio:.2f} x the p99 of a bare insert")


async def steadily(rate: float, seconds: float, work: Callable[[int], Awaitable[None]]) -> None:
    """Start `work(n)` at fixed instants, whether or not earlier ones have ended."""
    started = perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        delay = started + number / rate - perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.create_task(work(number)))
    await asyncio.gather(*tasks)


async def until_drained(inbox: Collection[dict[str, Any]]) -> None:
    for _ in range(600):
        if inbox.count_documents({"state": "ready"}) == 0:
            return
        await asyncio.sleep(0.5)
    raise RuntimeError("the inbox was not drained in five minutes")


async def bare_inserts(mongodb_uri: str, rate: float, seconds: float) -> list[float]:
    """The same document straight into MongoDB, by as many threads as the web process has."""
    collection = connect(mongodb_uri, "fiado")["bare"]
    took: list[float] = []
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(32) as pool:

        def insert() -> None:
            started = perf_counter()
            collection.insert_one({"body": inbound(phone_of(1), TEXT)})
            took.append(perf_counter() - started)

        async def one(_number: int) -> None:
            await loop.run_in_executor(pool, insert)

        await steadily(rate, seconds, one)
    return took


if __name__ == "__main__":
    numbers = [float(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(numbers or [100.0, 30.0])))
