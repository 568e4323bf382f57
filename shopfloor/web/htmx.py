"""The only place that knows about fragments: a page whole, or its block `main` for htmx (architecture 2.6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import flash, get_flashed_messages, make_response, redirect, render_template
from htmx_flask import request
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response

from shopfloor.errors import Outcome
from shopfloor.web.texts import Message, message_of

ANSWER_HEADER = "X-Shopfloor-Answer"
"""What the queue of a station reads instead of the page: answer, code, sound, mode, product, line (A3)."""
LONGEST_NOTE = 300
"""Characters of an answer that travel in the session cookie to the next page; a cookie has room for 4 kB."""


def respond(template: str, *, status: int = 200, answer: Mapping[str, object] | None = None, **context: Any) -> Response:
    """A page, or its block `main` when htmx asks. `answer` is told to the station's queue in a header."""
    html = render_block(template, "main", **context) if is_fragment() else render_template(template, **context)
    response = make_response(html, status)
    response.headers["Vary"] = "HX-Request"
    response.headers["Cache-Control"] = "no-store"
    if answer is not None:
        response.headers[ANSWER_HEADER] = json.dumps(dict(answer), ensure_ascii=True)
    return response


def unchanged() -> Response:
    """A live page has nothing new (A4)."""
    response = make_response("", 204)
    response.headers["Cache-Control"] = "no-store"
    return response


def go(address: str, outcome: Outcome | None = None) -> Response:
    """After a command: the page that shows what is in the database now, with the answer on top.

    The same for htmx, which follows and swaps the block, and for a form without script.
    """
    if outcome is not None:
        message = message_of(outcome)
        flash(json.dumps([message.result, message.title[:LONGEST_NOTE], message.code]))
    return redirect(address, 303)


def leave(address: str, outcome: Outcome) -> Response:
    """As `go`, to another page: htmx loads it whole, so that the browser shows its address."""
    response = go(address, outcome)
    if is_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = address
    return response


def messages() -> list[Message]:
    """Answers of the command before this page."""
    kept = [json.loads(str(one)) for one in get_flashed_messages()]
    return [Message(result, title, code=code) for result, title, code in kept]


def is_fragment() -> bool:
    """Whether htmx asks for the block alone."""
    return bool(request.htmx) and not request.htmx.history_restore_request
