"""Borrowers, merchants and salespeople, found by the phone they write from."""

from datetime import UTC, date, datetime, timedelta

from domain.borrower import Borrower
from domain.merchant import Merchant, PaymentAccount, Salesperson
from domain.transaction import Transaction, TransactionKind
from storage.borrowers import Borrowers
from storage.merchants import Merchants, Salespeople
from storage.transactions import Transactions

PHONE = "5491155550101"
RAMONA = Borrower(
    borrower_id="B-1",
    name="Ramona Díaz",
    document_type="DNI",
    document_number="28123456",
    birth_date=date(1980, 5, 2),
    phone=PHONE,
)
SON = RAMONA.model_copy(update={"borrower_id": "B-2", "document_number": "45111222"})
OTHER = RAMONA.model_copy(update={"borrower_id": "B-3", "phone": "5491155550102"})
CASA_NORTE = Merchant(
    merchant_id="M-100",
    name="Casa Norte",
    owner_phone=PHONE,
    payment_accounts=(PaymentAccount(kind="alias", number="casa.norte", holder="Casa Norte SRL"),),
)
JUAN = Salesperson(salesperson_id="S-1", merchant_id="M-100", name="Juan Pérez", phone=PHONE)


def test_everyone_who_shares_a_phone_is_found(database):
    borrowers = Borrowers(database)
    borrowers.save([SON, RAMONA, OTHER])
    assert borrowers.list_by_phone(PHONE) == [RAMONA, SON]
    assert borrowers.list_by_phone(PHONE, "5491155550102") == [RAMONA, SON, OTHER]
    assert borrowers.list_by_phone("5491155550999") == []
    assert borrowers.list_by_phone() == []


def test_a_borrower_is_found_by_id_and_by_document(database):
    borrowers = Borrowers(database)
    borrowers.save([RAMONA, SON])
    assert borrowers.find("B-2") == SON
    assert borrowers.find("B-9") is None
    assert borrowers.list_by_document("DNI", "28123456") == [RAMONA]
    assert borrowers.list_by_document("LE", "28123456") == []


def test_one_phone_may_be_an_owner_and_a_salesperson(database):
    merchants, salespeople = Merchants(database), Salespeople(database)
    merchants.save([CASA_NORTE])
    salespeople.save([JUAN])
    assert merchants.list_by_owner_phone(PHONE) == [CASA_NORTE]
    assert salespeople.list_by_phone(PHONE) == [JUAN]
    assert merchants.by_id(["M-100", "M-0"]) == {"M-100": CASA_NORTE}
    assert merchants.find("M-0") is None
    assert salespeople.find("S-1") == JUAN
    assert salespeople.find("S-0") is None


def test_transactions_of_a_salesperson_between_two_instants(database):
    start = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def sale(number: int, at: datetime, seller: str = "S-1") -> Transaction:
        return Transaction(
            transaction_id=f"T-{number}",
            merchant_id="M-100",
            salesperson_id=seller,
            kind=TransactionKind.SALE,
            amount_minor=1500000,
            currency="ARS",
            payment_method="cash",
            occurred_at=at,
        )

    first, last = sale(1, start), sale(2, start + timedelta(hours=23, minutes=59))
    before, after = sale(3, start - timedelta(seconds=1)), sale(4, start + timedelta(days=1))
    transactions = Transactions(database)
    transactions.save([last, first, before, after, sale(5, start, seller="S-2")])
    found = transactions.list_of_salesperson("S-1", start, start + timedelta(days=1))
    assert found == [first, last]
