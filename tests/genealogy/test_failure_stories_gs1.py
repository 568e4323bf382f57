"""Failures of other systems that must not be ours: GS1 codes on the way into a unit (peers 18, 25 to 33), and GS1-21. Both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.genealogy.corrections import create_component
from shopfloor.genealogy.gs1_options import Gs1Mapping, Gs1Options, set_gs1_mapping, set_gs1_options
from shopfloor.genealogy.inputs import ComponentInput, ScanRules, scan_rules
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry
from shopfloor.items.models import NumberInformation
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.people.settings import SETTINGS, read_settings
from shopfloor.scanning.gs1.profiles import DEFAULT
from shopfloor.scanning.gs1.spellings import GS1_CHARACTERS
from tests.factories_genealogy import FRAME, GS, GTINS, PAINT, PAINT_LINE, VERIFIED, WHEEL, Station, gs1, stock
from tests.genealogy.test_failure_stories import figures

GARBLED = [
    ("fr", ")!)(%@!@#$%$#@!#!)W6!"),  # a French scanner, its keys read as US: (01)09521234543213(10)Z-1
    ("fr", "à&àç(é&é\"'('\"é&\"&àLAèZ"),  # a US scanner on a French host: (01)09521234543213(10)LQ7W
    ("fr", "C?DMPRODUCT"),
    ("de", "+d2010952123454321310LOT"),  # ]d2…
    ("de", "*01(09521234543213*10(A"),
    ("de", "CMD>PRODUCT"),
    ("gb", "]C1010952123454321310A@B"),  # (10)A"B
]


@pytest.mark.parametrize(("layout", "text"), GARBLED)
def test_peers_18_garbled_text_gives_the_hint_layout_and_no_record(station, session, layout, text):
    """Peers 18: in both modes, for French, German and British: the hint names the layout, and nothing but the scan log is written."""
    before = figures(session)
    assert station.scan(text) == "KEYBOARD_LAYOUT"
    assert (station.answer.hint, station.answer.layout) == ("layout", layout)
    assert figures(session) == before
    assert station.scan("BK-1") == "PRODUCT_REGISTERED"
    before = figures(session)
    assert station.scan(text) == "KEYBOARD_LAYOUT"
    assert station.answer.keyboard in station.answer.text()
    assert figures(session) == before
    logged = session.scalar(select(func.count()).select_from(ScanEntry).where(ScanEntry.code == "KEYBOARD_LAYOUT"))
    session.rollback()
    assert logged == 2


def test_peers_18_a_known_number_is_that_number_however_it_looks(station, run):
    """Peers 18, D11: what somebody knows as a number is never called garbled."""
    stock(run, FRAME, "CMD>PRODUCT")
    station.scan("BK-1")
    assert station.scan("CMD>PRODUCT") == "LINE_COMPLETED"


@pytest.mark.parametrize("source", ["camera", "serial"])
def test_peers_18_what_no_keyboard_typed_has_no_layout(station, source):
    station.scan("BK-1")
    assert station.scan(")!)(%@!@#$%$#@!#", source=source) != "KEYBOARD_LAYOUT"


def test_peers_25_lots_with_every_allowed_character_are_registered_unchanged(station, run, session):
    """Peers 25: all characters of set 82 in lot numbers, received, scanned, and found as they are."""
    allowed = sorted(GS1_CHARACTERS - {"#"})
    lots = ["L" + "".join(allowed[start : start + 16]) for start in range(0, len(allowed), 16)]
    stock(run, PAINT, *lots, quantity="0.01", expiration_date="2099-01-31")
    station.scan("BK-1")
    for lot in lots:
        assert station.scan(gs1(PAINT, lot=lot)) == "COMPONENT_SHORT", (lot, station.answer)
    kept = session.scalars(select(ComponentAssociation.lot_no).order_by(ComponentAssociation.association_no)).all()
    session.rollback()
    assert kept == lots


def test_peers_26_empty_options_never_stop_a_scan(run, session, bikes):
    """Peers 26: everything left blank, and a station whose scanner nobody checked."""
    run(set_gs1_options, given=Gs1Options())
    run(set_gs1_mapping, given=Gs1Mapping())
    rules = replace(scan_rules(read_settings(session)), session_id="blank")
    session.rollback()
    bench = Station(session, rules=rules)
    assert bench.scan("BK-1") == "PRODUCT_REGISTERED"
    assert bench.scan("F-1") == "LINE_COMPLETED"
    assert bench.scan(gs1(WHEEL, serial="W-1")) == "COMPONENT_REGISTERED"
    assert bench.scan("W-2") == "LINE_COMPLETED"
    assert bench.scan(gs1(PAINT, lot="P-A")) == "UNIT_COMPLETED"


@pytest.mark.parametrize("more", ["11260101", f"240PART-1{GS}", f"91own{GS}", f"8005012345{GS}", f"3922012599{GS}"])
def test_peers_27_further_identifiers_do_not_keep_a_part_out(station, more):
    """Peers 27: AI 11, 240, 91, 8005, 3922 beside lot and GTIN."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more=more)) == "LINE_COMPLETED"


