"""What the API answers when it does not do what it was asked: RFC 9457 problem documents."""

from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException

from bot.logs import get_logger
from bot.services.letters import LoanNotFoundError
from storage.errors import StorageError
from storage.letters import LoanChangedError
from storage.record_errors import Complaint, RecordError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:fiado:problem:"

log = get_logger()


class FieldProblem(BaseModel):
    """What is wrong with one field; never its value."""

    field: str = Field(description="path of the field, parts joined by points")
    message: str


class Problem(BaseModel):
    """RFC 9457. `type` says what happened to a program, the texts say it to a developer."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[f"{TYPE_PREFIX}not_found"])
    title: str
    status: int
    detail: str | None = None
    instance: str = Field(description="path of the request")
    errors: list[FieldProblem] | None = None


class ApiProblem(Exception):
    """A refusal with its status; `members` stand in the document beside the usual ones."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str | None = None,
        *,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.headers = headers or {}
        self.members = members


def not_found(what: str) -> ApiProblem:
    return ApiProblem(404, "not_found", f"There is no such {what}")


def invalid(complaints: list[Complaint], detail: str | None = None) -> ApiProblem:
    """The request can be read, but not taken as it is."""
    errors = [{"field": each.field, "message": each.message} for each in complaints]
    return ApiProblem(422, "invalid", "The request is not valid", detail, errors=errors)


def invalid_field(field: str, message: str) -> ApiProblem:
    return invalid([Complaint(field, message)])


def come_back(code: str, title: str, seconds: int, *, status: int = 503) -> ApiProblem:
    """Nothing is wrong with the request but its moment."""
    return ApiProblem(status, code, title, headers={"Retry-After": str(seconds)})


def answer_problem(problem: ApiProblem) -> Response:
    """The problem as it goes out."""
    document = Problem(
        type=f"{TYPE_PREFIX}{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=request.path,
        **problem.members,
    )
    return Response(
        document.model_dump_json(
            exclude_unset=True, exclude={"detail"} if not problem.detail else None
        ),
        status=problem.status,
        headers=problem.headers,
        content_type=MEDIA_TYPE,
    )


def answer_http_error(error: HTTPException) -> Response:
    """What Flask itself refuses, in our shape and with its headers (Allow, Retry-After)."""
    code = error.name.lower().replace(" ", "_")
    headers = {
        name: value
        for name, value in error.get_headers()
        if name.lower() not in {"content-type", "content-length"}
    }
    return answer_problem(ApiProblem(error.code or 500, code, error.name, headers=headers))


def register_problems(blueprint: Blueprint) -> None:
    """Answer every error of the blueprint's views with a problem document."""
    blueprint.register_error_handler(ApiProblem, answer_problem)
    blueprint.register_error_handler(HTTPException, answer_http_error)

    @blueprint.errorhandler(RecordError)
    def answer_bad_record(error: RecordError) -> Response:
        return answer_problem(invalid(error.complaints))

    @blueprint.errorhandler(LoanNotFoundError)
    def answer_no_loan(_: LoanNotFoundError) -> Response:
        return answer_problem(not_found("loan"))

    @blueprint.errorhandler(LoanChangedError)
    def answer_changed(_: LoanChangedError) -> Response:
        return answer_problem(come_back("loan_changing", "The loan is changing just now", 1))

    @blueprint.errorhandler(StorageError)
    def answer_store_away(error: StorageError) -> Response:
        log.error("store_unavailable", error=type(error).__name__)
        return answer_problem(come_back("unavailable", "The store does not answer", 5))

    @blueprint.errorhandler(Exception)
    def answer_unexpected(error: Exception) -> Response:
        log.error("view_failed", exc_info=error)
        return answer_problem(ApiProblem(500, "internal", "Something went wrong here"))
