"""The register of letters: search by page, issue again, revoke; all of it audited."""

from datetime import timedelta

import pytest

from storage.portfolio_import import import_portfolio
from tests.portfolio_builders import BORROWER, as_file
from tests.webhooks.portal_api.conftest import _refuse
from tests.webhooks.portal_api.records import PAID

OTHER = {"borrower_id": "B-2"}
REASON = {"reason": "a typing error"}


@pytest.fixture
def filled(world, portal):
    """Seven letters of two borrowers, one a day from the 2nd of March on."""
    import_portfolio(
        world.services.database,
        as_file(
            [BORROWER | {"borrower_id": "B-2"}, PAID | {"loan_id": "L-3", "borrower_id": "B-2"}]
        ),
        _refuse,
    )
    for loan_id, kind in [
        ("L-1", "balance"),
        ("L-2", "no_debt"),
        ("L-3", "balance"),
        ("L-1", "balance"),
        ("L-2", "no_debt"),
        ("L-3", "balance"),
        ("L-1", "balance"),
    ]:
        assert portal.post(f"/loans/{loan_id}/letters", {"kind": kind}).status_code == 201
        world.clock.business += timedelta(days=1)
    return world


def folios(answer):
    return [
        each["folio"].removeprefix("AR-").replace("-2026-00000", "") for each in answer["items"]
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ["LS5", "LS4", "LD2", "LS3", "LS2", "LD1", "LS1"], id="all, newest first"),
        pytest.param("loan_id=L-1", ["LS5", "LS3", "LS1"], id="of a loan"),
        pytest.param("loan_id=L-404", [], id="of no loan"),
        pytest.param("borrower_id=B-2", ["LS4", "LS2"], id="of a borrower"),
        pytest.param("kind=no_debt", ["LD2", "LD1"], id="of a kind"),
        pytest.param("state=valid", ["LS5", "LS4", "LD2"], id="that hold"),
        pytest.param("state=superseded", ["LS3", "LS2", "LD1", "LS1"], id="that were replaced"),
        pytest.param("state=revoked", [], id="that were revoked"),
        pytest.param("state=expired", [], id="that are too old"),
        pytest.param("issued_from=2026-03-07", ["LS5", "LS4"], id="since a day"),
        pytest.param("issued_to=2026-03-03", ["LD1", "LS1"], id="up to a day"),
        pytest.param("issued_from=2026-03-04&issued_to=2026-03-04", ["LS2"], id="of a day"),
        pytest.param("issued_from=2026-03-04&issued_to=2026-03-03", [], id="of no day"),
        pytest.param(
            "borrower_id=B-1&kind=balance&state=superseded&issued_from=2026-03-03",
            ["LS3"],
            id="all together",
        ),
    ],
)
def test_search(filled, agent, query, expected):
    assert folios(agent.get(f"/letters?{query}").json) == expected


def test_pages_tell_every_letter_once_while_new_ones_are_issued(filled, agent):
    seen, cursor = [], ""
    while cursor is not None:
        page = agent.get(f"/letters?limit=3{cursor and f'&cursor={cursor}'}").json
        seen += folios(page)
        cursor = page["next_cursor"]
        agent.post("/letters/AR-LD-2026-000002/reissue", REASON)
    assert seen == ["LS5", "LS4", "LD2", "LS3", "LS2", "LD1", "LS1"]


def test_letters_of_one_instant_are_in_order_too(world, portal, agent):
    for addressee in ("Banco Uno", "Banco Dos", "Banco Tres"):
        portal.post("/loans/L-2/letters", {"kind": "no_debt", "addressee": addressee})
    first = agent.get("/letters?limit=2").json
    second = agent.get(f"/letters?limit=2&cursor={first['next_cursor']}").json
    assert folios(first) + folios(second) == ["LD3", "LD2", "LD1"]


def test_a_local_day_ends_at_local_midnight(world, portal, agent):
    world.clock.business += timedelta(hours=10)  # 01:00 UTC, 22:00 in Argentina
    portal.post("/loans/L-2/letters", {"kind": "no_debt"})
    assert folios(agent.get("/letters?issued_to=2026-03-02").json) == ["LD1"]
    assert folios(agent.get("/letters?issued_from=2026-03-03").json) == []


def test_an_expired_letter_is_found_as_such(filled, agent):
    filled.clock.business += timedelta(days=365)
    assert folios(agent.get("/letters?state=expired").json) == ["LS5", "LS4", "LD2"]
    assert agent.get("/letters?state=valid").json["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("kind=x", id="no kind"),
        pytest.param("state=x", id="no state"),
        pytest.param("loan_id=a%20b", id="no id"),
        pytest.param("issued_from=02-03-2026", id="no day"),
        pytest.param("issued_to=9999-12-31", id="a day beyond all time"),
        pytest.param("issued_from=1772409600", id="seconds"),
        pytest.param("folio=AR-LD-2026-000001", id="no such parameter"),
        pytest.param("cursor=W10=", id="a cursor with nothing in it"),
        pytest.param("cursor=WyJ4IiwieSJd", id="a cursor with other things in it"),
        pytest.param("cursor=WyIyMDI2LTAzLTAyIiwiQVItTEQtMjAyNi0wMDAwMDEiXQ==", id="no offset"),
    ],
)
def test_searches_that_cannot_be(agent, query):
    assert agent.get(f"/letters?{query}").status_code == 422


