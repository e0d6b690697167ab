"""Fixtures for actions: real services on a real database, a clock that stands still."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.bootstrap import Services, build_services
from bot.clock import FixedClock
from bot.settings import Settings
from domain.borrower import Borrower
from domain.letter import Letter
from domain.letter_content import LetterKind
from domain.merchant import Merchant, PaymentAccount
from storage.borrowers import Borrowers
from storage.conversations import Conversations
from storage.loans import Loans
from storage.merchants import Merchants
from tests.actions.trackers import Caller
from tests.loan_builders import a_loan, a_payment

NOON = datetime(2026, 2, 16, 15, 0, tzinfo=UTC)
PHONE = "5491155550101"
SENDER = "5491155550100"


@pytest.fixture
def database(indexed):
    """With indexes: by some of them things are looked up, and done once."""
    return indexed


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def service(database, clock, monkeypatch) -> Services:
    """The services that actions get, in place of the process's own."""
    built = build_services(Settings(_env_file=None), database=database, clock=clock)
    monkeypatch.setattr("actions._turn.services", lambda: built)
    return built


@pytest.fixture
def caller(service, clock) -> Caller:
    """A contact on the phone of the borrower B-1, not verified."""
    contact = service.contacts.resolve([f"phone:{PHONE}"], "Ramona")
    lease = Conversations(service.database).claim(
        contact.contact_id,
        SENDER,
        worker="w",
        now=clock.machine_now(),
        lease=timedelta(minutes=1),
        arrived_at=clock.now(),
    )
    return Caller(contact.contact_id, lease.conversation.conversation_id)


@pytest.fixture
def borrower(service, caller) -> Caller:
    """B-1 with one loan of 240.00 in three instalments, the first paid, the second 6 days late."""
    lend(service, a_loan(), a_payment())
    return caller


@pytest.fixture
def verified(service, borrower) -> Caller:
    """The same, having proven who they are."""
    service.identity.check(borrower.contact_id, "3456", attempt_id="proof")
    return borrower


@pytest.fixture
def letter(service, borrower) -> Letter:
    """A balance letter that no chat asked for."""
    issued, _ = service.letters.issue(
        LetterKind.BALANCE, a_loan().loan_id, addressee=None, cause_id="portal", actor="portal"
    )
    return issued


def lend(service: Services, *records) -> None:
    """Put the borrower B-1, the merchant M-100 and these loans and payments on file."""
    person = Borrower(
        borrower_id="B-1",
        name="Ramona Díaz",
        document_type="DNI",
        document_number="28123456",
        birth_date=date(1980, 5, 2),
        phone=PHONE,
    )
    account = PaymentAccount(kind="alias", number="casa.norte", holder="Casa Norte SRL")
    shops = [
        Merchant(merchant_id="M-100", name="Casa Norte", payment_accounts=(account,)),
        Merchant(merchant_id="M-200", name="Electro Sur"),
    ]
    Borrowers(service.database).save([person])
    Merchants(service.database).save(shops)
    Loans(service.database).save(records)
