"""The OpenAPI document and its page: complete, true to what is answered, and from here alone."""

import copy
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.pictures import a_picture
from webhooks.portal_api.blueprint import ENDPOINTS, PREFIX
from webhooks.portal_api.openapi import openapi_document

EXAMPLES = 20
KNOWN = {
    "loan_id": ["L-1", "L-2", "L-9", "L-404"],
    "borrower_id": ["B-1", "B-404"],
    "payment_id": ["P-1", "P-2", "P-404"],
    "merchant_id": ["M-100", "M-404"],
    "folio": ["AR-LS-2026-000001", "AR-LD-2026-000001", "AR-LD-2026-000404"],
}
"""Ids in the path; a random one would never lead to anything."""
FILES = {
    "image/png": [a_picture(), a_picture("RGBA", (900, 80))],
    "image/jpeg": [a_picture(kind="JPEG")],
}

for media_type, files in FILES.items():
    schemathesis.openapi.media_type(media_type, st.sampled_from(files))


def path_of(endpoint):
    return PREFIX + re.sub(r"<(\w+)>", r"{\1}", endpoint.rule)


@pytest.fixture
def document(world):
    answer = world.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json


@pytest.fixture
def api(world, agent, document):
    """The document with known ids in its paths, before the application that it describes."""
    for loan_id, kind in (("L-1", "balance"), ("L-2", "no_debt")):
        letter = agent.post(f"/loans/{loan_id}/letters", {"kind": kind}).json
        world.store_document(letter["folio"])
    narrowed = copy.deepcopy(document)
    for path in narrowed["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = {"type": "string", "enum": KNOWN[parameter["name"]]}
    schema = schemathesis.openapi.from_dict(narrowed)
    schema.app = world.app
    return schema


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: f"{mode.value} requests")
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.view.__name__)
def test_every_answer_is_one_that_the_document_promises(world, api, endpoint, mode):
    caller = world.caller(min(endpoint.scopes))
    operation = api[path_of(endpoint)][endpoint.method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def answers_as_promised(case):
        case.call_and_validate(
            headers={"Authorization": f"Bearer {caller.key}"},
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_headers_conformance,
                response_schema_conformance,
                negative_data_rejection,
            ],
        )

    answers_as_promised()


def test_every_endpoint_is_documented_with_what_it_refuses(document):
    documented = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert documented == {(each.method, path_of(each)) for each in ENDPOINTS}
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"], operation["operationId"]
            assert {"401", "403", "422", "503"} <= operation["responses"].keys()


def test_writes_take_an_idempotency_key_and_reads_do_not(document):
    for operations in document["paths"].values():
        for method, operation in operations.items():
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert ("Idempotency-Key" in names) is (method != "get")


def test_the_page_loads_nothing_from_elsewhere(world):
    client = world.app.test_client()
    page = client.get("/api/v1/docs")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "script-src" not in policy
    links = re.findall(r'(?:src|href|data-openapi)="([^"]+)"', page.text)
    assert len(links) == 5
    for link in links:
        assert link.startswith("/api/v1/")
        with client.get(link) as answer:
            assert answer.status_code == 200
    assert "<script>" not in page.text


@pytest.mark.parametrize("folder", ["swagger", "static"])
@pytest.mark.parametrize(
    "name", ["../__init__.py", "..%2f__init__.py", "%2fetc%2fpasswd", "..", "nothing.js"]
)
def test_the_page_gives_out_nothing_else(world, folder, name):
    path = f"/api/v1/docs/{folder}/{name}"
    answer = world.app.test_client().get(path, follow_redirects=True)
    assert answer.status_code in {401, 404}


def test_the_document_is_the_same_every_time():
    assert openapi_document(ENDPOINTS, PREFIX) == openapi_document(ENDPOINTS, PREFIX)
