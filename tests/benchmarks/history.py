"""What a long conversation costs: the 500th message of a contact against the 5th.

`fiado bench history`, or `python -m tests.benchmarks.history [MESSAGES]`. The baseline is the
same contact's 5th message; the target is a ratio of at most 1.2.
"""

import asyncio
import statistics
import sys

from tests.benchmarks.service import phone_of, running_service

QUESTIONS = ("cuánto debo", "mis cuotas", "cómo pago", "explicame mi saldo")
AROUND = 10


async def main(messages: int) -> None:
    """Measure and print."""
    async with running_service(borrowers=2) as service:
        for number in range(2):
            await service.identify(phone_of(number))
        for _ in range(40):
            # another contact warms every path up, so that the first figures are not cold ones
            for question in QUESTIONS:
                await service.turn(phone_of(1), question)
        took = [
            await service.turn(phone_of(0), QUESTIONS[number % len(QUESTIONS)])
            for number in range(messages + AROUND)
        ]
        early = statistics.median(took[: 2 * AROUND]) * 1000
        late = statistics.median(took[messages - AROUND : messages + AROUND]) * 1000
        print(f"around message 5        p50 {early:6.1f} ms")
        print(f"around message {messages:<8} p50 {late:6.1f} ms")
        print(f"ratio                   {late / early:6.2f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
