"""People, stations, access tokens and company settings are kept by administrators."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed, Created
from shopfloor.people.errors import AlreadyExists, SettingsContradict
from shopfloor.people.fields import read_input
from shopfloor.people.inputs import ConsumptionSettings, DayValue, NewOperator, NewStation, NewToken, SettingValue
from shopfloor.people.master_commands import create_record
from shopfloor.people.models import AccessToken, CompanySetting, Operator
from shopfloor.people.settings import ALLOW_FROM, ALLOW_TO, CONSUMPTION_STAGES, DAY, NUMBER, SETTINGS, Setting, contradiction, read_settings
from shopfloor.people.stations import STATION
from shopfloor.quantity import ZERO, NotAQuantity, parse


def create_operator(session: Session, actor: Actor, *, given: NewOperator) -> Created:
    """Add a person. Raises NotAllowed, AlreadyExists for the number or the badge."""
    actor.require(rights.SETTINGS)
    twin = session.scalars(select(Operator).where(or_(Operator.no == given.no, Operator.badge == given.badge)).limit(1)).first()
    if twin is not None:
        record, number = ("operator", given.no) if twin.no == given.no else ("badge", given.badge)
        raise AlreadyExists(record=record, number=number)
    session.add(Operator(**given.model_dump(), blocked=False))
    audit.record(session, "create operator", given.no, after=given.model_dump(mode="json"))
    return Created(record="Operator", number=given.no)


def block_operator(session: Session, actor: Actor, *, operator_no: str, blocked: bool, reason: str = "") -> Changed:
    """Block or unblock a person; a blocked one cannot sign in or act. Raises NotAllowed, NotFound."""
    actor.require(rights.SETTINGS)
    operator = session.get(Operator, operator_no)
    if operator is None:
        raise NotFound(record="operator", number=operator_no)
    audit.record(session, "block operator", operator_no, before={"blocked": operator.blocked}, after={"blocked": blocked}, reason=reason)
    operator.blocked = blocked
    return Changed(record="Operator", number=operator_no)


def create_station(session: Session, actor: Actor, *, given: NewStation) -> Created:
    """Add a station to the plant. Raises NotAllowed, AlreadyExists."""
    return create_record(session, actor, master=STATION, given=given)


def _check_day(session: Session, given: SettingValue) -> None:
    """A calendar date or a blank, and a window that is open at least one day. Raises InvalidInput."""
    found = read_input(DayValue, {"value": given.value}).value
    values = {name: (value if name != given.name else given.value) for name, value in read_settings(session).items()}
    if found is not None and values[ALLOW_FROM] and values[ALLOW_TO] and values[ALLOW_FROM] > values[ALLOW_TO]:
        problem = f"nothing could be posted: from {values[ALLOW_FROM]} to {values[ALLOW_TO]}"
        raise InvalidInput(summary=problem, problems={"value": problem})


def set_setting(session: Session, actor: Actor, *, given: SettingValue) -> Changed:
    """Set one company setting. Raises NotAllowed, NotFound for the name, InvalidInput for the value."""
    actor.require(rights.SETTINGS)
    setting = SETTINGS.get(given.name)
    if setting is None:
        raise NotFound(record="setting", number=given.name)
    if setting.own_form:
        problem = "is set together with the other options of GS1 bar codes"
        raise InvalidInput(summary=f"{given.name} {problem}", problems={"value": problem})
    if setting.allowed and given.value not in setting.allowed:
        problem = "must be one of " + ", ".join(setting.allowed)
        raise InvalidInput(summary=f"{given.name} {problem}", problems={"value": problem})
    _check_number(setting, given.value)
    if given.name in CONSUMPTION_STAGES:
        _refuse_contradiction({**read_settings(session), given.name: given.value})
    if setting.kind == DAY:
        _check_day(session, given)
    row = session.get(CompanySetting, given.name)
    before = setting.default if row is None else row.value
    if row is None:
        session.add(CompanySetting(name=given.name, value=given.value))
    else:
        row.value = given.value
    audit.record(session, "set setting", given.name, before={"value": before}, after={"value": given.value})
    return Changed(record="Setting", number=given.name)


def set_consumption(session: Session, actor: Actor, *, given: ConsumptionSettings) -> Changed:
    """LIF-13: what each stage consumes by itself, all three at once. Raises NotAllowed, SettingsContradict."""
    actor.require(rights.SETTINGS)
    values = given.model_dump()
    _refuse_contradiction(values)
    before = {name: value for name, value in read_settings(session).items() if name in values}
    for name, value in values.items():
        session.merge(CompanySetting(name=name, value=value))
    audit.record(session, "set automatic consumption", "settings", before=before, after=values)
    return Changed(record="Setting", number="automatic consumption")


def _refuse_contradiction(values: Mapping[str, str]) -> None:
    why = contradiction(values)
    if why:
        raise SettingsContradict(why=why)


def _check_number(setting: Setting, value: str) -> None:
    """Figures are kept as text. Raises InvalidInput for what is none."""
    if setting.kind != NUMBER or (value == "" and setting.default == ""):
        return
    try:
        wrong = parse(value) < ZERO
    except NotAQuantity:
        wrong = True
    if wrong:
        problem = "must be a number from 0 on, such as 5 or 2.5"
        raise InvalidInput(summary=f"{setting.name} {problem}", problems={"value": problem})


def create_token(session: Session, actor: Actor, *, given: NewToken) -> Created:
    """Give a person an API token, of which only the fingerprint comes here and is kept.

    The answer of a command is stored for good, so the token must never be part of it: the caller makes it
    (`secrets.token_urlsafe(32)`), shows it once, and passes `token_fingerprint(token)`. Raises NotAllowed, NotFound, AlreadyExists.
    """
    actor.require(rights.SETTINGS)
    if session.get(Operator, given.operator_no) is None:
        raise NotFound(record="operator", number=given.operator_no)
    if session.get(AccessToken, given.token_hash) is not None:
        raise AlreadyExists(record="access token", number=given.token_hash[:8])
    session.add(AccessToken(**given.model_dump(), created_at=now(), revoked=False))
    audit.record(session, "create token", given.operator_no, after={"description": given.description, "token": given.token_hash[:8]})
    return Created(record="Access token", number=given.token_hash[:8])


def revoke_token(session: Session, actor: Actor, *, token_hash: str) -> Changed:
    """Make a token useless from now on. Raises NotAllowed, NotFound."""
    actor.require(rights.SETTINGS)
    token = session.get(AccessToken, token_hash)
    if token is None:
        raise NotFound(record="access token", number=token_hash[:8])
    token.revoked = True
    audit.record(session, "revoke token", token.operator_no, after={"token": token_hash[:8]})
    return Changed(record="Access token", number=token_hash[:8])
