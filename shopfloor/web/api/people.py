"""People, stations, settings and access tokens."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from flask import current_app
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.genealogy.station_scanner import StationCheck, keep_scanner, scanner_of_station
from shopfloor.people import commands, queries, rights
from shopfloor.people.fields import Code50, InputModel, Name, Text50, Text100
from shopfloor.people.inputs import ConsumptionSettings, NewOperator, NewStation, NewToken, SettingValue
from shopfloor.people.settings import read_settings
from shopfloor.web import guards
from shopfloor.web.api.base import READS, WRITES, WriteHeaders, blueprint, command, done, show
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.scanner import actor_of_badge

api = blueprint("people", "People and settings")


class AskedToken(InputModel):
    """Whose token, and what for."""

    operator_no: Code50
    description: Name


class RevokedToken(InputModel):
    """Fingerprint of the token, as the list shows it."""

    token_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class BlockedOperator(InputModel):
    """Whether a person may act."""

    operator_no: Code50
    blocked: bool
    reason: Text100 = ""


class SignIn(InputModel):
    """A badge at a station; the answer's cookie is the session."""

    badge: str = Field(min_length=1, max_length=100)
    station_code: Text50 = ""


class StationPath(BaseModel):
    """Which station."""

    station_code: str


class Me(BaseModel):
    """Who the caller is."""

    operator_no: str
    name: str
    station_code: str
    language: str
    time_zone: str
    rights: list[str]


@api.get("/me", summary="Who I am and what I may do", responses={"200": Me, **READS})
def me() -> Response:
    """The caller."""
    return show(guards.current_actor())


@api.post("/sign-in", summary="Sign in with a badge", responses={"200": Me, **READS}, security=[])
def sign_in(body: SignIn) -> Response:
    """Begin a session. Needs the Origin of this server, as every page has it."""
    guards.remember(actor_of_badge(body.badge, body.station_code))
    return show(guards.current_actor())


@api.get("/operators", summary="Everybody", responses=READS)
def operators() -> Response:
    """People without their badges: a badge is a key."""
    rows = queries.list_operators(request_session())
    return show(
        {"rows": [{"no": row.no, "name": row.name, "role": row.role, "language": row.language, "blocked": row.blocked} for row in rows]}
    )


@api.get("/stations/<station_code>/scanner", summary="What a station knows of its scanner", responses=READS)
def scanner(path: StationPath) -> Response:
    """Result of the last scanner check."""
    return show(scanner_of_station(request_session(), path.station_code))


@api.post("/stations/<station_code>/scanner", summary="Keep the result of a scanner check", responses=WRITES)
def check_scanner(path: StationPath, header: WriteHeaders, body: StationCheck) -> Response:
    """The scans of the test symbols, each as its keys; the station knows its scanner from then on."""
    return done(run_command(keep_scanner, key=header.idempotency_key, station_code=path.station_code, given=body))


@api.get("/stations", summary="Stations", responses=READS)
def stations() -> Response:
    """The places where people scan."""
    return show({"rows": queries.list_stations(request_session())})


@api.get("/settings", summary="Company settings", responses=READS)
def settings() -> Response:
    """All settings with their values."""
    return show(read_settings(request_session()))


@api.get("/tokens", summary="Access tokens, without their text", responses=READS)
def tokens() -> Response:
    """Needs the right to maintain settings."""
    guards.current_actor().require(rights.SETTINGS)
    return show({"rows": queries.list_tokens(request_session())})


@api.post("/operators", summary="Add a person", responses=WRITES)
def create_operator(header: WriteHeaders, body: NewOperator) -> Response:
    """A person with a badge and a role."""
    return command(commands.create_operator, header, given=body)


@api.post("/operators/block", summary="Block or unblock a person", responses=WRITES)
def block_operator(header: WriteHeaders, body: BlockedOperator) -> Response:
    """A blocked person cannot sign in or act."""
    return command(commands.block_operator, header, **body.model_dump())


@api.post("/stations", summary="Add a station", responses=WRITES)
def create_station(header: WriteHeaders, body: NewStation) -> Response:
    """A place where people scan."""
    return command(commands.create_station, header, given=body)


@api.post("/settings/automatic-consumption", summary="Set what each stage of production consumes by itself", responses=WRITES)
def set_consumption(header: WriteHeaders, body: ConsumptionSettings) -> Response:
    """All three stages at once; contradictory ones are refused."""
    return command(commands.set_consumption, header, given=body)


@api.post("/settings", summary="Set a company setting", responses=WRITES)
def set_setting(header: WriteHeaders, body: SettingValue) -> Response:
    """One setting."""
    return command(commands.set_setting, header, given=body)


@api.post("/tokens", summary="Make an access token; the answer shows it", responses=WRITES)
def create_token(header: WriteHeaders, body: AskedToken) -> Response:
    """The token follows from the key of the command, so that a repeated request gives the same one; only its fingerprint is kept."""
    actor = guards.current_actor()
    # A stored answer is given without running the use case, and this one comes with a secret.
    actor.require(rights.SETTINGS)
    token = _token(actor.operator_no, header.idempotency_key)
    given = NewToken(**body.model_dump(), token_hash=queries.token_fingerprint(token))
    return done(run_command(commands.create_token, key=header.idempotency_key, given=given), token=token)


@api.post("/tokens/revoke", summary="Make a token useless", responses=WRITES)
def revoke_token(header: WriteHeaders, body: RevokedToken) -> Response:
    """From now on."""
    return command(commands.revoke_token, header, token_hash=body.token_hash)


def _token(operator_no: str, key: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, f"access token\n{operator_no}\n{key}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode("ascii").rstrip("=")
