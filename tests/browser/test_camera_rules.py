"""What the tablet's camera believes and counts: the tables of acceptance.json, the rules of a station, and one code once."""

from __future__ import annotations

import pytest

from shopfloor.scanning.pictures.acceptance import FRAME_BEFORE, judge
from shopfloor.scanning.pictures.readings import Judged
from tests.scanning.acceptance_cases import Case, cases

JUDGED = """async (cases) => {
  const { judge, stationRules } = await import("/static/camera_rules.js");
  const tables = await (await fetch("/static/acceptance.json")).json();
  return cases.map(({ readings, station, before }) => judge(readings, stationRules(tables, station), new Set(before)).map(
    ({ reading, verdict, reason, secondedBy }) => [reading.symbol, reading.text, reading.identifier, verdict, reason, secondedBy]));
}"""
COUNTED = """async ([frames, station]) => {
  const { Acceptance, stationRules } = await import("/static/camera_rules.js");
  const acceptance = new Acceptance(stationRules(await (await fetch("/static/acceptance.json")).json(), station));
  return frames.map(([at, ...seen]) => {
    const codes = seen.filter((one) => one !== "server");
    const readings = codes.map(([symbol, text, more]) => ({symbol, text, identifier: "", content: "text", engine: "zxing-wasm", ...more}));
    return Object.keys(acceptance.seen(readings, at, codes.length !== seen.length))[0] ?? "";
  });
}"""
NAMED = """async (found) => {
  const { named, scanText, stationRules } = await import("/static/camera_rules.js");
  const rules = stationRules(await (await fetch("/static/acceptance.json")).json());
  return found.map((one) => named(one, rules)).map((one) => [one.symbol, scanText(one)]);
}"""


@pytest.fixture
def desk(page, harness, plant):
    """A page that has the scripts and no camera."""
    page.goto(f"http://127.0.0.1:{harness.server_port}/desk")
    return page


def told(case: Case):
    readings = [
        {"symbol": one.symbol.value, "text": one.text, "identifier": one.identifier, "content": one.content, "engine": one.engine.value}
        for one in case.readings
    ]
    station = {"symbols": sorted(case.rules.symbols), "itf_lengths": sorted(case.rules.itf_lengths)}
    return {"readings": readings, "station": station, "before": [":".join(one) for one in case.before]}


def _row(judged: Judged):
    reading = judged.reading
    return [reading.symbol.value, reading.text, reading.identifier, judged.verdict.value, judged.reason, judged.seconded_by]


def test_r_24_img_6_server_and_tablet_judge_alike(desk):
    """IMG-3: every case, verdict, reason and who seconded it."""
    every = list(cases())
    here = [[_row(one) for one in judge(case.readings, case.rules, case.before)] for case in every]
    there = desk.evaluate(JUDGED, [told(case) for case in every])
    different = [(case, mine, other) for case, mine, other in zip(every, here, there, strict=True) if mine != other]
    assert different == []
    assert {one[4] for judged in here for one in judged} == {
        "", "not_allowed", "itf_length", "check_digit", "too_short", "contradiction", "no_text", "second_reading",
    }
    assert {one[5] for judged in here for one in judged} == {"", "zbar", FRAME_BEFORE}


def test_r_02_the_tablets_reader_names_symbols_as_the_server_does(desk):
    found = [
        {"format": "UPCA", "symbology": "EANUPC", "identifier": "]E0", "text": "012345678905"},
        {"format": "EAN8", "symbology": "EANUPC", "identifier": "]E4", "text": "96385074"},
        {"format": "PZN", "symbology": "Code39", "identifier": "]A0", "text": "-12345678"},
        {"format": "DataBarExpStk", "symbology": "DataBar", "identifier": "]e0", "text": "0109521234543213"},
        {"format": "NewKind", "symbology": "QRCode", "identifier": "]Q1", "text": "x"},
        {"format": "NewKind", "symbology": "New", "identifier": "]X1", "text": "x"},
    ]
    assert desk.evaluate(NAMED, found) == [
        ["EAN-13", "]E00012345678905"], ["EAN-8", "]E496385074"], ["Code 39", "]A0-12345678"], ["DataBar Expanded", "]e00109521234543213"],
        ["QR Code", "]Q1x"], ["NewKind", "]X1x"],
    ]


BOXES = """async (sizes) => {
  const { boxOf } = await import("/static/camera_rules.js");
  return sizes.map((size) => Object.values(boxOf(...size)));
}"""


