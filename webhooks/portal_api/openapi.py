"""The OpenAPI document, made of the same declarations that route and check the requests."""

import re
from collections.abc import Iterable, Mapping
from inspect import getdoc
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from domain.api_key import Scope
from domain.fields import Identifier
from webhooks.portal_api.bodies import JSON_TYPE
from webhooks.portal_api.endpoints import Endpoint
from webhooks.portal_api.once import HEADER, MAX_KEY_CHARACTERS
from webhooks.portal_api.problems import MEDIA_TYPE, Problem

VERSION = "1.0.0"
DESCRIPTION = (
    "Loans and letters. Amounts are decimal strings in the currency's major unit, days ISO 8601"
    " local days, instants ISO 8601 with an offset. What is refused is answered with a problem"
    " document (RFC 9457) whose `type` tells a program why. A write with an `Idempotency-Key` can"
    " be repeated for 24 hours: it is done once, and answered the same, links made anew."
)
IDENTIFIER = TypeAdapter(Identifier).json_schema()
PATH_SCHEMAS = {"folio": {"type": "string", "pattern": "^[A-Z]{2}-[A-Z]{2}-[0-9]{4}-[0-9]{6,9}$"}}
EVERYWHERE = {
    401: "No key in force",
    403: "The key's scope does not cover this",
    404: "There is nothing of that id",
    422: "A field or parameter is not valid; `errors` names each",
    500: "Something went wrong here",
    503: "Not now: try again after `Retry-After` seconds",
}
OF_JSON = {
    400: "The body or the idempotency key cannot be read",
    415: f"The body is not {JSON_TYPE}",
}
OF_WRITES = {
    400: "The idempotency key cannot be used",
    409: "The first request with this idempotency key is not answered yet",
}
IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "the same key and request are answered the same for 24 hours, and done once",
    "schema": {"type": "string", "pattern": f"^[ -~]{{1,{MAX_KEY_CHARACTERS}}}$"},
}

Json = dict[str, Any]
References = Mapping[Any, Json]
"""By model and by whether it is sent (validation) or answered (serialization)."""

_ARGUMENT = re.compile(r"<(\w+)>")
_REFERENCES = "#/components/schemas/{model}"


def openapi_document(endpoints: Iterable[Endpoint], prefix: str) -> Json:
    """OpenAPI 3.1 of the endpoints, all of them below `prefix`."""
    endpoints = list(endpoints)
    references, schemas = _schemas(endpoints)
    paths: Json = {}
    for each in endpoints:
        path = paths.setdefault(prefix + _ARGUMENT.sub(r"{\1}", each.rule), {})
        path[each.method.lower()] = _operation(each, references, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fiado portal API", "version": VERSION, "description": DESCRIPTION},
        "tags": [{"name": tag} for tag in dict.fromkeys(each.tag for each in endpoints)],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "fiado api-key create; scopes: "
                    + ", ".join(scope.value for scope in Scope),
                }
            },
            "schemas": schemas,
        },
    }


def _schemas(endpoints: Iterable[Endpoint]) -> tuple[References, Json]:
    """A reference to each model that is sent or answered, and what they refer to."""
    used: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for each in endpoints:
        for asked in (each.body, each.query):
            if asked is not None:
                used[asked, "validation"] = None
        for answered in each.answers.values():
            if isinstance(answered, type):
                used[answered, "serialization"] = None
    references, definitions = models_json_schema(list(used), ref_template=_REFERENCES)
    return references, definitions["$defs"]


def _operation(
    endpoint: Endpoint,
    references: References,
    schemas: Json,
) -> Json:
    description = getdoc(endpoint.view) or ""
    scopes = ", ".join(f"`{scope}`" for scope in sorted(endpoint.scopes))
    operation: Json = {
        "operationId": endpoint.view.__name__,
        "tags": [endpoint.tag],
        "summary": description.partition(".")[0],
        "description": f"{description}\n\nScopes: {scopes}",
        "parameters": _parameters(endpoint, references, schemas),
        "responses": {
            str(status): _answer(status, model, references)
            for status, model in endpoint.answers.items()
        }
        | {
            str(status): {
                "description": text,
                "content": {MEDIA_TYPE: {"schema": references[Problem, "serialization"]}},
            }
            for status, text in _refusals(endpoint).items()
        },
    }
    if endpoint.body is not None:
        schema = references[endpoint.body, "validation"]
        operation["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": schema}}}
    if endpoint.file is not None:
        content: Json = {media_type: {} for media_type in endpoint.file.media_types}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(
    endpoint: Endpoint,
    references: References,
    schemas: Json,
) -> list[Json]:
    parameters: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": PATH_SCHEMAS.get(name, IDENTIFIER),
        }
        for name in _ARGUMENT.findall(endpoint.rule)
    ]
    if endpoint.query is not None:
        reference = references[endpoint.query, "validation"]["$ref"]
        model = schemas[reference.rpartition("/")[2]]
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in model["properties"].items()
        ]
    return [*parameters, IDEMPOTENCY_KEY] if endpoint.is_write else parameters


def _answer(
    status: int,
    model: type[BaseModel] | str | None,
    references: References,
) -> Json:
    text = "Made" if status == 201 else "As asked for, or as it was"
    if model is None:
        return {"description": text}
    if isinstance(model, str):
        return {"description": text, "content": {model: {}}}
    content = {JSON_TYPE: {"schema": references[model, "serialization"]}}
    return {"description": text, "content": content}


def _refusals(endpoint: Endpoint) -> Mapping[int, str]:
    """What this endpoint says no with; its own words stand before those that all share."""
    shared = dict(EVERYWHERE)
    if endpoint.is_write:
        shared |= OF_WRITES | {413: f"The body has more than {endpoint.max_body_bytes} bytes"}
    if endpoint.body is not None:
        shared |= OF_JSON
    own = {
        status: f"{text}. Or: {OF_WRITES[status]}" if status in OF_WRITES else text
        for status, text in endpoint.refusals.items()
    }
    return dict(sorted((shared | own).items()))
