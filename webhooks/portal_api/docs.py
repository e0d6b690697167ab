"""The API's documentation: the OpenAPI document and Swagger UI, both from this server alone."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import flask_swagger_ui
from flask import Blueprint, Response, render_template, send_from_directory

ASSETS = Path(str(files(flask_swagger_ui))) / "dist"
POLICY = "default-src 'self'; img-src 'self' data:"
"""Swagger UI's pictures are data in its style sheet."""
CACHED_SECONDS = 24 * 60 * 60


def documentation(prefix: str, document: dict[str, Any]) -> Blueprint:
    """`/openapi.json` and `/docs`, open to strangers: they tell of the API, not of anybody."""
    blueprint = Blueprint(
        "portal_api_docs",
        __name__,
        url_prefix=prefix,
        template_folder="templates",
        static_folder="static",
        static_url_path="/docs/static",
    )

    text = json.dumps(document)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return Response(text, content_type="application/json")

    @blueprint.get("/docs")
    def docs() -> Response:
        page = Response(render_template("portal_api_docs.html"), content_type="text/html")
        page.headers["Content-Security-Policy"] = POLICY
        page.headers["X-Content-Type-Options"] = "nosniff"
        return page

    @blueprint.get("/docs/swagger/<name>")
    def swagger_asset(name: str) -> Response:
        return send_from_directory(ASSETS, name, max_age=CACHED_SECONDS)

    return blueprint
