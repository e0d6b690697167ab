import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.loan import Installment, Loan, Payment, PaymentReversal
from domain.merchant import Merchant, PaymentAccount
from domain.transaction import Transaction, TransactionKind
from storage import portfolio_import
from storage.json_lines import MAX_LINE_BYTES
from storage.portfolio_batch import Portfolio
from storage.portfolio_import import ImportResult, import_portfolio
from tests.portfolio_builders import (
    BORROWER,
    INSTALLMENT,
    LOAN,
    MERCHANT,
    PAYMENT,
    PORTFOLIO,
    REVERSAL,
    SALESPERSON,
    TRANSACTION,
    as_bytes,
    as_file,
    without,
)

LOAN_ID = "L-2026-004821"


@pytest.fixture
def load(database):
    """Import records; the result and the complaints by line number."""

    def load(*records, file=None):
        complaints = []
        result = import_portfolio(
            database, file or as_file(records), lambda *complaint: complaints.append(complaint)
        )
        return result, complaints

    return load


@pytest.fixture(scope="module")
def loaded(mongo_client):
    """A database with the whole portfolio in it, for tests that must not change it."""
    database = mongo_client["test_portfolio_import"]
    import_portfolio(database, as_file(PORTFOLIO), print)
    yield database
    mongo_client.drop_database(database)


def contents(database) -> dict[str, list]:
    return {name: list(database[name].find()) for name in database.list_collection_names()}


@pytest.fixture
def stored(database) -> Portfolio:
    return Portfolio.of(database)


def test_every_kind_of_record_is_stored_exactly(load, stored):
    accounts = [{"kind": "cbu", "number": "0170099220000067797370", "holder": "Casa Norte SRL"}]
    merchant = MERCHANT | {
        "tax_id": "30-71234567-1",
        "owner_name": "Nora Paz",
        "owner_phone": "+54 9 11 5555-0201",
        "payment_accounts": accounts,
    }
    assert load(merchant, *PORTFOLIO[1:]) == (ImportResult(created=6, changed=1), [])
    history = stored.loans.find(LOAN_ID)
    assert history.loan == Loan(
        loan_id=LOAN_ID,
        borrower_id="B-1",
        merchant_id="M-100",
        currency="ARS",
        principal_minor=30000000,
        granted_on=date(2026, 9, 10),
        purpose="Heladera",
        installments=[
            Installment(
                number=1,
                due_on=date(2026, 10, 10),
                principal_minor=2500000,
                interest_minor=2030000,
                amount_minor=4530000,
            )
        ],
        late_interest_daily_rate=Decimal("0.0015"),
    )
    reversal = PaymentReversal(payment_id="P-1", reversed_on=date(2026, 10, 12), reason="bounced")
    assert history.payments == [
        Payment(
            payment_id="P-1",
            loan_id=LOAN_ID,
            amount_minor=4530000,
            paid_on=date(2026, 10, 8),
            method="cash",
            reference="R-99",
            reversal=reversal,
        )
    ]
    assert stored.merchants.find("M-100") == Merchant(
        merchant_id="M-100",
        name="Casa Norte",
        tax_id="30-71234567-1",
        owner_name="Nora Paz",
        owner_phone="5491155550201",
        payment_accounts=(PaymentAccount.model_validate(accounts[0]),),
    )
    assert [each.name for each in stored.borrowers.list_by_phone("5491155550101")] == [
        "Ramona Díaz"
    ]
    assert stored.salespeople.find("S-1").merchant_id == "M-100"
    occurred_at = datetime(2026, 11, 22, 13, 15, tzinfo=UTC)
    assert stored.transactions.list_of_salesperson(
        "S-1", occurred_at, occurred_at.replace(minute=16)
    ) == [
        Transaction(
            transaction_id="T-1",
            merchant_id="M-100",
            salesperson_id="S-1",
            kind=TransactionKind.SALE,
            amount_minor=1500000,
            currency="ARS",
            description="Ventilador",
            payment_method="cash",
            occurred_at=occurred_at,
        )
    ]


