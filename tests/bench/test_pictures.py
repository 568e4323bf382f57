"""The bench of pictures: its set is seeded, its folder reads what is expected, and it counts false reads."""

import re

from bench import picture_load, pictures, shop_floor
from bench.symbols import SYMBOLS
from tests.scanning.pictures import LABEL_TEXT, data_matrix


def test_the_same_seed_gives_the_same_picture():
    one, again, other = (shop_floor.shot("Code 128", "motion", number, size=(640, 360)) for number in (0, 0, 1))
    assert one == again
    assert one.text != other.text


def test_every_symbol_and_condition_can_be_drawn():
    for number, condition in enumerate((*shop_floor.CONDITIONS, shop_floor.DOT_MARKED)):
        symbol = "GS1 DataMatrix" if condition == shop_floor.DOT_MARKED else SYMBOLS[number % len(SYMBOLS)]
        assert shop_floor.shot(symbol, condition, 0, size=(640, 360)).content.startswith(b"\xff\xd8\xff")


def test_a_folder_of_pictures_is_read_with_its_expected_texts(tmp_path, capsys):
    """A wrong expectation is a false read of everything that is believed; files without a text are passed over."""
    for name, told in (("good.png", LABEL_TEXT.replace("\x1d", "<GS>") + "\n"), ("wrong.png", "something else"), ("alone.png", None)):
        (tmp_path / name).write_bytes(data_matrix())
        if told is not None:
            (tmp_path / f"{name}.txt").write_text(told, encoding="utf-8")
    assert pictures.main([str(tmp_path), "--strict"]) == 1
    shown = capsys.readouterr().out
    assert "50 %" in shown
    assert shown.count("FALSE:") == 1
    assert pictures.main([str(tmp_path)]) == 0


def test_an_empty_folder_says_so(tmp_path, capsys):
    assert pictures.main([str(tmp_path)]) == 1
    assert "no pictures" in capsys.readouterr().out


def test_img_4_scans_are_measured_alone_beside_the_reading_and_beside_pictures(monkeypatch, capsys):
    """Every phase runs against the real server, pictures are read meanwhile, and no scan is refused."""
    for name, figure in {"ROUNDS": 1, "STATIONS": 2, "SENDERS": 1, "WARM": 0.1}.items():
        monkeypatch.setattr(picture_load, name, figure)
    assert picture_load.main(seconds=1.0, size=(640, 480)) == 0
    shown = capsys.readouterr().out
    assert "refused" not in shown
    assert re.search(r"senders of pictures: .*\b[1-9]\d* read\b", shown), shown
    assert shown.count("\np95 beside") == 3
    assert all(name in shown for name in ("scans alone", "beside the reading ", "beside pictures "))
