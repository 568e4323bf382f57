"""What is read of a picture: identifiers, bytes, GS, stages, marks, and the way without the second engine (IMG-1 to IMG-5, IMG-10)."""

from datetime import date

import cv2
import numpy as np
import pytest

from bench.shop_floor import DOT_MARKED, empty_shot, shot
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.pictures import pipeline, readers, wire
from shopfloor.scanning.pictures.acceptance import AcceptanceRules, sighting
from shopfloor.scanning.pictures.pipeline import LADDERS, Mode, read_picture
from shopfloor.scanning.pictures.planes import Picture, levelled
from shopfloor.scanning.pictures.readings import Engine, Symbol, Verdict
from shopfloor.scanning.scan import ScanSource
from tests.scanning.pictures import FORMAT, GTIN, LABEL, LABEL_TEXT, beside, data_matrix, gs1_128, picture, symbol

TODAY = date(2026, 11, 20)
ISO_15434 = "[)>\x1e06\x1dPABC\x1dQ5\x1e\x04"


@pytest.fixture
def without_zbar(monkeypatch):
    """As on a machine without libzbar0."""
    monkeypatch.setattr(readers, "second_engine", lambda: None)


@pytest.mark.parametrize(
    ("written", "form", "options", "identifier", "content", "text"),
    [
        (LABEL, FORMAT.DataMatrix, {"gs1": True, "force_square": True}, "]d2", "gs1", LABEL_TEXT),
        (LABEL, FORMAT.Code128, {"gs1": True}, "]C1", "gs1", LABEL_TEXT),
        (LABEL, FORMAT.QRCode, {"gs1": True}, "]Q3", "gs1", LABEL_TEXT),
        (f"(01){GTIN}(10)Ab", FORMAT.DataBarExp, {}, "]e0", "gs1", f"01{GTIN}10Ab"),
        (f"(01){GTIN}", FORMAT.DataBarOmni, {}, "]e0", "gs1", f"01{GTIN}"),
        ("4006381333931", FORMAT.EAN13, {}, "]E0", "text", "4006381333931"),
        ("012345678905", FORMAT.UPCA, {}, "]E0", "text", "0012345678905"),
        ("01234565", FORMAT.UPCE, {}, "]E0", "text", "0012345000065"),
        ("96385074", FORMAT.EAN8, {}, "]E4", "text", "96385074"),
        (GTIN, FORMAT.ITF, {}, "]I1", "text", GTIN),
        ("OP1234", FORMAT.Code39, {}, "]A0", "text", "OP1234"),
        ("WO-12", FORMAT.Code128, {}, "]C0", "text", "WO-12"),
        ("hello", FORMAT.DataMatrix, {}, "]d1", "text", "hello"),
        (ISO_15434, FORMAT.DataMatrix, {}, "]d1", "iso15434", ISO_15434),
        ("https://example.com/01/09521234543213", FORMAT.QRCode, {}, "]Q1", "text", "https://example.com/01/09521234543213"),
        ("hello", FORMAT.PDF417, {}, "]L2", "text", "hello"),
        ("hello", FORMAT.Aztec, {}, "]z0", "text", "hello"),
    ],
)
def test_img_5_identifier_content_type_bytes_and_gs_are_kept(written, form, options, identifier, content, text):
    (judged,) = read_picture(picture(symbol(written, form, **options)), Mode.LIVE).judged
    found = judged.reading
    assert (found.identifier, found.content, found.text) == (identifier, content, text)
    assert bytes.fromhex(found.hex) == text.encode()
    assert (found.engine, found.stage) == (Engine.ZXING, "first")
    assert judged.verdict is (Verdict.ACCEPTED if readers.has_second_engine() or not judged.reason else Verdict.HELD)


def test_img_15_matrix_symbols_tell_their_unused_error_correction():
    (whole,) = read_picture(data_matrix(), Mode.LIVE).accepted
    dots = symbol(LABEL, FORMAT.DataMatrix, gs1=True, force_square=True, scale=8)
    dots[104:120, 112:128] = 255 - dots[104:120, 112:128]
    (worn,) = read_picture(picture(dots), Mode.LIVE).accepted
    assert worn.text == whole.text
    assert whole.unused_error_correction == 1.0
    assert worn.unused_error_correction is not None
    assert worn.unused_error_correction < 1.0
    (linear,) = read_picture(gs1_128(), Mode.LIVE).accepted
    assert linear.unused_error_correction is None


def scanned(text, source):
    found = read(text, as_of=TODAY, source=source)
    return found.kind, found.elements, found.gtin, found.lot_no, found.serial_no, found.warnings


