"""`Idempotency-Key`: the same request again has the same answer and no second effect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from storage.idempotency import KEPT_FOR
from tests.webhooks.portal_api.records import NEW_LOAN, NEW_PAYMENT
from webhooks.portal_api.once import LEASE

LETTERS = "/loans/L-2/letters"
REISSUE = "/letters/AR-LD-2026-000001/reissue"
NO_DEBT = {"kind": "no_debt"}
REASON = {"reason": "asked by the bank"}
KEY = {"Idempotency-Key": "order 66: \x20~"}


def letters(world):
    return world.services.database["letters"].count_documents({})


def facts(answer):
    return answer.status_code, answer.data, sorted(answer.headers)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("PUT", "/loans/L-9", NEW_LOAN, id="a loan"),
        pytest.param("POST", "/loans/L-1/payments", NEW_PAYMENT, id="a payment"),
        pytest.param("POST", "/loans/L-1/letters", NO_DEBT, id="a refusal"),
        pytest.param("POST", LETTERS, {"kind": "x"}, id="a mistake"),
        pytest.param("POST", "/loans/L-404/letters", NO_DEBT, id="nothing there"),
    ],
)
def test_the_same_request_again_has_the_same_answer(world, portal, method, path, body):
    first = portal.call(method, path, json=body, headers=KEY)
    world.clock.business += timedelta(hours=2)
    again = portal.call(method, path, json=body, headers=KEY)
    assert facts(again) == facts(first)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(LETTERS, NO_DEBT, id="issue"),
        pytest.param(REISSUE, REASON, id="reissue"),
        pytest.param("/letters/AR-LD-2026-000001/revoke", REASON, id="revoke"),
    ],
)
def test_a_letter_told_of_again_comes_with_a_link_that_works(world, agent, path, body):
    agent.post(LETTERS, NO_DEBT)
    first = agent.post(path, body, headers=KEY)
    world.store_document(first.json["folio"])
    world.clock.business += timedelta(hours=23)
    again = agent.post(path, body, headers=KEY)
    told, told_again = first.json, again.json
    old, fresh = told.pop("pdf_url"), told_again.pop("pdf_url")
    assert (again.status_code, told_again) == (first.status_code, told)
    assert sorted(again.headers) == sorted(first.headers)
    client = world.app.test_client()
    statuses = [
        client.get(link.removeprefix("https://fiado.example")).status_code for link in (old, fresh)
    ]
    assert statuses == [404, 200]


def test_a_reissue_asked_for_twice_is_one(world, portal, agent):
    portal.post(LETTERS, NO_DEBT)
    first, again = (agent.post(REISSUE, REASON, headers=KEY) for _ in range(2))
    assert first.json["folio"] == again.json["folio"] == "AR-LD-2026-000002"
    other = agent.post(REISSUE, REASON, headers={"Idempotency-Key": "67"})
    assert other.json["folio"] == "AR-LD-2026-000003"
    assert letters(world) == 3


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(LETTERS, NO_DEBT | {"addressee": "Banco Nación"}, id="another body"),
        pytest.param("/loans/L-1/letters", NO_DEBT, id="another path"),
        pytest.param(f"{LETTERS}?", NO_DEBT | {"kind": "balance"}, id="another kind"),
    ],
)
def test_a_key_stands_for_one_request(portal, path, body):
    portal.post(LETTERS, NO_DEBT, headers=KEY)
    answer = portal.post(path, body, headers=KEY)
    assert (answer.status_code, answer.json["type"]) == (
        422,
        "urn:fiado:problem:idempotency_key_reused",
    )


def test_a_key_is_its_holders_own(world, portal):
    first = portal.post(LETTERS, NO_DEBT, headers=KEY)
    other = world.caller().post("/loans/L-1/payments", NEW_PAYMENT, headers=KEY)
    assert (first.status_code, other.status_code) == (201, 201)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("k" * 256, id="too long"),
        pytest.param("tab\tbed", id="a control character"),
        pytest.param("\xf1and\xfa", id="not ASCII"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused(world, portal, key):
    answer = portal.post(LETTERS, NO_DEBT, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["type"]) == (
        400,
        "urn:fiado:problem:bad_idempotency_key",
    )
    assert letters(world) == 0


def test_the_longest_key_is_taken(portal):
    headers = {"Idempotency-Key": "k" * 255}
    assert portal.post(LETTERS, NO_DEBT, headers=headers).status_code == 201


def test_after_a_day_the_key_is_new_again(world, portal):
    first = portal.post(LETTERS, NO_DEBT, headers=KEY)
    world.clock.ahead += KEPT_FOR + timedelta(seconds=1)
    again = portal.post("/loans/L-1/payments", NEW_PAYMENT, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)


def test_the_effect_of_a_process_that_died_is_found_by_the_next(world, portal, monkeypatch):
    issue = world.services.letters.issue

    def issues_and_dies(*arguments, **named):
        issue(*arguments, **named)
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(world.services.letters, "issue", issues_and_dies)
        with pytest.raises(SystemExit):
            portal.post(LETTERS, NO_DEBT, headers=KEY)
    busy = portal.post(LETTERS, NO_DEBT, headers=KEY)
    world.clock.ahead += LEASE
    world.clock.business += timedelta(days=1)  # without the key it would be another letter
    done = portal.post(LETTERS, NO_DEBT, headers=KEY)
    again = portal.post(LETTERS, NO_DEBT, headers=KEY)
    assert (busy.status_code, busy.headers["Retry-After"]) == (409, "2")
    assert (done.status_code, done.json["folio"]) == (200, "AR-LD-2026-000001")
    assert facts(again) == facts(done)
    assert letters(world) == 1


def test_what_failed_here_is_tried_again_at_once(world, portal, monkeypatch):
    def breaks(*_, **__):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(world.services.letters, "issue", breaks)
        assert portal.post(LETTERS, NO_DEBT, headers=KEY).status_code == 500
    assert portal.post(LETTERS, NO_DEBT, headers=KEY).status_code == 201


@pytest.mark.parametrize(
    ("path", "body", "effects"),
    [
        pytest.param(REISSUE, REASON, {"letters": 2}, id="reissue"),
        pytest.param("/loans/L-1/payments", NEW_PAYMENT, {"payments": 3}, id="payment"),
    ],
)
def test_many_at_once_with_one_key_have_one_effect(world, portal, path, body, effects):
    portal.post(LETTERS, NO_DEBT)
    agent = world.caller("agent")
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: agent.post(path, body, headers=KEY), range(8)))
    statuses = {each.status_code for each in answers}
    assert statuses <= {201, 409}
    assert 201 in statuses
    assert len({each.data for each in answers if each.status_code == 201}) == 1
    assert all("Retry-After" in each.headers for each in answers if each.status_code == 409)
    database = world.services.database
    assert {each: database[each].count_documents({}) for each in effects} == effects


def test_nobodys_key_is_kept_in_the_clear(world, portal):
    portal.post(LETTERS, NO_DEBT, headers={"Idempotency-Key": "loan of Ramona"})
    assert "Ramona" not in str(list(world.services.database["idempotency_keys"].find()))
