"""Every refusal is a problem document, tells fields and never values, and disturbs nobody else."""

from io import BytesIO

import pytest
from pymongo import MongoClient

from bot.bootstrap import build_services
from tests.webhooks.portal_api.conftest import Caller
from tests.webhooks.portal_api.records import NEW_LOAN, NEW_PAYMENT
from webhooks.app import create_app
from webhooks.portal_api.bodies import MAX_BODY_BYTES

LETTERS = "/loans/L-1/letters"
JSON = "application/json"
PAYMENTS = "/loans/L-1/payments"
SECRET = "28123456"
UNREADABLE = (400, "bad_request")


def deep(levels):
    return '{"kind":' * levels + '"balance"' + "}" * levels


@pytest.mark.parametrize(
    ("path", "body", "content_type", "expected"),
    [
        pytest.param(LETTERS, b"", JSON, UNREADABLE, id="nothing"),
        pytest.param(LETTERS, b"{", JSON, UNREADABLE, id="half"),
        pytest.param(LETTERS, b"\xff\xfe{}", JSON, UNREADABLE, id="no UTF-8"),
        pytest.param(LETTERS, b"[]", JSON, UNREADABLE, id="a list"),
        pytest.param(LETTERS, b"null", JSON, UNREADABLE, id="null"),
        pytest.param(LETTERS, b'{"kind": NaN}', JSON, UNREADABLE, id="not a number"),
        pytest.param(
            LETTERS,
            b'{"kind":"balance","kind":"no_debt"}',
            JSON,
            UNREADABLE,
            id="a name twice",
        ),
        pytest.param(
            PAYMENTS,
            b'{"a":{"b":1,"b":2}}',
            JSON,
            UNREADABLE,
            id="a name twice inside",
        ),
        pytest.param(LETTERS, deep(50), JSON, UNREADABLE, id="deep"),
        pytest.param(LETTERS, deep(40_000), JSON, UNREADABLE, id="very deep"),
        pytest.param(
            LETTERS,
            b'{"kind":"balance","addressee":"\\ud800"}',
            JSON,
            UNREADABLE,
            id="half a character",
        ),
        pytest.param(LETTERS, b"9" * 10_000, JSON, UNREADABLE, id="a huge number"),
        pytest.param(
            LETTERS, b"{}", "text/plain", (415, "unsupported_media_type"), id="another type"
        ),
        pytest.param(LETTERS, b"{}", None, (415, "unsupported_media_type"), id="no type"),
        pytest.param(
            LETTERS,
            b" " * (MAX_BODY_BYTES + 1),
            JSON,
            (413, "request_entity_too_large"),
            id="too large",
        ),
        pytest.param(LETTERS, b"{}", f"{JSON}; charset=utf-8", (422, "invalid"), id="empty"),
    ],
)
def test_bodies_that_cannot_be_taken(portal, path, body, content_type, expected):
    status, code = expected
    answer = portal.call("POST", path, data=body, content_type=content_type)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["type"] == f"urn:fiado:problem:{code}"
    assert {"title", "status", "instance"} <= answer.json.keys()
    assert (answer.json["status"], answer.json["instance"]) == (status, f"/api/v1{path}")


@pytest.mark.parametrize(
    ("size_bytes", "status"),
    [
        pytest.param(MAX_BODY_BYTES, 422, id="at the limit"),
        pytest.param(MAX_BODY_BYTES + 1, 413, id="a byte more"),
        pytest.param(MAX_BODY_BYTES * 9, 413, id="far more"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "1"}], ids=["once", "with a key"])
