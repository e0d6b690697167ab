"""Letters over HTTP: issued, the same again, refused with reasons, fetched."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Timer

import pytest

from storage.letters import LoanChangedError
from tests.webhooks.portal_api.conftest import PDF
from tests.webhooks.portal_api.records import NEW_PAYMENT, REVERSAL
from webhooks.portal_api import letters

ACTIVE, PAID = "/loans/L-1/letters", "/loans/L-2/letters"
BALANCE, NO_DEBT = {"kind": "balance"}, {"kind": "no_debt"}


def test_a_letter_has_all_that_a_portal_needs(world, portal):
    answer = portal.post(ACTIVE, BALANCE | {"addressee": "Banco  <b>Nación</b>\n"})
    letter = answer.json
    assert (answer.status_code, answer.headers["Location"]) == (
        201,
        f"/api/v1/letters/{letter['folio']}",
    )
    code = world.services.letters.find(letter["folio"]).code
    assert letter == letter | {
        "folio": "AR-LS-2026-000001",
        "kind": "balance",
        "state": "valid",
        "loan_id": "L-1",
        "borrower_id": "B-1",
        "addressee": "Banco Nación",
        "issued_at": "2026-03-02T15:00:00Z",
        "valid_until": "2026-03-10",
        "superseded_by": None,
        "revoked_at": None,
        "verify_url": f"https://fiado.example/verificar/AR-LS-2026-000001?c={code}",
    }
    assert letter["pdf_url"].startswith("https://fiado.example/media/")
    assert letter["pdf_url"].endswith("/carta-de-saldo_AR-LS-2026-000001.pdf")


def test_the_link_to_the_document_needs_no_key_and_lasts_an_hour(world, portal):
    letter = portal.post(PAID, NO_DEBT).json
    path = letter["pdf_url"].removeprefix("https://fiado.example")
    world.store_document(letter["folio"])
    client = world.app.test_client()
    assert client.get(path).data == PDF
    world.clock.business += timedelta(minutes=61)
    assert client.get(path).status_code == 404
    fresh = portal.get(f"/letters/{letter['folio']}").json["pdf_url"]
    assert client.get(fresh.removeprefix("https://fiado.example")).status_code == 200


def test_asking_again_gives_the_same_letter(portal):
    first, again = portal.post(PAID, NO_DEBT), portal.post(PAID, NO_DEBT)
    other = portal.post(PAID, NO_DEBT | {"addressee": "Banco Nación"})
    assert [each.status_code for each in (first, again, other)] == [201, 200, 201]
    assert again.json["folio"] == first.json["folio"] != other.json["folio"]
    old = portal.get(f"/letters/{first.json['folio']}").json
    assert (old["state"], old["superseded_by"]) == ("superseded", other.json["folio"])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="none"),
        pytest.param({"addressee": None}, id="null"),
        pytest.param({"addressee": "A quien corresponda"}, id="the formula"),
        pytest.param({"addressee": " a QUIEN  corresponda. "}, id="the formula, somehow"),
    ],
)
def test_without_an_institution_it_is_for_whom_it_may_concern(portal, body):
    assert portal.post(PAID, NO_DEBT | body).json["addressee"] is None


@pytest.mark.parametrize(
    "addressee",
    [
        pytest.param("", id="empty"),
        pytest.param("...", id="no letter"),
        pytest.param("<script>", id="markup alone"),
        pytest.param("B" * 81, id="too long"),
    ],
)
def test_an_addressee_that_cannot_stand_on_paper_is_refused(world, portal, addressee):
    answer = portal.post(PAID, NO_DEBT | {"addressee": addressee})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json["errors"]] == ["addressee"]
    assert world.services.database["letters"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        pytest.param(
            ACTIVE,
            NO_DEBT,
            {"reason": "still_owed", "amount": "90600.00", "available_on": "2026-04-10"},
            id="still owed: what and when",
        ),
        pytest.param(
            PAID,
            BALANCE,
            {"reason": "paid_in_full", "amount": None, "available_on": None},
            id="paid: nothing to pay for it",
        ),
    ],
)
def test_a_letter_that_is_not_to_be_had_is_refused_with_the_reason(portal, path, body, told):
    answer = portal.post(path, body)
    expected = told | {"kind": body["kind"], "currency": "ARS"}
    common = {"type", "title", "status", "instance"}
    assert (answer.status_code, answer.json["type"]) == (
        409,
        "urn:fiado:problem:letter_not_available",
    )
    assert {name: value for name, value in answer.json.items() if name not in common} == expected


def test_a_payment_and_its_reversal_are_seen_at_once(portal):
    portal.post("/loans/L-1/payments", NEW_PAYMENT)
    portal.post("/loans/L-1/payments", NEW_PAYMENT | {"payment_id": "P-10"})
    assert portal.post(ACTIVE, NO_DEBT).status_code == 201
    portal.post("/loans/L-1/payments/P-9/reversal", REVERSAL | {"reversed_on": "2026-03-02"})
    assert portal.post(ACTIVE, NO_DEBT).json["reason"] == "payment_reversed"


def test_an_unknown_loan_has_no_letters(portal):
    assert portal.post("/loans/L-404/letters", BALANCE).status_code == 404


def test_a_loan_that_changes_all_the_time_is_asked_to_be_tried_again(world, portal, monkeypatch):
    def changes(*_, **__):
        raise LoanChangedError("L-1")

    monkeypatch.setattr(world.services.letters, "issue", changes)
    answer = portal.post(ACTIVE, BALANCE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_the_document_comes_under_its_human_name(world, portal):
    folio = portal.post(PAID, NO_DEBT).json["folio"]
    missing = portal.get(f"/letters/{folio}.pdf")
    world.store_document(folio)
    found = portal.get(f"/letters/{folio.lower()}.pdf")
    assert (missing.status_code, missing.headers["Retry-After"]) == (503, "2")
    assert missing.content_type == "application/problem+json"
    assert (found.status_code, found.content_type) == (200, "application/pdf")
    assert found.data == PDF
    assert found.headers["Content-Disposition"] == f'inline; filename="libre-deuda_{folio}.pdf"'


def test_a_document_that_is_being_printed_is_waited_for(world, portal, monkeypatch):
    folio = portal.post(PAID, NO_DEBT).json["folio"]
    monkeypatch.setattr(letters, "PRINT_WAIT_SECONDS", 10)
    printer = Timer(0.3, world.store_document, [folio])
    printer.start()
    found = portal.get(f"/letters/{folio}.pdf")
    printer.join()
    assert found.status_code == 200


def test_a_document_that_will_never_come_is_not_waited_for(world, portal, monkeypatch):
    folio = portal.post(PAID, NO_DEBT).json["folio"]
    world.services.letter_printing.give_up(folio, at=world.clock.machine_now())
    monkeypatch.setattr(letters, "PRINT_WAIT_SECONDS", 60)
    assert portal.get(f"/letters/{folio}.pdf").status_code == 503


def test_every_look_at_a_letter_is_in_the_audit_log(world, portal):
    folio = portal.post(PAID, NO_DEBT).json["folio"]
    world.store_document(folio)
    portal.get(f"/letters/{folio}")
    portal.get(f"/letters/{folio}.pdf")
    portal.get("/letters/AR-LD-2026-000404")
    [key] = world.services.api_keys.list_all()
    noted = {
        (entry["act"], entry["subject"], entry["actor"])
        for entry in world.services.database["audit_log"].find({"subject": folio})
    }
    assert noted == {
        ("letter_issued", folio, key.actor),
        ("letter_read", folio, key.actor),
        ("letter_document_read", folio, key.actor),
    }


def test_many_at_once_get_one_letter(world, portal):
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: portal.post(PAID, NO_DEBT), range(8)))
    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]
    assert len({each.json["folio"] for each in answers}) == 1
    assert world.services.database["letters"].count_documents({}) == 1
