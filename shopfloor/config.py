"""Settings of one installation, read once from the environment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LARGEST_PORT = 65_535
MOST_THREADS = 256
HTTPS = ("auto", "on", "off")


@dataclass(frozen=True)
class Settings:
    """Where the data is and how the server listens."""

    database_url: str
    """SQLAlchemy address. SQLite in the data folder unless SHOPFLOOR_DATABASE_URL or DATABASE_URL says otherwise."""
    data_folder: Path
    """Holds the SQLite file and the secret key."""
    secret_key: str
    """Signs the session cookie; made once and kept in the data folder."""
    host: str
    """Address to bind to: this machine only, unless told otherwise (A30)."""
    port: int
    """TCP port of the server."""
    threads: int
    """Worker threads of the one web process."""
    https: str
    """`on`, `off`, or `auto`: with a certificate that is there, on addresses that other machines reach (IMG-9)."""
    trust_port: int
    """TCP port of the small door without https that hands out the authority's certificate; 0 for none."""
    unprotected: bool
    """Somebody said that other machines may come in although something of the protection is missing."""
    agent_port: int = 8711
    """Where the station agent of a terminal listens, on the terminal itself."""

    @property
    def wants_https(self) -> bool:
        """Whether a certificate that is there is used."""
        return self.https == "on" or (self.https == "auto" and not is_loopback(self.host))


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; makes the data folder and the secret key when they are missing."""
    env = os.environ if environment is None else environment
    folder = Path(env.get("SHOPFLOOR_DATA", "var")).absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # badges and keys lie in it
    url = env.get("SHOPFLOOR_DATABASE_URL") or env.get("DATABASE_URL") or f"sqlite:///{folder / 'shopfloor.sqlite3'}"
    return Settings(
        database_url=_with_driver(url),
        data_folder=folder,
        secret_key=env.get("SHOPFLOOR_SECRET_KEY") or _kept_secret(folder / "secret_key"),
        host=env.get("SHOPFLOOR_HOST", "127.0.0.1"),
        port=_whole(env.get("SHOPFLOOR_PORT", "8000"), LARGEST_PORT),
        threads=_whole(env.get("SHOPFLOOR_THREADS", "16"), MOST_THREADS),
        https=_one_of(env.get("SHOPFLOOR_HTTPS", "auto"), HTTPS),
        trust_port=_whole(port, LARGEST_PORT) if (port := env.get("SHOPFLOOR_TRUST_PORT", "")) else 0,
        unprotected=_one_of(env.get("SHOPFLOOR_UNPROTECTED", "no"), ("yes", "no")) == "yes",
        agent_port=_whole(env.get("SHOPFLOOR_AGENT_PORT", "8711"), LARGEST_PORT),
    )


def _one_of(text: str, known: tuple[str, ...]) -> str:
    """One of the known words. Raises ValueError."""
    if text not in known:
        raise ValueError(f"{text} is none of {known}")
    return text


def _whole(text: str, largest: int) -> int:
    """A whole number from 1 to `largest`. Raises ValueError."""
    number = int(text)
    if not 1 <= number <= largest:
        raise ValueError(f"{number} is not from 1 to {largest}")
    return number


def is_loopback(host: str) -> bool:
    """Whether an address means this machine only. A name that only begins like such an address, 127.example.com, is somebody else's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def set_up_code(secret_key: str) -> str:
    """What a browser on another machine has to show before it may set up an empty database: the console prints it at start."""
    digest = hmac.new(secret_key.encode("utf-8", "surrogatepass"), b"first set-up", hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode("ascii")
    return f"{letters[:5]}-{letters[5:10]}"


def _with_driver(url: str) -> str:
    """Plants write `postgresql://…`; the driver is psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def _kept_secret(path: Path) -> str:
    """One secret per installation, readable by its owner only."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")
