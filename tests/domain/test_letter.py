from datetime import UTC, date, datetime, timedelta

import pytest

from domain.letter import (
    InvalidAddressee,
    LetterState,
    clean_addressee,
    facts_key,
    grouped_code,
    read_code,
    read_folio,
    tells_the_same,
)
from tests.letter_builders import CODE, ISSUED_AT, PAID, a_draft, a_letter, a_no_debt_draft
from tests.loan_builders import a_payment

LAST_DAY = date(2026, 2, 10)
ON_THE_DAY = a_payment(5000, ISSUED_AT.date(), payment_id="P-9")


REVOKED = {"revoked_at": datetime(2026, 2, 6, tzinfo=UTC), "revoked_reason": "payment_reversed"}
SUPERSEDED = {"superseded_by": "AR-LS-2026-000124"}


@pytest.mark.parametrize(
    ("changes", "on", "state"),
    [
        pytest.param({}, LAST_DAY, LetterState.VALID, id="last day"),
        pytest.param({}, LAST_DAY + timedelta(days=1), LetterState.EXPIRED, id="day after"),
        pytest.param(SUPERSEDED, LAST_DAY, LetterState.SUPERSEDED, id="superseded"),
        pytest.param(
            SUPERSEDED, date(2027, 1, 1), LetterState.SUPERSEDED, id="superseded, then expired"
        ),
        pytest.param(REVOKED | SUPERSEDED, LAST_DAY, LetterState.REVOKED, id="revoked beats all"),
    ],
)
def test_state(changes, on, state):
    assert a_letter(**changes).state(on) is state


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        pytest.param("Banco Nación", "Banco Nación", id="as it is"),
        pytest.param("  Banco \n  Nación\t", "Banco Nación", id="blanks and lines"),
        pytest.param("Banco <b>Nación</b>", "Banco Nación", id="tags"),
        pytest.param("<img src=file:///etc/passwd>Banco", "Banco", id="image"),
        pytest.param("a < b > c", "a c", id="loose brackets"),
        pytest.param("<<b>script>Banco", "script Banco", id="nested tags"),
        pytest.param("Banco\u202egnoriv\u200b", "Bancognoriv", id="direction and invisible"),
        pytest.param("Banco \x00\x07Sur", "Banco Sur", id="control"),
        pytest.param("Nacio\u0301n", "Nación", id="composed"),
        pytest.param("x" * 80, "x" * 80, id="longest"),
    ],
)
def test_clean_addressee(typed, name):
    assert clean_addressee(typed) == name


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        pytest.param("", "too_short", id="nothing"),
        pytest.param("🏦🏦🏦", "too_short", id="only emoji"),
        pytest.param("<img src=x>", "too_short", id="only a tag"),
        pytest.param("x" * 81, "too_long", id="81"),
        pytest.param("x " * 50_000, "too_long", id="absurd"),
    ],
)
def test_no_addressee(typed, reason):
    with pytest.raises(InvalidAddressee) as refused:
        clean_addressee(typed)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("typed", "folio"),
    [
        pytest.param("AR-LD-2026-000123", "AR-LD-2026-000123", id="as printed"),
        pytest.param(" ar-ld-2026-000123 ", "AR-LD-2026-000123", id="small, blanks"),
        pytest.param("AR-LD-2026-000123/..", None, id="path"),
        pytest.param("AR-LD-2026-" + "0" * 100, None, id="long"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_read_folio(typed, folio):
    assert read_folio(typed) == folio


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param(grouped_code(CODE), CODE, id="grouped"),
        pytest.param(CODE.lower(), CODE, id="small"),
        pytest.param("ABCD EFGH 2345 6789", CODE, id="blanks"),
        pytest.param(CODE[:-1], None, id="one short"),
        pytest.param(CODE[:-1] + "0", None, id="letter that is never used"),
        pytest.param("A" * 100_000, None, id="long"),
    ],
)
def test_read_code(typed, code):
    assert read_code(typed) == code


def test_the_same_facts_on_the_same_day_are_one_letter():
    first = a_draft().content("AR-LS-2026-000001")
    later = a_draft(code="Z" * 16, issued_at=ISSUED_AT + timedelta(hours=3)).content("")
    assert facts_key(first) == facts_key(later)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_draft(addressee="Banco Nación"), id="addressee"),
        pytest.param(a_draft(issued_at=ISSUED_AT + timedelta(days=1)), id="day"),
        pytest.param(a_draft(payments=[*PAID[:1], ON_THE_DAY]), id="payment"),
        pytest.param(a_no_debt_draft(), id="kind"),
    ],
)
def test_other_facts_are_another_letter(other):
    assert facts_key(other.content("")) != facts_key(a_draft().content(""))


DAY_AFTER = a_no_debt_draft().issued_at + timedelta(days=1)


@pytest.mark.parametrize(
    ("older", "newer", "is_same"),
    [
        pytest.param(a_draft(), a_draft(code="Z" * 16), True, id="balance, same day"),
        pytest.param(
            a_draft(), a_draft(issued_at=ISSUED_AT + timedelta(days=1)), False, id="balance, later"
        ),
        pytest.param(a_draft(), a_draft(payments=[*PAID[:1], ON_THE_DAY]), False, id="payment"),
        pytest.param(
            a_no_debt_draft(), a_no_debt_draft(issued_at=DAY_AFTER), True, id="no debt, later"
        ),
        pytest.param(
            a_no_debt_draft(), a_no_debt_draft(addressee="UBA"), False, id="another reader"
        ),
        pytest.param(a_draft(), a_no_debt_draft(), False, id="other kind"),
    ],
)
def test_an_older_letter_is_as_good_as_a_new_one(older, newer, is_same):
    assert tells_the_same(older.content("AR-1"), newer.content("")) is is_same
