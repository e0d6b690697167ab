"""Time and memory of importing a portfolio: `python -m tests.benchmarks.import_bench [LINES]`.

Prints, for a tenth of the lines and for all of them, the seconds of the first import and of the
same file again, and the process's peak memory, which must not grow with the file.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from storage.embedded_mongo import embedded_mongo
from storage.indexes import ensure_indexes
from storage.mongo import connect
from storage.portfolio_import import import_portfolio

MERCHANT = {"type": "merchant", "merchant_id": "M-1", "name": "Casa Norte"}
SALESPERSON = {
    "type": "salesperson", "salesperson_id": "S-1", "merchant_id": "M-1", "name": "Juan Pérez",
}  # fmt: skip


def records() -> Iterator[dict]:
    """Endless: each borrower has a loan of 12 instalments, six payments and a sale."""
    yield MERCHANT
    yield SALESPERSON
    number = 0
    while True:
        number += 1
        loan_id = f"L-2026-{number:06d}"
        yield {
            "type": "borrower", "borrower_id": f"B-{number}", "name": "Ramona Díaz",
            "document_type": "DNI", "document_number": f"{20_000_000 + number}",
            "birth_date": "1980-05-02", "phone": f"54911{number:08d}",
        }  # fmt: skip
        yield {
            "type": "loan", "loan_id": loan_id, "borrower_id": f"B-{number}", "merchant_id": "M-1",
            "currency": "ARS", "principal": "300000.00", "granted_on": "2025-12-10",
            "purpose": "Heladera", "late_interest_daily_rate": "0.0015",
            "installments": [
                {
                    "number": month, "due_on": f"2026-{month:02d}-10", "principal": "25000.00",
                    "interest": "20300.00", "amount": "45300.00",
                }
                for month in range(1, 13)
            ],
        }  # fmt: skip
        for month in range(1, 7):
            yield {
                "type": "payment", "payment_id": f"P-{number}-{month}", "loan_id": loan_id,
                "amount": "45300.00", "paid_on": f"2026-{month:02d}-08", "method": "cash",
            }  # fmt: skip
        yield {
            "type": "transaction", "transaction_id": f"T-{number}", "merchant_id": "M-1",
            "salesperson_id": "S-1", "kind": "sale", "amount": "15000.00", "currency": "ARS",
            "payment_method": "cash", "loan_id": loan_id,
            "occurred_at": "2026-11-22T10:15:00-03:00",
        }  # fmt: skip


def measure(uri: str, portfolio: Path, database_name: str) -> None:
    """Import the file twice in this process and print what it cost."""
    database = connect(uri, database_name)
    ensure_indexes(database)
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        with portfolio.open("rb") as file:
            import_portfolio(database, file, on_bad_line=print)
        seconds.append(time.perf_counter() - started)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"first {seconds[0]:.1f} s, again {seconds[1]:.1f} s, peak {peak_mb:.0f} MB")


def main(lines: int) -> None:
    """Each size in a process and a database of its own."""
    with tempfile.TemporaryDirectory() as folder, embedded_mongo(Path(folder) / "data") as uri:
        for size in (lines // 10, lines):
            portfolio = Path(folder) / f"{size}.jsonl"
            with portfolio.open("w", encoding="utf-8") as file:
                file.writelines(f"{json.dumps(each)}\n" for each in islice(records(), size))
            print(f"{size} lines: ", end="", flush=True)
            arguments = ["--measure", uri, str(portfolio), f"bench_{size}"]
            subprocess.run([sys.executable, "-m", __spec__.name, *arguments], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
