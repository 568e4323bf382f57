"""The real app behind a port of 127.0.0.1, for as long as a test needs it; and a person who signs in there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    """A server that does not tell every request, nor every cut."""

    def log(self, *_arguments: object) -> None:
        """Nothing."""

    def connection_dropped(self, *_arguments: object) -> None:
        """Nothing."""


def at_once(app: Callable[..., Any]) -> Callable[..., list[bytes]]:
    """Answers in one piece: this server forgets to close a file whose reader went away, which is a warning in some later test."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[str]:
    """The address of an app that answers."""
    server = make_server("127.0.0.1", 0, at_once(app), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sign_in(page: Page, address: str, badge: str = "B-ADMIN", *, more: str = "") -> Page:
    """With a badge, as a person at the page; `more` is put behind the address of the sign-in."""
    page.goto(f"{address}/sign-in{more}")
    page.fill("[name=badge]", badge)
    with page.expect_navigation():
        page.locator("[name=badge]").evaluate("(field) => field.form.requestSubmit()")
    return page
