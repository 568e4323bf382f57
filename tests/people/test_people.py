"""Badges, tokens, rights and settings."""

from __future__ import annotations

import pytest

from shopfloor.errors import InvalidInput, NotAllowed, NotFound
from shopfloor.people import commands, queries
from shopfloor.people.actor import Actor
from shopfloor.people.errors import AlreadyExists, AlreadySetUp, BadgeBlocked, BadgeUnknown, TokenUnknown
from shopfloor.people.fields import read_input
from shopfloor.people.inputs import FirstSetUp, NewOperator, NewStation, NewToken, SettingValue
from shopfloor.people.models import Plant, Role
from shopfloor.people.rights import MASTERS, REGISTER, SETTINGS
from shopfloor.people.set_up import CONSOLE, console_actor, set_up
from shopfloor.people.settings import read_settings

WORKER = NewOperator(no="E-17", name="Mia Worker", badge="B-0017", role=Role.WORKER, language="de")


def test_a30_badge_signs_in_with_the_rights_of_the_role(session, run):
    run(commands.create_operator, given=WORKER)
    run(commands.create_station, given=NewStation(code="ST-2", name="Packing"))
    signed_in = queries.sign_in(session, badge="B-0017", station_code="ST-2")
    assert (signed_in.operator_no, signed_in.station_code, signed_in.language, signed_in.time_zone) == ("E-17", "ST-2", "de", "UTC")
    assert signed_in.may(REGISTER)
    assert not signed_in.may(MASTERS)
    assert queries.actor_of(session, "E-17", "ST-2") == signed_in


def test_a30_one_statement_tells_who_acts(session, run, engine):
    from sqlalchemy import event

    run(commands.create_operator, given=WORKER)
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    queries.actor_of(session, "E-17", "ST-2")
    assert len([statement for statement in seen if statement.lstrip().startswith("SELECT")]) == 1


@pytest.mark.parametrize("badge", ["B-9999", "b-0017", "", "B-0017\x00", "\ud800"])
def test_a30_unknown_badge_is_refused(session, run, badge):
    run(commands.create_operator, given=WORKER)
    with pytest.raises(BadgeUnknown):
        queries.sign_in(session, badge=badge)


def test_a30_blocked_person_neither_signs_in_nor_acts(session, run):
    run(commands.create_operator, given=WORKER)
    run(commands.block_operator, operator_no="E-17", blocked=True, reason="left")
    with pytest.raises(BadgeBlocked):
        queries.sign_in(session, badge="B-0017")
    with pytest.raises(BadgeBlocked):
        queries.actor_of(session, "E-17")
    run(commands.block_operator, operator_no="E-17", blocked=False)
    assert queries.sign_in(session, badge="B-0017").operator_no == "E-17"


def test_station_that_is_not_there(session, run):
    run(commands.create_operator, given=WORKER)
    with pytest.raises(NotFound):
        queries.sign_in(session, badge="B-0017", station_code="ST-99")
    assert queries.actor_of(session, "E-17", "ST-99").station_code == ""


def test_a30_token_is_kept_as_fingerprint_only_and_can_be_revoked(session, run):
    run(commands.create_operator, given=WORKER)
    token = "sf-secret-token"
    fingerprint = queries.token_fingerprint(token)
    run(commands.create_token, given=NewToken(operator_no="E-17", description="ERP", token_hash=fingerprint))
    assert queries.actor_of_token(session, token).operator_no == "E-17"
    assert [row.token_hash for row in queries.list_tokens(session)] == [fingerprint]
    run(commands.revoke_token, token_hash=fingerprint)
    for wrong in (token, "other", "\ud800"):
        with pytest.raises(TokenUnknown):
            queries.actor_of_token(session, wrong)


def test_a30_without_the_right_nothing_happens(session, run):
    worker = Actor("E-17", "Mia", frozenset())
    cases = [
        (commands.create_operator, {"given": WORKER}),
        (commands.block_operator, {"operator_no": "E-17", "blocked": True}),
        (commands.create_station, {"given": NewStation(code="S", name="S")}),
        (commands.set_setting, {"given": SettingValue(name="lot_word", value="Lot")}),
        (commands.create_token, {"given": NewToken(operator_no="E-17", description="x", token_hash="0" * 64)}),
        (commands.revoke_token, {"token_hash": "0" * 64}),
    ]
    for command, keywords in cases:
        with pytest.raises(NotAllowed) as refused:
            run(command, worker, **keywords)
        assert refused.value.right == SETTINGS
    assert queries.list_operators(session) == []


@pytest.mark.parametrize(
    ("given", "record"),
    [(WORKER, "operator"), (WORKER.model_copy(update={"no": "E-18"}), "badge")],
)
def test_number_and_badge_are_unique(run, given, record):
    run(commands.create_operator, given=WORKER)
    with pytest.raises(AlreadyExists) as refused:
        run(commands.create_operator, given=given)
    assert refused.value.record == record


def test_d11_settings_have_defaults_and_closed_values(session, run):
    assert read_settings(session)["gs1_recognition"] == "key_first"
    run(commands.set_setting, given=SettingValue(name="gs1_recognition", value="prefix"))
    run(commands.set_setting, given=SettingValue(name="gs1_recognition", value="prefix"))
    assert read_settings(session)["gs1_recognition"] == "prefix"
    with pytest.raises(InvalidInput):
        run(commands.set_setting, given=SettingValue(name="gs1_recognition", value="sometimes"))
    with pytest.raises(NotFound):
        run(commands.set_setting, given=SettingValue(name="no_such_setting", value="on"))


def test_ui_1_people_and_stations_are_found(session, run):
    run(commands.create_operator, given=WORKER)
    run(commands.create_station, given=NewStation(code="ST-2", name="Packing"))
    assert [(found.kind, found.number) for found in queries.find(session, "B-0017")] == [("Operator", "E-17")]
    assert [(found.kind, found.path) for found in queries.find(session, "st-2")] == [("Station", "/stations/ST-2")]
    assert queries.find(session, "x\x00") == []


def test_first_set_up_is_done_once(session, run):
    given = FirstSetUp(plant_name="Battery works", time_zone="Europe/Berlin", badge="ADMIN-1")
    with pytest.raises(AlreadySetUp):
        run(set_up, CONSOLE, given=given)
    session.delete(session.get(Plant, 1))
    session.commit()
    run(set_up, CONSOLE, given=given)
    assert console_actor(session).time_zone == "Europe/Berlin"
    assert queries.sign_in(session, badge="ADMIN-1").may(SETTINGS)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"time_zone": "Nowhere/At all"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"plant_name": ""}, "plant_name"),
        ({"plant_name": "x" * 101}, "plant_name"),
        ({"badge": "a\x00b"}, "badge"),
        ({"badge": "\ud800"}, "badge"),
        ({"unheard\x00of": "x"}, "unheard?of"),
        ({"badge": 17}, "badge"),
        ({"badge": None}, "badge"),
    ],
)
def test_a29_bad_input_is_refused_field_by_field(values, field):
    with pytest.raises(InvalidInput) as refused:
        read_input(FirstSetUp, {"plant_name": "P", "badge": "B", **values})
    assert list(refused.value.problems) == [field]
