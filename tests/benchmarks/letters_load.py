"""Letters under load: from "Sí" to the Infobip call, fifty at once, other turns meanwhile.

`fiado bench letters-load`, or `python -m tests.benchmarks.letters_load`. Every letter is another
borrower's, so that each is issued, printed, signed and stored; each link is fetched in the end.
The baseline of the same run is as many people who ask for their balance at the same moment.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any
from urllib.request import urlopen

from tests.benchmarks.http_peer import all_of
from tests.benchmarks.service import (
    Service,
    median_ms,
    percentile,
    phone_of,
    resident_megabytes,
    running_service,
)

QUIET_LETTERS = 30
LETTERS_AT_ONCE = 50
OTHERS = 16
OTHERS_PAUSE_SECONDS = 2.0
AT_LEAST_SECONDS = 12.0
LOOK_EVERY_SECONDS = 0.5

QUESTION = "cuánto debo"
WISH, ADDRESSEE, YES = "necesito una carta de saldo", "a quien corresponda", "sí"


async def main() -> None:
    """Measure and print."""
    others = range(OTHERS)
    quiet = range(OTHERS, OTHERS + QUIET_LETTERS)
    crowd = range(quiet.stop, quiet.stop + LETTERS_AT_ONCE)
    async with running_service(crowd.stop) as service:
        links: list[str] = []
        for number in others:
            await service.identify(phone_of(number))
        print(f"before any letter      {resident_megabytes(service.data_dir):6.0f} MB")
        took = [await letter(service, number, links) for number in quiet]
        tell("letters one at a time", took)
        async with chatting(service, others) as turns:
            await asyncio.sleep(AT_LEAST_SECONDS)
        tell(f"turns of {OTHERS} others", turns)
        for number in crowd:
            await service.identify(phone_of(number))

        async def ask(number: int) -> float:
            return await service.turn(phone_of(number), QUESTION)

        async with chatting(service, others) as turns:
            await at_once("questions", crowd, ask)
        tell("  others meanwhile", turns)
        for number in crowd:
            await until_the_yes(service, number)

        async def confirm(number: int) -> float:
            return await confirmed(service, number, links)

        async with peak_memory(service) as megabytes, chatting(service, others) as turns:
            await at_once("letters", crowd, confirm)
        tell("  others meanwhile", turns)
        print(f"  all processes, peak  {max(megabytes):6.0f} MB")
        for link in links:
            await asyncio.to_thread(fetch, link)
        print(f"documents fetched      {len(links):6}")


async def until_the_yes(service: Service, number: int) -> None:
    """Bring a borrower who proved who they are to where only the yes is missing."""
    phone = phone_of(number)
    await service.turn(phone, WISH)
    await service.turn(phone, ADDRESSEE)


async def letter(service: Service, number: int, links: list[str]) -> float:
    """Seconds from the yes to the call that sends the document."""
    await service.identify(phone_of(number))
    await until_the_yes(service, number)
    return await confirmed(service, number, links)


async def confirmed(service: Service, number: int, links: list[str]) -> float:
    """Seconds from the yes to the call that sends the document, whose link is kept."""

    def is_document(message: dict[str, Any]) -> bool:
        link = message["content"].get("mediaUrl")
        if link:
            links.append(link)
        return bool(link)

    return await service.turn(phone_of(number), YES, 120, is_wanted=is_document)


async def at_once(
    what: str, numbers: Sequence[int], work: Callable[[int], Awaitable[float]]
) -> None:
    """Let all of them write at the same moment, tell how long it took, and wait a while."""
    took: list[float] = []

    async def person(place: int) -> None:
        took.append(await work(numbers[place]))

    started = perf_counter()
    await all_of(len(numbers), person)
    seconds = perf_counter() - started
    tell(f"{what} at once", took)
    print(f"  all {len(took)} within {seconds:.1f} s: {len(took) / seconds:.1f} a second")
    # the same span for every kind, so that the others' figures can be compared
    await asyncio.sleep(max(0.0, AT_LEAST_SECONDS - seconds))


@asynccontextmanager
async def chatting(service: Service, numbers: Sequence[int]) -> AsyncIterator[list[float]]:
    """People who ask for their balance again and again; the seconds of each turn."""
    took: list[float] = []
    is_over = asyncio.Event()

    async def person(place: int) -> None:
        # not all in the same moment
        await asyncio.sleep(OTHERS_PAUSE_SECONDS * place / len(numbers))
        while not is_over.is_set():
            took.append(await service.turn(phone_of(numbers[place]), QUESTION))
            await asyncio.sleep(OTHERS_PAUSE_SECONDS)

    talk = asyncio.create_task(all_of(len(numbers), person))
    yield took
    is_over.set()
    await talk


@asynccontextmanager
async def peak_memory(service: Service) -> AsyncIterator[list[float]]:
    """Megabytes of all processes of the service, looked at again and again."""
    seen: list[float] = []

    async def look() -> None:
        while True:
            seen.append(await asyncio.to_thread(resident_megabytes, service.data_dir))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    looking = asyncio.create_task(look())
    yield seen
    looking.cancel()


def tell(name: str, seconds: Sequence[float]) -> None:
    print(f"{name:<22} p50 {median_ms(seconds):6.0f} ms", end="")
    print(f"   p95 {percentile(seconds, 95):6.0f} ms   of {len(seconds)}", flush=True)


def fetch(link: str) -> None:
    """The link is good for the document."""
    with urlopen(link, timeout=10) as answer:
        if not answer.read().startswith(b"%PDF-"):
            raise RuntimeError("a link that brings no document")


if __name__ == "__main__":
    os.environ.pop("FIADO_DATA_DIR", None)
    asyncio.run(main())