def test_the_same_file_again_changes_nothing(load, database):
    load(*PORTFOLIO)
    before = contents(database)
    assert load(*PORTFOLIO) == (ImportResult(unchanged=7), [])
    assert contents(database) == before


def test_a_changed_record_is_updated_and_nothing_else(load, stored):
    load(*PORTFOLIO)
    late = INSTALLMENT | {"due_on": "2026-10-20"}
    result, _ = load(LOAN | {"installments": [late]}, BORROWER)
    assert result == ImportResult(changed=1, unchanged=1)
    history = stored.loans.find(LOAN_ID)
    assert history.loan.installments[0].due_on == date(2026, 10, 20)
    assert len(history.payments) == 1


def test_the_later_line_about_one_record_stands(load, stored):
    load(*PORTFOLIO, BORROWER | {"phone": "5491155550199"})
    assert stored.borrowers.find("B-1").phone == "5491155550199"


def test_good_lines_around_bad_ones_are_stored(load, stored):
    result, complaints = load(MERCHANT, b"nonsense", BORROWER, LOAN | {"currency": "XXX"}, LOAN)
    assert result == ImportResult(created=3, bad_lines=2)
    assert [number for number, _ in complaints] == [2, 4]
    assert stored.loans.find(LOAN_ID)


REFERENCES = [
    pytest.param([MERCHANT, LOAN], "borrower B-1 is not known", id="loan of nobody"),
    pytest.param([BORROWER, LOAN], "merchant M-100 is not known", id="loan at no merchant"),
    pytest.param([PAYMENT], f"loan {LOAN_ID} is not known", id="payment for no loan"),
    pytest.param([REVERSAL], "payment P-1 is not known", id="reversal before its payment"),
    pytest.param([SALESPERSON], "merchant M-100 is not known", id="salesperson of no merchant"),
    pytest.param(
        [MERCHANT, TRANSACTION],
        "salesperson S-1 of merchant M-100 is not known",
        id="transaction by nobody",
    ),
    pytest.param(
        [
            MERCHANT,
            SALESPERSON,
            MERCHANT | {"merchant_id": "M-200"},
            TRANSACTION | {"merchant_id": "M-200"},
        ],
        "salesperson S-1 of merchant M-200 is not known",
        id="transaction at another merchant",
    ),
    pytest.param(
        [MERCHANT, SALESPERSON, TRANSACTION | {"loan_id": "L-9"}],
        "loan L-9 is not known",
        id="transaction on no loan",
    ),
    pytest.param(
        [MERCHANT, BORROWER, LOAN, PAYMENT, REVERSAL | {"reversed_on": "2026-10-07"}],
        "payment P-1 was made after this reversal",
        id="reversed before paid",
    ),
    pytest.param(
        [
            MERCHANT,
            BORROWER,
            LOAN,
            LOAN | {"loan_id": "L-2"},
            PAYMENT,
            PAYMENT | {"loan_id": "L-2"},
        ],
        "payment P-1 belongs to another loan",
        id="payment moved",
    ),
    pytest.param(
        [MERCHANT, BORROWER, LOAN, LOAN | {"currency": "USD"}],
        f"the currency of loan {LOAN_ID} cannot change",
        id="currency changed",
    ),
]


@pytest.mark.parametrize(("records", "complaint"), REFERENCES)
def test_the_last_line_refers_to_what_does_not_fit(load, records, complaint):
    _, complaints = load(*records)
    assert complaints == [(len(records), complaint)]


