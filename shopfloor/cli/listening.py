"""Who may reach the server, and what is missing: other machines only with https and badge sign-in, or when told so (A30). Pure."""

from __future__ import annotations

from dataclasses import dataclass

TRUST_DOOR = "SHOPFLOOR_TRUST_DOOR"
"""Variable in which `shopfloor run` hands the number of the small door's bound socket to the worker."""
IN_THE_CLEAR = (
    "no https: badges and tokens can be read on the way, and tablets get no camera "
    "(keyboard scanners and uploaded pictures work)"
)
OPEN_BADGES = "no sign-in worth the name: the demo plant shows its badges to everybody who opens it"
EXPLICIT = "or say --unprotected, if that is what you want"


@dataclass(frozen=True)
class Listening:
    """What was decided."""

    https: bool = False
    missing: tuple[str, ...] = ()
    """What the start must warn of."""
    refused: str = ""
    """Why the server does not start, with the remedy; blank when it does."""


def decide(*, loopback: bool, mode: str, certificate: bool, can_encrypt: bool, sign_in: bool, unprotected: bool) -> Listening:
    """`mode` is auto, on or off; `can_encrypt`: the web server that is installed knows https; `sign_in`: badges are secret."""
    if mode == "on" and not can_encrypt:
        return Listening(refused="https needs gunicorn: pip install gunicorn, or put a proxy with a certificate in front.")
    if mode == "on" and not certificate:
        return Listening(refused="There is no certificate for https yet. Make one with: shopfloor tls init")
    https = can_encrypt and certificate and (mode == "on" or (mode == "auto" and not loopback))
    if loopback:
        return Listening(https)
    missing = (() if https else (IN_THE_CLEAR,)) + (() if sign_in else (OPEN_BADGES,))
    if not missing or unprotected:
        return Listening(https, missing)
    remedies = []
    if not https:
        remedies.append(_remedy(mode, certificate=certificate))
    if not sign_in:
        remedies.append("use an empty data folder of your own (SHOPFLOOR_DATA)")
    lacks = "; and with ".join(missing)
    return Listening(refused=f"Other machines would reach this server with {lacks}. {_listed([*remedies, EXPLICIT])}.")


def _remedy(mode: str, *, certificate: bool) -> str:
    if mode == "off":
        return "leave out --https off"
    return "install gunicorn" if certificate else "run “shopfloor tls init” first"


def _listed(parts: list[str]) -> str:
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]