def test_peers_27_an_unassigned_identifier_refuses_by_name_or_is_skipped(session, bikes):
    """Peers 27, GS1-8: nothing of the code is used, or all but the unknown element."""
    bench = Station(session)
    bench.scan("BK-1")
    text = gs1(PAINT, lot="P-A", more=f"0512345{GS}")
    before = figures(session)
    assert bench.scan(text) == "GS1_UNKNOWN_AI"
    assert bench.answer.ai == "05"
    assert figures(session) == before
    skipping = Station(session, rules=ScanRules(profile=replace(VERIFIED, unknown_ai="skip"), session_id="skipping"))
    assert skipping.scan("BK-1") == "PRODUCT_SELECTED"
    assert skipping.scan(text) == "LINE_COMPLETED"


def test_peers_28_a_missing_separator_is_never_stored_silently(session, run, bikes):
    """Peers 28: a scanner that nobody checked drops the separator: the swallowed date never becomes part of a lot."""
    stock(run, PAINT, "P-A17991231", quantity="1", expiration_date="2099-01-31")
    bench = Station(session, rules=ScanRules(profile=DEFAULT, session_id="unchecked"))
    bench.scan("BK-1")
    before = figures(session)
    assert bench.scan(f"]d201{GTINS[PAINT]}10P-A17261231") == "GS1_PARSE"
    assert bench.answer.kind == "ambiguous_separator"
    assert {f"(01){GTINS[PAINT]}(10)P-A(17)261231", f"(01){GTINS[PAINT]}(10)P-A17261231"} <= set(bench.answer.candidates)
    assert figures(session) == before


@pytest.mark.parametrize(
    ("more", "kind"),
    [("17261301", "invalid_date"), ("17261232", "invalid_date"), (f"10{GS}21A", "ai_value_empty"), ("30X", "invalid_character")],
)
def test_peers_29_a_wrong_label_has_a_reason_code_and_no_crash(station, session, more, kind):
    """Peers 29: month 13, day 32, empty lot: refused with the kind; nothing is created."""
    station.scan("BK-1")
    before = figures(session)
    assert station.scan(f"]d201{GTINS[PAINT]}{more}") == "GS1_PARSE"
    assert station.answer.kind == kind
    assert figures(session) == before


def test_peers_29_a_wrong_check_digit_and_day_00(station):
    """Peers 29, D10: refused; day 00 is the last day of the month, which here lies before the stored date and so asks."""
    station.scan("BK-1")
    assert station.scan(f"]d201{GTINS[PAINT][:-1]}010P-A") == "GS1_PARSE"
    assert station.answer.kind == "check_digit"
    assert station.scan(gs1(PAINT, lot="P-A", more="17270200")) == "LABEL_DATE_EARLIER"
    assert station.answer.label_date == "2027-02-28"


def stored_date(session, lot):
    found = session.scalars(select(NumberInformation.expiration_date).where(NumberInformation.number == lot)).one()
    session.rollback()
    return found


