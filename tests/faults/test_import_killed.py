"""`kill -9` in the middle of an import: nothing hangs in the air, doing it again completes it."""

import os
import subprocess
import sys
import time

from storage.portfolio_batch import Portfolio
from storage.portfolio_import import ImportResult, import_portfolio
from tests.portfolio_builders import BORROWER, LOAN, MERCHANT, PAYMENT, as_bytes

LOANS = 6_000


def records():
    yield MERCHANT
    yield BORROWER
    for number in range(LOANS):
        yield LOAN | {"loan_id": f"L-{number}"}
        yield PAYMENT | {"loan_id": f"L-{number}", "payment_id": f"P-{number}"}


def test_a_killed_import_is_completed_by_the_next(mongo_uri, database, tmp_path):
    portfolio = tmp_path / "portfolio.jsonl"
    portfolio.write_bytes(as_bytes(records()))
    environment = os.environ | {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": database.name}
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "import", str(portfolio)],
        env=environment,
        stdout=subprocess.DEVNULL,
    ) as importing:
        deadline = time.monotonic() + 60
        while not database["payments"].find_one() and time.monotonic() < deadline:
            time.sleep(0.005)
        importing.kill()
    assert 0 < database["payments"].count_documents({}) < LOANS
    paid = set(database["payments"].distinct("loan_id"))
    assert paid <= Portfolio.of(database).loans.currencies(paid).keys()

    with portfolio.open("rb") as file:
        result = import_portfolio(database, file, print)
    assert result.bad_lines == 0
    assert database["payments"].count_documents({}) == LOANS
    with portfolio.open("rb") as file:
        again = import_portfolio(database, file, print)
    assert again == ImportResult(unchanged=2 + 2 * LOANS)