def test_a_body_that_does_not_tell_its_length_is_limited_too(portal, size_bytes, status, headers):
    answer = portal.call(
        "POST",
        LETTERS,
        input_stream=BytesIO(b"{}".ljust(size_bytes)),
        content_type=JSON,
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == status


def test_what_is_wrong_is_told_field_by_field_and_no_value_comes_back(portal):
    loan = NEW_LOAN | {
        "currency": SECRET,
        "granted_on": SECRET,
        SECRET * 10: 1,
        "installments": [{"number": SECRET, "due_on": "2026-01-10"}],
    }
    answer = portal.put("/loans/L-9", loan)
    errors = {each["field"]: each["message"] for each in answer.json["errors"]}
    assert answer.status_code == 422
    assert {"currency", "granted_on", "installments.0.number"} <= errors.keys()
    assert errors["installments.0.amount"] == "is missing"
    # the name of an unknown field has to be told; it is cut
    assert max(map(len, errors)) <= 40
    assert SECRET not in str(list(errors.values()))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nowhere", 404, id="no such endpoint"),
        pytest.param("GET", "/loans/", 404, id="no id"),
        pytest.param("GET", "/loans/L-404", 404, id="no such loan"),
        pytest.param("GET", "/loans/%20", 404, id="not an id"),
        pytest.param("GET", "/loans/" + "9" * 65, 404, id="a long id"),
        pytest.param("GET", "/loans/L-1%00", 404, id="an id with a nul"),
        pytest.param("GET", "/letters/28123456", 404, id="not a folio"),
        pytest.param("GET", "/letters/AR-LS-2026-999999", 404, id="no such letter"),
        pytest.param("GET", "/letters/AR-LS-2026-999999.pdf", 404, id="nor its document"),
        pytest.param("GET", "/borrowers/B-404/loans", 404, id="no such borrower"),
        pytest.param("DELETE", "/loans/L-1", 405, id="not deletable"),
        pytest.param("GET", "/loans/L-1?a=1", 422, id="a parameter where none is known"),
        pytest.param("GET", "/borrowers/B-1/loans?limit=0", 422, id="too few"),
        pytest.param("GET", "/borrowers/B-1/loans?limit=201", 422, id="too many"),
        pytest.param("GET", "/borrowers/B-1/loans?limit=1&limit=2", 422, id="twice"),
        pytest.param("GET", "/borrowers/B-1/loans?cursor=zzz", 422, id="no cursor of ours"),
        pytest.param("GET", "/borrowers/B-1/loans?cursor=%C3%B1", 422, id="nor this one"),
        pytest.param("GET", "/borrowers/B-1/loans?cursor=WyJ4IiwieSJd", 422, id="no day in it"),
        pytest.param("GET", "/borrowers/B-1/loans?limits=1", 422, id="a misspelt parameter"),
    ],
)
def test_requests_that_lead_nowhere(portal, method, path, status):
    answer = portal.call(method, path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    if status == 405:
        assert "PUT" in answer.headers["Allow"]


def test_other_doors_keep_their_own_errors(world):
    client = world.app.test_client()
    assert client.get("/nowhere").json == {"error": "not_found"}
    assert client.delete("/healthz").json == {"error": "method_not_allowed"}
    assert client.get("/api/v2/loans/L-1").json == {"error": "not_found"}


def test_what_breaks_inside_is_told_to_nobody(world, portal, monkeypatch, capsys):
    def breaks(*_):
        raise ValueError(SECRET)

    monkeypatch.setattr(world.services.loan_accounts, "find", breaks)
    answer = portal.get("/loans/L-1")
    assert (answer.status_code, answer.json["type"]) == (500, "urn:fiado:problem:internal")
    assert SECRET not in answer.text
    assert "view_failed" in capsys.readouterr().out


def test_an_absent_store_is_a_503_that_asks_to_come_back(world):
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as away:
        app = create_app(build_services(world.services.settings, database=away["x"]))
        answer = Caller(app, f"fiado_abcdefgh_{'A' * 43}").get("/loans/L-1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.content_type == "application/problem+json"


def test_answers_are_nobody_elses_to_keep(portal):
    headers = portal.get("/loans/L-1").headers
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_write_is_one_line_with_ids_and_nothing_personal(world, portal, capsys):
    capsys.readouterr()
    portal.post(PAYMENTS, NEW_PAYMENT | {"reference": SECRET})
    portal.post(PAYMENTS, NEW_PAYMENT | {"paid_on": SECRET, SECRET: 1})
    portal.post(f"/loans/no%20id%20{SECRET}/payments", NEW_PAYMENT)
    portal.post(LETTERS, {"kind": "balance", "addressee": "Banco Secreto"})
    lines = capsys.readouterr().out.splitlines()
    writes = [line for line in lines if "api_write" in line]
    assert len(writes) == 3
    assert "path=/api/v1/loans/L-1/payments" in writes[0]
    assert "http_status=201" in writes[0]
    assert SECRET not in str(lines)
    assert "Secreto" not in str(lines)