@pytest.mark.parametrize(("records", "complaint"), REFERENCES)
def test_it_fits_no_better_when_the_others_were_stored_before(load, records, complaint):
    load(*records[:-1])
    assert load(records[-1])[1] == [(1, complaint)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        pytest.param(b"{", "not valid JSON: EOF while parsing an object at column 1", id="cut"),
        pytest.param(b'{"type":"loan"} {}', "not valid JSON: trailing characters", id="two a line"),
        pytest.param(b"[" * 5000, "not valid JSON: recursion limit", id="deep"),
        pytest.param(
            '{"type":"merchant","name":"Díaz"}'.encode("latin-1"), "not valid JSON", id="not UTF-8"
        ),
        pytest.param(b"x" * (MAX_LINE_BYTES + 5), "longer than 1000000 bytes", id="huge"),
        pytest.param(b"[]", "not a JSON object", id="list"),
        pytest.param(b"null", "not a JSON object", id="null"),
        pytest.param(without(BORROWER, "type"), '"type" is missing', id="no type"),
        pytest.param(BORROWER | {"type": "client"}, "unknown type, known are 'merch", id="type"),
        pytest.param(BORROWER | {"nick": "Mona"}, 'unknown field "nick"', id="unknown field"),
        pytest.param(
            LOAN | {"installments": [INSTALLMENT | {"tax": "1"}]},
            'unknown field "installments.0.tax"',
            id="unknown field inside",
        ),
        pytest.param(
            BORROWER | {"a" * 5000 + "\n": 1},
            f'unknown field "{"a" * 40}"',
            id="endless field name",
        ),
        pytest.param(without(BORROWER, "name"), "name: is missing", id="missing"),
        pytest.param(BORROWER | {"name": "\u200b"}, "name: must have 1 to 200", id="invisible"),
        pytest.param(BORROWER | {"name": "a\x00b"}, "name: line breaks and control", id="NUL"),
        pytest.param(BORROWER | {"name": {"$gt": ""}}, "name: must be a string", id="operator"),
        pytest.param(BORROWER | {"borrower_id": "B 1"}, "borrower_id: not an id", id="id"),
        pytest.param(BORROWER | {"phone": "call me"}, "phone: not an international", id="phone"),
        pytest.param(
            BORROWER | {"birth_date": "1980-02-30"}, "birth_date: day is out of range", id="no day"
        ),
        pytest.param(
            BORROWER | {"birth_date": "86400"}, "birth_date: must be a date", id="seconds"
        ),
        pytest.param(BORROWER | {"birth_date": 86400}, "birth_date: must be a string", id="number"),
        pytest.param(PAYMENT | {"amount": 45300.0}, "amount: must be a string", id="float amount"),
        pytest.param(
            as_bytes([PAYMENT | {"amount": float("nan")}])[:-1],
            "amount: must be a string",
            id="NaN",
        ),
        pytest.param(PAYMENT | {"amount": "NaN"}, "amount: not an amount", id="NaN text"),
        pytest.param(PAYMENT | {"amount": "-1.00"}, "amount: not an amount", id="negative"),
        pytest.param(PAYMENT | {"amount": "0.00"}, "amount: should be greater than 0", id="zero"),
        pytest.param(PAYMENT | {"amount": "1.001"}, "amount: ARS has 2 decimals", id="tenths"),
        pytest.param(PAYMENT | {"amount": "9" * 14}, "amount: not an amount", id="too large"),
        pytest.param(
            LOAN | {"installments": [INSTALLMENT | {"amount": "45299.99"}]},
            "installments.0: amount is less than principal plus interest",
            id="amount below its parts",
        ),
        pytest.param(
            LOAN | {"installments": [INSTALLMENT | {"interest": "0.001"}]},
            "installments.0.interest: ARS has 2 decimals",
            id="amount inside",
        ),
        pytest.param(
            LOAN | {"installments": [INSTALLMENT, INSTALLMENT]},
            "instalments must be numbered 1 to 2",
            id="number twice",
        ),
        pytest.param(LOAN | {"installments": []}, "installments: ", id="no instalments"),
        pytest.param(LOAN | {"installments": [INSTALLMENT] * 601}, "installments: ", id="601"),
        pytest.param(
            LOAN | {"late_interest_daily_rate": "1.5"},
            "late_interest_daily_rate: must be",
            id="rate",
        ),
        pytest.param(LOAN | {"principal": "24999.99"}, "more than the principal", id="principal"),
        pytest.param(
            TRANSACTION | {"occurred_at": "2026-11-22T10:15:00"},
            "occurred_at: must have an offset",
            id="no offset",
        ),
        pytest.param(
            TRANSACTION | {"occurred_at": "yesterday"}, "occurred_at: must be an instant", id="word"
        ),
        pytest.param(
            TRANSACTION | {"occurred_at": "0001-01-01T00:00:00+14:00"},
            "occurred_at: must be between the years 1900 and 2199",
            id="before all time",
        ),
        pytest.param(
            TRANSACTION | {"occurred_at": "9999-12-31T23:59:59-14:00"},
            "occurred_at: must be between",
            id="after all time",
        ),
        pytest.param(LOAN | {"granted_on": "0999-01-01"}, "granted_on: must be", id="middle ages"),
        pytest.param(
            MERCHANT | {"payment_accounts": [{"kind": "C B U", "number": "1", "holder": "x"}]},
            "payment_accounts.0.kind: has characters",
            id="account kind",
        ),
        pytest.param(TRANSACTION | {"voided": "no"}, "voided: ", id="voided"),
        pytest.param(TRANSACTION | {"kind": "refund"}, "kind: should be 'sale' or", id="kind"),
        pytest.param(
            {"type": "borrower"}, "name: is missing; document_type: is missing; and 1", id="many"
        ),
    ],
)
def test_a_bad_line_is_told_in_one_line_and_changes_nothing(loaded, line, complaint):
    before = contents(loaded)
    complaints = []
    import_portfolio(loaded, as_file([line]), lambda *each: complaints.append(each))
    [(number, message)] = complaints
    assert number == 1
    assert complaint in message
    assert "\n" not in message
    assert len(message) < 300
    assert contents(loaded) == before


