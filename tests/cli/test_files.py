"""`shopfloor import` and `shopfloor export`."""

from __future__ import annotations

from tests.cli.test_console import console, done, refused, url

__all__ = ["console", "url"]
UNITS = "code;description\nPCS;Piece\nKG;Kilogram\n"


def test_a8_import_and_export_of_master_data(console, url, tmp_path):
    """A8."""
    units, items, out = tmp_path / "units.csv", tmp_path / "items.csv", tmp_path / "out.csv"
    units.write_text(UNITS, encoding="utf-8")
    items.write_text("no;description;base_unit_code\nA;Ærø;PCS\n", encoding="utf-8-sig")
    assert "Nothing was written yet" in done(console(url, "import", "units", str(units), "--dry-run"))
    assert done(console(url, "export", "units")) .split() == ["code,description,measured,gs1_unit"]
    assert "2 rows of units imported." in done(console(url, "import", "units", str(units)))
    done(console(url, "import", "items", str(items)))
    done(console(url, "export", "items", str(out)))
    assert out.read_bytes().decode().split("\r\n")[1].startswith("A,Ærø,PCS,1,")


def test_bad_input_at_the_console_is_listed_by_line_and_column(console, url, tmp_path):
    items = tmp_path / "items.csv"
    items.write_text("no;description;base_unit_code\nA;A;YARD\nB;;YARD\n", encoding="utf-8")
    result = console(url, "import", "items", str(items))
    assert "problems in 2 rows of items" in refused(result)
    assert "line 2, base_unit_code: There is no unit of measure YARD." in result.stdout
    assert "line 3, description:" in result.stdout
    items.write_bytes("no;description\nA;Ærø\n".encode("latin-1"))
    assert "not UTF-8" in refused(console(url, "import", "items", str(items)))
    assert "There is no kind of import planets." in refused(console(url, "import", "planets", str(_good(tmp_path))))
    assert "kind of master data planets" in refused(console(url, "export", "planets"))


def _good(tmp_path):
    path = tmp_path / "good.csv"
    path.write_text(UNITS, encoding="utf-8")
    return path