def test_img_7_only_what_is_seen_inside_the_frame_is_read(desk):
    """Video and view in dots: as wide as the view, taller, a tablet held upright, not yet there."""
    sizes = [[1280, 720, 320, 180], [640, 480, 320, 180], [720, 1280, 400, 225], [0, 0, 320, 180], [1280, 720, 0, 0]]
    assert desk.evaluate(BOXES, sizes) == [[1101, 504], [550, 252], [619, 284], [0, 0], [0, 0]]


def matrix(text, **more):
    return ["Data Matrix", text, more]


def retail(text, **more):
    return ["EAN-13", text, more]


SIGHTS = {
    "a matrix code counts at once, and once": ([[0, matrix("A")], [50, matrix("A")], [100]], ["accepted", "ignored", ""]),
    "a retail code is read twice": ([[0, retail("4006381333931")], [60, retail("4006381333931")]], ["waiting", "accepted"]),
    "the second reading came too late": ([[0, retail("1")], [1500, retail("1")]], ["waiting", "waiting"]),
    "the first reading was wrong": (
        [[0, ["DataBar", "1"]], [60, ["DataBar", "2"]], [120, ["DataBar", "2"]]], ["waiting", "waiting", "accepted"],
    ),
    "two retail codes in one frame": ([[0, retail("1"), retail("2")]], ["refused"]),
    "a shortened ITF": ([[0, ["ITF", "12345670"]], [60, ["ITF", "12345670"]]], ["refused", "refused"]),
    "a whole ITF-14": ([[0, ["ITF", "00012345678905"]], [60, ["ITF", "00012345678905"]]], ["waiting", "accepted"]),
    "an ITF with a wrong check digit": ([[0, ["ITF", "00012345678906"]]], ["refused"]),
    "too short to believe": ([[0, ["Code 39", "AB"]], [60, ["Codabar", "A123B"]]], ["refused", "refused"]),
    "a refused code does not hide the one beside it": ([[0, ["ITF", "12345670"], matrix("A")]], ["accepted"]),
    "two retail codes do not hide a matrix code": ([[0, retail("1"), retail("2"), matrix("A")]], ["accepted"]),
    "peers 10: lost for a moment": (
        [[0, matrix("A")], [100], [300], [600], [1400], [1450, matrix("A")]], ["accepted", "", "", "", "", "ignored"],
    ),
    "peers 10: away and back again": (
        [[0, matrix("A")], [400], [800], [1200], [1600], [1700, matrix("A")]], ["accepted", "", "", "", "", "accepted"],
    ),
    "what only the server reads stays counted while it looks away": (
        [[0, "server", matrix("A")], [500], [1000], [1500], [2000], [2500], [3000, "server", matrix("A")]],
        ["accepted", "", "", "", "", "", "ignored"],
    ),
    "what the server does not see any more is away": (
        [[0, "server", matrix("A")], [3000, "server"], [6000, "server", matrix("A")]], ["accepted", "", "accepted"],
    ),
    "two looks of the server are two readings": (
        [[0, "server", retail("1")], [3000], [3100, "server", retail("1")]], ["waiting", "", "accepted"],
    ),
    "what both readers of the server read counts at once": (
        [[0, "server", retail("1", seconded="zbar", engine="zxing-cpp")]], ["accepted"],
    ),
    "without identifier from the server's second reader, then from the tablet: one code": (
        [[0, "server", ["Code 128", "WO-1", {"engine": "zbar"}]], [50, ["Code 128", "WO-1", {"identifier": "]C0"}]]],
        ["accepted", "ignored"],
    ),
    "without frames nothing is away": ([[0, matrix("A")], [2000], [2100, matrix("A")]], ["accepted", "", "ignored"]),
    "to another label and back": ([[0, matrix("A")], [50, matrix("B")], [100, matrix("A")]], ["accepted", "accepted", "ignored"]),
}


@pytest.mark.parametrize("name", SIGHTS)
def test_img_6_img_12_which_readings_count(desk, name):
    """IMG-3, IMG-6, peers 10: table of frames (milliseconds, codes) against what they lead to."""
    frames, outcome = SIGHTS[name]
    assert desk.evaluate(COUNTED, [frames, {}]) == outcome


def test_img_6_the_camera_takes_what_the_station_takes(desk):
    station = {"symbols": ["Data Matrix", "ITF"], "itf_lengths": [6]}
    frames = [
        [0, retail("4006381333931")], [50, ["ITF", "123456"]], [90, ["ITF", "123456"]],
        [130, ["ITF", "09521234543213"]], [170, matrix("A")],
    ]  # fmt: skip
    assert desk.evaluate(COUNTED, [frames, station]) == ["refused", "waiting", "accepted", "refused", "accepted"]
