"""Reason codes on pages (D18): the list to choose from, and code and remark as the one text that use cases take."""

from __future__ import annotations

from typing import Any

from shopfloor.people.reasons import open_reasons, reason_text
from shopfloor.web.extensions import request_session

CODE_FIELD = "reason_code"
"""Of forms; the field `reason` beside it is the remark."""


def reason_choices() -> list[tuple[str, str]]:
    """Codes in use with what they mean. One statement."""
    return [(code, f"{description} ({code})") for code, description in open_reasons(request_session())]


def coded(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a form, in which a chosen code stands before the remark."""
    code = str(values.pop(CODE_FIELD, ""))
    return values | {"reason": reason_text(code, str(values.get("reason", "")))} if code else values
