"""What every endpoint shares: blueprint, headers, answers and problems as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.errors import Answer
from shopfloor.items.paging import LARGEST_PAGE, PAGE_SIZE, Page
from shopfloor.people.fields import InputModel
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.texts import outcome_text

PREFIX = "/api/v1"


class WriteHeaders(BaseModel):
    """Every command has a key made by the client: the same key gives the same answer (A19)."""

    idempotency_key: str = Field(
        alias="Idempotency-Key",
        min_length=1,
        max_length=64,
        description="1 to 64 visible characters; repeat it when no answer came, and nothing is done twice",
    )


class Done(BaseModel):
    """A command that was carried out."""

    code: str = Field(description="Stable code of the answer", examples=["RECORD_CREATED"])
    message: str = Field(description="For people, in the caller's language")
    fields: dict[str, Any] = Field(description="What the message names")


class Problem(BaseModel):
    """RFC 9457: nothing was changed."""

    type: str = "about:blank"
    title: str
    status: int
    code: str = Field(description="Stable code", examples=["NOT_AVAILABLE"])
    message: str
    fields: dict[str, Any] = Field(description="What the message names; for INVALID_INPUT `problems` by field")
    asks: bool = Field(description="Whether the same command with a yes would be carried out")


class PageQuery(InputModel):
    """Lists come in pages: ask the next one with the `next_after` of the one before."""

    after: str = Field(default="", max_length=400)
    """`next_after` of the page before; blank: the first page."""
    limit: int = Field(default=PAGE_SIZE, ge=1, le=LARGEST_PAGE)
    """At most so many records."""


class ItemPath(BaseModel):
    """One item."""

    item_no: str


class OrderPath(BaseModel):
    """One order."""

    order_no: str


def problems(*statuses: int) -> dict[Any, Any]:
    """Responses of an operation beside its success."""
    words = {
        401: "Not signed in",
        404: "Not there",
        409: "A question: repeat with a yes, under a new key",
        422: "Refused, or not readable",
        503: "Busy; repeat with the same key",
    }
    return {
        str(status): {"description": words[status], "content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
        for status in statuses
    }


READS: dict[Any, Any] = problems(401, 404, 422)
WRITES: dict[Any, Any] = {"200": Done, **problems(401, 404, 409, 422, 503)}


def blueprint(name: str, tag: str) -> APIBlueprint:
    """A blueprint of the API with its heading in the description."""
    return APIBlueprint(f"api_{name}", __name__, url_prefix=PREFIX, abp_tags=[Tag(name=tag)], abp_security=[{"token": []}, {"session": []}])


def command(use_case: Callable[..., Answer], header: WriteHeaders, **keywords: Any) -> Response:
    """Run a use case and answer as JSON."""
    return done(run_command(use_case, key=header.idempotency_key, **keywords))


def done(answer: Answer, **more: object) -> Response:
    """An answer as JSON."""
    return jsonify({"code": answer.code, "message": outcome_text(answer), "fields": answer.outcome_fields(), **more})


def show(value: object) -> Response:
    """A frozen value of a query as JSON."""
    return jsonify(as_json(value))


def page(found: Page[Any]) -> Response:
    """One page of a list."""
    return jsonify({"rows": as_json(found.rows), "next_after": found.next_after})


def as_json(value: object) -> Any:
    """Quantities as text (A27), times in UTC, dates as 2026-12-31; properties of a value are left out."""
    if isinstance(value, Decimal):
        return shown(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(one) for one in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value
