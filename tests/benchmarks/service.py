"""The whole service under load: started as `fiado up` starts it, with borrowers to write to it."""

import asyncio
import base64
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

from storage.embedded_mongo import embedded_mongo
from tests.benchmarks.http_peer import AcknowledgingInfobip, Connections

SENDER = "5491155550100"
PASSWORD = "benchmark"
CHECKOUT = Path(__file__).parents[2]
READY_WITHIN_SECONDS = 240

Wanted = Callable[[dict[str, Any]], bool]


class Service:
    """A running service and its borrowers' phones."""

    def __init__(self, data_dir: Path, port: int) -> None:
        basic = base64.b64encode(f"bench:{PASSWORD}".encode()).decode()
        self.data_dir, self.port = data_dir, port
        self.web = Connections("127.0.0.1", port, {"Authorization": f"Basic {basic}"})
        self.infobip = AcknowledgingInfobip(self._arrived)
        self._waiting: dict[str, tuple[asyncio.Future[float], Wanted]] = {}
        self.sent = 0
        self.mongodb_uri = ""

    def _arrived(self, to: str, message: dict[str, Any]) -> None:
        self.sent += 1
        waiting, is_wanted = self._waiting.get(to, (None, bool))
        if waiting is not None and is_wanted(message):
            del self._waiting[to]
            if not waiting.done():
                waiting.set_result(asyncio.get_running_loop().time())

    async def post(self, phone: str, text: str) -> float:
        """A person writes; returns the seconds until the webhook was acknowledged."""
        status, answer, seconds = await self.web.post(
            "/webhooks/infobip/inbound", inbound(phone, text)
        )
        if status != 200:
            raise RuntimeError(f"webhook answered {status}: {answer[:200]!r}")
        return seconds

    async def turn(
        self, phone: str, text: str, timeout_seconds: float = 30, *, is_wanted: Wanted = bool
    ) -> float:
        """Seconds from the webhook's start to the arrival of the wanted answer at Infobip."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[float] = loop.create_future()
        self._waiting[phone] = answered, is_wanted
        started = loop.time()
        await self.post(phone, text)
        return await asyncio.wait_for(answered, timeout_seconds) - started

    async def identify(self, phone: str) -> None:
        """Bring a borrower to where their figures are shown without a question."""
        await self.turn(phone, "cuánto debo")
        await self.turn(phone, last4(phone))


def inbound(phone: str, text: str) -> dict[str, Any]:
    """One Infobip webhook with one text."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    result = {
        "from": phone,
        "to": SENDER,
        "integrationType": "WHATSAPP",
        "receivedAt": now,
        "messageId": f"wamid.{uuid4().hex}",
        "message": {"type": "TEXT", "text": text},
        "contact": {"name": "Prueba", "phoneNumber": phone},
    }
    return {"results": [result], "messageCount": 1, "pendingMessageCount": 0}


def phone_of(number: int) -> str:
    return f"54911777{number:05d}"


def last4(phone: str) -> str:
    return phone[-4:]


def write_portfolio(path: Path, borrowers: int) -> None:
    """One merchant and `borrowers` people with a loan of twelve instalments, four of them paid."""
    today = datetime.now(UTC).date()
    lines: list[dict[str, Any]] = [
        {"type": "merchant", "merchant_id": "BENCH-M", "name": "Casa Norte"}
    ]
    for number in range(borrowers):
        loan_id = f"BENCH-{number:06d}"
        due = [today + timedelta(days=30 * (month - 5) + 12) for month in range(1, 13)]
        lines.append(
            {
                "type": "borrower",
                "borrower_id": f"BENCH-B{number}",
                "name": "Persona de Prueba",
                "document_type": "DNI",
                "document_number": f"3000{last4(phone_of(number))}",
                "phone": phone_of(number),
            }
        )
        lines.append(
            {
                "type": "loan",
                "loan_id": loan_id,
                "borrower_id": f"BENCH-B{number}",
                "merchant_id": "BENCH-M",
                "currency": "ARS",
                "principal": "300000.00",
                "granted_on": str(due[0] - timedelta(days=30)),
                "purpose": "Heladera",
                "installments": [
                    {
                        "number": month,
                        "due_on": str(day),
                        "principal": "25000.00",
                        "interest": "20300.00",
                        "amount": "45300.00",
                    }
                    for month, day in enumerate(due, 1)
                ],
                "late_interest_daily_rate": "0.0015",
            }
        )
        lines += [
            {
                "type": "payment",
                "payment_id": f"{loan_id}-{month}",
                "loan_id": loan_id,
                "amount": "45300.00",
                "paid_on": str(due[month] - timedelta(days=2)),
                "method": "cash",
                "reference": f"R-{month}",
            }
            for month in range(4)
        ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")


@asynccontextmanager
async def running_service(borrowers: int) -> AsyncIterator[Service]:
    """The service on a data directory of its own, with `borrowers` on file; stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="fiado-bench-") as temporary:
        data_dir = Path(temporary)
        service = Service(data_dir, free_port())
        await service.infobip.start()
        share_models(data_dir)
        environment = os.environ | {
            "FIADO_DATA_DIR": str(data_dir),
            "FIADO_PORT": str(service.port),
            "INFOBIP_BASE_URL": f"http://127.0.0.1:{service.infobip.port}",
            "INFOBIP_API_KEY": "bench",
            "INFOBIP_SENDER": SENDER,
            "WEBHOOK_USERNAME": "bench",
            "WEBHOOK_PASSWORD": PASSWORD,
            "LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, "-m", "bot.cli"]
        with (data_dir / "up.log").open("w") as log:
            up = subprocess.Popen(
                [*command, "up", "--no-demo-data", "--no-simulator"],
                env=environment,
                cwd=CHECKOUT,
                stdout=log,
                stderr=log,
            )
        try:
            await wait_until_ready(service.port, up, data_dir / "up.log")
            write_portfolio(data_dir / "portfolio.jsonl", borrowers)
            subprocess.run(
                [*command, "import", str(data_dir / "portfolio.jsonl")],
                env=environment,
                cwd=CHECKOUT,
                check=True,
                capture_output=True,
            )
            with embedded_mongo(data_dir) as service.mongodb_uri:
                yield service
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(timeout=60)


def share_models(data_dir: Path) -> None:
    """Use the checkout's trained model instead of training one for the benchmark."""
    trained = CHECKOUT / "var" / "models"
    if trained.is_dir():
        (data_dir / "models").symlink_to(trained)


async def wait_until_ready(port: int, up: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(READY_WITHIN_SECONDS * 2):
        await asyncio.sleep(0.5)
        if up.poll() is not None:
            raise RuntimeError(f"fiado up ended: {log.read_text()[-500:]}")
        try:
            ready = await asyncio.to_thread(_is_ready, port)
        except OSError:
            continue
        if ready:
            return
    raise RuntimeError(f"not ready after {READY_WITHIN_SECONDS} s: {log.read_text()[-500:]}")


def _is_ready(port: int) -> bool:
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
        return bool(answer.status == 200)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def percentile(seconds: Sequence[float], percent: int) -> float:
    """Milliseconds that `percent` of the measurements stay within."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000


def median_ms(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1000


def resident_megabytes(data_dir: Path) -> float:
    """Memory of all processes of the service that runs on `data_dir`, shared pages once each."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"FIADO_DATA_DIR={data_dir}".encode() not in (process / "environ").read_bytes():
                continue
            rollup = (process / "smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if "Pss:" in line)
    return total / 1024
