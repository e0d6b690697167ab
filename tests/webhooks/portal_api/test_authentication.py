"""Who may call what: no key, a wrong key, a revoked key, a key of another scope."""

from datetime import timedelta

import pytest

from tests.webhooks.portal_api.records import NEW_PAYMENT
from webhooks.portal_api.blueprint import ENDPOINTS

REASON = {"reason": "asked by the borrower"}


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("Bearer", id="no key"),
        pytest.param("Bearer x", id="not a key"),
        pytest.param(f"Bearer fiado_abcdefgh_{'A' * 43}", id="nobody's key"),
        pytest.param("Basic dXNlcjpwYXNz", id="another way"),
        pytest.param("Bearer \xff\xfe", id="no text"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/loans/L-1", "/api/v1/nowhere"])
def test_a_stranger_learns_only_that_a_key_is_needed(world, header, path):
    headers = {} if header is None else {"Authorization": header}
    answer = world.app.test_client().get(path, headers=headers)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.json["type"] == "urn:fiado:problem:unauthorized"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.view.__name__)
def test_every_endpoint_refuses_a_stranger_whatever_the_path_holds(world, endpoint):
    path = endpoint.rule.replace("<", "").replace(">", "")
    answer = world.app.test_client().open(f"/api/v1{path}", method=endpoint.method)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("scope", "request_line", "body", "status"),
    [
        pytest.param("portal", "GET /loans/L-1", None, 200, id="portal reads loans"),
        pytest.param("agent", "GET /loans/L-1", None, 200, id="agent reads loans"),
        pytest.param("ingest", "GET /loans/L-1", None, 403, id="ingest reads nothing"),
        pytest.param("ingest", "GET /borrowers/B-1/loans", None, 403, id="no lists either"),
        pytest.param(
            "ingest", "POST /loans/L-1/payments", NEW_PAYMENT, 201, id="ingest writes payments"
        ),
        pytest.param(
            "ingest", "POST /loans/L-1/letters", {"kind": "balance"}, 403, id="but no letters"
        ),
        pytest.param("portal", "POST /loans/L-1/letters", {"kind": "balance"}, 201, id="letters"),
        pytest.param("portal", "GET /letters", None, 403, id="the register is for agents"),
        pytest.param("agent", "GET /letters", None, 200, id="agents search it"),
        pytest.param(
            "portal", "POST /letters/AR-LS-2026-000001/revoke", REASON, 403, id="no revoking"
        ),
        pytest.param(
            "portal", "POST /letters/AR-LS-2026-000001/reissue", REASON, 403, id="no reissuing"
        ),
    ],
)
def test_scopes(world, scope, request_line, body, status):
    answer = world.caller(scope).call(*request_line.split(), json=body)
    assert answer.status_code == status
    if status == 403:
        assert answer.json["type"] == "urn:fiado:problem:forbidden"
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_a_revoked_key_is_refused_after_seconds_and_a_new_one_taken_at_once(world):
    caller = world.caller()
    assert caller.get("/loans/L-1").status_code == 200
    [key] = world.services.api_keys.list_all()
    # by the command line: another process, which cannot reach the memory of this one
    world.services.database["api_keys"].update_one(
        {"_id": key.prefix}, {"$set": {"revoked_at": world.clock.machine_now()}}
    )
    world.clock.ahead += timedelta(seconds=5)
    assert caller.get("/loans/L-1").status_code == 401
    assert world.caller().get("/loans/L-1").status_code == 200


def test_use_is_noted_at_most_once_a_minute(world):
    caller = world.caller()
    caller.get("/loans/L-1")
    [first] = world.services.api_keys.list_all()
    world.clock.ahead += timedelta(seconds=30)
    caller.get("/loans/L-1")
    [soon] = world.services.api_keys.list_all()
    world.clock.ahead += timedelta(seconds=40)
    caller.get("/loans/L-1")
    [later] = world.services.api_keys.list_all()
    assert first.last_used_at is not None
    assert soon.last_used_at == first.last_used_at
    assert later.last_used_at - first.last_used_at > timedelta(seconds=60)


def test_neither_the_key_nor_its_hash_tells_what_is_kept(world):
    key, kept = world.services.api_keys.create("Portal", "portal")
    document = world.services.database["api_keys"].find_one({"_id": kept.prefix})
    assert key.split("_", 2)[2] not in str(document)
    assert key.startswith(f"fiado_{kept.prefix}_")


def test_making_and_revoking_keys_is_audited(world):
    _, key = world.services.api_keys.create("Portal", "agent")
    assert world.services.api_keys.revoke(key.prefix).revoked_at is not None
    assert world.services.api_keys.revoke(key.prefix) is None
    assert world.services.api_keys.revoke("nobodys") is None
    acts = [(act, len(world.audit(act))) for act in ("api_key_created", "api_key_revoked")]
    assert acts == [("api_key_created", 1), ("api_key_revoked", 1)]