@pytest.mark.parametrize("content", [data_matrix(), gs1_128()])
def test_img_14_peers_22_peers_34_camera_and_wedge_give_one_scan(content):
    """FNC1 in front is the identifier and never part of the data; FNC1 in the middle is GS."""
    (found,) = read_picture(content, Mode.LIVE).accepted
    by_camera = scanned(found.scan_text, ScanSource.CAMERA)
    assert by_camera == scanned(f"{found.identifier}01{GTIN}10Ab\x1d21c1", ScanSource.WEDGE)
    assert by_camera == scanned(f"01{GTIN}10Ab\x1d21c1", ScanSource.WEDGE)
    assert by_camera[3:5] == ("Ab", "c1")
    assert "]" not in found.text


@pytest.mark.skipif(not readers.has_second_engine(), reason="libzbar0 is not on this machine")
def test_peers_30_peers_34_the_second_engine_keeps_the_separator_and_leaves_the_identifier_open():
    (found,) = readers.zbar(symbol(LABEL, FORMAT.Code128, gs1=True))
    assert (found.text, found.identifier) == (LABEL_TEXT, "")
    assert scanned(found.scan_text, ScanSource.CAMERA) == scanned("]C1" + LABEL_TEXT, ScanSource.CAMERA)
    (plain,) = readers.zbar(symbol("WO-12", FORMAT.Code128))
    assert scanned(plain.scan_text, ScanSource.CAMERA) == scanned("]C0WO-12", ScanSource.CAMERA)


def test_img_10_without_the_second_engine_everything_runs_and_single_readings_are_held(without_zbar):
    (ean,) = read_picture(picture(symbol("4006381333931", FORMAT.EAN13)), Mode.STILL).judged
    assert (ean.verdict, ean.reason) == (Verdict.HELD, "second_reading")
    again = read_picture(picture(symbol("4006381333931", FORMAT.EAN13)), Mode.LIVE, before=frozenset({sighting(ean.reading)}))
    assert [one.text for one in again.accepted] == ["4006381333931"]
    assert [one.text for one in read_picture(data_matrix(), Mode.STILL).accepted] == [LABEL_TEXT]


def test_img_6_a_refused_code_does_not_hide_another_and_is_told_if_nothing_else_is_there():
    dots = beside(symbol("123456", FORMAT.ITF), symbol("WO-12", FORMAT.Code128))
    found = read_picture(picture(dots), Mode.LIVE)
    assert [one.text for one in found.accepted] == ["WO-12"]
    (alone,) = read_picture(picture(symbol("123456", FORMAT.ITF)), Mode.LIVE).judged
    assert alone.reason == "itf_length"
    allowed = AcceptanceRules(itf_lengths=frozenset({6, 14}))
    (asked,) = read_picture(picture(symbol("123456", FORMAT.ITF)), Mode.LIVE, allowed).judged
    assert asked.verdict is (Verdict.ACCEPTED if readers.has_second_engine() else Verdict.HELD)


def test_img_1_several_codes_of_one_frame_are_all_told():
    dots = beside(symbol("WO-12", FORMAT.Code128), symbol(LABEL, FORMAT.DataMatrix, gs1=True, force_square=True, scale=6))
    assert {one.text for one in read_picture(picture(dots), Mode.LIVE).accepted} == {"WO-12", LABEL_TEXT}


@pytest.mark.parametrize("condition", ["rotated", "tilted", "small", "shadow", "curved", "JPEG 30", "low light"])
@pytest.mark.parametrize("kind", ["GS1-128", "Code 128"])
def test_img_1_img_2_linear_codes_of_a_shop_floor_are_read_by_the_ladder(kind, condition):
    """Turned, small, shaded: every picture here was chosen because it can be read, and must stay so."""
    taken = shot(kind, condition, 0)
    assert [one.text for one in read_picture(taken.content, Mode.STILL).accepted] == [taken.text]


@pytest.mark.parametrize("condition", ["clean", "rotated", "tilted", "small", "JPEG 30", "glare"])
def test_img_1_matrix_codes_of_a_shop_floor_are_read(condition):
    taken = shot("GS1 DataMatrix", condition, 1)
    assert [one.text for one in read_picture(taken.content, Mode.STILL).accepted] == [taken.text]


