"""Reading a use case's input model from a form or from JSON (A29). Bad bytes become a refusal, never a crash."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput
from shopfloor.people.fields import MOST_LINES, InputModel, read_input, unreadable
from shopfloor.web.errors import RequestInvalid

M = TypeVar("M", bound=InputModel)
KEY_FIELD = "command_key"
OUR_FIELDS = frozenset({KEY_FIELD, "next"})
"""Fields of a form that are not the use case's."""
PREFILLED = frozenset(
    {
        *("line_no", "location_code", "entry_type", "unit_code", "flushing", "one_scan_is", "operation_no", "run_minutes", "setup_minutes"),
        *("scrap_percent", "round_up_to", "under_tolerance_percent", "over_tolerance_percent"),
    }
)
"""Fields that a page fills in beforehand; alone they do not make a row."""
DEEPEST = 4
LONGEST_ARGUMENT = 200


def read_form(model: type[M], ignored: Sequence[str] = (), /, **given: object) -> M:
    """The form as the input of a use case. `given` comes from the address and wins; `ignored` fields are the page's own.

    Raises InvalidInput.
    """
    typed = {name: value for name, value in form_values().items() if name not in ignored}
    return read_input(model, _without_blanks(model, typed | given))


def command_key() -> str:
    """The key that the server put into the form, or the station made (A19)."""
    return request.form.get(KEY_FIELD, "")


def form_values() -> dict[str, Any]:
    """The form with `lines.0.item_no` as rows; rows in which nothing was typed are left out."""
    nested: dict[str, Any] = {}
    for name, value in request.form.items():
        if name not in OUR_FIELDS:
            _put(nested, name, value)
    return {name: _rows(value) if isinstance(value, dict) else value for name, value in nested.items()}


def argument(name: str, default: str = "") -> str:
    """One part of the address after the question mark. Raises InvalidInput for characters that cannot be seen, or too many."""
    value = request.args.get(name, default)
    if not value.isprintable() or len(value) > LONGEST_ARGUMENT:
        problem = "is too long or holds a character that cannot be seen"
        raise InvalidInput(summary=f"{name} {problem}", problems={name: problem})
    return value


def whole_argument(name: str, default: int, *, largest: int = 500) -> int:
    """The same for a whole number from 1 to `largest`. Raises InvalidInput."""
    text = argument(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and 1 <= int(text) <= largest):
        raise InvalidInput(summary=f"{name} is not a number from 1 to {largest}", problems={name: f"write a number from 1 to {largest}"})
    return int(text)


def check_json() -> None:
    """The body of an API request is a JSON object, read here once. Raises RequestInvalid."""
    data = request.get_data(cache=True)
    if not data:
        return
    try:
        body = request.get_json(force=True)
        if b"\\u" in data:
            # Half a character, written as an escape, is not text: nothing below could store or even show it.
            json.dumps(body, ensure_ascii=False).encode()
    except (BadRequest, RecursionError, UnicodeError):
        raise RequestInvalid(problem="the body is not JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise RequestInvalid(problem="the body is not a JSON object")


def invalid(error: ValidationError) -> Response:
    """What flask-openapi3 found wrong, as our own refusal. Raises InvalidInput."""
    raise unreadable(error)


def _put(nested: dict[str, Any], name: str, value: str) -> None:
    """`lines.0.item_no` -> {"lines": {"0": {"item_no": …}}}. A name that fits nowhere stays whole and is refused as unknown."""
    parts = name.split(".", DEEPEST)
    place = nested
    for part in parts[:-1]:
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            nested[name] = value
            return
        place = inner
    if isinstance(place.get(parts[-1]), dict):
        nested[name] = value
    else:
        place[parts[-1]] = value


def _rows(numbered: dict[str, Any]) -> object:
    """Rows in the order of their numbers; anything else stays as it is."""
    if not all(key.isascii() and key.isdigit() and len(key) <= 6 for key in numbered) or len(numbered) > MOST_LINES:
        return numbered
    rows = [numbered[key] for key in sorted(numbered, key=int)]
    return [row for row in rows if not isinstance(row, dict) or _is_filled(row)]


def _is_filled(row: Mapping[str, Any]) -> bool:
    return any(value not in ("", {}) for name, value in row.items() if name not in PREFILLED)


def _without_blanks(model: type[InputModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """A form sends a blank for what was not filled in, and nothing for a box that is not ticked."""
    known = model.model_fields
    read = {name: value for name, value in values.items() if not (value == "" and name in known and not known[name].is_required())}
    for name, field in known.items():
        if field.annotation is bool and name not in read:
            read[name] = False
    return read