def test_reissue_takes_the_place_of_a_letter_and_says_why(world, portal, agent):
    old = portal.post("/loans/L-2/letters", {"kind": "no_debt", "addressee": "Banco Uno"}).json
    new = agent.post(f"/letters/{old['folio']}/reissue", REASON)
    assert new.status_code == 201
    assert (new.json["addressee"], new.json["state"]) == ("Banco Uno", "valid")
    assert new.json["verify_url"] != old["verify_url"]
    replaced = agent.get(f"/letters/{old['folio']}").json
    assert (replaced["state"], replaced["superseded_by"]) == ("superseded", new.json["folio"])
    [entry] = [each for each in world.audit("letter_issued") if each["reason"]]
    assert (entry["subject"], entry["reason"]) == (new.json["folio"], REASON["reason"])
    assert entry["actor"].startswith("api-key:")
    [notice] = world.services.database["letter_notices"].find()
    assert (notice["kind"], notice["folio"]) == ("ready", new.json["folio"])


def test_a_letter_that_would_not_hold_any_more_is_not_reissued(portal, agent):
    folio = portal.post("/loans/L-2/letters", {"kind": "no_debt"}).json["folio"]
    reversal = {"reversed_on": "2026-03-01", "reason": "bounced"}
    portal.post("/loans/L-2/payments/P-2/reversal", reversal)
    answer = agent.post(f"/letters/{folio}/reissue", REASON)
    assert (answer.status_code, answer.json["reason"]) == (409, "payment_reversed")


def test_a_letter_of_a_loan_that_is_anothers_is_not_reissued(world, portal, agent):
    folio = portal.post("/loans/L-2/letters", {"kind": "no_debt"}).json["folio"]
    records = [BORROWER | {"borrower_id": "B-2"}, PAID | {"borrower_id": "B-2"}]
    import_portfolio(world.services.database, as_file(records), _refuse)
    answer = agent.post(f"/letters/{folio}/reissue", REASON)
    assert (answer.status_code, answer.json["reason"]) == (409, "borrower_changed")
    assert answer.json["kind"] == "no_debt"


def test_revoking_is_final_says_why_and_has_the_borrower_told(world, portal, agent):
    folio = portal.post("/loans/L-2/letters", {"kind": "no_debt"}).json["folio"]
    revoked = agent.post(f"/letters/{folio}/revoke", REASON)
    again = agent.post(f"/letters/{folio}/revoke", {"reason": "another"})
    assert (revoked.status_code, revoked.json["state"]) == (200, "revoked")
    assert again.json["revoked_reason"] == REASON["reason"]
    assert folios(agent.get("/letters?state=revoked").json) == ["LD1"]
    [entry] = world.audit("letter_revoked")
    assert (entry["subject"], entry["reason"]) == (folio, REASON["reason"])
    [notice] = world.services.database["letter_notices"].find()
    assert (notice["kind"], notice["folio"], notice["borrower_id"]) == ("revoked", folio, "B-1")


@pytest.mark.parametrize("verb", ["reissue", "revoke"])
@pytest.mark.parametrize(
    ("folio", "body", "status"),
    [
        pytest.param("AR-LD-2026-000404", REASON, 404, id="no such letter"),
        pytest.param("AR-LD-2026-000001", {}, 422, id="no reason"),
        pytest.param("AR-LD-2026-000001", {"reason": " "}, 422, id="an empty reason"),
    ],
)
def test_what_cannot_be_reissued_or_revoked(agent, verb, folio, body, status):
    agent.post("/loans/L-2/letters", {"kind": "no_debt"})
    assert agent.post(f"/letters/{folio}/{verb}", body).status_code == status


def test_searching_is_audited(filled, agent):
    agent.get("/letters?loan_id=L-1")
    agent.get("/letters")
    assert [each["subject"] for each in filled.audit("letters_searched")] == ["L-1", "letters"]


def test_agents_see_how_often_a_letter_was_checked_and_others_do_not(world, portal, agent):
    folio = portal.post("/loans/L-2/letters", {"kind": "no_debt"}).json["folio"]
    path = f"/letters/{folio}"
    never = agent.get(path).json
    code = world.services.letters.find(folio).code
    for _ in range(2):
        world.clock.business += timedelta(minutes=5)
        world.services.letter_checks.check(folio, code, address="203.0.113.7")
    checked = agent.get(path).json
    [listed] = agent.get("/letters").json["items"]
    assert (never["lookups"], never["looked_up_at"]) == (0, None)
    assert (checked["lookups"], checked["looked_up_at"]) == (2, "2026-03-02T15:10:00Z")
    assert (listed["lookups"], listed["looked_up_at"]) == (2, "2026-03-02T15:10:00Z")
    assert portal.get(path).json.keys() == never.keys() - {"lookups", "looked_up_at"}
