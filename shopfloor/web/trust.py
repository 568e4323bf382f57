"""How a device trusts this server: the authority's certificate, its fingerprint, and the steps (IMG-9). Nobody needs to sign in.

Only the authority's certificate is handed out, written anew from what was read; no file of the folder `tls` is ever sent as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from flask import Blueprint, current_app, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from shopfloor.certificates import files, making
from shopfloor.certificates.errors import CertificateUnreadable
from shopfloor.certificates.files import Places
from shopfloor.certificates.rules import Certificate
from shopfloor.config import Settings, is_loopback
from shopfloor.errors import NotFound
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.labels import Symbol, draw_plain
from shopfloor.web.htmx import respond

bp = Blueprint("trust", __name__, url_prefix="/trust")
GROUP = 8 * len("00:")
DEVICES = (
    ("android", ("android",)),
    ("apple", ("iphone", "ipad", "macintosh")),  # an iPad calls itself a Macintosh
    ("windows", ("windows",)),
    ("linux", ("linux", "cros")),
)
"""Device and the words by which a browser tells it; the first that fits."""


@dataclass(frozen=True)
class Authority:
    """What a device is asked to trust."""

    name: str
    fingerprint: str
    end: datetime

    @property
    def groups(self) -> tuple[str, ...]:
        """The fingerprint in pieces of eight pairs, so that two screens can be compared line by line."""
        return tuple(self.fingerprint[start : start + GROUP] for start in range(0, len(self.fingerprint), GROUP))


@dataclass(frozen=True)
class TrustPage:
    """Everything that the page shows."""

    authority: Authority | None
    """None: none was made here, or a company's own authority is used."""
    has_certificate: bool
    address: str
    """Of this page, as another device can open it."""
    code: Markup | None
    """The address as QR code."""
    work: tuple[str, ...]
    """The https addresses to work with; none while the server runs without."""
    device: str
    """What the reader seems to hold: its steps are open already."""
    firefox: bool


@bp.get("")
def page() -> Response:
    """Steps for each device."""
    return respond("pages/trust.html", page=trust_page())


@bp.get("/authority.crt")
def authority() -> Response:
    """The certificate to install; there is nothing secret in it. Raises NotFound."""
    found = _read_authority()
    if found is None:
        raise NotFound(record="page", number="/trust/authority.crt")
    response = Response(making.pem(found), mimetype="application/x-x509-ca-cert")
    response.headers["Content-Disposition"] = 'attachment; filename="shopfloor-authority.crt"'
    response.headers["Cache-Control"] = "no-store"
    return response


def trust_page() -> TrustPage:
    """Read the certificates; no database."""
    settings = current_app.config["SHOPFLOOR_SETTINGS"]
    found, server = _read_authority(), _read_server()
    browser = (request.user_agent.string or "").lower()
    address = _own_address(settings, server)
    names = server.names.of_network if server else ()
    return TrustPage(
        authority=Authority(making.common_name(found.subject), making.fingerprint(found), found.not_valid_after_utc) if found else None,
        has_certificate=server is not None,
        address=address,
        code=_code(address),
        work=tuple(f"https://{_spelled(host)}:{settings.port}/" for host in names) if settings.wants_https else (),
        device=next((name for name, words in DEVICES if any(word in browser for word in words)), ""),
        firefox="firefox" in browser or "fxios" in browser,
    )


def _own_address(settings: Settings, server: Certificate | None) -> str:
    """This page where a tablet finds it: at this machine the address 127.0.0.1 would send the tablet to itself."""
    host = _asked_host()
    names = server.names.of_network if server else ()
    if is_loopback(host) and names:
        host = names[0]
    if settings.trust_port:
        return f"http://{_spelled(host)}:{settings.trust_port}/trust"
    port = request.host.removeprefix(_spelled(_asked_host()))
    return f"{request.scheme}://{_spelled(host)}{port}/trust"


def _asked_host() -> str:
    host = request.host.rpartition(":")[0] if not request.host.endswith("]") and ":" in request.host else request.host
    return host.strip("[]")


def _spelled(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _code(address: str) -> Markup | None:
    try:
        return Markup(draw_plain(address, Symbol.QR).svg)  # noqa: S704  # digits and escaped text, made by scanning.labels
    except ScanRefused:
        return None  # a host name of unprintable characters; the address stands beside it


def _read_authority() -> x509.Certificate | None:
    try:
        return files.read_authority(_places())
    except CertificateUnreadable:
        current_app.logger.warning("the authority's certificate cannot be read", exc_info=True)
        return None


def _read_server() -> Certificate | None:
    try:
        return files.read_server(_places())
    except CertificateUnreadable:
        current_app.logger.warning("the server's certificate cannot be read", exc_info=True)
        return None


def _places() -> Places:
    return Places.of(current_app.config["SHOPFLOOR_SETTINGS"].data_folder)
