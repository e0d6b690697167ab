"""What an endpoint is: one declaration for routing, checking, answering and documenting it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.bootstrap import Services
from bot.logs import get_logger
from domain.api_key import ApiKey, Scope
from domain.fields import Identifier
from domain.letter import read_folio
from webhooks.portal_api.authentication import caller, refuse_unless_in_scope
from webhooks.portal_api.bodies import (
    JSON_TYPE,
    MAX_BODY_BYTES,
    Upload,
    read_body,
    read_file,
    read_query,
    refuse_query,
)
from webhooks.portal_api.once import answered_once
from webhooks.portal_api.problems import not_found

PDF_TYPE = "application/pdf"

_IDENTIFIER = TypeAdapter(Identifier)

log = get_logger()


@dataclass(frozen=True)
class Call:
    """One request as its view sees it."""

    services: Services
    key: ApiKey
    cause_id: str
    """Of a write: the same if it is asked for again, so that its effect can be one."""


@dataclass(frozen=True)
class Answer:
    """What a view answers: a model, and which of the endpoint's statuses it is."""

    body: BaseModel
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
    """`view(call, **path arguments)`, with `body`, `file` or `query` too if it is declared."""

    method: str
    rule: str
    view: Callable[..., Answer | Response]
    scopes: frozenset[Scope]
    tag: str
    answers: Mapping[int, type[BaseModel] | str | None]
    """Model, or media type of what is no JSON, by status; None: no body."""
    refusals: Mapping[int, str]
    """What the endpoint's own refusals mean, by status; those that all share are not here."""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    file: Upload | None = None
    renew: Callable[[Services, Any], BaseModel] | None = None
    """Makes anew what does not last of an answer that is given again."""

    @property
    def max_body_bytes(self) -> int:
        return self.file.max_bytes if self.file else MAX_BODY_BYTES

    @property
    def is_write(self) -> bool:
        return self.method not in {"GET", "HEAD"}


class Endpoints:
    """The endpoints of one subject. None can be declared without saying who may call it."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.declared: list[Endpoint] = []

    def add(
        self,
        method: str,
        rule: str,
        *,
        scopes: frozenset[Scope],
        answers: Mapping[int, type[BaseModel] | str | None],
        refusals: Mapping[int, str],
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        file: Upload | None = None,
        renew: Callable[[Services, Any], BaseModel] | None = None,
    ) -> Callable[[Callable[..., Answer | Response]], Callable[..., Answer | Response]]:
        """Declare the decorated view; its docstring is its documentation."""

        def declare(view: Callable[..., Answer | Response]) -> Callable[..., Answer | Response]:
            self.declared.append(
                Endpoint(
                    method=method,
                    rule=rule,
                    view=view,
                    scopes=scopes,
                    tag=self._tag,
                    answers=answers,
                    refusals=refusals,
                    body=body,
                    query=query,
                    file=file,
                    renew=renew,
                )
            )
            return view

        return declare


def register(blueprint: Blueprint, wired: Services, endpoints: Iterable[Endpoint]) -> None:
    """Route every endpoint of `endpoints`."""
    for each in endpoints:
        blueprint.add_url_rule(
            each.rule,
            endpoint=each.view.__name__,
            view_func=partial(_serve, wired, each),
            methods=[each.method],
        )


def _serve(wired: Services, endpoint: Endpoint, **path: str) -> Response:
    refuse_unless_in_scope(endpoint.scopes)
    path = {name: _readable(name, text) for name, text in path.items()}

    def work(cause_id: str) -> Response:
        arguments: dict[str, Any] = dict(path)
        if endpoint.query is None:
            refuse_query()
        else:
            arguments["query"] = read_query(endpoint.query)
        if endpoint.body is not None:
            arguments["body"] = read_body(endpoint.body)
        if endpoint.file is not None:
            arguments["file"] = read_file(endpoint.file)
        answer = endpoint.view(Call(wired, caller(), cause_id), **arguments)
        return answer if isinstance(answer, Response) else _response(answer)

    if not endpoint.is_write:
        return work("")
    response = answered_once(wired, caller(), work, partial(_renewed, wired, endpoint))
    log.info(
        "api_write",
        name=caller().actor,
        action=endpoint.view.__name__,
        path=request.path,
        http_status=response.status_code,
    )
    return response


def _readable(name: str, text: str) -> str:
    """The id in the path in its one form; 404 for what can be nobody's id."""
    if name == "folio":
        folio = read_folio(text)
        if folio is None:
            raise not_found("letter")
        return folio
    try:
        return _IDENTIFIER.validate_python(text)
    except ValidationError:
        raise not_found(name.removesuffix("_id")) from None


def _renewed(wired: Services, endpoint: Endpoint, response: Response) -> Response:
    """An answer from before, fit to be given again."""
    model = endpoint.answers.get(response.status_code)
    if endpoint.renew is not None and isinstance(model, type):
        answer = endpoint.renew(wired, model.model_validate_json(response.get_data()))
        response.set_data(answer.model_dump_json())
    return response


def _response(answer: Answer) -> Response:
    return Response(
        answer.body.model_dump_json(),
        status=answer.status,
        headers=dict(answer.headers),
        content_type=JSON_TYPE,
    )
