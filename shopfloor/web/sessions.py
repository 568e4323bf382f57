"""Where the signed-in session lives: a cookie that https keeps to itself (R-SE-4)."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

HOST_PREFIX = "__Host-"
"""A browser takes a cookie of this name only over https, for all paths of one host: nobody on the network can slip one in over http."""


class Sessions(SecureCookieSessionInterface):
    """One name and no `Secure` on this machine or a plain network, the other over https, whether ours or a proxy's."""

    def get_cookie_name(self, app: Flask) -> str:
        """Chosen by the request, so that a cookie from http is not even read over https."""
        name = super().get_cookie_name(app)
        return HOST_PREFIX + name if request.is_secure else name

    def get_cookie_secure(self, app: Flask) -> bool:
        """Over https the cookie never leaves without it."""
        del app
        return request.is_secure