def test_img_1_dots_in_metal_are_read_behind_hard_mark():
    """What no preparation makes readable is found by its border; the worst is not read, and never wrongly."""
    read_by = {}
    for number in (0, 4, 7, 10, 12):
        taken = shot("GS1 DataMatrix", DOT_MARKED, number)
        found = read_picture(taken.content, Mode.HARD_MARK)
        assert {one.text for one in found.accepted} <= {taken.text}
        read_by[number] = [one.stage for one in found.accepted]
    assert read_by == {0: ["hard mark"], 4: ["first"], 7: [], 10: ["hard mark"], 12: ["hard mark"]}


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.STILL, Mode.HARD_MARK])
def test_img_3_nothing_is_read_where_there_is_no_code(mode):
    for number in range(4):
        assert read_picture(empty_shot(number, size=(800, 600)).content, mode).judged == ()


def test_img_3_a_half_of_a_code_is_not_read():
    dots = symbol(LABEL, FORMAT.Code128, gs1=True)
    for part in (dots[:, : dots.shape[1] // 2], dots[:, dots.shape[1] // 2 :]):
        assert read_picture(picture(part), Mode.STILL).judged == ()
    itf = symbol(GTIN, FORMAT.ITF)
    for columns in (0.4, 0.6, 0.8):
        assert read_picture(picture(itf[:, : int(itf.shape[1] * columns)]), Mode.STILL).accepted == ()


def test_img_4_no_stage_begins_after_the_soft_limit(monkeypatch):
    times = iter([0.0, *[pipeline.SOFT_LIMIT_SECONDS + 1] * 50])
    monkeypatch.setattr(pipeline.time, "monotonic", lambda: next(times))
    assert read_picture(empty_shot(0, size=(320, 240)).content, Mode.STILL).stages == ("first",)


def test_img_4_a_large_jpeg_is_never_unpacked_whole_for_the_first_stage():
    dots = cv2.resize(symbol(LABEL, FORMAT.DataMatrix, gs1=True, force_square=True, scale=8), None, fx=8, fy=8)
    large = Picture(picture(np.pad(dots, ((0, 0), (0, 2000)), constant_values=255), "jpeg"))
    assert max(large.working.shape) == 1280
    assert large._full is None
    assert large.full.shape == (large.height, large.width)


def test_img_5_stages_run_in_the_measured_order_until_something_is_acceptable():
    assert [stage.name for stage in LADDERS[Mode.LIVE]] == ["first", "located", "second engine", "soft 960"]
    assert [len(LADDERS[mode]) for mode in (Mode.STILL, Mode.HARD_MARK)] == [14, 15]
    assert LADDERS[Mode.HARD_MARK][1].name == "hard mark"
    assert read_picture(data_matrix(), Mode.STILL).stages == ("first",)


@pytest.mark.parametrize("dots", [np.zeros((1, 1)), np.full((1, 3000), 255), np.full((2000, 1), 0), np.full((7, 7), 128)])
@pytest.mark.parametrize("mode", [Mode.STILL, Mode.HARD_MARK])
def test_img_11_strange_sizes_are_pictures_without_a_code(dots, mode):
    assert read_picture(picture(dots), mode).judged == ()


@pytest.mark.parametrize("colours", ["1", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_img_11_every_way_to_write_dots_is_read(colours):
    import io

    from PIL import Image

    grey = Image.fromarray(symbol(LABEL, FORMAT.DataMatrix, gs1=True, force_square=True, scale=8))
    if colours == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif colours in {"LA", "RGBA"}:  # ink on nothing: seen on white paper
        image = Image.new(colours, grey.size, 0)
        image.putalpha(Image.fromarray(255 - np.asarray(grey)))
    else:
        image = grey.convert("RGB").convert(colours)
    buffer = io.BytesIO()
    image.save(buffer, "jpeg" if colours == "CMYK" else "png")
    assert [one.text for one in read_picture(buffer.getvalue(), Mode.STILL).accepted] == [LABEL_TEXT]


def test_img_1_levelling_takes_a_shadow_out():
    """Light of one to three across the plane is one to about one afterwards."""
    plane = np.tile(np.linspace(60, 180, 640, dtype=np.float32), (480, 1)).astype(np.uint8)
    flat = levelled(plane).astype(int)
    assert flat.max() - flat.min() < 25


def test_img_5_readings_travel_between_processes_unchanged():
    rules = AcceptanceRules(frozenset({Symbol.EAN_13}), frozenset({6, 14}))
    job = wire.Job(b"\0\1", "still", rules, frozenset({("EAN", "123\x1d")}))
    assert wire.job_of(wire.job_head(job), job.content) == job
    found = read_picture(data_matrix(), Mode.LIVE)
    assert wire.answer_of(wire.answer_head(found)) == found
