"""The portal API of the running service: a key from the command line, a letter, its document."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests

from tests.portfolio_builders import BORROWER, INSTALLMENT, LOAN, MERCHANT, without
from tests.processes import eventually
from tests.running_service import RunningService

LOAN_ID = "PORTAL-L-1"
SECONDS = 20


@pytest.fixture
def fiado(running_service: RunningService) -> Callable[..., str]:
    """Run `fiado api-key` beside the running service, as its operator does."""

    def fiado(*arguments: str) -> str:
        answer = subprocess.run(
            [sys.executable, "-m", "bot.cli", "api-key", *arguments],
            env=os.environ | {"FIADO_DATA_DIR": str(running_service.data_dir)},
            cwd=running_service.data_dir,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return answer.stdout.strip()

    return fiado


def test_a_letter_asked_for_by_a_portal_can_be_fetched_at_once(running_service, fiado):
    today = running_service.today
    running_service.load(MERCHANT, BORROWER | {"phone": running_service.new_number()})
    base = f"http://127.0.0.1:{running_service.port}/api/v1"
    portal = requests.Session()
    key = fiado("create", "--name", "Portal", "--scope", "agent")
    portal.headers["Authorization"] = f"Bearer {key}"
    loan = without(LOAN, "type") | {
        "loan_id": LOAN_ID,
        "granted_on": (today - timedelta(days=60)).isoformat(),
        "installments": [INSTALLMENT | {"due_on": (today - timedelta(days=30)).isoformat()}],
    }
    payment = {
        "payment_id": "PORTAL-P-1",
        "amount": "45300.00",
        "paid_on": (today - timedelta(days=31)).isoformat(),
        "method": "cash",
    }

    with portal:
        put = portal.put(f"{base}/loans/{LOAN_ID}", json=loan, timeout=SECONDS)
        assert put.status_code == 201
        paid = portal.post(f"{base}/loans/{LOAN_ID}/payments", json=payment, timeout=SECONDS)
        assert paid.status_code == 201
        asked = portal.post(
            f"{base}/loans/{LOAN_ID}/letters",
            json={"kind": "no_debt", "addressee": "Banco de la Nación Argentina"},
            headers={"Idempotency-Key": "portal-1"},
            timeout=SECONDS,
        )
        letter = asked.json()
        assert (asked.status_code, letter["state"]) == (201, "valid")

        # the link needs no key
        document = requests.get(letter["pdf_url"], timeout=SECONDS)
        assert (document.status_code, document.headers["Content-Type"]) == (200, "application/pdf")
        assert document.content.startswith(b"%PDF-")
        same = portal.get(f"{base}/letters/{letter['folio']}.pdf", timeout=SECONDS)
        assert same.content == document.content
        assert f'"libre-deuda_{letter["folio"]}.pdf"' in same.headers["Content-Disposition"]
        checked = requests.get(letter["verify_url"], timeout=SECONDS)
        assert (checked.status_code, letter["folio"] in checked.text) == (200, True)

        loan_url = f"{base}/loans/{LOAN_ID}"
        assert portal.get(loan_url, timeout=SECONDS).status_code == 200
        fiado("revoke", key.split("_")[1])
        assert eventually(lambda: portal.get(loan_url, timeout=SECONDS).status_code == 401, 5)

    logs = "".join(file.read_text(errors="replace") for file in running_service.log_files)
    assert f"/api/v1/loans/{LOAN_ID}/letters" in logs
    for personal in ("Banco de la", "Ramona", "28123456", key):
        assert personal not in logs