def test_a_complaint_repeats_no_personal_data(load):
    personal = {"name": "x" * 201, "birth_date": "02/05/1980", "phone": "15-5555-0101x"}
    _, [(_, message)] = load(BORROWER | personal)
    assert not [value for value in personal.values() if value in message]


def test_blank_lines_windows_line_ends_and_a_byte_order_mark_are_nothing_special(load):
    text = b"\xef\xbb\xbf" + as_bytes([MERCHANT]).replace(b"\n", b"\r\n") + b"\r\n\n" + b"{\n"
    _, complaints = load(file=io.BytesIO(text + as_bytes([BORROWER])[:-1]))
    assert [number for number, _ in complaints] == [4]


def test_a_record_may_refer_to_an_earlier_batch(load, monkeypatch):
    monkeypatch.setattr(portfolio_import, "BATCH_LINES", 1)
    assert load(*PORTFOLIO)[1] == []


def test_lines_after_a_huge_one_keep_their_numbers(load):
    _, complaints = load(b"x" * (3 * MAX_LINE_BYTES), MERCHANT, b"{")
    assert [number for number, _ in complaints] == [1, 3]


def test_two_imports_at_once_store_each_record_once(database, load):
    files = [as_file(PORTFOLIO * 20) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda file: import_portfolio(database, file, print), files):
            assert result.bad_lines == 0
    assert load(*PORTFOLIO) == (ImportResult(unchanged=7), [])


def test_progress_ends_at_the_size_of_the_file(database, monkeypatch):
    monkeypatch.setattr(portfolio_import, "BATCH_LINES", 3)
    steps = []
    import_portfolio(database, as_file(PORTFOLIO), print, steps.append)
    assert steps == sorted(steps)
    assert len(steps) == 3
    assert steps[-1] == len(as_bytes(PORTFOLIO))


def test_a_file_is_never_read_more_than_a_batch_ahead(database, monkeypatch):
    monkeypatch.setattr(portfolio_import, "BATCH_LINES", 10)
    file = as_file([MERCHANT] * 95)
    ahead = []
    import_portfolio(database, file, print, lambda done: ahead.append(file.tell() - done))
    assert ahead == [0] * 10


def test_a_batch_of_long_lines_is_cut_short(database, monkeypatch):
    monkeypatch.setattr(portfolio_import, "BATCH_BYTES", len(as_bytes([MERCHANT])))
    steps = []
    import_portfolio(database, as_file([MERCHANT] * 4), print, steps.append)
    assert len(steps) == 2
