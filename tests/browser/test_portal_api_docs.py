"""The portal API's page in real Chromium: it works under its policy and asks nobody else."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from domain.api_key import Scope
from tests.issued_letters import a_service
from webhooks.app import create_app
from webhooks.portal_api.blueprint import ENDPOINTS
from webhooks.simulator.standalone import SilentHandler

SCREENSHOTS = os.environ.get("SCREENSHOTS_DIR")


@pytest.fixture
def wired(indexed, tmp_path):
    return a_service(indexed, tmp_path)


@pytest.fixture
def address(wired) -> Iterator[str]:
    """Where the service answers."""
    app = create_app(wired)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page; what its policy blocks, an error or a request to elsewhere fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(15_000)
    troubles: list[str] = []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((address, "data:")) else troubles.append(request.url)
        ),
    )
    page.goto(f"{address}/api/v1/docs")
    yield page
    context.close()
    assert troubles == []


def test_every_endpoint_is_there_and_can_be_tried(page, wired):
    key, _ = wired.api_keys.create("developer", Scope.PORTAL)
    expect(page.locator(".opblock")).to_have_count(len(ENDPOINTS))
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / "portal_api_docs.png", full_page=True)
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(key)
    page.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close", exact=True).first.click()
    operation = page.locator("#operations-Loans-get_loan")
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("loan_id").fill("DEMO-2026-004821")
    operation.get_by_role("button", name="Execute").click()
    expect(
        operation.locator(".live-responses-table td.response-col_status:not(.col_header)")
    ).to_contain_text("200")