def test_peers_31_a_label_without_date_clears_nothing_and_another_date_asks(station, session):
    """Peers 31, C15, D8: the stored expiry survives a label without one, a label with another one, and the yes to it."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more="3103000100")) == "COMPONENT_REGISTERED"
    assert stored_date(session, "P-A") == date(2099, 1, 31)
    assert station.scan(gs1(PAINT, lot="P-A", more="172812313103000100")) == "LABEL_DATE_EARLIER"
    assert stored_date(session, "P-A") == date(2099, 1, 31)
    assert station.send("confirm", "", confirms=station.key) in {"COMPONENT_REGISTERED", "LINE_COMPLETED"}
    assert "EXPIRY_MISMATCH" in [note["code"] for note in station.answer.notes]
    assert stored_date(session, "P-A") == date(2099, 1, 31)


@pytest.mark.parametrize("path", ["plain", "typed", "gs1", "camera", "by hand"])
def test_peers_32_an_expired_batch_is_refused_on_every_path(station, run, session, path):
    """Peers 32, D8: nobody switched anything on: the default refuses, and the station shows batch and date."""
    stock(run, PAINT, "P-OLD", quantity="1", expiration_date="2020-01-31")
    station.scan("BK-1")
    before = figures(session)
    if path == "by hand":
        given = ComponentInput(match_id=station.product, component_line_no=PAINT_LINE, lot_no="P-OLD")
        with pytest.raises(Refusal) as caught:
            run(create_component, order_no="RPO-1", given=given)
        answer = caught.value
    else:
        text = gs1(PAINT, lot="P-OLD") if path in {"gs1", "camera"} else "P-OLD"
        station.scan(text, source={"plain": "wedge", "gs1": "wedge"}.get(path, path))
        answer = station.answer
    session.rollback()
    assert answer.code == "BATCH_EXPIRED"
    assert not answer.asks
    assert "P-OLD" in answer.text()
    assert "2020-01-31" in answer.text()
    assert figures(session) == before


# --- the company's options ------------------------------------------------------------------------------------------------


def by(session, use, **mapping):
    """A station of a company with these uses."""
    rules = replace(scan_rules(read_settings(session)), **use, **mapping)
    session.rollback()
    profile = replace(rules.profile, gs_verified=True)
    return Station(session, rules=replace(rules, session_id=f"uses-{sorted(use.items())}", profile=profile))


@pytest.mark.parametrize(
    ("use", "more", "code", "quantity"),
    [
        ({"count_use": "cap"}, "305", "LINE_COMPLETED", "0.25"),
        ({"count_use": "ignore"}, "305", "LINE_COMPLETED", "0.25"),
        ({"count_use": "exact"}, "305", "OVER_QUANTITY", ""),
        ({"measure_use": "exact"}, "3103000100", "COMPONENT_REGISTERED", "0.1"),
        ({"measure_use": "exact"}, "3103000500", "OVER_QUANTITY", ""),
        ({"measure_use": "cap"}, "3103000100", "COMPONENT_REGISTERED", "0.1"),
        ({"measure_use": "cap"}, "3103000500", "LINE_COMPLETED", "0.25"),
        ({"measure_use": "ignore"}, "3103000100", "LINE_COMPLETED", "0.25"),
    ],
)
def test_gs1_21_use_of_quantities(session, bikes, use, more, code, quantity):
    """GS1-21: ignore, cap or exact for counts and measures on labels of parts."""
    bench = by(session, use)
    bench.scan("BK-1")
    assert bench.scan(gs1(PAINT, lot="P-A", more=more)) == code
    assert getattr(bench.answer, "quantity", "") == quantity
    capped = [note["code"] for note in getattr(bench.answer, "notes", [])]
    wants = "cap" in use.values() and quantity == "0.25"
    assert ("QUANTITY_CAPPED" in capped) is wants


def test_gs1_21_a_count_on_a_serial_is_a_note(session, bikes):
    bench = by(session, {"count_use": "exact"})
    bench.scan("BK-1")
    assert bench.scan(gs1(WHEEL, serial="W-1", more="305")) == "COMPONENT_REGISTERED"
    assert bench.answer.notes[0]["code"] == "LABEL_PART_IGNORED"


def test_gs1_1_gs1_9_options_and_mapping_count_from_the_next_scan(run, session, bikes):
    """GS1-1, GS1-3, GS1-9, D11: a prefix, a replaced separator, and 91 as the lot of the selected line."""
    run(set_gs1_options, given=Gs1Options(gs1_recognition="prefix", gs1_prefix_qr="!!", gs1_separator="§"))
    run(set_gs1_mapping, given=Gs1Mapping(identifier_91="BatchNumber", identifier_92="Item", gs1_measure_use="ignore"))
    bench = by(session, {})
    bench.scan("BK-1")
    assert bench.scan("!!91P-A§92PAINT§3103000100") == "LINE_COMPLETED"
    assert (bench.answer.number, bench.answer.quantity) == ("P-A", "0.25")


def test_gs1_16_a_replacement_that_numbers_may_hold_is_kept_with_a_warning(run):
    """GS1-16: told at the set-up."""
    assert run(set_gs1_options, given=Gs1Options(gs1_separator="~")).code == "GS1_OPTIONS_KEPT"
    answer = run(set_gs1_options, given=Gs1Options(gs1_separator="/"))
    assert (answer.code, answer.separator) == ("GS1_SEPARATOR_CUTS", "/")


def test_gs1_options_are_set_together_and_on_record(run, session):
    """What one form checks cannot be set by the back door."""
    for name in [name for name, setting in SETTINGS.items() if setting.own_form]:
        with pytest.raises(InvalidInput):
            run(set_setting, given=SettingValue(name=name, value="x"))
    assert read_settings(session)["gs1_separator"] == ""


def test_r_27_d_14_replaces_the_two_seconds_of_arrivals(station, session):
    """R-27 is replaced by D14: the same raw text counts once only within two seconds on the station's own clock, in one session and mode,
    after an answer that was neither refusal nor question. A serial tied elsewhere is refused with its place; a short lot gives what it has.
    """
    station.scan("BK-1")
    assert station.scan("F-1") == "LINE_COMPLETED"
    before = figures(session)
    assert station.scan("F-1", gap_ms=1500) == "DUPLICATE_SCAN"
    assert station.scan("F-1", gap_ms=2500) == "ALREADY_REGISTERED"
    assert figures(session) == before
    assert station.scan("NOPE", gap_ms=100) != "DUPLICATE_SCAN"
    assert station.scan("NOPE", gap_ms=100) != "DUPLICATE_SCAN", "a refusal is not remembered"
    other = Station(session)
    other.scan("BK-2")
    assert other.scan("F-1", gap_ms=100) == "SERIAL_IN_USE", "another session has a memory of its own"
    assert (other.answer.product, other.answer.order_no) == ("BK-1", "RPO-1")
    assert other.scan(gs1(PAINT, lot="P-B")) == "COMPONENT_SHORT"


@pytest.mark.parametrize("carrier", ["]d2", "]C1", "]Q3", "]e0"])
def test_peers_22_camera_and_wedge_register_the_same(session, bikes, carrier):
    """Peers 22: the symbology identifier never gets into a number, whichever way the code came."""
    bench = Station(session)
    bench.scan("BK-1")
    registered = []
    for serial, source in (("W-1", "camera"), ("W-2", "wedge"), ("F-1", "serial")):
        item = FRAME if serial == "F-1" else WHEEL
        assert bench.scan(f"{carrier}01{GTINS[item]}21{serial}", source=source) in {"COMPONENT_REGISTERED", "LINE_COMPLETED"}
        registered.append((bench.answer.number, bench.answer.decoded))
    assert registered == [(serial, f"(01){GTINS[item]}(21){serial}") for serial, item in (("W-1", WHEEL), ("W-2", WHEEL), ("F-1", FRAME))]
